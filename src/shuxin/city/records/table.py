"""One catalogue's rows, block by block: from the World to a batch as the department has it, and what is wrong in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.records.choice import PERIODIC
from shuxin.city.records.columns import array_of, batch_words, schema_of, times
from shuxin.city.records.damage import (
    Damage,
    dated_back,
    doubled,
    late_rows,
    slipped_units,
    written_codes,
    written_names,
)
from shuxin.city.records.drawn import Names
from shuxin.city.records.fill import Sheet, fill
from shuxin.city.records.generic import generic, plan_of
from shuxin.city.records.removals import end_of, with_removals
from shuxin.city.records.subjects import subject_codes, subject_names
from shuxin.city.records.times import DAY_SECONDS, LAST_DAY, known_of, periods_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.records.generic import Plan
    from shuxin.city.records.register import Register
    from shuxin.city.records.views import Views

_BLOCK_ROWS = 10**9
"""Numbers of records are the block's, times this, and the place in it."""
UNIT = "unit"
"""Among a recipe's values, where no field has that name: numbers of units."""
_FIRST_BATCH = 13_514
"""2007-01-01: what was known earlier came with the first load."""


@dataclass(frozen=True, slots=True)
class Clean:
    """Rows of one block as they truly are: firm int32 (r,), known int64 seconds (r,), the catalogue's own columns."""

    firm: NDArray[np.int32]
    known: NDArray[np.int64]
    columns: Mapping[str, pa.Array]


@dataclass(frozen=True, slots=True)
class Made:
    """Rows of one block: the batch, its damage, and how many at its end are second copies."""

    batch: pa.RecordBatch
    damage: list[Damage]
    doubled: int


class Table:
    """The rows of one catalogue. recipe: None where they follow from the declaration."""

    def __init__(
        self, *, register: Register, views: Views, catalogue: Catalogue, recipe: Recipe | None
    ) -> None:
        self.world, self.register, self.views = register.world, register, views
        self.catalogue, self.recipe = catalogue, recipe
        self.schema = schema_of(catalogue)
        self._own = frozenset(one.name for one in catalogue.fields)

    @cached_property
    def _plan(self) -> Plan:
        return plan_of(self.world, self.views, self.catalogue)

    def block(self, block: Block) -> Made:
        """As the department has them."""
        return self._made(*self._sheet(block))

    def clean(self, block: Block) -> Clean:
        """Before anything went wrong."""
        sheet, _late = self._sheet(block)
        values = fill(sheet)
        columns = {
            one.name: array_of(one, values[one.name], self.register)
            for one in self.catalogue.fields
        }
        return Clean(sheet.drawn.firm, sheet.known, columns)

    def _sheet(self, block: Block) -> tuple[Sheet, NDArray[np.bool_]]:
        """The rows that are known before the day of the extracts, and which of them came late."""
        drawn, unit, late = self._drawn(block)
        known, more_late = self._known(drawn, block)
        late = late | more_late
        kept = known < LAST_DAY * DAY_SECONDS
        if not kept.all():
            drawn, unit, known, late = _only(drawn, kept), unit[kept], known[kept], late[kept]
        sheet = Sheet(
            world=self.world,
            register=self.register,
            views=self.views,
            catalogue=self.catalogue,
            block=block,
            drawn=drawn,
            known=known,
            unit=unit,
            months=self._months(drawn),
        )
        ends = None if self.recipe else end_of(self.catalogue)
        if ends is None:
            return sheet, late
        sheet, entry = with_removals(sheet, ends)
        return sheet, late[entry] & (np.arange(len(entry)) < len(late))

    def _drawn(self, block: Block) -> tuple[Drawn, NDArray[np.int32], NDArray[np.bool_]]:
        if self.recipe is None:
            return generic(self._plan, block)
        drawn = self.recipe(self.world, block)
        unit = np.zeros(len(drawn), np.int32)
        if UNIT in drawn.values and UNIT not in self._own:
            unit = np.asarray(drawn.values[UNIT], np.int32)
        return drawn, unit, np.zeros(len(drawn), np.bool_)

    def _known(self, drawn: Drawn, block: Block) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if drawn.known is not None:
            return drawn.known, np.zeros(len(drawn), np.bool_)
        rng = block.rng(self.catalogue.slug, "known")
        if self.catalogue.rows.kind not in PERIODIC:
            return known_of(self.catalogue, drawn.day, rng=rng, is_due=False)
        periods = periods_of(self.catalogue)
        place = np.clip(
            np.searchsorted(periods.start, drawn.day, side="right") - 1, 0, len(periods) - 1
        )
        return known_of(self.catalogue, periods.due[place], rng=rng, is_due=True)

    def _months(self, drawn: Drawn) -> NDArray[np.int16]:
        """(r,) months of each row's period; 1 of an event."""
        if self.catalogue.rows.kind not in PERIODIC:
            return np.ones(len(drawn), np.int16)
        periods = periods_of(self.catalogue)
        place = np.searchsorted(periods.start, drawn.day, side="right") - 1
        return periods.months[np.clip(place, 0, len(periods) - 1)]

    def _made(self, sheet: Sheet, late: NDArray[np.bool_]) -> Made:
        values = fill(sheet)
        damage: list[Damage] = late_rows(sheet, late)
        codes, names = subject_codes(sheet, values), subject_names(sheet)
        if codes is None:
            codes, found = written_codes(sheet)
            damage += found
        if names is None:
            names, found = written_names(sheet)
            damage += found
        own = [array_of(one, values[one.name], self.register) for one in self.catalogue.fields]
        number = sheet.block.number * _BLOCK_ROWS + np.arange(len(sheet), dtype=np.int64)
        columns = [codes, names, *own, pa.array(number), *self._arrival(sheet.known)]
        batch = pa.RecordBatch.from_arrays(columns, schema=self.schema)
        batch, slipped = slipped_units(sheet, batch)
        batch, back = dated_back(sheet, batch)
        return self._with_doubles(sheet, batch, [*damage, *slipped, *back])

    def _arrival(self, known: NDArray[np.int64]) -> list[pa.Array]:
        """Batch and known time."""
        words = batch_words(self.catalogue.slug, _FIRST_BATCH, LAST_DAY)
        day = np.maximum(known // DAY_SECONDS - _FIRST_BATCH, 0).astype(np.int16)
        return [pa.DictionaryArray.from_arrays(pa.array(day), words), times(known)]

    def _with_doubles(self, sheet: Sheet, batch: pa.RecordBatch, damage: list[Damage]) -> Made:
        row, again = doubled(sheet)
        if not len(row):
            return Made(batch, damage, 0)
        copies = batch.take(pa.array(row))
        for name, column in zip(("batch_id", "known_time"), self._arrival(again), strict=True):
            place = batch.schema.get_field_index(name)
            copies = copies.set_column(place, batch.schema.field(place), column)
        places = np.arange(len(row), dtype=np.int64) + len(batch)
        told = Damage(
            "",
            "doubled_row",
            places,
            sheet.drawn.firm[row],
            pa.array(row),
            pa.nulls(len(row), pa.string()),
        )
        whole = pa.Table.from_batches([batch, copies]).combine_chunks().to_batches()
        return Made(whole[0], [*damage, told], len(row))


def _only(drawn: Drawn, kept: NDArray[np.bool_]) -> Drawn:
    """The rows that are kept."""
    values = {name: _kept(column, kept) for name, column in drawn.values.items()}
    return replace(
        drawn,
        firm=drawn.firm[kept],
        day=drawn.day[kept],
        month=drawn.month[kept],
        known=None if drawn.known is None else drawn.known[kept],
        values=values,
    )


def _kept(column: object, kept: NDArray[np.bool_]) -> object:
    if isinstance(column, np.ndarray):
        return column[kept]
    if isinstance(column, Names):
        return Names(place=column.place[kept], words=column.words.filter(pa.array(kept)))
    if isinstance(column, pa.Array | pa.ChunkedArray):
        return column.filter(pa.array(kept))
    raise TypeError(type(column).__name__)
