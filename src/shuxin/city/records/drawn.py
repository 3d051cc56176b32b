"""What a recipe draws: the rows of one catalogue in one block of firms, as far as the recipe determines them.

A recipe says which rows there are, and the values that follow from the World; every other field is filled from its
declaration (``shuxin.city.catalogues``). So a recipe of sums that must agree gives those columns and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.streams import stream
from shuxin.city.world.draws import BLOCK

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.world.world import World

NOTHING = np.iinfo(np.int64).min
"""A missing whole number or time; of days (int32) the least int32 is."""
NO_DAY = np.iinfo(np.int32).min
BEFORE = -1
"""Month of what happened before the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Firms ``first`` to ``stop`` (exclusive) of the World: the unit in which records are drawn and written."""

    seed: int
    number: int
    first: int
    stop: int

    @property
    def firms(self) -> NDArray[np.int32]:
        return np.arange(self.first, self.stop, dtype=np.int32)

    def rng(self, slug: str, purpose: str) -> Generator:
        """The stream of one purpose of one catalogue in this block."""
        return stream(seed=self.seed, purpose=f"records/{slug}/{purpose}", index=self.number)


def blocks(world: World) -> tuple[Block, ...]:
    """All of them, 4,096 firms each."""
    return tuple(
        Block(seed=world.seed, number=n, first=first, stop=min(first + BLOCK, world.count))
        for n, first in enumerate(range(0, world.count, BLOCK))
    )


Values = object
"""A column, (r,), by the kind of its field.

CODE: int8 or int16 places in the code table, -1 missing. INTEGER, FEN, RATIO_PPM: int64, NOTHING missing. NUMBER:
float64, NaN missing. DATE, MONTH: int32 days since 1970-01-01, NO_DAY missing. TIME: int64 seconds since 1970 UTC,
NOTHING missing. FLAG: bool, or int8 with -1 missing. NAME, USCC: int32 places of firms in the World, -1 missing, or
Arrow strings, or :class:`Names`. PERSON_HMAC: int32 places of persons, -1 missing. TEXT, ADDRESS, ACCOUNT: Arrow
strings.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """A NAME column of firms, persons and others, (r,).

    place: int32; a firm's place in the World; ``-2 - p`` (:func:`person_name`) person ``p``; -1 neither: then the
    name is what stands in words, Arrow strings, missing where that is null.
    """

    place: NDArray[np.int32]
    words: pa.StringArray

    def __len__(self) -> int:
        return len(self.place)


def person_name(person: NDArray[np.integer]) -> NDArray[np.int32]:
    """Places of persons as ``Names.place`` has them."""
    return (-2 - person).astype(np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Rows, (r,) each, in the order in which they are written: by firm, then as the recipe has them.

    firm: int32 place of the subject in the World. day: int32, the event, or the first day of its period. month: int16
    of the window that ``day`` lies in, BEFORE before it. known: int64 seconds since 1970 UTC from which the row could
    be seen; None: the day plus the catalogue's usual lag, with its spread. values: columns already determined, by
    name of field; the rest follow from the declaration. Beside fields they may have "unit", int32: the number of the
    meter, person or account within its firm, 0 if it is not there, by which accounts are numbered (``accounts``; not
    where a field has that name); and
    "subject_code" or "subject_name", Arrow strings, where the subject is not the firm.
    """

    firm: NDArray[np.int32]
    day: NDArray[np.int32]
    month: NDArray[np.int16]
    known: NDArray[np.int64] | None = None
    values: Mapping[str, Values] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.firm)


Recipe = Callable[["World", Block], Drawn]
"""The same for the same world and block, whatever was drawn before."""
