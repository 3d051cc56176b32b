"""How the tax bureau judges firms: credit grades (T27), violations (T28), inspections (T36).

A grade sums up a year: how punctual the returns were, what was owed, and what the bureau sees of the firm otherwise.
It is published in the April after, so that it tells of a failure half a year to a year before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import STARTS, bell, code, lots_of, seen
from shuxin.city.records.coded.declared import late_chance, registered, returns
from shuxin.city.records.coded.months import (
    budget,
    cell_lots,
    firm_lots,
    living,
    looks,
    lot_of_firms,
    money_of,
    told,
)
from shuxin.city.records.coded.owed import owed
from shuxin.city.records.drawn import NOTHING, Drawn
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.city.records.coded.declared import Returns
    from shuxin.city.records.coded.months import Cells, Grid
    from shuxin.city.records.drawn import Block, Recipe
    from shuxin.city.world.world import World

YEAR = 12
_YEARS = 5
"""Graded years: 2020, of which the first month of the window tells, to 2024."""
A, B, M, C, D = range(5)
_NEW_MONTHS = 34
"""Younger firms get an M where an older one would get an A or B."""
_BELOW_A, _BELOW_B, _BELOW_C = 1.07, -1.26, -1.98
"""[T] What is seen, on the scale of a view, from which a firm gets an A, a B or an M, or a C; else a D."""
_LATE_COUNTS, _OWED_COUNTS, _NOISE = 0.14, 0.25, 0.60
_POINTS = ((0.0, 40.0), (40.0, 70.0), (70.0, 90.0), (90.0, 100.0))
_RERATED = 0.04
_REPAIRED = 0.03
_DIRECT = 0.30
_LOST_CONTACT = code("direct_d_reason", "lost_contact")
_LATE_FILING, _EVASION, _FALSE, _LOST, _MISUSE = (
    code("tax_violation", one)
    for one in ("late_filing", "evasion", "false_invoices", "lost_contact", "invoice_misuse")
)
_SERIOUS_SLOPE, _SERIOUS_MONTHLY = 0.6, 0.0023
_FIRST_FREE, _MAJOR = 0.62, 0.25


def tax_credit_grades(world: World, block: Block) -> Drawn:
    own = slice(block.first, block.stop)
    graded = _graded(world)[own]
    late = _filed_late(returns(world, block))
    parts = [_year(world, block, year, graded, late) for year in range(_YEARS)]
    row, year, score, lost, again = (np.concatenate(one) for one in zip(*parts, strict=True))
    firm = block.first + row
    young = STARTS[np.maximum(YEAR * year - 1, 0)] - world.firms.founded[firm] < _NEW_MONTHS * 30.4
    grade = _letters(score, young=young)
    failed = world.outcome.failed[firm]
    silent = (failed >= 0) & (failed < YEAR * year)
    grade = np.where(silent, D, grade)
    bits = lots_of(world, "grade").bits(firm, year, again)
    direct = (grade == D) & (silent | (firm_lots(world, firm, "direct") < _DIRECT))
    reason = np.where(silent, _LOST_CONTACT, (bits % np.uint64(4)).astype(np.int64))
    april = STARTS[np.minimum(YEAR * year + 3, WINDOW_MONTHS - 1)]
    lots = Lots(seed=world.seed, purpose="published").at(firm, year, again)
    published = april + 9 + np.floor(lots * 20).astype(np.int64)
    published = np.where(
        again == 1, published + 60 + np.floor(lots * 120).astype(np.int64), published
    )
    first = np.where(year > 0, STARTS[np.maximum(YEAR * (year - 1), 0)], STARTS[0] - 366)
    return told(
        block,
        firm=firm,
        day=first,
        known=seen(published, 0, lots),
        kept=world.outcome.gone[firm] > YEAR * year + 3,
        values={
            "score": np.round(_points(score, silent), 1),
            "grade": grade.astype(np.int8),
            "direct_d_reason": np.where(direct, reason, -1).astype(np.int8),
            "points_lost": lost,
            "rerated": again == 1,
            "repaired": (again == 1) & (lots < _REPAIRED / _RERATED),
        },
    )


def _graded(world: World) -> NDArray[np.bool_]:
    """(n,) firms that are graded: not individual businesses, unless general taxpayers or as there is room for."""
    shops = world.firms.kind == p.INDIVIDUAL
    first, gone = world.firms.born, world.outcome.gone
    years = np.zeros(world.count, np.int64)
    for year in range(_YEARS):
        years += (first <= max(YEAR * year - 1, 0)) & (gone > YEAR * year + 3)
    room = budget("tax_credit_grades", world) / (1 + _RERATED) - int(years[~shops].sum())
    share = min(1.0, max(0.0, room / max(int(years[shops].sum()), 1)))
    found: NDArray[np.bool_] = ~shops | (lot_of_firms(world, "graded") < share)
    return found


def _year(
    world: World, block: Block, year: int, graded: NDArray[np.bool_], filed_late: Cells
) -> tuple[NDArray[np.generic], ...]:
    """Places of firms in the block, year, what is seen, indicators with points lost, 1 for a grade given anew."""
    last = max(YEAR * year - 1, 0)
    months = slice(max(YEAR * (year - 1), 0), max(YEAR * year, 1))
    alive = living(world, block)[:, last] & graded
    late = filed_late[:, months].sum(axis=1)
    was_owed = (owed(world, block) > 0)[:, months].any(axis=1)
    chance = bell(lots_of(world, "grade noise").bits(block.firms, np.full(len(alive), year)))
    seen_as = looks(world, block, "tax")[:, last] + _NOISE * chance
    score = seen_as - _LATE_COUNTS * late - _OWED_COUNTS * was_owed
    row = np.flatnonzero(alive)
    lots = lots_of(world, "rerated").at(block.first + row, np.full(len(row), year))
    again = row[lots < _RERATED]
    both = np.concatenate([row, again])
    is_again = (np.arange(len(both)) >= len(row)).astype(np.int64)
    seen_as = score[both] + 0.5 * is_again
    lost = np.maximum(late + 2 * was_owed, 0)[both]
    return both, np.full(len(both), year), seen_as, lost, is_again


def _filed_late(found: Returns) -> Cells:
    return found.filed & (found.filed_on > found.due)


def _letters(score: NDArray[np.float64], *, young: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Grades by what is seen."""
    old = np.searchsorted(-np.array([_BELOW_A, _BELOW_B, _BELOW_C]), -score, side="left")
    grade = np.array([A, B, C, D])[old]
    return np.where(young & (grade <= B), M, grade)


def _points(score: NDArray[np.float64], silent: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of a hundred: 90 for an A, 70 for a B or M, 40 for a C (DOMAIN T27)."""
    knots = np.array([-3.5, _BELOW_C, _BELOW_B, _BELOW_A, 3.5])
    points = np.interp(score, knots, np.array([5.0, 40.0, 70.0, 90.0, 100.0]))
    found: NDArray[np.float64] = np.where(silent, np.minimum(points, 39.0), points)
    return found


def tax_violations(world: World, block: Block) -> Drawn:
    """Late returns that the bureau acts on, and graver things, of those that it sees as worse more often."""
    parts = [_late_returns(world, block), _grave(world, block), _ring_invoices(world, block)]
    firm, month, kind = (np.concatenate(one) for one in zip(*parts, strict=True))
    lots = Lots(seed=world.seed, purpose="violation day").at(firm, month, kind)
    day = STARTS[month] + np.floor(lots * 28).astype(np.int64)
    taxes = world.money.taxes[firm, month]
    usual = np.maximum(taxes, 20_000)
    grave = kind != _LATE_FILING
    size = 1 + 5 * ((lots * 313) % 1.0)
    tax = np.where(grave, np.floor(usual * size).astype(np.int64), NOTHING)
    free = ~grave & ((lots * 719) % 1.0 < _FIRST_FREE)
    fine = np.where(
        grave, np.floor(usual * size * (0.5 + lots / 2)), 5_000 + np.floor(lots * 40) * 5_000
    )
    return told(
        block,
        firm=firm,
        day=day,
        known=seen(day, 8 + np.floor(lots * 14).astype(np.int64), (lots * 131) % 1.0),
        values={
            "kind": kind.astype(np.int8),
            "tax": tax,
            "fine": np.where(free, NOTHING, fine.astype(np.int64)),
            "major_case": (kind == _FALSE) & ((lots * 57) % 1.0 < _MAJOR),
            "first_no_penalty": free,
        },
    )


def _late_returns(world: World, block: Block) -> tuple[Grid, Grid, Grid]:
    found = returns(world, block)
    acted = cell_lots(world, block, "acted on") < _ACTED_ON
    row, month = np.nonzero(_filed_late(found) & acted)
    month = np.minimum(month + found.length[row, month] + 1, WINDOW_MONTHS - 1)
    there = living(world, block)[row, month]
    row, month = row[there], month[there]
    return block.first + row, month, np.full(len(row), _LATE_FILING)


_ACTED_ON = 0.475
"""[T] Share of late returns."""


def _grave(world: World, block: Block) -> tuple[Grid, Grid, Grid]:
    seen_as = looks(world, block, "tax")
    owing = owed(world, block) > 0
    rate = _SERIOUS_MONTHLY * exp(-_SERIOUS_SLOPE * seen_as) * np.where(owing, 6.0, 1.0)
    known = registered(world)[block.first : block.stop, None]
    hit = (cell_lots(world, block, "grave") < rate) & living(world, block) & known
    row, month = np.nonzero(hit)
    lots = cell_lots(world, block, "grave kind")[row, month]
    failed = world.outcome.failed[block.first + row]
    silent = (failed >= 0) & (month > failed + 3)
    place = np.searchsorted(np.array([0.24, 0.36, 0.62]), lots, side="right")
    kind = np.array([_EVASION, _FALSE, _LOST, _MISUSE])[place]
    return block.first + row, month, np.where(silent, _LOST, kind)


def _ring_invoices(world: World, block: Block) -> tuple[Grid, Grid, Grid]:
    """Rings are found out some months after they have run."""
    rings = world.ties.rings
    ring = rings.member[block.first : block.stop].astype(np.int64)
    lots = firm_lots(world, block.firms, "ring found")
    runs = np.append(rings.runs, np.int16(WINDOW_MONTHS)).astype(np.int64)[ring]
    month = runs + 2 + np.floor(lots * 8).astype(np.int64)
    row = np.flatnonzero((ring >= 0) & (month < WINDOW_MONTHS))
    return block.first + row, month[row], np.full(len(row), _FALSE)


def tax_inspections(world: World, block: Block) -> Drawn:
    """Inspections of firms that the bureau sees as worse; closed months later, which is known only then."""
    seen_as = looks(world, block, "tax")
    chance = late_chance(world, block) + 0.02 * exp(-0.6 * seen_as)
    whole = budget("tax_inspections", world) / (world.count * WINDOW_MONTHS)
    hit = (cell_lots(world, block, "inspected") < chance * whole * _INSPECTED) & living(
        world, block
    )
    row, month = np.nonzero(hit)
    lots = cell_lots(world, block, "inspection")[row, month]
    day = STARTS[month] + np.floor(lots * 28).astype(np.int64)
    taxes = np.maximum(money_of(world, block, "taxes")[row, month], 100_000)
    due = np.floor(taxes * (0.5 + 11 * lots * lots)).astype(np.int64)
    return told(
        block,
        firm=block.first + row,
        day=day,
        known=seen(day, 150 + np.floor(lots * 90).astype(np.int64), lots),
        values={
            "tax_due": due,
            "fine": np.floor(due * (0.3 + 1.2 * ((lots * 91) % 1.0))).astype(np.int64),
            "closed": (day + 100 + np.floor(lots * 40).astype(np.int64)).astype(np.int32),
        },
    )


_INSPECTED = 27.1

RECIPES: Mapping[str, Recipe] = {
    "tax_credit_grades": tax_credit_grades,
    "tax_violations": tax_violations,
    "tax_inspections": tax_inspections,
}
