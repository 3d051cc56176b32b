"""Quality of a load (数据质量): one pass over the rows, then pure judgement of the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.domain.finding import Finding, Severity
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ibis.expr.types import Column, IntegerScalar, Table

    from shuxin.catalogue.domain.contract import Contract, Field, QualityRule

REQUIRED_SHARE = 0.98
"""Least share of present values of a required field that has no ``complete`` rule of its own."""

_RULE_SAYS = {
    "complete": Text("{field}: {share:.2%} present", "{field}:{share:.2%} 有值"),
    "valid": Text("{field}: {share:.2%} valid", "{field}:{share:.2%} 有效"),
    "unique": Text("{field}: {share:.2%} distinct", "{field}:{share:.2%} 不重复"),
    "in_range": Text("{field}: {share:.2%} within the range", "{field}:{share:.2%} 在范围内"),
}
_PROMISED = Text(", {threshold:.2%} promised", ",约定 {threshold:.2%}")


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """Counts of one field's values: all but ``present`` are of the values present."""

    present: int
    valid: int
    distinct: int
    in_range: int


@dataclass(frozen=True, slots=True)
class LoadStatistics:
    """``fields`` by name; ``keys`` counts the distinct keys, equal to ``rows`` without a key."""

    rows: int
    keys: int
    fields: Mapping[str, FieldStatistics]


def column_statistics(*, table: Table, contract: Contract) -> Table:
    """One row of counts, for :func:`statistics_of`; a field that ``table`` lacks counts as missing.

    ``table`` is typed by the contract, so a present value is valid unless its code table lacks it.
    Distinct values are counted only where a rule asks, as that alone costs memory.
    """
    counts: dict[str, Any] = {"rows": table.count(), "keys": _keys(table, contract)}
    for place, field in enumerate(contract.fields):
        if field.name in table.columns:
            for name, count in _counts(table[field.name], field).items():
                counts[f"f{place}_{name}"] = count
    return table.aggregate(**counts)


def _keys(table: Table, contract: Contract) -> IntegerScalar:
    import ibis  # noqa: PLC0415  # a second of start-up that judging needs not

    if not contract.key or any(name not in table.columns for name in contract.key):
        return table.count()
    parts = {f"k{place}": table[name] for place, name in enumerate(contract.key)}
    return ibis.struct(parts).nunique()


def _counts(column: Column, field: Field) -> dict[str, IntegerScalar]:
    counts = {"present": column.count()}
    kinds = {rule.kind: rule for rule in field.rules}
    if field.code_table:
        counts["valid"] = column.isin(field.code_table).sum()
    if "unique" in kinds:
        counts["distinct"] = column.nunique()
    if "in_range" in kinds:
        counts["in_range"] = _within(column, kinds["in_range"]).sum()
    return counts


def _within(column: Column, rule: QualityRule) -> Column:
    if rule.low is None:
        return column <= rule.high
    if rule.high is None:
        return column >= rule.low
    return column.between(rule.low, rule.high)


def statistics_of(*, row: Mapping[str, int | None], contract: Contract) -> LoadStatistics:
    """The counts of the one row that :func:`column_statistics` gives; a sum over nothing is 0."""
    counts = {name: int(count or 0) for name, count in row.items()}
    fields = {}
    for place, field in enumerate(contract.fields):
        present = counts.get(f"f{place}_present", 0)
        fields[field.name] = FieldStatistics(
            present=present,
            valid=counts.get(f"f{place}_valid", present),
            distinct=counts.get(f"f{place}_distinct", present),
            in_range=counts.get(f"f{place}_in_range", present),
        )
    return LoadStatistics(rows=counts["rows"], keys=counts["keys"], fields=fields)


def judge(*, contract: Contract, statistics: LoadStatistics) -> tuple[Finding, ...]:
    """Findings where a load keeps less than the contract promises; nothing when all is kept."""
    if statistics.rows == 0:
        says = Text("no row was loaded", "没有装载任何行")
        warning = Severity.WARNING
        return (_finding(code="rows_none", field="", severity=warning, count=0, of=0, says=says),)
    found = list(_key_findings(contract, statistics))
    for field in contract.fields:
        found += _field_findings(field, statistics.fields[field.name], statistics.rows)
    return tuple(found)


def measure(*, rule: QualityRule, counts: FieldStatistics, rows: int) -> float:
    """The share, 0 to 1, that ``rule`` compares with its threshold; 1 when nothing can fail."""
    if rule.kind == "complete":
        return counts.present / rows if rows else 1.0
    kept = {"valid": counts.valid, "unique": counts.distinct, "in_range": counts.in_range}
    return kept[rule.kind] / counts.present if counts.present else 1.0


def _key_findings(contract: Contract, statistics: LoadStatistics) -> Iterator[Finding]:
    repeated = statistics.rows - statistics.keys
    if contract.key and repeated > 0:
        says = Text("{count} rows repeat the key of another", "{count} 行与其他行主键重复")
        yield _finding(
            code="key_repeated",
            field="",
            severity=Severity.ERROR,
            count=repeated,
            of=statistics.rows,
            says=says,
        )


def _field_findings(field: Field, counts: FieldStatistics, rows: int) -> Iterator[Finding]:
    kinds = {rule.kind for rule in field.rules}
    missing = rows - counts.present
    if field.required and missing and "complete" not in kinds:
        few = 1 - missing / rows >= REQUIRED_SHARE
        yield _finding(
            code="required_missing",
            field=field.name,
            severity=Severity.WARNING if few else Severity.ERROR,
            count=missing,
            of=rows,
            says=Text("{field}: {count} required values missing", "{field}:缺 {count} 个必填值"),
        )
    unknown = counts.present - counts.valid
    if unknown and "valid" not in kinds:
        yield _finding(
            code="code_unknown",
            field=field.name,
            severity=Severity.WARNING,
            count=unknown,
            of=counts.present,
            says=Text("{field}: {count} codes not in its table", "{field}:{count} 个值不在代码表"),
        )
    for rule in field.rules:
        share = measure(rule=rule, counts=counts, rows=rows)
        if share < rule.threshold:
            yield _broken(field, rule, share, rows if rule.kind == "complete" else counts.present)


def _broken(field: Field, rule: QualityRule, share: float, of: int) -> Finding:
    facts = {"field": field.name, "share": share, "threshold": rule.threshold}
    failed = round((1 - share) * of)
    says = _RULE_SAYS[rule.kind]
    return Finding(
        code=f"rule_{rule.kind}",
        field=field.name,
        severity=Severity.ERROR,
        count=failed,
        share=1 - share,
        detail=Text(
            en=says.say("en", **facts) + _PROMISED.say("en", **facts),
            zh=says.say("zh", **facts) + _PROMISED.say("zh", **facts),
        ),
    )


def _finding(
    *, code: str, field: str, severity: Severity, count: int, of: int, says: Text
) -> Finding:
    share = count / of if of else 0.0
    detail = Text(
        en=says.say("en", field=field, count=count), zh=says.say("zh", field=field, count=count)
    )
    return Finding(
        code=code, field=field, severity=severity, count=count, share=share, detail=detail
    )
