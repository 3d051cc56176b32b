"""Quality of a load (数据质量): one pass over the rows, then pure judgement of the counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.domain.check import Check, Dimension
from shuxin.catalogue.domain.finding import Severity, stated
from shuxin.catalogue.domain.owner_rules import OwnerRules
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ibis.expr.types import Column, IntegerScalar, Table

    from shuxin.catalogue.domain.contract import Contract, Field, QualityRule
    from shuxin.catalogue.domain.finding import Finding

_RULE_SAYS = {
    "complete": Text("{field}: {share:.2%} present", "{field}：{share:.2%} 有值"),
    "valid": Text("{field}: {share:.2%} valid", "{field}：{share:.2%} 有效"),
    "unique": Text("{field}: {share:.2%} distinct", "{field}：{share:.2%} 不重复"),
    "in_range": Text("{field}: {share:.2%} within the range", "{field}：{share:.2%} 在范围内"),
}
_PROMISED = Text("{said}, {threshold:.2%} promised", "{said}，约定 {threshold:.2%}")
_DIMENSIONS = {
    "complete": Dimension.COMPLETENESS,
    "valid": Dimension.VALIDITY,
    "unique": Dimension.UNIQUENESS,
    "in_range": Dimension.VALIDITY,
}
_NO_ROW = Text("no row was loaded", "没有装载任何行")
_KEY = Text("{count} rows repeat the key of another", "{count} 行与其他行主键重复")
_MISSING = Text("{field}: {count} required values missing", "{field}：缺 {count} 个必填值")
_UNKNOWN = Text("{field}: {count} codes not in its table", "{field}：{count} 个值不在代码表")


@dataclass(frozen=True, slots=True)
class FieldStatistics:
    """Counts of one field's values: all but ``present`` are of the values present.

    ``refused``: rows that were kept aside because this field was empty; they are not among the rows.
    """

    present: int
    valid: int
    distinct: int
    in_range: int
    refused: int = 0


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
    found = checks(contract=contract, statistics=statistics, owner=OwnerRules())
    return tuple(one.finding for one in found if one.finding is not None)


def checks(
    *, contract: Contract, statistics: LoadStatistics, owner: OwnerRules
) -> tuple[Check, ...]:
    """Every rule that counts of one load can be held against, the kept ones too."""
    if statistics.rows == 0:
        return (_no_row(),)
    found = [_key_check(statistics)] if contract.key else []
    for field in contract.fields:
        found += _field_checks(field, statistics.fields[field.name], statistics.rows, owner)
    return tuple(found)


def measure(*, rule: QualityRule, counts: FieldStatistics, rows: int) -> float:
    """The share, 0 to 1, that ``rule`` compares with its threshold; 1 when nothing can fail."""
    if rule.kind == "complete":
        return counts.present / rows if rows else 1.0
    kept = {"valid": counts.valid, "unique": counts.distinct, "in_range": counts.in_range}
    return kept[rule.kind] / counts.present if counts.present else 1.0


def _no_row() -> Check:
    return Check(
        rule="rows",
        code="rows_none",
        dimension=Dimension.COMPLETENESS,
        kept=0.0,
        of=0,
        severity=Severity.WARNING,
        says=_NO_ROW,
    )


def _key_check(statistics: LoadStatistics) -> Check:
    repeated = statistics.rows - statistics.keys
    return Check(
        rule="key",
        code="key_repeated",
        dimension=Dimension.UNIQUENESS,
        kept=1 - repeated / statistics.rows,
        limit=1.0,
        failed=repeated,
        of=statistics.rows,
        severity=Severity.ERROR if repeated else None,
        says=stated(_KEY, count=repeated),
    )


def _field_checks(
    field: Field, counts: FieldStatistics, rows: int, owner: OwnerRules
) -> Iterator[Check]:
    kinds = {rule.kind for rule in field.rules}
    if field.required and "complete" not in kinds:
        yield _required(field, counts, rows, owner)
    if field.code_table and "valid" not in kinds:
        unknown = counts.present - counts.valid
        yield Check(
            rule="valid",
            code="code_unknown",
            field=field.name,
            dimension=Dimension.VALIDITY,
            kept=1 - unknown / counts.present if counts.present else 1.0,
            failed=unknown,
            of=counts.present,
            severity=Severity.WARNING if unknown else None,
            says=stated(_UNKNOWN, field=field.name, count=unknown),
        )
    for rule in field.rules:
        yield _declared(field, rule, counts, rows)


def _required(field: Field, counts: FieldStatistics, rows: int, owner: OwnerRules) -> Check:
    """Rows that were kept aside for the lack of it count as well, but are told of as kept aside."""
    stored, of = rows - counts.present, rows + counts.refused
    missing = stored + counts.refused
    share = 1 - missing / of
    few = share >= owner.complete or (not stored and of < owner.fewest_rows)
    quiet = share >= owner.complete and not stored
    severity = Severity.WARNING if few else Severity.ERROR
    return Check(
        rule="complete",
        code="required_missing",
        field=field.name,
        dimension=Dimension.COMPLETENESS,
        kept=share,
        limit=owner.complete,
        failed=missing,
        of=of,
        severity=None if quiet else severity,
        says=stated(_MISSING, field=field.name, count=missing),
    )


def _declared(field: Field, rule: QualityRule, counts: FieldStatistics, rows: int) -> Check:
    share = measure(rule=rule, counts=counts, rows=rows)
    of = rows if rule.kind == "complete" else counts.present
    facts = {"field": field.name, "share": share}
    said = Text(
        en=_RULE_SAYS[rule.kind].say("en", **facts), zh=_RULE_SAYS[rule.kind].say("zh", **facts)
    )
    return Check(
        rule=rule.kind,
        code=f"rule_{rule.kind}",
        field=field.name,
        dimension=_DIMENSIONS[rule.kind],
        kept=share,
        limit=rule.threshold,
        failed=round((1 - share) * of),
        of=of,
        severity=rule.severity if share < rule.threshold else None,
        says=stated(_PROMISED, said=said, threshold=rule.threshold),
    )
