"""What the customers of a business want in each month: season, quality and its own misfortunes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.streams import chance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.firms import Firm

# [D] unless tagged: chosen for this city, as are all parameters of its economy.
QUALITY_IN_SALES = 0.30
"""Change of log sales for one standard deviation of quality."""
MONTHLY_NOISE = 0.16
BUYER_LOST = 0.5
BUYER_LOST_SHARE = 0.8
BUYER_REPLACED_MONTHS = 14
BAD_DEBT = 0.5
BAD_DEBT_MONTHS = 3
LOW_QUARTER = 0.35
LOW_QUARTER_LEVEL = 0.62
"""Shares of businesses that meet each misfortune once in the 36 months, and how hard it hits."""

_SPRING_FESTIVAL = frozenset({(2023, 1), (2024, 2), (2025, 1)})
_FESTIVAL_LEVEL: Mapping[str, float] = {"C": 0.62, "E": 0.45, "F": 0.85, "G": 0.70, "H": 1.15}
_USUAL_FESTIVAL_LEVEL = 0.75
_WAVE: Mapping[str, tuple[float, int]] = {
    "A": (0.35, 9), "C": (0.12, 11), "E": (0.25, 11), "F": (0.15, 12), "H": (0.12, 8), "R": (0.25, 7),
}  # fmt: skip
_USUAL_WAVE = (0.08, 12)
"""Height of the yearly wave and the month of its crest."""

_FEWEST_CUSTOMERS = 3
_MORE_CUSTOMERS: Mapping[str, float] = {"micro": 4, "small": 25, "medium": 60, "large": 120}


@dataclass(frozen=True, slots=True)
class Demand:
    """(months,) arrays. sales: fen without tax that customers would buy, before distress.

    unpaid: share of the month's sales that is never paid for.
    lost_from: month from which the largest buyer is gone, or the count of months.
    """

    sales: NDArray[np.float64]
    unpaid: NDArray[np.float64]
    lost_from: int


def customer_shares(firm: Firm, *, rng: Generator) -> NDArray[np.float64]:
    """Shares of the sales by customer, largest first: Pareto-like, median top share about .35 (micro)."""
    count = _FEWEST_CUSTOMERS + int(rng.poisson(_MORE_CUSTOMERS[firm.size]))
    weights = np.arange(1, count + 1) ** -1.05 * rng.lognormal(0.0, 0.3, count)
    ordered: NDArray[np.float64] = np.sort(weights)[::-1] / weights.sum()
    return ordered


def demand(
    firm: Firm,
    *,
    months: tuple[dt.date, ...],
    quality: NDArray[np.float64],
    top_share: float,
    rng: Generator,
) -> Demand:
    """``quality`` (months,); ``top_share`` belongs to the largest buyer."""
    count = len(months)
    level = np.array([_season(firm.industry[0], month) for month in months])
    level *= np.exp(QUALITY_IN_SALES * quality + MONTHLY_NOISE * rng.standard_normal(count))
    lost_from, lost = _lost_buyer(count, top_share, rng)
    level *= (1 - lost) * _low_quarter(count, rng)
    return Demand(firm.revenue_fen / 12 * level, _unpaid(count, top_share, rng), lost_from)


def _season(section: str, month: dt.date) -> float:
    height, crest = _WAVE.get(section, _USUAL_WAVE)
    wave = 1 + height * float(np.cos(2 * np.pi * (month.month - crest) / 12))
    is_festival = (month.year, month.month) in _SPRING_FESTIVAL
    return wave * _FESTIVAL_LEVEL.get(section, _USUAL_FESTIVAL_LEVEL) if is_festival else wave


def _lost_buyer(count: int, share: float, rng: Generator) -> tuple[int, NDArray[np.float64]]:
    """The month of the loss, and the share of sales missing; others take the place over a year."""
    start = int(rng.integers(count))
    if not chance(BUYER_LOST, rng=rng):
        return count, np.zeros(count)
    since = np.arange(count) - start
    missing = np.where(since >= 0, np.clip(1 - since / BUYER_REPLACED_MONTHS, 0, 1), 0.0)
    return start, BUYER_LOST_SHARE * share * missing


def _low_quarter(count: int, rng: Generator) -> NDArray[np.float64]:
    level = np.ones(count)
    start = int(rng.integers(count))
    if chance(LOW_QUARTER, rng=rng):
        level[start : start + 3] = LOW_QUARTER_LEVEL
    return level


def _unpaid(count: int, share: float, rng: Generator) -> NDArray[np.float64]:
    unpaid = np.zeros(count)
    start = int(rng.integers(count))
    if chance(BAD_DEBT, rng=rng):
        unpaid[start : start + BAD_DEBT_MONTHS] = share
    return unpaid
