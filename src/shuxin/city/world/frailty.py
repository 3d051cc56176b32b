"""How firms leave when the weak leave first, and yet as many survive as statistics say.

Each month a firm leaves at the rate ``h(age) * exp(-0.8 q)`` (DOMAIN 9.4). The weak go first, so those who stay grow
better, and with a fixed ``h`` too few would leave. Here ``h`` is solved, month of age by month of age, from the law
of q among survivors on a grid, so that the whole population follows the published hazards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.lives import HAZARDS
from shuxin.city.world.draws import exp, rounded
from shuxin.city.world.parameters import PERSISTENCE, QUALITY_IN_EXIT, WEARING

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONTHS_OF_AGE = 12 * len(HAZARDS)
_REACH, _STEP = 4.6, 0.1
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Frailty:
    """By month of age, (360,): base is ``h`` per month; mean and spread are those of q among survivors.

    alive: (361,) share of firms alive at the start of each month of age.
    """

    base: NDArray[np.float64]
    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    alive: NDArray[np.float64]


@lru_cache(maxsize=8)
def frailty(*, factor: float) -> Frailty:
    """``factor`` multiplies the hazards of each year of life."""
    grid = np.arange(-_REACH, _REACH + _STEP / 2, _STEP)
    moves = _moves(grid)
    weight = exp(-QUALITY_IN_EXIT * grid)
    law = exp(-(grid**2) / 2)
    law /= law.cumsum()[-1]
    leaving = _monthly(factor)
    base, mean, spread = (np.empty(MONTHS_OF_AGE) for _ in range(3))
    for age in range(MONTHS_OF_AGE):
        mean[age] = (law * grid).cumsum()[-1]
        spread[age] = math.sqrt((law * (grid - mean[age]) ** 2).cumsum()[-1])
        base[age] = _solved(law, weight, float(leaving[age]))
        law = law * exp(-base[age] * weight)
        law = (moves * law[:, None]).cumsum(axis=0)[-1]
        law /= law.cumsum()[-1]
    alive = np.concatenate([[1.0], (1 - leaving).cumprod()])
    return Frailty(rounded(base * 1024) / 1024, rounded(mean), rounded(spread), rounded(alive))


def _monthly(factor: float) -> NDArray[np.float64]:
    """(360,) share of those alive who leave in each month of age."""
    yearly = (min(0.9, hazard * factor) for hazard in HAZARDS)
    monthly = [1 - math.exp(math.log(1 - share) / 12) for share in yearly]
    return rounded(np.repeat(monthly, 12))


def _moves(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """(from, to) chances of a month's move of q."""
    gap = (grid[None, :] - PERSISTENCE * grid[:, None]) / WEARING
    raw = exp(-(gap**2) / 2)
    moves: NDArray[np.float64] = raw / raw.cumsum(axis=1)[:, -1:]
    return moves


def _solved(law: NDArray[np.float64], weight: NDArray[np.float64], leaving: float) -> float:
    """The rate at which ``leaving`` of the ``law`` go."""
    rate = leaving / (law * weight).cumsum()[-1]
    for _ in range(_ROUNDS):
        gone = 1 - (law * exp(-rate * weight)).cumsum()[-1]
        rate *= leaving / gone
    return float(rate)
