"""A town for the tests of recipes, built once, and its rows of a catalogue, in one block and in several."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from shuxin.city.records.coded import recipes
from shuxin.city.records.coded.days import STARTS, UNTIL
from shuxin.city.records.drawn import BEFORE, Block, Drawn, Names
from shuxin.city.world.scale import WorldSize
from shuxin.city.world.world import build_world

if TYPE_CHECKING:
    from shuxin.city.world.world import World

SEED = 7
DAY = 86_400
MONTH = 30.4375


@lru_cache(maxsize=1)
def town() -> World:
    return build_world(size=WorldSize.TOWN, seed=SEED)


@lru_cache(maxsize=64)
def drawn(slug: str) -> Drawn:
    """All rows of the town."""
    return recipes()[slug](town(), _block(0, town().count))


def cut(slug: str, *places: int) -> Drawn:
    """The same, drawn in blocks that are cut there."""
    edges = (0, *places, town().count)
    parts = [recipes()[slug](town(), _block(*pair)) for pair in pairwise(edges)]
    return Drawn(
        firm=np.concatenate([part.firm for part in parts]),
        day=np.concatenate([part.day for part in parts]),
        month=np.concatenate([part.month for part in parts]),
        known=np.concatenate([part.known for part in parts if part.known is not None]),
        values={name: _joined([part.values[name] for part in parts]) for name in parts[0].values},
    )


def _block(first: int, stop: int) -> Block:
    return Block(seed=SEED, number=0, first=first, stop=stop)


def _joined(columns: list[Any]) -> Any:
    if isinstance(columns[0], Names):
        words = pa.concat_arrays([column.words for column in columns])
        return Names(place=np.concatenate([column.place for column in columns]), words=words)
    if isinstance(columns[0], np.ndarray):
        return np.concatenate(columns)
    return pa.concat_arrays(columns)


def plain(column: Any) -> list[Any]:
    """Values of a column of any kind."""
    if isinstance(column, Names):
        return list(zip(column.place.tolist(), column.words.to_pylist(), strict=True))
    return column.tolist() if isinstance(column, np.ndarray) else column.to_pylist()


def same(one: Any, two: Any) -> bool:
    """Whether two columns hold the same values; NaN is like NaN."""
    if isinstance(one, Names):
        return same(one.place, two.place) and same(one.words, two.words)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, two, equal_nan=one.dtype.kind == "f")
    return bool(one.equals(two))


def living() -> np.ndarray[Any, np.dtype[np.bool_]]:
    return town().ended < 0


def default_day(firm: Any) -> Any:
    """The last day of the month in which firms fail, days since 1970; far off for those who do not."""
    failed = town().outcome.failed[firm]
    return np.where(failed >= 0, STARTS[failed + 1], 10**6)


__all__ = [
    "BEFORE",
    "DAY",
    "MONTH",
    "SEED",
    "UNTIL",
    "cut",
    "default_day",
    "drawn",
    "living",
    "plain",
    "same",
    "town",
]
