"""When firms are founded and when they end: hazards by year of life, after DOMAIN 9.4."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.scale import UNTIL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.firms import Firm

HAZARDS = (0.016, 0.063, 0.095, 0.088, 0.085, 0.083, 0.081, 0.075, 0.070, 0.065, 0.060, 0.055,
           0.050, 0.047, 0.044, *(0.04,) * 15)  # fmt: skip
"""Share of the firms alive at the start of each year of life that end in it (SAIC 2000-2012)."""

INDIVIDUAL_FACTOR = 1.3
ENTRY_GROWTH = 0.065
_YEAR_DAYS = 365.25
_EXIT_YEARS = 10


def survival(*, factor: float = 1.0) -> NDArray[np.float64]:
    """(31,) share of firms alive after 0, 1, ... 30 years."""
    kept = accumulate((1 - min(1.0, hazard * factor) for hazard in HAZARDS), lambda a, b: a * b)
    return np.array([1.0, *kept])


def founded_of_living(*, share: float, factor: float) -> dt.date:
    """Founding day of the living firm at quantile ``share`` of the stock.

    The stock of a population that grows steadily: age density ``S(age) * exp(-growth * age)``.
    """
    alive = survival(factor=factor)
    weights = alive[:-1] * np.exp(-ENTRY_GROWTH * np.arange(len(HAZARDS)))
    return UNTIL - _days(_quantile(weights, share=share))


def life_of_exited(*, share: float, factor: float, rng: Generator) -> tuple[dt.date, dt.date]:
    """Founding and last day of a firm that ended within the ten years before the extracts."""
    alive = survival(factor=factor)
    ended = UNTIL - _days(float(rng.random()) * _EXIT_YEARS)
    return ended - _days(_quantile(alive[:-1] - alive[1:], share=share)), ended


def whole_months(firm: Firm, *, months: Sequence[dt.date]) -> Iterator[tuple[int, dt.date]]:
    """Index and first day of each of ``months`` in which the firm lives from the first to the last day."""
    for index, month in enumerate(months):
        last = _last_day(month)
        if firm.lives_on(month) and firm.lives_on(last):
            yield index, month


@lru_cache(maxsize=128)
def _last_day(month: dt.date) -> dt.date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def _quantile(weights: NDArray[np.float64], *, share: float) -> float:
    """Years, even within each year of life."""
    edges = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    return float(np.interp(share, edges, np.arange(len(edges), dtype=np.float64)))


def _days(years: float) -> dt.timedelta:
    return dt.timedelta(days=1 + int(years * _YEAR_DAYS))
