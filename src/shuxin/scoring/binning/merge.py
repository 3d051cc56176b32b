"""The best merge of fine bins (最优分箱), exact, from counts alone.

The same function serves one institution and many: joint counts enter as local counts do, values never.
The method is dynamic programming over the last two groups: what may follow a group depends on that
group's bad rate, so the state is (number of groups, start and end of the last one).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from shuxin.scoring.binning.counts import SMOOTHING

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]

_Step: TypeAlias = Literal["rise", "fall", "any"]
_TIE = 1e-12


class Trend(StrEnum):
    """How the bad rate moves from the lowest bin to the highest (趋势); level steps are allowed.

    PEAK rises and then falls, VALLEY falls and then rises, either part may be empty; the AUTO ones
    take the direction with the higher IV.
    """

    ASCENDING = "ascending"
    DESCENDING = "descending"
    AUTO_MONOTONE = "auto_monotone"
    PEAK = "peak"
    VALLEY = "valley"
    AUTO_UNIMODAL = "auto_unimodal"
    NONE = "none"


_SHAPES: dict[Trend, tuple[tuple[_Step, ...], ...]] = {
    Trend.ASCENDING: (("rise",),),
    Trend.DESCENDING: (("fall",),),
    Trend.AUTO_MONOTONE: (("fall",), ("rise",)),
    Trend.PEAK: (("rise", "fall"),),
    Trend.VALLEY: (("fall", "rise"),),
    Trend.AUTO_UNIMODAL: (("fall", "rise"), ("rise", "fall")),
    Trend.NONE: (("any",),),
}


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What each merged bin must hold. Raises ValueError.

    ``min_share`` is a share (0-1) of the rows given; a bin never holds fewer than one row.
    """

    trend: Trend = Trend.AUTO_MONOTONE
    max_bins: int = 8
    min_share: float = 0.05
    min_rows: int = 1
    min_good: int = 1
    min_bad: int = 1

    def __post_init__(self) -> None:
        if self.max_bins < 1 or not 0 <= self.min_share <= 1:
            raise ValueError("max_bins is at least 1, min_share a share")


@dataclass(frozen=True, slots=True)
class _Spans:
    """(n, n+1) figures of every group of fine bins [i, j), meaningful where i < j.

    iv: its part of the IV, minus infinity where it breaks the plan. odds: smoothed good:bad.
    """

    rows: FloatArray
    bad: FloatArray
    odds: FloatArray
    iv: FloatArray

    def may_follow(self, middle: int, step: _Step) -> BoolArray:
        """(middle, n - middle): may [middle, m) follow [i, middle)?

        Both the bad rate (exact, by cross products) and the smoothed odds must move the same way, so
        that points never contradict bad rates.
        """
        rows, bad, odds = (part[:middle, middle] for part in (self.rows, self.bad, self.odds))
        next_rows, next_bad, next_odds = (
            part[middle, middle + 1 :] for part in (self.rows, self.bad, self.odds)
        )
        if step == "any":
            return np.ones((len(rows), len(next_rows)), np.bool_)
        here, there = np.outer(bad, next_rows), np.outer(rows, next_bad)
        if step == "rise":
            return np.asarray((here <= there) & (odds[:, None] >= next_odds))
        return np.asarray((here >= there) & (odds[:, None] <= next_odds))


def merge_bins(*, good: ArrayLike, bad: ArrayLike, plan: MergePlan) -> tuple[range, ...]:
    """Merge consecutive fine bins into the groups with the highest total IV that the plan allows.

    Args:
        good: (n,) counts of the good in each fine bin, in the order of the values; n up to about 100.
        bad: (n,) counts of the bad.
        plan: what a merged bin must hold and how bad rates may move from bin to bin.

    Returns:
        Ranges of fine bins, in order, that cover 0..n. Of partitions with equal IV one with the fewest
        bins. One range over all when no partition satisfies the plan. IV is taken over the rows given:
        bins of missing and special values stay outside.

    Raises:
        ValueError: no bins, or the lengths differ.
    """
    g, b = np.asarray(good, np.float64), np.asarray(bad, np.float64)
    if g.ndim != 1 or g.shape != b.shape or not g.size:
        raise ValueError("good and bad are one-dimensional, of one length, and not empty")
    spans = _spans(g, b, plan)
    best = -np.inf
    merged: tuple[range, ...] = (range(g.size),)
    for steps in _SHAPES[plan.trend]:
        value, ranges = _best_partition(spans, steps, min(plan.max_bins, g.size))
        if value > best + _TIE:
            best, merged = value, ranges
    return merged


def _spans(good: FloatArray, bad: FloatArray, plan: MergePlan) -> _Spans:
    up_to_good, up_to_bad = (np.concatenate(([0.0], np.cumsum(part))) for part in (good, bad))
    g = up_to_good[None, :] - up_to_good[:-1, None]
    b = up_to_bad[None, :] - up_to_bad[:-1, None]
    rows = g + b
    enough = (rows >= max(plan.min_rows, 1)) & (rows >= plan.min_share * rows[0, -1])
    enough &= (g >= plan.min_good) & (b >= plan.min_bad)
    enough &= np.arange(good.size)[:, None] < np.arange(good.size + 1)
    odds = (np.maximum(g, 0) + SMOOTHING) / (np.maximum(b, 0) + SMOOTHING)
    shares = g / max(g[0, -1], 1.0) - b / max(b[0, -1], 1.0)
    return _Spans(rows=rows, bad=b, odds=odds, iv=np.where(enough, shares * np.log(odds), -np.inf))


def _best_partition(
    spans: _Spans, steps: tuple[_Step, ...], most: int
) -> tuple[float, tuple[range, ...]]:
    """The best value and its groups; minus infinity when there is no partition.

    ``value[q, k, i, j]`` is the best of k + 1 groups over [0, j) whose last is [i, j), having used the
    first q + 1 kinds of step; ``origin`` tells the state before it as ``q * n + start``.
    """
    n = len(spans.iv)
    value = np.full((len(steps), most, n, n + 1), -np.inf)
    origin = np.full(value.shape, -1, np.int32)
    value[:, 0, 0, :] = spans.iv[0]
    for middle in range(1, n):
        for q, step in enumerate(steps):
            before = value[q, :-1, :middle, middle, None]
            allowed = spans.may_follow(middle, step)
            reached = np.where(allowed, before, -np.inf)
            start = reached.argmax(axis=1)
            top = np.take_along_axis(reached, start[:, None], axis=1)[:, 0]
            new, origins = top + spans.iv[middle, middle + 1 :], start + q * n
            if q:
                kept = value[q - 1, 1:, middle, middle + 1 :] >= new
                new = np.where(kept, value[q - 1, 1:, middle, middle + 1 :], new)
                origins = np.where(kept, origin[q - 1, 1:, middle, middle + 1 :], origins)
            value[q, 1:, middle, middle + 1 :] = new
            origin[q, 1:, middle, middle + 1 :] = origins
    ends = value[-1, :, :, n].max(axis=1)
    groups = int(np.argmax(ends >= ends.max() - _TIE))
    return float(ends[groups]), _walk_back(value, origin, groups)


def _walk_back(value: FloatArray, origin: NDArray[np.int32], groups: int) -> tuple[range, ...]:
    q, n = len(value) - 1, value.shape[2]
    start, end = int(value[q, groups, :, n].argmax()), n
    found = [range(start, end)]
    for k in range(groups, 0, -1):
        q, before = divmod(int(origin[q, k, start, end]), n)
        start, end = before, start
        found.append(range(start, end))
    return tuple(reversed(found))
