"""Days of the window, lives of firms, and rows put in order: what recipes of events have in common."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache, wraps
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.chance import Lots, again, unit
from shuxin.city.records.drawn import NO_DAY, Drawn, Names
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.scale import WINDOW_MONTHS, month_days

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.drawn import Block, Recipe
    from shuxin.city.world.world import World

    Whole = NDArray[np.int64]
    Share = NDArray[np.float64]

T = TypeVar("T")

STARTS: NDArray[np.int64] = month_days().astype(np.int64)
FIRST, UNTIL = int(STARTS[0]), int(STARTS[-1])
"""First day of the window, and the day of the extracts."""
MONTH_DAYS = 30.4375
DAY_SECONDS = 86_400
_OFFICE_OPENS, _OFFICE_HOURS = 3_600, 28_800
"""Nine in the morning in China, in seconds of a day in UTC, and how long offices are open."""
_WEEKDAY_OF_ZERO = 3
_FRIDAY = 4
_SIXTEEN = np.uint64(0xFFFF)
_CANCELLED = p.EXIT_KINDS.index("cancelled")


def month_of(day: NDArray[np.integer]) -> NDArray[np.int16]:
    """Month of the window in which a day lies; BEFORE before it."""
    found = np.searchsorted(STARTS, day, side="right") - 1
    return np.minimum(found, WINDOW_MONTHS - 1).astype(np.int16)


def day_of(when: Share) -> Whole:
    """The day at so many months since the start of the window; months outside it have 30.4375 days."""
    whole = np.floor(when).astype(np.int64)
    inside = np.clip(whole, 0, WINDOW_MONTHS - 1)
    long = STARTS[inside + 1] - STARTS[inside]
    rest = np.where(whole == inside, long * (when - whole), (when - inside) * MONTH_DAYS)
    return STARTS[inside] + np.floor(rest).astype(np.int64)


def ends(world: World) -> Whole:
    """(n,) last day of each firm, the day of the extracts for those that live."""
    return np.where(world.ended >= 0, world.ended, UNTIL).astype(np.int64)


def answerable_until(world: World) -> Whole:
    """(n,) day until which a firm can be a party: only cancellation ends that; a revoked firm still owes its debts."""
    cancelled = (world.ended >= 0) & (world.exit_kind == _CANCELLED)
    return np.where(cancelled, world.ended, UNTIL).astype(np.int64)


def working(day: Whole) -> Whole:
    """The day itself, or the Monday after a weekend."""
    weekday = (day + _WEEKDAY_OF_ZERO) % 7
    found: Whole = day + np.where(weekday > _FRIDAY, 7 - weekday, 0)
    return found


def seen(day: NDArray[np.integer], lag: NDArray[np.integer] | int, share: Share) -> Whole:
    """Seconds since 1970 UTC, in office hours so many days after a day."""
    found: Whole = (day.astype(np.int64) + lag) * DAY_SECONDS + _OFFICE_OPENS
    return found + np.floor(share * _OFFICE_HOURS).astype(np.int64)


def bell(bits: Bits) -> Share:
    """About standard normal: four uniform parts of each number, exact in any order of work."""
    parts = [((bits >> np.uint64(16 * k)) & _SIXTEEN).astype(np.float64) for k in range(4)]
    return (parts[0] + parts[1] + parts[2] + parts[3] + 2.0) * (3**0.5 / 65_536) - 2 * 3**0.5


def about(median: Share, spread: float, bits: Bits) -> Share:
    """Log-normal about a median."""
    found: Share = median * exp(rounded(spread * bell(bits)))
    return found


def other(bits: Bits, purpose: int) -> Share:
    """In [0, 1), for another purpose of the same address."""
    return unit(again(bits, purpose=purpose))


def falls(bits: Bits, purpose: int, share: Share | float) -> NDArray[np.bool_]:
    """Whether what happens in so large a share of cases happens."""
    found: NDArray[np.bool_] = other(bits, purpose) < share
    return found


def lots_of(world: World, purpose: str) -> Lots:
    return Lots(seed=world.seed, purpose=purpose)


@lru_cache(maxsize=64)
def _law(table: str) -> NDArray[np.float64]:
    weights = np.array([code.weight for code in CODE_TABLES[table].codes])
    law: NDArray[np.float64] = rounded(weights.cumsum() / weights.sum())
    return law


def coded(share: Share, table: str) -> NDArray[np.int8]:
    """Places in a code table by its weights."""
    law = _law(table)
    place = np.searchsorted(law, share, side="right")
    return np.minimum(place, len(law) - 1).astype(np.int8)


def code(table: str, word: str) -> int:
    """The place of one code. Raises ValueError when the table has no such code."""
    return [one.code for one in CODE_TABLES[table].codes].index(word)


def among(bits: Bits, purpose: int, table: str, **weights: float) -> NDArray[np.int8]:
    """Places in a code table of the codes that are named, by these weights."""
    places = np.array([code(table, word) for word in weights], np.int8)
    law = rounded(np.cumsum([*weights.values()]) / sum(weights.values()))
    place = np.searchsorted(law, other(bits, purpose), side="right")
    return places[np.minimum(place, len(places) - 1)]


def text(*parts: str | NDArray[np.integer] | pa.Array) -> pa.StringArray:
    """Strings joined row by row from words, whole numbers and strings."""
    columns = [
        pc.cast(pa.array(part), pa.string()) if isinstance(part, np.ndarray) else part
        for part in parts
    ]
    return pc.binary_join_element_wise(*columns, "")


def padded(numbers: NDArray[np.integer], width: int) -> pa.StringArray:
    """Whole numbers with zeros in front."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def words(places: NDArray[np.integer], of: tuple[str, ...]) -> pa.StringArray:
    """Words by place; missing where that is below 0."""
    index = pa.array(places.astype(np.int64), mask=places < 0)
    return pa.array(of, pa.string()).take(index)


def chosen(column: object, order: Whole) -> object:
    """Rows of a column of any kind."""
    if isinstance(column, Names):
        return Names(place=column.place[order], words=column.words.take(pa.array(order)))
    return column[order] if isinstance(column, np.ndarray) else column.take(pa.array(order))  # type: ignore[attr-defined]


def gathered(
    block: Block,
    *,
    firm: NDArray[np.integer],
    day: NDArray[np.integer],
    known: NDArray[np.integer] | None,
    kept: NDArray[np.bool_] | None = None,
    values: dict[str, object],
) -> Drawn:
    """Rows of the block's firms before the extracts, by firm and day, else in the order in which they are given."""
    own = (firm >= block.first) & (firm < block.stop) & (day < UNTIL)
    if kept is not None:
        own &= kept
    rows = np.flatnonzero(own)
    order = rows[np.lexsort((day[rows], firm[rows]))]
    days = day[order]
    return Drawn(
        firm=firm[order].astype(np.int32),
        day=days.astype(np.int32),
        month=month_of(days),
        known=None if known is None else known[order].astype(np.int64),
        values={name: chosen(column, order) for name, column in values.items()},
    )


def dated(day: NDArray[np.integer], there: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Days where they are there and before the extracts; what has not yet happened is missing."""
    missing = np.iinfo(np.int32).min
    return np.where(there & (day < UNTIL), day, missing).astype(np.int32)


def with_ends(over: NDArray[np.bool_]) -> tuple[Whole, NDArray[np.bool_]]:
    """Of entries of a list (e,), then of the further rows that tell of the end of those that are over: the entry of
    each row, and which rows are ends.
    """
    row = np.concatenate([np.arange(len(over)), np.flatnonzero(over)])
    return row, np.arange(len(row)) >= len(over)


def taken_off(entry: Whole, out: Whole, is_end: NDArray[np.bool_], bits: Bits) -> Whole:
    """(r,) seconds at which rows are seen: entries as given, ends one to six days after the firm was taken off."""
    end = seen(out, 1 + np.floor(5 * other(bits, 120)).astype(np.int64), other(bits, 121))
    return np.where(is_end, np.maximum(end, entry + DAY_SECONDS), entry)


def in_parts(recipe: Recipe, *, firms: int) -> Recipe:
    """The same recipe, drawn for so many firms at once: what it works with is smaller, what it draws the same."""

    def drawn(world: World, block: Block) -> Drawn:
        edges = [*range(block.first, block.stop, firms), block.stop]
        parts = [
            recipe(world, replace(block, first=first, stop=stop)) for first, stop in pairwise(edges)
        ]
        return Drawn(
            firm=np.concatenate([part.firm for part in parts]),
            day=np.concatenate([part.day for part in parts]),
            month=np.concatenate([part.month for part in parts]),
            known=np.concatenate([np.asarray(part.known) for part in parts]),
            values={name: _one([part.values[name] for part in parts]) for name in parts[0].values},
        )

    return drawn


def _one(columns: list[Any]) -> object:
    """Columns of any one kind behind each other."""
    if isinstance(columns[0], Names):
        words = _one([one.words for one in columns])
        return Names(place=np.concatenate([one.place for one in columns]), words=words)
    if isinstance(columns[0], np.ndarray):
        return np.concatenate(columns)
    return pa.chunked_array(
        [chunk for one in columns for chunk in getattr(one, "chunks", [one])]
    ).combine_chunks()


def ends_told_later(
    world: World,
    drawn: Drawn,
    *,
    end: str,
    among: NDArray[np.bool_] | None = None,
    before: Mapping[str, int] | None = None,
) -> Drawn:
    """Rows as they were first seen, without the day in the DATE column ``end``, and behind each that has ended a
    further one with it, seen one to six days after it.

    drawn: with ``known``. among: rows (r,) of which that is so, else all; the others keep their end, which was known
    from the beginning. before: of columns that change with the end, the code that the first row has.
    """
    day = np.asarray(drawn.values[end])
    later = (day != NO_DAY) & (True if among is None else among)
    row, is_end = with_ends(later)
    over = ~is_end & later[row]
    values = {name: chosen(column, row) for name, column in drawn.values.items()}
    values[end] = np.where(over, NO_DAY, day[row]).astype(np.int32)
    for name, code_before in (before or {}).items():
        values[name] = np.where(over, code_before, np.asarray(values[name])).astype(np.int8)
    firm, days = drawn.firm[row], drawn.day[row]
    bits = lots_of(world, f"ends/{end}").bits(firm, np.maximum(days, 0), np.maximum(day[row], 0))
    known = taken_off(np.asarray(drawn.known)[row], day[row], is_end, bits)
    order = np.lexsort((days, firm))
    return Drawn(
        firm=firm[order],
        day=days[order],
        month=drawn.month[row][order],
        known=known[order],
        values={name: chosen(column, order) for name, column in values.items()},
    )


class _Same:
    """A world as a key: equal to itself only."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.world is self.world

    def __hash__(self) -> int:
        return id(self.world)


def once(make: Callable[[World], T]) -> Callable[[World], T]:
    """Keeps what was made of the last world: it is asked for again by every block."""

    @lru_cache(maxsize=1)
    def kept(same: _Same) -> T:
        return make(same.world)

    @wraps(make)
    def made(world: World) -> T:
        return kept(_Same(world))

    return made
