"""What is wrong with a decision table (决策表静态检查): gaps, overlaps, unreachable rows, by exact arithmetic on sets.

Each column is cut at every value that one of its cells names; between two cuts all cells answer alike, so one value
stands for all. Combinations are then walked as sets of rows that still hold, each set once, and never sampled.
Columns are taken as independent: a combination that no firm can have still counts as a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.lending.strategy.cells import Cell, CellMalformed, parse_cell
from shuxin.lending.strategy.facts import FactKind, greatest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shuxin.lending.strategy.document import Table
    from shuxin.lending.strategy.facts import Fact, FactSpec

MOST_STATES = 100_000
MOST_FINDINGS = 20
"""Of one kind in one table."""
_STEP = {FactKind.INTEGER: Decimal(1), FactKind.NUMBER: Decimal("0.000001")}
_FRESH = "\u25a1"
"""A symbol for "any other text"; a cell that names it is of no use."""

SENTENCES: Mapping[str, Text] = {
    "gap": Text(en="no row holds for this case", zh="没有任何一行覆盖该情形"),
    "overlap": Text(en="this row and another hold at once", zh="该行与另一行同时成立"),
    "unreachable": Text(en="this row never counts", zh="该行永远不会生效"),
    "malformed": Text(
        en="this cell is not of the permitted form, or not of this column's kind",
        zh="单元格写法不在允许范围内，或与该列类型不符",
    ),
    "unknown_fact": Text(en="no such fact is declared", zh="该变量未声明"),
    "unknown_code": Text(
        en="the list of reasons does not have this code", zh="原因表中没有该代码"
    ),
    "too_large": Text(
        en="the table is too large to be checked whole; divide it", zh="决策表过大，无法完整检查，请拆分"
    ),
    "too_early": Text(
        en="this fact is not there yet at this stage", zh="该变量在此阶段尚不可用"
    ),
    "order": Text(
        en="a cheaper source is asked after a dearer one", zh="低成本数据排在高成本数据之后查询"
    ),
    "missing_stage": Text(
        en="the strategy lacks a stage that it needs", zh="策略缺少必要的阶段"
    ),
    "unknown_model": Text(
        en="the model is not kept here, or is not intact", zh="本机构没有该模型，或模型不完整"
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableFinding:
    """What is wrong, and where. row: from 1, 0 for the whole; other: the second row of an overlap.

    example: one input for which it is so, None is unknown.
    """

    code: str
    table: str
    row: int = 0
    column: str = ""
    other: int = 0
    example: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        return SENTENCES[self.code]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A table whose cells are all understood; ``cells`` by row, then column."""

    table: Table
    kinds: tuple[FactSpec, ...]
    cells: tuple[tuple[Cell, ...], ...]

    def counting(self, facts: Mapping[str, Fact]) -> list[int]:
        """Those that count by the hit policy; more than one is a fault of a unique table."""
        holding = self.rows_holding(facts)
        return holding[:1] if self.table.hit == "first" else holding

    def rows_holding(self, facts: Mapping[str, Fact]) -> list[int]:
        """Indices of all rows that hold, from 0."""
        values = [facts.get(name) for name in self.table.inputs]
        return [
            number
            for number, row in enumerate(self.cells)
            if all(cell.holds(value) for cell, value in zip(row, values, strict=True))
        ]


def compiled(table: Table, specs: Mapping[str, FactSpec]) -> Compiled | tuple[TableFinding, ...]:
    """The table, or every input that is unknown and cell that is malformed."""
    unknown = [
        TableFinding("unknown_fact", table.id, column=name)
        for name in table.inputs
        if name not in specs
    ]
    kinds = tuple(specs[name] for name in table.inputs if name in specs)
    findings, rows = unknown, []
    for number, row in enumerate(table.rows, start=1):
        cells = []
        for name, text in zip(table.inputs, row.when, strict=True):
            if name not in specs:
                continue
            try:
                cells.append(parse_cell(text, kind=specs[name].kind))
            except CellMalformed:
                findings.append(TableFinding("malformed", table.id, number, name))
        rows.append(tuple(cells))
    return tuple(findings) if findings else Compiled(table, kinds, tuple(rows))


def faults(found: Compiled) -> tuple[TableFinding, ...]:
    """Gaps, rows that overlap where the hit policy is unique, rows that never count."""
    walk = _Walk(found)
    try:
        walk.look(0, (1 << len(found.cells)) - 1, ())
    except _TooLarge:
        return (TableFinding("too_large", found.table.id),)
    return tuple(walk.findings())


class _TooLarge(Exception):
    pass


class _Walk:
    """Sets of rows that still hold, column by column; each set is looked at once in each column."""

    def __init__(self, found: Compiled) -> None:
        self.found = found
        self.columns = [_classes(found, at) for at in range(len(found.kinds))]
        self.seen: set[tuple[int, int]] = set()
        self.gaps: list[tuple[Fact, ...]] = []
        self.met: dict[int, tuple[Fact, ...]] = {}

    def look(self, at: int, rows: int, values: tuple[Fact, ...]) -> None:
        """Raises _TooLarge."""
        if (at, rows) in self.seen:
            return
        self.seen.add((at, rows))
        if len(self.seen) > MOST_STATES:
            raise _TooLarge
        if not rows:
            rest = tuple(next(iter(column.values())) for column in self.columns[at:])
            self.gaps.append(values + rest)
        elif at == len(self.columns):
            self.met[rows] = values
        else:
            for holding, value in self.columns[at].items():
                self.look(at + 1, rows & holding, (*values, value))

    def findings(self) -> Iterator[TableFinding]:
        name = self.found.table.id
        for values in self.gaps[:MOST_FINDINGS]:
            yield TableFinding("gap", name, example=self._example(values))
        if self.found.table.hit == "unique":
            yield from self._overlaps()
        reached = {number for rows in self.met for number in self._counting(rows)}
        for number in range(len(self.found.cells)):
            if number not in reached:
                yield TableFinding("unreachable", name, number + 1)

    def _overlaps(self) -> Iterator[TableFinding]:
        pairs: dict[tuple[int, int], tuple[Fact, ...]] = {}
        for rows, values in self.met.items():
            for pair in combinations(_numbers(rows), 2):
                pairs.setdefault(pair, values)
        for (one, other), values in sorted(pairs.items())[:MOST_FINDINGS]:
            yield TableFinding(
                "overlap", self.found.table.id, other + 1, other=one + 1,
                example=self._example(values),
            )  # fmt: skip

    def _counting(self, rows: int) -> list[int]:
        numbers = _numbers(rows)
        return numbers[:1] if self.found.table.hit == "first" else numbers

    def _example(self, values: tuple[Fact, ...]) -> dict[str, Fact]:
        return dict(zip(self.found.table.inputs, values, strict=True))


def _numbers(rows: int) -> list[int]:
    return [number for number in range(rows.bit_length()) if rows >> number & 1]


def _classes(found: Compiled, at: int) -> dict[int, Fact]:
    """The rows whose cell holds, as bits, and one value for which just these do."""
    cells = [row[at] for row in found.cells]
    classes: dict[int, Fact] = {}
    for value in representatives(found.kinds[at], tuple(set(cells))):
        holding = sum(1 << number for number, cell in enumerate(cells) if cell.holds(value))
        classes.setdefault(holding, value)
    return classes


@lru_cache(maxsize=256)
def representatives(spec: FactSpec, cells: tuple[Cell, ...]) -> tuple[Fact, ...]:
    """Values such that every other value of the column is answered by all ``cells`` as one of them is."""
    unknown: tuple[Fact, ...] = (None,) if spec.may_be_unknown else ()
    if spec.kind is FactKind.BOOLEAN:
        return (True, False, *unknown)
    if spec.kind is FactKind.TEXT:
        return (*(spec.one_of or _texts(cells)), *unknown)
    return (*_numbers_of(spec, cells), *unknown)


def _texts(cells: tuple[Cell, ...]) -> list[str]:
    named = {text for cell in cells for text in cell.texts()}
    prefixes = {text for cell in cells for text in cell.prefixes()}
    return sorted(named | prefixes | {prefix + _FRESH for prefix in prefixes} | {_FRESH})


def _numbers_of(spec: FactSpec, cells: tuple[Cell, ...]) -> list[int | float]:
    least = Decimal(-greatest(spec.kind) if spec.least is None else spec.least)
    most = Decimal(greatest(spec.kind) if spec.most is None else spec.most)
    step = _STEP[spec.kind]
    cuts = {number for cell in cells for number in cell.numbers()} | {least, most}
    near = {cut + move for cut in cuts for move in (-step, Decimal(0), step)}
    within = sorted(one for one in near if least <= one <= most)
    return [int(one) if one == one.to_integral_value() else float(one) for one in within]
