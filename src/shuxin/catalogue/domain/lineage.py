"""Column lineage (字段级血缘) computed from an Ibis expression, never declared.

Every node of the operation graph is visited once, sources first. What is not known here is refused:
a guess could lower a grade. Values are kept conservative: the condition of a case and the filter of
an aggregate flow into the value, and so do the rows that an EXISTS asks about.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import TYPE_CHECKING, Any

import ibis.expr.operations as ops
from ibis.common.graph import Graph

from shuxin.catalogue.domain.grading import ColumnLineage, Lineage, SourceColumn
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ibis.expr.types import Table

    Sources = frozenset[SourceColumn]

_NONE: Sources = frozenset()


class LineageUnknown(InvalidInput):
    code = "lineage_unknown"
    what = Text(
        en="the lineage of a '{operation}' step cannot be computed",
        zh="无法计算“{operation}”步骤的血缘",
    )
    mend = Text(
        en="Write the step with Ibis tables, joins, filters, aggregates and set operations, without"
        " SQL text, samples or unnesting; give different tables different names",
        zh="请用 Ibis 的表、连接、过滤、聚合与集合运算表达，不用 SQL 文本、抽样或展开；"
        "不同的表请使用不同的名称",
    )


@dataclass(frozen=True, slots=True)
class _Uses:
    """What a value is made of, and what decides about it."""

    direct: Sources = _NONE
    indirect: Sources = _NONE

    @property
    def all(self) -> Sources:
        return self.direct | self.indirect


@dataclass(frozen=True, slots=True)
class _Flow:
    """A relation: its columns, and what decides which rows it has, how often and in which order."""

    columns: dict[str, _Uses]
    rows: Sources = _NONE

    @property
    def all(self) -> Sources:
        return self.rows.union(*(uses.all for uses in self.columns.values()))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Results of the nodes visited so far."""

    flows: dict[ops.Relation, _Flow]
    uses: dict[ops.Value, _Uses]

    def together(self, values: Iterable[ops.Value]) -> _Uses:
        found = [self.uses[value] for value in values]
        return _Uses(
            direct=_NONE.union(*(uses.direct for uses in found)),
            indirect=_NONE.union(*(uses.indirect for uses in found)),
        )


def column_lineage(*, expression: Table) -> Lineage:
    """The direct and indirect sources of each column of ``expression``.

    Raises LineageUnknown for SQL text, an operation not known here, or two tables of one name.
    """
    root = expression.op()
    seen = _Seen(flows={}, uses={})
    order, _ = Graph.from_bfs(root).toposort()
    _refuse_namesakes(order)
    for node in order:
        if isinstance(node, ops.Relation):
            seen.flows[node] = _flow(node, seen)
        elif isinstance(node, ops.Value):
            seen.uses[node] = _value(node, seen)
    flow = seen.flows[root]
    columns = (
        ColumnLineage(column=name, direct=uses.direct, indirect=uses.indirect | flow.rows)
        for name, uses in flow.columns.items()
    )
    return Lineage(columns=tuple(columns))


def _refuse_namesakes(nodes: Iterable[ops.Node]) -> None:
    """Two tables of one name would overwrite each other's lineage."""
    by_name: dict[str, ops.Node] = {}
    for node in nodes:
        is_leaf = isinstance(node, ops.PhysicalTable) and not isinstance(node, ops.AliasedRelation)
        if is_leaf and by_name.setdefault(node.name, node) != node:
            raise LineageUnknown(operation=f"table {node.name}")


@singledispatch
def _flow(node: ops.Relation, _seen: _Seen) -> _Flow:
    raise LineageUnknown(operation=type(node).__name__)


@_flow.register(ops.UnboundTable)
@_flow.register(ops.DatabaseTable)
@_flow.register(ops.InMemoryTable)
def _table(node: Any, _seen: _Seen) -> _Flow:
    sources = {name: SourceColumn(table=node.name, column=name) for name in node.schema}
    return _Flow({name: _Uses(direct=frozenset({source})) for name, source in sources.items()})


@_flow.register(ops.SelfReference)
@_flow.register(ops.JoinReference)
@_flow.register(ops.AliasedRelation)
def _same(node: Any, seen: _Seen) -> _Flow:
    return seen.flows[node.parent]


@_flow.register
def _project(node: ops.Project, seen: _Seen) -> _Flow:
    if any(value.find(ops.Unnest, filter=ops.Value) for value in node.values.values()):
        raise LineageUnknown(operation="Unnest")
    columns = {name: seen.uses[value] for name, value in node.values.items()}
    return _Flow(columns, seen.flows[node.parent].rows)


@_flow.register
def _literals(node: ops.DummyTable, seen: _Seen) -> _Flow:
    return _Flow({name: seen.uses[value] for name, value in node.values.items()})


@_flow.register
def _drop(node: ops.DropColumns, seen: _Seen) -> _Flow:
    parent = seen.flows[node.parent]
    return _Flow({name: parent.columns[name] for name in node.schema}, parent.rows)


@_flow.register
def _filter(node: ops.Filter, seen: _Seen) -> _Flow:
    return _with_rows(seen.flows[node.parent], seen.together(node.predicates).all)


@_flow.register
def _sort(node: ops.Sort, seen: _Seen) -> _Flow:
    """Keys decide the order, and with a later limit or first value the rows."""
    return _with_rows(seen.flows[node.parent], seen.together(node.keys).all)


@_flow.register
def _limit(node: ops.Limit, seen: _Seen) -> _Flow:
    bounds = [bound for bound in (node.n, node.offset) if isinstance(bound, ops.Value)]
    return _with_rows(seen.flows[node.parent], seen.together(bounds).all)


@_flow.register
def _distinct(node: ops.Distinct, seen: _Seen) -> _Flow:
    parent = seen.flows[node.parent]
    return _with_rows(parent, parent.all)


@_flow.register
def _drop_null(node: ops.DropNull, seen: _Seen) -> _Flow:
    parent = seen.flows[node.parent]
    if node.subset is None:
        return _with_rows(parent, parent.all)
    return _with_rows(parent, seen.together(node.subset).all)


@_flow.register
def _fill_null(node: ops.FillNull, seen: _Seen) -> _Flow:
    """One value for all columns may be computed; values by column are literals."""
    parent = seen.flows[node.parent]
    if not isinstance(node.replacements, ops.Value):
        return parent
    fill = seen.uses[node.replacements]
    return _Flow({name: _joined(uses, fill) for name, uses in parent.columns.items()}, parent.rows)


@_flow.register
def _aggregate(node: ops.Aggregate, seen: _Seen) -> _Flow:
    """Without groups there is one row always; what decided the parent's rows decides metrics."""
    rows = seen.flows[node.parent].rows | seen.together(node.groups.values()).all
    columns = {name: seen.uses[value] for name, value in node.values.items()}
    if node.groups:
        return _Flow(columns, rows)
    return _Flow({name: _Uses(uses.direct, uses.indirect | rows) for name, uses in columns.items()})


@_flow.register
def _join(node: ops.JoinChain, seen: _Seen) -> _Flow:
    if any(link.how == "positional" for link in node.rest):
        raise LineageUnknown(operation="positional join")
    predicates = [predicate for link in node.rest for predicate in link.predicates]
    rows = seen.together(predicates).all.union(*(seen.flows[table].rows for table in node.tables))
    return _Flow({name: seen.uses[value] for name, value in node.values.items()}, rows)


@_flow.register(ops.Union)
@_flow.register(ops.Intersection)
@_flow.register(ops.Difference)
def _set(node: Any, seen: _Seen) -> _Flow:
    """Only a union of all rows looks at no value to decide about rows."""
    left, right = seen.flows[node.left], seen.flows[node.right]
    columns = left.columns
    if not isinstance(node, ops.Difference):
        columns = {name: _joined(uses, right.columns[name]) for name, uses in columns.items()}
    if isinstance(node, ops.Union) and not node.distinct:
        return _Flow(columns, left.rows | right.rows)
    return _Flow(columns, left.all | right.all)


def _with_rows(flow: _Flow, sources: Sources) -> _Flow:
    return _Flow(flow.columns, flow.rows | sources)


def _joined(one: _Uses, other: _Uses) -> _Uses:
    return _Uses(one.direct | other.direct, one.indirect | other.indirect)


@singledispatch
def _value(node: ops.Value, seen: _Seen) -> _Uses:
    """A function of other values; one that reads a relation must be known here by name."""
    if any(isinstance(child, ops.Relation) for child in node.__children__):
        raise LineageUnknown(operation=type(node).__name__)
    return seen.together(child for child in node.__children__ if isinstance(child, ops.Value))


@_value.register
def _field(node: ops.Field, seen: _Seen) -> _Uses:
    return seen.flows[node.rel].columns[node.name]


@_value.register(ops.CountStar)
def _count(node: Any, seen: _Seen) -> _Uses:
    where = _Uses() if node.where is None else seen.uses[node.where]
    return _Uses(where.direct, where.indirect | seen.flows[node.arg].rows)


@_value.register(ops.ArgMax)
@_value.register(ops.ArgMin)
def _best(node: Any, seen: _Seen) -> _Uses:
    """The value of the row that the key chose: the key decides, and does not flow."""
    chosen = seen.together(part for part in (node.key, node.where) if part is not None)
    value = seen.uses[node.arg]
    return _Uses(value.direct, value.indirect | chosen.all)


@_value.register(ops.CountDistinctStar)
def _count_distinct(node: Any, seen: _Seen) -> _Uses:
    where = _Uses() if node.where is None else seen.uses[node.where]
    flow = seen.flows[node.arg]
    return _joined(where, _Uses(_direct(flow), flow.all))


@_value.register(ops.WindowFunction)
def _window(node: Any, seen: _Seen) -> _Uses:
    function = seen.uses[node.func]
    frame = [bound for bound in (node.start, node.end) if bound is not None]
    around = seen.together([*node.group_by, *node.order_by, *frame])
    return _Uses(function.direct, function.indirect | around.all)


@_value.register
def _scalar(node: ops.ScalarSubquery, seen: _Seen) -> _Uses:
    flow = seen.flows[node.rel]
    return _Uses(_direct(flow), flow.all)


@_value.register
def _exists(node: ops.ExistsSubquery, seen: _Seen) -> _Uses:
    """Yes or no about rows: what decides about them is the value."""
    return _Uses(direct=seen.flows[node.rel].rows)


@_value.register
def _in(node: ops.InSubquery, seen: _Seen) -> _Uses:
    flow = seen.flows[node.rel]
    needle = seen.uses[node.needle]
    return _Uses(needle.direct | _direct(flow), needle.indirect | flow.all)


def _direct(flow: _Flow) -> Sources:
    return _NONE.union(*(uses.direct for uses in flow.columns.values()))
