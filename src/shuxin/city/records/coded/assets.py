"""Real estate of firms, mortgages on it, and seizures of it (T56-T58)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import (
    STARTS,
    UNTIL,
    about,
    among,
    answerable_until,
    code,
    coded,
    dated,
    ends,
    ends_told_later,
    falls,
    gathered,
    lots_of,
    other,
    padded,
    seen,
    text,
    working,
)
from shuxin.city.records.coded.docket import docket
from shuxin.city.records.coded.guarantees import bank_names
from shuxin.city.records.coded.loans import MORTGAGE, last_months, loans_of
from shuxin.city.records.coded.parties import court_names, court_of
from shuxin.city.records.coded.sums import pieces
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block, Drawn, Recipe
    from shuxin.city.world.world import World

_OWNERS = 0.833
"""Share of those who do not rent."""
_MORE_UNITS = (7.0, 12.0, 22.0, 34.0)
_MORE_ENTRIES = 3.1
_WORTH = 0.7
"""Of a year's usual sales, all units together."""
_MOST_MORTGAGED, _SEIZED, _MOST_SEIZED = 3.43, 0.95, 6
_LAND_TERM = 365 * 50
_FACTORY_FROM_FEN = 200_000_000


@dataclass(frozen=True, slots=True)
class Units:
    """Units (u,) of real estate: the firm, the number within the firm, the day of the first entry, fen."""

    firm: Whole
    number: Whole
    day: Whole
    worth: Whole
    bits: Bits


def unit_counts(world: World, firms: NDArray[np.integer]) -> Whole:
    """(f,) units of each firm; borrowers against a mortgage and some of the others who do not rent have some."""
    bits = lots_of(world, "estate").bits(firms)
    share = other(bits, 1)
    many = 1 + np.floor(np.array(_MORE_UNITS)[world.firms.size[firms]] * share * share)
    has = ~world.firms.tenant[firms] & (falls(bits, 2, _OWNERS))
    return np.where(has, many, 0).astype(np.int64)


def units(world: World, firms: NDArray[np.integer]) -> Units:
    """Of these firms; bought between the founding and the end, mostly early."""
    group, place = pieces(unit_counts(world, firms))
    firm = firms[group].astype(np.int64)
    bits = lots_of(world, "estate/units").bits(firm, place)
    founded = world.firms.founded[firm].astype(np.int64)
    life = np.minimum(ends(world)[firm], UNTIL - 1) - founded
    day = founded + np.floor(np.maximum(life, 0) * other(bits, 1) ** 2).astype(np.int64)
    count = np.bincount(group, minlength=len(firms))[group]
    worth = about(world.firms.base_revenue[firm] * (_WORTH / count), 0.6, again(bits, purpose=2))
    return Units(
        firm=firm,
        number=place,
        day=day,
        worth=np.floor(worth / 100_000).astype(np.int64) * 100_000 + 5_000_000,
        bits=bits,
    )


def unit_no(firm: Whole, number: Whole) -> pa.StringArray:
    """Numbers of units (不动产单元号)."""
    return text("3499", padded(firm + 1, 8), "F", padded(number + 1, 4))


def real_estate(world: World, block: Block) -> Drawn:
    """T56: the first entry of each unit, and later ones of the same unit."""
    found = units(world, block.firms)
    more = np.floor(_MORE_ENTRIES * other(found.bits, 3)).astype(np.int64)
    row, entry = pieces(1 + more)
    firm, bits = found.firm[row], found.bits[row]
    anew = lots_of(world, "estate/entries").bits(firm, found.number[row], entry)
    last = np.minimum(ends(world)[firm], UNTIL - 1)
    wait = np.floor((last - found.day[row]) * other(anew, 1)).astype(np.int64)
    day = np.where(entry == 0, found.day[row], found.day[row] + np.maximum(wait, 0))
    small = found.worth[row] < _FACTORY_FROM_FEN
    kind = among(bits, 4, "estate_kind", house=62, land=38)
    larger = among(bits, 4, "estate_kind", house=62, factory=38)
    kind = np.where(small, kind, larger)
    return gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 2 + np.floor(7 * other(anew, 2)).astype(np.int64), other(anew, 3)),
        values={
            "unit_no": unit_no(firm, found.number[row]),
            "owner": firm.astype(np.int32),
            "kind": kind.astype(np.int8),
            "area": np.rint(found.worth[row] / 400_000 * (0.6 + 0.8 * other(bits, 5))) + 20.0,
            "use": coded(other(bits, 6), "estate_use"),
            "right_kind": coded(other(bits, 7), "estate_right"),
            "value_est": found.worth[row],
            "term_to": (day + _LAND_TERM).astype(np.int32),
        },
    )


def estate_mortgages(world: World, block: Block) -> Drawn:
    """T57: one for each thing that stands for a loan, the firm's or its owner's; a second row once it is cancelled,
    when the loan is paid back.
    """
    every = loans_of(world, block)
    until = last_months(world, every)
    rows = np.flatnonzero(every.security == MORTGAGE)
    found, until = every.of(rows), until[rows]
    many = 1 + np.floor(_MOST_MORTGAGED * other(found.bits, 50)).astype(np.int64)
    group, place = pieces(many)
    firm, bits = found.firm[group], lots_of(world, "mortgages").bits(found.number[group], place)
    day = found.day[group] + np.floor(12 * other(bits, 1)).astype(np.int64)
    paid = (until < np.minimum(world.outcome.gone[found.firm], WINDOW_MONTHS))[group]
    off = STARTS[np.minimum(until[group], WINDOW_MONTHS - 1)] + 10
    off = np.maximum(off + np.floor(40 * other(bits, 2)).astype(np.int64), day + 30)
    secured = found.fen[group] // many[group]
    mortgages = gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, 2 + np.floor(7 * other(bits, 3)).astype(np.int64), other(bits, 4)),
        values={
            "cert_no": text("DY", padded(found.number[group] + 1, 8), "-", place + 1),
            "mortgagor": firm.astype(np.int32),
            "mortgagee": bank_names(found.bank[group]),
            "secured": secured,
            "max_amount": falls(bits, 5, 0.72),
            "rank": 1 + falls(bits, 6, 0.12).astype(np.int64),
            "to": found.due[group].astype(np.int32),
            "cancelled": dated(off, paid),
        },
    )
    return ends_told_later(world, mortgages, end="cancelled")


def estate_seizures(world: World, block: Block) -> Drawn:
    """T58: of the units of firms that do not obey a judgment; the first to seize comes before those who wait."""
    cases = docket(world)
    serial = np.flatnonzero(
        (cases.defendant >= block.first) & (cases.defendant < block.stop) & (cases.enforced >= 0)
    )
    found = cases.of(serial)
    own = unit_counts(world, found.defendant)
    hit = (own > 0) & (falls(found.bits, 100, _SEIZED))
    serial, found, own = serial[hit], found.of(np.flatnonzero(hit)), own[hit]
    many = np.minimum(1 + np.floor(_MOST_SEIZED * other(found.bits, 101)).astype(np.int64), own)
    group, place = pieces(many)
    firm = found.defendant[group]
    bits = lots_of(world, "seizures").bits(serial[group], place)
    day = working(found.enforced[group] + 3 + np.floor(60 * other(bits, 1)).astype(np.int64))
    waiting = _before(firm, place, day)
    alone = among(bits, 2, "seizure_kind", first=93, preliminary=7)
    kind = np.where(waiting > 0, code("seizure_kind", "waiting"), alone)
    court = court_of(world, firm, found.amount[group])
    return gathered(
        block,
        firm=firm,
        day=day,
        known=seen(day, np.floor(3 * other(bits, 3)).astype(np.int64), other(bits, 4)),
        kept=(day < answerable_until(world)[firm]) & (day > world.firms.founded[firm]),
        values={
            "doc_no": text("澜封", padded(serial[group] + 1, 7), "-", place + 1),
            "seizure_kind": kind.astype(np.int8),
            "court": court_names(court),
            "seized_unit_no": unit_no(firm, place),
            "waiting_order": waiting,
            "debt_claimed": found.amount[group],
            "to": (day + 1_095).astype(np.int32),
        },
    )


def _before(firm: Whole, unit: Whole, day: Whole) -> Whole:
    """How often the same unit has been seized before."""
    order = np.lexsort((day, unit, firm))
    same = np.append(False, (np.diff(firm[order]) == 0) & (np.diff(unit[order]) == 0))
    place = np.arange(len(order))
    start = np.maximum.accumulate(np.where(same, 0, place)) if len(place) else place
    found = np.zeros(len(order), np.int64)
    found[order] = place - start
    return found


RECIPES: Mapping[str, Recipe] = {
    "real_estate": real_estate,
    "estate_mortgages": estate_mortgages,
    "estate_seizures": estate_seizures,
}
