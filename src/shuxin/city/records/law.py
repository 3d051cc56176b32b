"""Laws from which values are picked in bulk: code tables tilted by quality, and log-uniform quantities."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.catalogues import CODE_TABLES
from shuxin.city.world.draws import exp, rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Law = NDArray[np.float32]

_LEVELS, _REACH = 33, 4.0
"""A tilted table has a law for every quarter of a standard deviation from -4 to 4."""
_KNOTS = 2048


@lru_cache(maxsize=1024)
def code_law(table: str, slope: float) -> Law:
    """(levels, codes) running sums of the weights; one level where ``slope`` is 0.

    slope: what a standard deviation of worse quality adds to the log weight of each step towards the table's end.
    """
    weights = np.array([code.weight for code in CODE_TABLES[table].codes])
    levels = np.linspace(-_REACH, _REACH, _LEVELS) if slope else np.zeros(1)
    steps = np.arange(len(weights))
    tilted = weights * exp(np.clip(slope * levels[:, None] * steps, -60, 60))
    law = np.cumsum(tilted, axis=1)
    return rounded(law / law[:, -1:]).astype(np.float32)


def picked(
    draw: NDArray[np.float32], law: Law, trouble: NDArray[np.float64] | None
) -> NDArray[np.int8]:
    """(r,) places in the table for uniform draws, by the law of each row's trouble."""
    place = np.zeros(len(draw), np.int8)
    if trouble is None:
        for edge in law[0, :-1]:
            place += draw >= edge
        return place
    level = np.rint((np.clip(trouble, -_REACH, _REACH) + _REACH) * (_LEVELS - 1) / (2 * _REACH))
    at = level.astype(np.int64)
    for column in range(law.shape[1] - 1):
        place += draw >= law[at, column]
    return place


@lru_cache(maxsize=1024)
def _knots(low: float, high: float) -> NDArray[np.float64]:
    span = float(rounded(np.array(math.log(high / low))))
    return low * exp(span * np.linspace(0.0, 1.0, _KNOTS + 1))


def log_law(draw: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """(r,) log-uniform between low and high for uniform draws; straight between 2,048 knots."""
    knots = _knots(low, high)
    place = draw * _KNOTS
    left = np.minimum(place.astype(np.int64), _KNOTS - 1)
    found: NDArray[np.float64] = knots[left] + (knots[left + 1] - knots[left]) * (place - left)
    return found
