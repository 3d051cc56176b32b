"""What rings of fraud send around in circles, with the time of each step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.days import lots_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Share, Whole
    from shuxin.city.world.world import World

_LATEST_START, _STEP = 0.70, 0.028
"""Of a month: a circle of six ends within five days of its start."""


@dataclass(frozen=True, slots=True)
class RingFlows:
    """Payments (f,) between firms that both live in the month. at: in [0, 1), how far into the month; the payments of
    a circle follow one another within seven days, each one hundredth of the first below the one before it.
    """

    source: Whole
    target: Whole
    month: Whole
    amount: Whole
    at: Share

    def bits(self, world: World) -> Bits:
        """Chance of each, the same for both sides."""
        return lots_of(world, "rings/rows").bits(self.source, self.target, self.month)


def ring_flows(world: World) -> RingFlows:
    """All of the city; the World has the steps of a circle one after another."""
    rings = world.ties.rings
    source, target = rings.source.astype(np.int64), rings.target.astype(np.int64)
    month = rings.month.astype(np.int64)
    if not len(month):
        return RingFlows(source, target, month, rings.amount, np.zeros(0))
    goes_on = (source[1:] == target[:-1]) & (month[1:] == month[:-1])
    start = np.flatnonzero(np.append(True, ~goes_on))
    place = np.arange(len(month)) - np.repeat(start, np.diff(np.append(start, len(month))))
    first = np.arange(len(month)) - place
    begin = lots_of(world, "rings/start").at(source[first], month)
    at = _LATEST_START * begin + _STEP * place
    lives = _lives(world, source, month) & _lives(world, target, month)
    rows = np.flatnonzero(lives)
    return RingFlows(source[rows], target[rows], month[rows], rings.amount[rows], at[rows])


def _lives(world: World, firm: Whole, month: Whole) -> NDArray[np.bool_]:
    return (world.firms.born[firm] <= month) & (world.outcome.gone[firm] > month)
