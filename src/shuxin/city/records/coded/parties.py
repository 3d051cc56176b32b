"""Who stands on the other side: firms, persons, banks and courts by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import falls, lots_of
from shuxin.city.records.drawn import Names, person_name
from shuxin.city.vocabulary import CITY, DISTRICTS
from shuxin.city.world.population import REGIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.world.world import World

BANKS = (
    "澜坪农村商业银行",
    "澜坪市商业银行",
    "望澜村镇银行",
    "国有大行澜坪分行",
    "股份制银行澜坪分行",
    "邮政网点澜坪支行",
)
BANK_SHARES = (0.30, 0.20, 0.08, 0.22, 0.12, 0.08)
COURTS = (*(f"{CITY}{DISTRICTS[region]}人民法院" for region in REGIONS), f"{CITY}中级人民法院")
"""One for each of the world's regions, and the intermediate one."""
INTERMEDIATE = len(COURTS) - 1
INTERMEDIATE_FROM_FEN = 5_000_000_000
_NO_WORDS = -1


def outside_firms(world: World) -> int:
    """Firms outside the city that the register has names for, at places from the World's count on."""
    return max(120, world.count // 4)


def outside_firm(world: World, bits: Bits) -> NDArray[np.int32]:
    """(r,) places of firms outside the city."""
    found = again(bits, purpose=91) % np.uint64(outside_firms(world))
    return (world.count + found.astype(np.int64)).astype(np.int32)


def some_person(world: World, bits: Bits) -> Whole:
    """(r,) persons who head no firm."""
    people = np.uint64(len(world.ties.persons.born) - world.count)
    found: Whole = world.count + (again(bits, purpose=92) % people).astype(np.int64)
    return found


def house_bank(world: World, firm: NDArray[np.integer]) -> NDArray[np.int8]:
    """(r,) place in BANKS of the bank that a firm keeps its account with."""
    share = lots_of(world, "house bank").at(firm)
    place = np.searchsorted(np.cumsum(BANK_SHARES), share, side="right")
    return np.minimum(place, len(BANKS) - 1).astype(np.int8)


def second_bank(world: World, firm: NDArray[np.integer]) -> NDArray[np.int8]:
    """(r,) place in BANKS of another bank than the house bank."""
    more = 1 + np.floor(lots_of(world, "second bank").at(firm) * (len(BANKS) - 1))
    return ((house_bank(world, firm) + more.astype(np.int64)) % len(BANKS)).astype(np.int8)


def named(place: NDArray[np.integer], words: NDArray[np.integer], of: tuple[str, ...]) -> Names:
    """Firms and persons by place; where that is -1, a word by its place."""
    index = pa.array(words.astype(np.int64), mask=(words < 0) | (place != -1))
    return Names(place=place.astype(np.int32), words=pa.array(of, pa.string()).take(index))


def court_of(world: World, firm: NDArray[np.integer], amount: Whole) -> NDArray[np.int64]:
    """(r,) place in COURTS: of the firm's region, for great sums the intermediate one."""
    own = world.firms.region[firm].astype(np.int64)
    return np.where(amount >= INTERMEDIATE_FROM_FEN, INTERMEDIATE, own)


def court_names(place: NDArray[np.integer]) -> pa.StringArray:
    return pa.array(COURTS, pa.string()).take(pa.array(place.astype(np.int64)))


def lenders(world: World, firm: NDArray[np.integer], bits: Bits) -> pa.StringArray:
    """(r,) names of banks: mostly the firm's house bank, else its second one."""
    other_one = falls(bits, 93, 0.2)
    place = np.where(other_one, second_bank(world, firm), house_bank(world, firm))
    return pa.array(BANKS, pa.string()).take(pa.array(place.astype(np.int64)))


def heads(world: World, firm: NDArray[np.integer]) -> Names:
    """(r,) the persons at the head of firms."""
    place = person_name(world.ties.controller[firm])
    return named(place, np.full(len(place), _NO_WORDS), ("",))
