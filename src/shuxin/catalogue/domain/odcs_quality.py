"""Quality rules in ODCS: library metrics in percent where they exist, a custom check for ranges."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.domain.contract import QualityRule
from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.odcs_words import unknown_value

if TYPE_CHECKING:
    from open_data_contract_standard.model import DataQuality, SchemaProperty

ENGINE = "shuxin"
_METRIC = {"complete": "nullValues", "valid": "invalidValues", "unique": "duplicateValues"}
_KIND = {metric: kind for kind, metric in _METRIC.items()}
_KNOWN = (
    "nullValues, invalidValues, duplicateValues + unit percent + mustBeLessOrEqualTo; "
    "type custom + engine shuxin + implementation {check: in_range, low, high, atLeast}"
)


_WEIGHTS = frozenset({Severity.WARNING, Severity.ERROR, Severity.STOP})


def severity_in(quality: DataQuality) -> Severity:
    """What a broken rule means; words of other tools, as "high", leave it an error."""
    return next((one for one in _WEIGHTS if one.value == quality.severity), Severity.ERROR)


def write_rule(*, rule: QualityRule) -> dict[str, Any]:
    """The rule as an entry of ``quality``; an error is what it is without a word."""
    plain = _plain(rule)
    return plain if rule.severity is Severity.ERROR else {**plain, "severity": rule.severity.value}


def _plain(rule: QualityRule) -> dict[str, Any]:
    if rule.kind == "in_range":
        ends = {"low": rule.low, "high": rule.high}
        given = {name: end for name, end in ends.items() if end is not None}
        check = {"check": rule.kind, "atLeast": rule.threshold, **given}
        return {"type": "custom", "engine": ENGINE, "implementation": check}
    return {
        "type": "library",
        "metric": _METRIC[rule.kind],
        "unit": "percent",
        "mustBeLessOrEqualTo": float((1 - Decimal(repr(float(rule.threshold)))) * 100),
    }


def read_rules(*, where: str, prop: SchemaProperty) -> tuple[QualityRule, ...]:
    """The rules of one field, ``unique: true`` among them. Raises ContractInvalid."""
    rules = tuple(_rule(where=f"{where}.quality", quality=entry) for entry in prop.quality or [])
    if prop.unique and not any(rule.kind == "unique" for rule in rules):
        rules += (QualityRule(kind="unique", threshold=1.0),)
    return rules


def _rule(*, where: str, quality: DataQuality) -> QualityRule:
    if quality.type == "custom" and quality.engine == ENGINE:
        found = _in_range(where=where, check=quality.implementation)
        return replace(found, severity=severity_in(quality))
    kind, limit = _KIND.get(quality.metric or ""), quality.mustBeLessOrEqualTo
    library = quality.type in {None, "library"} and quality.unit == "percent"
    if kind is None or limit is None or not library:
        raise unknown_value(
            where=where, value=f"{quality.type} {quality.metric} {quality.unit}", known=_KNOWN
        )
    threshold = float(1 - Decimal(repr(limit)) / 100)
    return QualityRule(kind=kind, threshold=threshold, severity=severity_in(quality))


def _in_range(*, where: str, check: Any) -> QualityRule:
    names = {"check", "atLeast", "low", "high"}
    fits = isinstance(check, dict) and check.get("check") == "in_range" and not check.keys() - names
    numbers = [check.get(name, 0) for name in ("atLeast", "low", "high")] if fits else [None]
    if not all(type(number) in {int, float} for number in numbers) or "atLeast" not in check:
        raise unknown_value(where=where, value=str(check), known=_KNOWN)
    return QualityRule(
        kind="in_range", threshold=check["atLeast"], low=check.get("low"), high=check.get("high")
    )
