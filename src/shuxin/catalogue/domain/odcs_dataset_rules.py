"""Rules of a whole dataset in ODCS: custom checks of this engine under the ``quality`` of the table."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.domain.dataset_rules import KINDS, rule_invalid
from shuxin.catalogue.domain.finding import Severity
from shuxin.catalogue.domain.odcs_quality import ENGINE, severity_in
from shuxin.catalogue.domain.odcs_words import unknown_value
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from open_data_contract_standard.model import DataQuality

    from shuxin.catalogue.domain.dataset_rules import DatasetRule

_PAIRS = frozenset({"where", "other_where"})
_AMONG = ("dataset", "field", "value")
_LISTS = frozenset({"plus", "minus", "result", "without"})
_NUMBERS = frozenset({"at_least", "within", "floor", "warns", "stops"})
_BESIDE = frozenset({"name", "severity"})


def write_dataset_rule(*, rule: DatasetRule) -> dict[str, Any]:
    check: dict[str, Any] = {"check": rule.kind}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name not in _BESIDE and value not in {(), None}:
            check[_called(field.name)] = _plain(field.name, value)
    return {
        "name": rule.name,
        "type": "custom",
        "engine": ENGINE,
        "severity": rule.severity.value,
        "implementation": check,
    }


def _plain(name: str, value: Any) -> Any:
    if name in _PAIRS:
        return dict(value)
    if name == "among":
        return dict(zip(_AMONG, value, strict=True))
    return list(value) if name in _LISTS else value


def read_dataset_rules(entries: Iterable[DataQuality]) -> tuple[DatasetRule, ...]:
    """Raises ContractInvalid for a check that is not understood: skipped, it would promise nothing."""
    return tuple(_rule(entry) for entry in entries)


def _rule(entry: DataQuality) -> DatasetRule:
    where, check = f"quality {entry.name or ''}".strip(), entry.implementation
    named = isinstance(check, dict) and check.get("check") in KINDS
    if entry.type != "custom" or entry.engine != ENGINE or not named or not isinstance(check, dict):
        raise unknown_value(
            where=where,
            value=f"{entry.type} {entry.engine} {check}",
            known="type custom, engine shuxin, implementation {check: " + " | ".join(KINDS) + "}",
        )
    rule = KINDS[check["check"]]
    known = {_called(field.name): field.name for field in fields(rule)}
    allowed = known.keys() - _BESIDE
    strange = sorted(check.keys() - allowed - {"check"})
    if strange:
        raise unknown_value(
            where=where, value=", ".join(map(str, strange)), known=", ".join(sorted(allowed))
        )
    given = {known[key]: _value(where, known[key], check[key]) for key in check if key != "check"}
    severity = {} if entry.severity is None else {"severity": severity_in(entry)}
    if entry.severity not in {None, *(s.value for s in Severity if s is not Severity.INFO)}:
        raise unknown_value(where=where, value=str(entry.severity), known="warning, error, stop")
    return _built(rule, where, {"name": entry.name or "", **given, **severity})


def _built(rule: type[DatasetRule], where: str, given: Mapping[str, Any]) -> DatasetRule:
    try:
        return rule(**given)
    except TypeError as error:
        raise rule_invalid(
            where=where,
            rule=rule.kind,
            problem=Text(en="the rule {rule} lacks a value", zh="规则 {rule} 缺少取值"),
            cure=Text(
                en="See the rules of quality on the page of the catalogue",
                zh="请参阅目录说明中的质量规则",
            ),
        ) from error


def _value(where: str, name: str, value: Any) -> Any:
    if name in _PAIRS and _is_plain(value):
        return tuple(value.items())
    if name == "among" and _is_plain(value) and set(value) == set(_AMONG):
        return tuple(value[part] for part in _AMONG)
    if name in _LISTS and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if name in _NUMBERS and type(value) in {int, float}:
        return value
    if name == "months" and type(value) is int:
        return value
    plain = {"register", "period", "field", "other", "other_field", "other_period", "per", "take"}
    if name in plain and isinstance(value, str):
        return value
    raise unknown_value(where=f"{where}.{_called(name)}", value=str(value), known="-")


def _is_plain(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(part, str) for pair in value.items() for part in pair
    )


def _called(name: str) -> str:
    """``at_least`` is ``atLeast`` in a file."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
