"""Lines of the source file in which a rule is broken: where to look, never what stands there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Severity

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from shuxin.catalogue.api import Check, Contract, QualityRule
    from shuxin.fusion.rows import Tally

MOST_LINES = 20
_TOLD = frozenset({Severity.WARNING, Severity.ERROR, Severity.STOP})


def with_lines(check: Check, *, table: ir.Table, contract: Contract, tally: Tally) -> Check:
    """The check with some lines of ``table`` that break it; itself when it is kept or bears lines already."""
    if check.severity not in _TOLD or check.lines or not check.failed:
        return check
    if check.code == "rule_valid" and check.field in tally.codes:
        return replace(check, lines=tuple(tally.codes[check.field].examples[:MOST_LINES]))
    wrong = _wrong_rows(check, table, contract)
    return check if wrong is None else replace(check, lines=lines_of(wrong))


def lines_of(rows: ir.Table) -> tuple[int, ...]:
    """The first lines of these rows."""
    found = rows.select("_line").order_by("_line").limit(MOST_LINES).to_pyarrow()
    return tuple(found["_line"].to_pylist())


def _wrong_rows(check: Check, table: ir.Table, contract: Contract) -> ir.Table | None:
    """The stored rows that break the rule; None where only rows that were kept aside do."""
    if check.code == "key_repeated":
        return _repeated(table, contract.key)
    if check.field not in table.columns:
        return None
    column = table[check.field]
    if check.code in {"required_missing", "rule_complete"}:
        return table.filter(column.isnull())
    field = contract.field(check.field)
    rules = {rule.kind: rule for rule in field.rules}
    if check.code in {"code_unknown", "rule_valid"} and field.code_table:
        return table.filter(column.notnull(), ~column.isin(field.code_table))
    if check.code == "rule_unique":
        return _repeated(table.filter(column.notnull()), (check.field,))
    if check.code == "rule_in_range":
        return table.filter(column.notnull(), _outside(column, rules["in_range"]))
    return None


def _repeated(table: ir.Table, names: tuple[str, ...]) -> ir.Table:
    """Rows whose values of these columns stood in an earlier line."""
    seen = table.mutate(
        _seen=table.count().over(group_by=list(names), order_by="_line", rows=(None, 0))
    )
    return seen.filter(seen["_seen"] > 1)


def _outside(column: ir.Column, rule: QualityRule) -> ir.BooleanValue:
    if rule.low is None:
        return column > rule.high
    if rule.high is None:
        return column < rule.low
    return (column < rule.low) | (column > rule.high)
