"""Invoices as columns, before it is said who looks at them: the pieces of what was billed, void ones, red ones."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shuxin.city.records.coded.chance import Lots, again, unit
from shuxin.city.records.coded.flows import (
    FIRST,
    RED,
    VOID,
    bill,
    billing,
    due,
    flows,
)
from shuxin.city.records.coded.parties import outside_firms
from shuxin.city.records.coded.recorded import books_sales
from shuxin.city.records.coded.sums import pieces, split
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS, month_days

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

NORMAL, VOIDED, REVERSED, PARTLY_REVERSED = range(4)
"""Places in the code table invoice_status."""
A_PERSON = -1
"""In place of a buyer: a natural person, whom invoices do not name."""
DAY, CHINA = 86_400, 8 * 3600
"""Seconds of a day, and by how much China is ahead of UTC."""
_OUTSIDE_PARTNERS = 40
_STAYS, _TAKEN_BACK, _RED, _VOID = range(4)
_SLOTS = 2048
_PARTLY, _LEAST_FEN = 0.27, 100
_NIGHT, _MONTH_END = 0.03, 0.12
_LONGEST_WAIT = 180.0
_RED_OF_GENERAL = 500
"""A general taxpayer takes back no more than this part of a month's sales in one invoice."""
_RED_SLOPE = 0.25
_GOODS, _BUILDING, _SERVICES = 130_000, 90_000, 60_000
_SMALL_SCALE_PPM = 10_000
_RATES: Mapping[str, int] = {
    "A": _BUILDING, "B": _GOODS, "C": _GOODS, "D": _GOODS, "E": _BUILDING, "F": _GOODS,
    "G": _BUILDING, "K": _BUILDING,
}  # fmt: skip
"""Value-added tax of general taxpayers by section (DOMAIN 3.1), in millionths."""


def rates_of(world: World) -> NDArray[np.int64]:
    """(n,) millionths of value-added tax on what each firm sells."""
    by_section = np.array([_RATES.get(name, _SERVICES) for name in SECTIONS], np.int64)
    return np.where(world.firms.general, by_section[world.firms.section], _SMALL_SCALE_PPM)


@dataclass(frozen=True, slots=True)
class Papers:
    """Invoices, (r,) each. seller, buyer: int32 places of firms, those outside the city after the World's, or A_PERSON.

    serial: int64, unique; red_of: that of the invoice
    taken back, -1 none. day, second, known (seconds since 1970): of issue; of void ones, known when they were voided.
    net: fen, below zero if red. status: place in invoice_status. bits: 64 bits of chance of each. lasting: bool, what
    stays after all, so that the rest has no part in sales.
    """

    seller: NDArray[np.int32]
    buyer: NDArray[np.int32]
    serial: NDArray[np.int64]
    red_of: NDArray[np.int64]
    month: NDArray[np.int16]
    day: NDArray[np.int32]
    second: NDArray[np.int32]
    known: NDArray[np.int64]
    net: NDArray[np.int64]
    status: NDArray[np.int8]
    bits: NDArray[np.uint64]
    lasting: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.seller)

    def taken(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Papers:
        return Papers(*(getattr(self, one.name)[rows] for one in fields(self)))


def joined(parts: list[Papers]) -> Papers:
    columns = [
        np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Papers)
    ]
    return Papers(*columns)


def numbers(serial: NDArray[np.int64]) -> pa.StringArray:
    """Twenty digits (数电票): year of issue, region and serial; missing where the serial is -1."""
    known = np.maximum(serial, 0)
    year = 21 + known % _FROM_ELSEWHERE // (4 * _SLOTS) % WINDOW_MONTHS // 12
    mixed = (known * _STRIDE) % 10**13
    head = year * 100_000 + 34_900
    digits = np.empty((len(serial), 20), np.uint8)
    for value, first, last in ((head, 0, 6), (mixed, 7, 19)):
        rest = value.copy()
        for place in range(last, first - 1, -1):
            rest, digit = np.divmod(rest, 10)
            digits[:, place] = digit
    digits += ord("0")
    missing = serial < 0
    many = np.where(missing, 0, 20)
    offsets = np.concatenate([[0], many.cumsum()]).astype(np.int32)
    data = pa.py_buffer(np.ascontiguousarray(digits[~missing]).tobytes())
    valid = pa.array(~missing).buffers()[1] if missing.any() else None
    return pa.StringArray.from_buffers(len(serial), pa.py_buffer(offsets.tobytes()), data, valid)


_STRIDE = 7_368_787
"""Has no factor with 10**13, so that no two serials fall together."""


def known_papers(world: World, rows: NDArray[np.integer]) -> Papers:
    """What is billed along these flows, with what is taken back: all that both sides of them know."""
    found = flows(world)
    counts = found.count[rows]
    group, place = pieces(counts)
    own = rows[group]
    pair, month = found.pair[own].astype(np.int64), found.month[own].astype(np.int64)
    bits = Lots(seed=world.seed, purpose="paper").bits(pair, month, place)
    weights = 200 + (again(bits, purpose=1) % np.uint64(800)).astype(np.int64)
    net = split(found.amount[rows], counts=counts, weights=weights)
    address = ((pair * WINDOW_MONTHS + month) * _SLOTS + place) * 4
    whole = _papers(
        found.seller[own],
        found.buyer[own],
        address,
        month,
        net=net,
        bits=bits,
        lasting=~found.circular[own],
    )
    chance = unit(again(bits, purpose=2))
    back = np.flatnonzero((chance < RED) & whole.lasting)
    return joined([whole, *_taken_back(world, whole.taken(back))])


def own_papers(world: World, block: Block, views: NDArray[np.floating]) -> Papers:
    """All that the firms of a block bill.

    Args:
        views: (firms, months) what the tax bureau sees; those it sees as worse take back and void more.
    """
    found = flows(world)
    mine = (found.seller >= block.first) & (found.seller < block.stop)
    inside = known_papers(world, np.flatnonzero(mine))
    elsewhere = _elsewhere(world, block)
    worse = 1 - _RED_SLOPE * np.clip(views, -2.5, 2.5)
    factor = worse[elsewhere.seller - block.first, elsewhere.month]
    back = unit(again(elsewhere.bits, purpose=2)) < RED * factor
    taken = _taken_back(world, elsewhere.taken(back))
    base = joined([inside.taken(inside.status == NORMAL), elsewhere])
    factor = worse[base.seller - block.first, base.month]
    void = (unit(again(base.bits, purpose=3)) < VOID * factor) & base.lasting
    return joined([inside, elsewhere, *taken, _voided(base.taken(void))])


def _elsewhere(world: World, block: Block) -> Papers:
    """What is left of a month's sales is billed to firms outside and to persons."""
    found, how, n = flows(world), billing(world), world.count
    left, many = (np.zeros((block.stop - block.first, WINDOW_MONTHS), np.int64) for _ in range(2))
    own = slice(block.first, block.stop)
    places = np.arange(n)[own]
    lots = Lots(seed=world.seed, purpose="elsewhere")
    general = world.firms.general[own]
    for month in range(FIRST, WINDOW_MONTHS):
        left[:, month] = bill(world, month, how)[own] - found.inside[own, month]
        wanted = np.maximum(due(world, how, month)[own] - found.expected[own, month], 0.0)
        count = np.floor(wanted + lots.at(places, np.full(len(places), month)))
        many[:, month] = np.where(general, np.maximum(count, 1), count)
    many = np.where(left >= _LEAST_FEN, many, 0)
    row, at = np.nonzero(many)
    counts = many[row, at]
    group, place = pieces(counts)
    firm, when = places[row[group]], at[group]
    bits = Lots(seed=world.seed, purpose="paper elsewhere").bits(firm, when, place)
    share = unit(again(bits, purpose=1))
    weights = 40 + (share * share * 960).astype(np.int64)
    net = split(left[row, at], counts=counts, weights=weights)
    kept = net > 0
    firm, when, place, bits, net = firm[kept], when[kept], place[kept], bits[kept], net[kept]
    to_person = unit(again(bits, purpose=4)) < (1 - world.traits.to_business[firm])
    buyer = np.where(to_person, A_PERSON, _outside(world, firm, bits))
    address = _FROM_ELSEWHERE + ((firm * WINDOW_MONTHS + when) * _SLOTS + place) * 4
    lasting = np.ones(len(firm), np.bool_)
    return _papers(firm, buyer, address, when, net=net, bits=bits, lasting=lasting)


_FROM_ELSEWHERE = 10**12
"""Serials of what is sold outside; of what is bought there, twice that."""


def bought_elsewhere(
    world: World,
    firm: NDArray[np.integer],
    month: NDArray[np.integer],
    amount: NDArray[np.int64],
    counts: NDArray[np.integer],
) -> Papers:
    """Invoices of suppliers outside, (sum of counts,), for these amounts of firms and months."""
    group, place = pieces(counts)
    buyer, when = firm[group].astype(np.int64), month[group].astype(np.int64)
    bits = Lots(seed=world.seed, purpose="paper bought").bits(buyer, when, place)
    share = unit(again(bits, purpose=1))
    weights = 40 + (share * share * 960).astype(np.int64)
    net = split(amount, counts=counts, weights=weights)
    kept = net > 0
    buyer, when, place, bits, net = buyer[kept], when[kept], place[kept], bits[kept], net[kept]
    address = 2 * _FROM_ELSEWHERE + ((buyer * WINDOW_MONTHS + when) * _SLOTS + place) * 4
    lasting = np.ones(len(buyer), np.bool_)
    seller = _outside(world, buyer + world.count, bits)
    return _papers(seller, buyer, address, when, net=net, bits=bits, lasting=lasting)


def _papers(
    seller: NDArray[np.integer],
    buyer: NDArray[np.integer],
    address: NDArray[np.int64],
    month: NDArray[np.integer],
    *,
    net: NDArray[np.int64],
    bits: NDArray[np.uint64],
    lasting: NDArray[np.bool_],
) -> Papers:
    """Those that stay, as they are issued."""
    starts = month_days().astype(np.int64)
    long = starts[month + 1] - starts[month]
    at = unit(again(bits, purpose=5))
    late = unit(again(bits, purpose=6)) < _MONTH_END
    place = np.where(late, long - 1 - np.floor(2 * at), np.floor(at * long))
    day = starts[month] + place.astype(np.int64)
    second = _hours(bits)
    return Papers(
        seller=seller.astype(np.int32),
        buyer=buyer.astype(np.int32),
        serial=address,
        red_of=np.full(len(net), -1, np.int64),
        month=month.astype(np.int16),
        day=day.astype(np.int32),
        second=second,
        known=_next_morning(day, bits),
        net=net,
        status=np.zeros(len(net), np.int8),
        bits=bits,
        lasting=lasting,
    )


def _hours(bits: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Seconds of the day: office hours, now and then the night."""
    at = unit(again(bits, purpose=7))
    night = unit(again(bits, purpose=8)) < _NIGHT
    office = 8 * 3600 + at * 10 * 3600
    return np.where(night, (22 * 3600 + at * 8 * 3600) % DAY, office).astype(np.int32)


def _next_morning(day: NDArray[np.integer], bits: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Seconds since 1970 at which the exchange has what was there on a day."""
    night = (unit(again(bits, purpose=9)) * 6 * 3600).astype(np.int64)
    known: NDArray[np.int64] = (day.astype(np.int64) + 1) * DAY + night
    return known


def _outside(
    world: World, firm: NDArray[np.integer], bits: NDArray[np.uint64]
) -> NDArray[np.int64]:
    """Places of firms outside: each firm deals with a few dozen of its own, with the first of them most."""
    at = unit(again(bits, purpose=10))
    rank = np.floor(at * at * _OUTSIDE_PARTNERS).astype(np.int64)
    number = firm.astype(np.int64) * 7919 + rank * 104_729 + rank * rank * 31
    return world.count + number % outside_firms(world)


def _taken_back(world: World, found: Papers) -> tuple[Papers, Papers]:
    """Invoices like these that do not stay, and the red ones that take them back later; only where both happened."""
    at = unit(again(found.bits, purpose=11))
    wait = 1 + np.floor(at * at * at * _LONGEST_WAIT)
    day = found.day + wait.astype(np.int32)
    ended = world.ended[found.seller]
    last = np.where(ended >= 0, ended, month_days()[-1])
    found, day = found.taken(day < last), day[day < last]
    sold = books_sales(world, found.seller, found.month)
    general = world.firms.general[found.seller]
    most = np.where(general, sold // _RED_OF_GENERAL, found.net)
    net = np.maximum(np.minimum(found.net, most), 1)
    partly = unit(again(found.bits, purpose=12)) < _PARTLY
    back = np.where(partly, np.maximum(net // 2, 1), net)
    no = np.zeros(len(net), np.bool_)
    first = _changed(found, serial=found.serial + _TAKEN_BACK, net=net, lasting=no)
    month = np.searchsorted(month_days(), day, side="right") - 1
    red = _changed(
        found, serial=found.serial + _RED, red_of=first.serial, net=-back, lasting=no,
        status=np.where(partly, PARTLY_REVERSED, REVERSED).astype(np.int8), day=day,
        month=month.astype(np.int16), known=_next_morning(day, found.bits),
    )  # fmt: skip
    return first, red


def _voided(found: Papers) -> Papers:
    """Invoices like these that were voided in the month of issue, known when they were."""
    last = month_days()[found.month + 1] - 1
    at = unit(again(found.bits, purpose=13))
    day = np.minimum(found.day + np.floor(at * at * 12).astype(np.int32), last)
    return _changed(
        found, serial=found.serial + _VOID, known=_next_morning(day, found.bits),
        status=np.full(len(found), VOIDED, np.int8), lasting=np.zeros(len(found), np.bool_),
    )  # fmt: skip


def _changed(found: Papers, **columns: NDArray[np.generic]) -> Papers:
    return Papers(*(columns.get(one.name, getattr(found, one.name)) for one in fields(Papers)))
