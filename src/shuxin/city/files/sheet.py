"""The lines of one file, in order: titles, header, rows with their dirt, totals, notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.city.dirt.kinds import CellDirt, DirtKind
from shuxin.city.files.cells import dirty_rows
from shuxin.city.files.spelling import Cell, clean_cells, money_text, shown
from shuxin.city.files.tables import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.city.files.source import Source
    from shuxin.city.files.tables import Row, Table, Value

DOUBLED_ROWS = 0.005
_FEWEST_FOR_BLANKS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file or row of a sheet.

    row: number of the true row, or None. kind: what sort of dirt the whole line is, if it is.
    damages: what was done to its cells.
    """

    cells: tuple[Cell, ...]
    row: int | None = None
    kind: DirtKind | None = None
    damages: tuple[CellDirt, ...] = ()
    is_header: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in its file; ``lines[i]`` is line ``i + 1``.

    In Parquet and databases line 1 is the names of the columns.
    """

    table: Table
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]

    @property
    def header_lines(self) -> tuple[int, ...]:
        """1-based lines of the first header, the merged row over it included."""
        last = next(i for i, line in enumerate(self.lines) if line.is_header)
        return tuple(range(last + 1 - bool(self.table.form.groups), last + 2))


def make_sheet(*, table: Table, source: Source) -> Sheet:
    """The same for the same city."""
    rows = table.rows(source)
    body = list(_body(table, rows, source))
    if table.form.kind is Kind.SQLITE:
        body.sort(key=_database_order)
    lines = (*_above(table), *body, *_below(table, rows))
    return Sheet(table, tuple(rows), lines)


def _above(table: Table) -> Iterator[Line]:
    for title in table.form.titles:
        yield Line((title,) if title else (), kind=DirtKind.TITLE if title else DirtKind.BLANK_ROW)
    groups = [(label, *("",) * (span - 1)) for label, span in table.form.groups]
    if groups:
        yield Line(tuple(cell for group in groups for cell in group))
    yield _header(table)


def _header(table: Table) -> Line:
    return Line(tuple(column.header for column in table.columns), is_header=True)


def _body(table: Table, rows: Sequence[Row], source: Source) -> Iterator[Line]:
    form, clean = table.form, list(clean_cells(rows, table=table))
    dirty = dirty_rows(rows, clean, table=table, source=source)
    rng = source.rng(f"lines/{table.dataset}")
    doubled = rng.random(len(rows)) < DOUBLED_ROWS
    doubled[len(rows) // 2 : len(rows) // 2 + 1] = True
    blank = rng.random(len(rows)) < form.blank_rows
    blank[: _FEWEST_FOR_BLANKS + 1] = blank[-1:] = False
    for number, cells in enumerate(clean):
        if form.header_every and number and number % form.header_every == 0:
            yield Line(_header(table).cells, kind=DirtKind.REPEATED_HEADER)
        written, damages = dirty.get(number, (cells, ()))
        yield Line(written, row=number, damages=damages)
        if doubled[number]:
            yield Line(written, row=number, kind=DirtKind.DOUBLED_ROW, damages=damages)
        if blank[number]:
            yield Line((), kind=DirtKind.BLANK_ROW)


def _below(table: Table, rows: list[Row]) -> Iterator[Line]:
    if table.form.totals_label:
        yield Line(tuple(_totals(table, rows)), kind=DirtKind.TOTALS_ROW)
    for note in table.form.notes:
        yield Line((note,), kind=DirtKind.NOTE)


def _totals(table: Table, rows: list[Row]) -> Iterator[Cell]:
    for place, column in enumerate(table.columns):
        if place == 0:
            yield table.form.totals_label
        elif column.summed:
            total = sum(_fen(row.values[place]) for row in rows)
            text = money_text(total, column=column)
            typed = table.form.kind is not Kind.TEXT and not column.grouped
            yield float(text) if typed else text
        else:
            yield None


def _fen(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _database_order(line: Line) -> tuple[tuple[bool, object], ...]:
    """As ``ORDER BY`` all columns puts them: NULL first, then by value."""
    return tuple((cell is not None, cell if cell is not None else 0) for cell in line.cells)


def line_text(line: Line) -> str:
    """What a reader sees of a whole line."""
    return " ".join(filter(None, map(shown, line.cells)))
