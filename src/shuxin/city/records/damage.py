"""What goes wrong on the way into a department's books, with the truth of each damage kept (DOMAIN 9.8).

Identifiers are miswritten in .8 per cent of rows, names in 5, a row stands twice in .5 per cent; in tables that people
fill by hand an amount is in the wrong unit in .4 per cent of rows, and .3 of events are dated back (倒签). Rows that
arrive late are told, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.catalogue.api import Cycle
from shuxin.city.catalogues import FieldKind, RowsKind
from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.records.fill import had_former_name
from shuxin.city.records.register import CODE_KINDS, NAME_KINDS
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.fill import Sheet

CODE_ERRORS, NAME_VARIANTS, DOUBLED, UNIT_SLIPS, BACK_DATED = 0.008, 0.05, 0.005, 0.004, 0.003
LATE = "late_row"
"""Kind of truth of a row that came a month or more later than usual."""
DATED_BACK = "back_dated"
"""Of a row whose event bears an earlier day than the true one."""
TRUTH = pa.schema(
    [
        ("row", pa.int64()),
        ("firm", pa.int32()),
        ("column", pa.dictionary(pa.int8(), pa.string())),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("before", pa.string()),
        ("after", pa.string()),
    ]
)
"""row: place in the file, from 0. before: what is true; of a doubled row, the place of the first one."""
_BY_MACHINE = frozenset({Cycle.REAL_TIME, Cycle.DAY})
_WITHOUT_PLACE = NAME_KINDS.index(DirtKind.NAME_WITHOUT_PLACE)
_SECOND_COPY_DAYS = 30
_BACK_DAYS = (20, 365)
_SLIP = 100
"""Yuan for fen."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Damage of one kind: rows (k,) of the block, their firms, and texts before and after."""

    column: str
    kind: str
    row: NDArray[np.int64]
    firm: NDArray[np.int32]
    before: pa.Array
    after: pa.Array

    def table(self, first: int) -> pa.Table:
        """As rows of the truth, counted from ``first``."""
        many = len(self.row)
        word = np.zeros(many, np.int8)
        columns = [
            pa.array(self.row + first),
            pa.array(self.firm),
            pa.DictionaryArray.from_arrays(pa.array(word), pa.array([self.column])),
            pa.DictionaryArray.from_arrays(pa.array(word), pa.array([self.kind])),
            pc.cast(self.before, pa.string()),
            pc.cast(self.after, pa.string()),
        ]
        return pa.Table.from_arrays(columns, schema=TRUTH)


def written_codes(sheet: Sheet) -> tuple[pa.Array, list[Damage]]:
    """The USCC of each row's firm as it was written, and what is wrong with it."""
    register, firm = sheet.register, sheet.drawn.firm
    way = _ways(sheet.rng("dirt/code"), len(sheet), CODE_ERRORS, len(CODE_KINDS))
    return _written(
        register.codes_as_written,
        register.count,
        firm,
        way,
        base=np.zeros(len(firm), np.int64),
        column="subject_code",
        kinds=CODE_KINDS,
        offset=0,
    )


def written_names(sheet: Sheet) -> tuple[pa.Array, list[Damage]]:
    """The name that each row's firm had when the row was known, as it was written, and what is wrong with it."""
    register, firm = sheet.register, sheet.drawn.firm
    way = _ways(sheet.rng("dirt/name"), len(sheet), NAME_VARIANTS, len(NAME_KINDS))
    had_other = had_former_name(sheet)
    hit = way > 0
    changes = register.name_changes[np.maximum(way - 1, 0), firm]
    way = np.where(hit & (~changes | had_other), _WITHOUT_PLACE + 1, way)
    way = np.where(had_other, 0, way)
    return _written(
        register.names_as_written,
        register.count,
        firm,
        way.astype(np.int8),
        base=had_other.astype(np.int64),
        column="subject_name",
        kinds=NAME_KINDS,
        offset=1,
    )


def _ways(rng: Generator, many: int, rate: float, kinds: int) -> NDArray[np.int8]:
    """(r,) 0 for rows that are right, else 1 + the kind of what is wrong."""
    way = np.zeros(many, np.int8)
    hit = np.flatnonzero(rng.random(many, np.float32) < rate)
    way[hit] = 1 + rng.integers(0, kinds, size=len(hit))
    return way


def _written(
    texts: pa.StringArray,
    count: int,
    firm: NDArray[np.int32],
    way: NDArray[np.int8],
    *,
    base: NDArray[np.int64],
    column: str,
    kinds: tuple[DirtKind, ...],
    offset: int,
) -> tuple[pa.Array, list[Damage]]:
    """offset: how many further right sets of texts stand between the first and the wrong ones."""
    right = firm + base * count
    place = np.where(way > 0, firm + (way.astype(np.int64) + offset) * count, right)
    column_made = texts.take(pa.array(place))
    found = []
    for number, kind in enumerate(kinds, 1):
        row = np.flatnonzero(way == number)
        if len(row):
            before, after = texts.take(pa.array(right[row])), texts.take(pa.array(place[row]))
            found.append(Damage(column, kind.value, row, firm[row], before, after))
    return column_made, found


def slipped_units(sheet: Sheet, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[Damage]]:
    """One amount of some rows a hundred times too small: yuan where the column has fen."""
    amounts = [one.name for one in sheet.catalogue.fields if one.kind is FieldKind.FEN]
    if not amounts or not by_hand(sheet.catalogue):
        return batch, []
    rng = sheet.rng("dirt/unit")
    name = amounts[int(rng.integers(len(amounts)))]
    place = batch.schema.get_field_index(name)
    column = batch.column(place)
    hit = rng.random(len(sheet), np.float32) < UNIT_SLIPS
    values = np.asarray(column.fill_null(0))
    hit &= np.asarray(column.is_valid()) & (np.abs(values) >= _SLIP)
    row = np.flatnonzero(hit)
    if not len(row):
        return batch, []
    slipped = pa.array(np.where(hit, values // _SLIP, values), mask=np.asarray(column.is_null()))
    batch = batch.set_column(place, batch.schema.field(place), slipped)
    before, after = pa.array(values[row]), pa.array(values[row] // _SLIP)
    return batch, [
        Damage(name, DirtKind.UNIT_SLIP.value, row, sheet.drawn.firm[row], before, after)
    ]


def dated_back(sheet: Sheet, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, list[Damage]]:
    """Some events of tables that people fill bear a day three weeks to a year before the true one."""
    if not may_be_dated_back(sheet.catalogue):
        return batch, []
    rng = sheet.rng("dirt/dated back")
    row = np.flatnonzero(rng.random(len(sheet), np.float32) < BACK_DATED)
    if not len(row):
        return batch, []
    place = batch.schema.get_field_index(sheet.catalogue.event.name)
    true = batch.column(place)
    days = np.array(true.view(pa.int32()))
    low, high = _BACK_DAYS
    days[row] -= rng.integers(low, high, size=len(row)).astype(np.int32)
    shown = pa.array(days).view(pa.date32())
    batch = batch.set_column(place, batch.schema.field(place), shown)
    told = Damage(
        sheet.catalogue.event.name,
        DATED_BACK,
        row,
        sheet.drawn.firm[row],
        true.take(pa.array(row)),
        shown.take(pa.array(row)),
    )
    return batch, [told]


def may_be_dated_back(catalogue: Catalogue) -> bool:
    """Whether people write the day of an event that happens once."""
    once = catalogue.rows.kind in {RowsKind.EVENT, RowsKind.CONTRACT, RowsKind.LICENCE}
    return once and by_hand(catalogue) and catalogue.event.kind is FieldKind.DATE


def by_hand(catalogue: Catalogue) -> bool:
    """Whether people fill the table; what machines write every day is in the right unit."""
    return catalogue.cycle not in _BY_MACHINE


def doubled(sheet: Sheet) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that are delivered again, (k,), and when, seconds."""
    rng = sheet.rng("dirt/double")
    row = np.flatnonzero(rng.random(len(sheet), np.float32) < DOUBLED)
    again = sheet.known[row] + DAY_SECONDS * rng.integers(1, _SECOND_COPY_DAYS, size=len(row))
    kept = again < LAST_DAY * DAY_SECONDS
    return row[kept], again[kept]


def late_rows(sheet: Sheet, late: NDArray[np.bool_]) -> list[Damage]:
    row = np.flatnonzero(late)
    if not len(row):
        return []
    nothing = pa.nulls(len(row), pa.string())
    return [Damage("known_time", LATE, row, sheet.drawn.firm[row], nothing, nothing)]
