"""How many people a firm employs and insures, and what it owes of their contributions, month by month.

Heads follow the wages that fall due, which follow sales; contributions stay unpaid when wages do, and now and then in
firms that the social security office sees as worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.income import wages_due
from shuxin.city.records.coded.months import (
    budget,
    cell_lots,
    firm_lots,
    living,
    looks,
    lot_of_firms,
    money_of,
)
from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.months import Grid
    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

LAST = WINDOW_MONTHS - 2
"""The last month whose contributions are seen before the day of the extracts."""
_COVERED = (0.72, 0.28)
"""Of a firm's people, so many are insured, to so many more."""
_SEEN_IN_HEADS = 0.045
_HEADS_FOLLOWED = 0.85
"""[T] Of what a month's wages differ from the usual, so much is in the number of people; the rest is hours."""
_LEAST_BASE_FEN = 420_000
_GROWTH = 0.0033
"""Of the least base in a month."""
_FOLLOWS_WAGES = 0.22
"""Contributions are left unpaid in so many of the months in which wages are."""
_SLACK, _SLACK_SLOPE, _OWES_TAX = 0.008, 0.75, 0.10
"""Chance in a month that a firm leaves contributions unpaid, by what is seen of it; and if it owes taxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """(firms, months). heads, insured: persons. base: int64 fen, of all insured together. unpaid: share of the
    contributions of the month that stays unpaid.
    """

    heads: Grid
    insured: Grid
    base: Grid
    unpaid: NDArray[np.float64]


def insures(world: World) -> NDArray[np.bool_]:
    """(n,) employers that are known to the social security office, individual businesses with people among them."""
    return world.firms.insured


def companies(world: World) -> NDArray[np.bool_]:
    """(n,) employers that are no individual businesses: they may have a housing fund, and are paid for stable jobs."""
    found: NDArray[np.bool_] = insures(world) & (world.firms.kind != p.INDIVIDUAL)
    return found


def staff(world: World, block: Block) -> Staff:
    own = slice(block.first, block.stop)
    firms, traits = world.firms, world.traits
    alive = living(world, block)
    usual = np.maximum(traits.usual[own] * traits.wages[own], 1.0)[:, None]
    due = wages_due(world, block)
    people = firms.employees[own, None]
    level = 1 + _HEADS_FOLLOWED * (np.clip(due / usual, 0.1, 2.5) - 1)
    heads = np.maximum(np.rint(people * level), 1).astype(np.int64)
    seen_as = looks(world, block, "social")
    low, more = _COVERED
    part = low + more * firm_lots(world, block.firms, "covered")[:, None] + _SEEN_IN_HEADS * seen_as
    insured = np.clip(np.rint(heads * part), 1, heads).astype(np.int64)
    least = np.floor(_LEAST_BASE_FEN * (1 + _GROWTH * np.arange(WINDOW_MONTHS)))
    level = usual[:, 0] / np.maximum(firms.employees[own], 1)
    share = 0.55 + 0.4 * firm_lots(world, block.firms, "base")
    each = np.maximum(np.floor(level * share)[:, None], least).astype(np.int64)
    return Staff(
        heads=heads * alive,
        insured=insured * alive,
        base=insured * each * alive,
        unpaid=_unpaid(world, block, seen_as) * alive,
    )


def _unpaid(world: World, block: Block, seen_as: NDArray[np.float64]) -> NDArray[np.float64]:
    late, paid = money_of(world, block, "wages_late"), money_of(world, block, "wages")
    told_of = cell_lots(world, block, "unpaid wages") < _FOLLOWS_WAGES
    missing = np.where(told_of, late / np.maximum(late + paid, 1), 0.0)
    owes = money_of(world, block, "taxes_late") > 0
    chance = _SLACK * exp(-_SLACK_SLOPE * seen_as) + np.where(owes, _OWES_TAX, 0.0)
    slack = cell_lots(world, block, "slack") < chance
    size = 0.3 + 0.7 * cell_lots(world, block, "slack size")
    return np.maximum(missing, np.where(slack, size, 0.0))


def seen_months(world: World) -> NDArray[np.int64]:
    """(n,) months of each firm that are seen before the day of the extracts."""
    first = np.maximum(world.firms.born, 0).astype(np.int64)
    last = world.outcome.gone.astype(np.int64) - 1
    return np.maximum(np.minimum(last, LAST) - first + 1, 0)


def employers(
    world: World, slug: str, rank: NDArray[np.float64], *, part: float = 1.0
) -> NDArray[np.bool_]:
    """(n,) the first firms by rank, below infinity, whose months are as many as this part of the catalogue's rows."""
    room = budget(slug, world) * part
    order = np.argsort(rank, kind="stable")
    able = np.isfinite(rank)
    run = np.where(able[order], seen_months(world)[order], 0).cumsum()
    chosen = np.zeros(world.count, np.bool_)
    chosen[order[: np.searchsorted(run, room, side="right")]] = True
    return chosen & able


def ranked(
    world: World, purpose: str, able: NDArray[np.bool_], *, by_size: float
) -> NDArray[np.float64]:
    """(n,) lots, the larger firms first; infinite for those who are not able."""
    lots = lot_of_firms(world, purpose) - by_size * world.firms.size
    return np.where(able, lots, np.inf)
