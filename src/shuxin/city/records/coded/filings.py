"""Approvals of changes: what the register, its changes, shareholders and key persons are all made of.

A company that has left its bills unpaid for long cuts its capital, puts a stranger at its head or moves away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.records.coded.days import (
    FIRST,
    UNTIL,
    code,
    coded,
    day_of,
    ends,
    falls,
    lots_of,
    other,
    working,
)
from shuxin.city.records.coded.months import strained
from shuxin.city.records.coded.parties import some_person
from shuxin.city.records.coded.sums import pieces
from shuxin.city.records.register import renamed_days
from shuxin.city.world import parameters as p
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Whole
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

ITEMS = tuple(one.code for one in CODE_TABLES["change_item"].codes)
NAME, ADDRESS, HEAD, CAPITAL, SHAREHOLDER, SCOPE, TERM = (
    code("change_item", item)
    for item in ("name", "address", "legal_representative", "capital", "shareholder", "scope", "term")
)  # fmt: skip
_YEARLY = (1.22, 0.66, 0.53)
"""Approvals in a year by kind of firm."""
_ALSO = 0.075
"""Chance of each further item in an approval."""
_STRAIN_MONTHS = 0.8
_CUTS, _NOMINEES, _MOVES = 0.006, 0.015, 0.010
"""Chance in each month in which bills of so many months' costs are overdue."""
_CUT_AMONG_CAPITAL = 0.12
_MOST_DOUBLINGS = 3
_CUT_PART, _NOMINEE_PART = 1, 2


@dataclass(frozen=True, slots=True)
class Approvals:
    """Approvals (a,) of the firms of a block, by firm and day. items: bool (a, items), see ITEMS.

    capital_before, capital_after: fen. head_before, head_after: numbers of persons.
    """

    firm: Whole
    day: Whole
    bits: Bits
    items: NDArray[np.bool_]
    capital_before: Whole
    capital_after: Whole
    head_before: Whole
    head_after: Whole

    def __len__(self) -> int:
        return len(self.firm)


def approvals(world: World, block: Block) -> Approvals:
    """All of the window."""
    firm, day, bits, items, cut, nominee = _drawn(world, block)
    order = np.lexsort((day, firm))
    firm, day, bits, items = firm[order], day[order], bits[order], items[order]
    step = np.where(items[:, CAPITAL], np.where(cut[order], -1, 1), 0)
    left = _left(firm, step)
    capital = world.firms.capital[firm]
    heads_left = _left(firm, items[:, HEAD].astype(np.int64))
    ends_with_stranger = np.zeros(world.count, np.int64)
    ends_with_stranger[firm[nominee[order]]] = 1
    own = ends_with_stranger[firm]
    return Approvals(
        firm=firm,
        day=day,
        bits=bits,
        items=items,
        capital_before=_scaled(capital, left),
        capital_after=_scaled(capital, left - step),
        head_before=_head(world, firm, heads_left, own),
        head_after=_head(world, firm, heads_left - items[:, HEAD], own),
    )


def _left(firm: Whole, step: Whole) -> Whole:
    """Sum of the steps of a firm from each row on; rows are by firm."""
    run = step.cumsum()
    last = np.searchsorted(firm, firm, side="right") - 1
    found: Whole = run[last] - run + step if len(firm) else run
    return found


def _scaled(capital: Whole, left: Whole) -> Whole:
    """Capital while it is still to be doubled so often, or halved so often where that is below 0."""
    doublings = np.clip(left, -_MOST_DOUBLINGS, _MOST_DOUBLINGS)
    found: Whole = (capital << np.maximum(-doublings, 0)) >> np.maximum(doublings, 0)
    return found


def _head(world: World, firm: Whole, left: Whole, stranger_last: Whole) -> Whole:
    """The person at the head while so many changes of the head are still to come."""
    bits = lots_of(world, "filings/heads").bits(firm, left)
    return np.where(left == stranger_last, world.ties.controller[firm], some_person(world, bits))


_Rows = tuple[
    "Whole", "Whole", "Bits", "NDArray[np.bool_]", "NDArray[np.bool_]", "NDArray[np.bool_]"
]


def _drawn(world: World, block: Block) -> _Rows:
    """Firm, day, bits, items, whether capital is cut, whether a stranger comes to the head."""
    parts = [
        _usual(world, block),
        _under_strain(world, block, "cuts", monthly=_CUTS, item=CAPITAL),
        _under_strain(world, block, "nominees", monthly=_NOMINEES, item=HEAD),
        _under_strain(world, block, "moves", monthly=_MOVES, item=ADDRESS),
        _renamed(world, block),
    ]
    firm, day, bits, items = (np.concatenate(column) for column in zip(*parts, strict=True))
    places = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    cut = (places == _CUT_PART) | ((places == 0) & (falls(bits, 3, _CUT_AMONG_CAPITAL)))
    return firm, day, bits, items, cut, places == _NOMINEE_PART


def _usual(world: World, block: Block) -> tuple[Whole, Whole, Bits, NDArray[np.bool_]]:
    group, month = pieces(np.full(block.stop - block.first, WINDOW_MONTHS))
    firm = block.first + group
    bits = lots_of(world, "filings").bits(firm, month)
    kind = world.firms.kind[firm]
    day = working(day_of(month + other(bits, 1)))
    hit = other(bits, 2) < np.array(_YEARLY)[kind] / 12
    hit &= (day > world.firms.founded[firm] + 60) & (day < ends(world)[firm]) & (day < UNTIL)
    rows = np.flatnonzero(hit)
    firm, day, bits = firm[rows], day[rows], bits[rows]
    items = np.zeros((len(rows), len(ITEMS)), np.bool_)
    items[np.arange(len(rows)), coded(other(bits, 4), "change_item")] = True
    for item in (ADDRESS, SHAREHOLDER, SCOPE, TERM, HEAD, CAPITAL):
        items[:, item] |= other(bits, 10 + item) < _ALSO
    individual = world.firms.kind[firm] == p.INDIVIDUAL
    items[:, SCOPE] |= items[:, NAME]
    items[:, NAME] = False
    for item in (HEAD, SHAREHOLDER, CAPITAL):
        items[individual, SCOPE] |= items[individual, item]
        items[individual, item] = False
    return firm, day, bits, items


def _under_strain(
    world: World, block: Block, purpose: str, *, monthly: float, item: int
) -> tuple[Whole, Whole, Bits, NDArray[np.bool_]]:
    """Once at most for each company, in the month after."""
    row, month = np.nonzero(strained(world, block, months=_STRAIN_MONTHS))
    firm = block.first + row.astype(np.int64)
    bits = lots_of(world, f"filings/{purpose}").bits(firm, month)
    day = working(day_of(month + 1 + other(bits, 1)))
    hit = (other(bits, 2) < monthly) & (world.firms.kind[firm] == 0)
    hit &= (day > world.firms.founded[firm] + 60) & (day < ends(world)[firm]) & (day < UNTIL)
    rows = np.flatnonzero(hit)
    rows = rows[np.unique(firm[rows], return_index=True)[1]]
    items = np.zeros((len(rows), len(ITEMS)), np.bool_)
    items[:, item] = True
    return firm[rows], day[rows], bits[rows], items


def _renamed(world: World, block: Block) -> tuple[Whole, Whole, Bits, NDArray[np.bool_]]:
    """Changes of name, on the day that the register has."""
    day = renamed_days(world)[block.first : block.stop].astype(np.int64)
    hit = (
        (day >= FIRST)
        & (day < UNTIL)
        & (day > world.firms.founded[block.first : block.stop])
        & (day < ends(world)[block.first : block.stop])
    )
    firm = block.first + np.flatnonzero(hit)
    items = np.zeros((len(firm), len(ITEMS)), np.bool_)
    items[:, NAME] = True
    return firm, day[hit], lots_of(world, "filings/names").bits(firm), items
