"""How well scores part good from bad (区分能力). ``outcomes`` True is bad; higher scores are better."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    BoolArray = NDArray[np.bool_]
    FloatArray = NDArray[np.float64]


class OneClassOnly(InvalidInput):
    code = "outcomes_one_class"
    what = Text(
        en="Of {subjects} outcomes {bads} are bad: both good and bad ones are needed",
        zh="共 {subjects} 个结果，其中 {bads} 个为坏：好样本与坏样本均不可缺",
    )
    mend = Text(
        en="Widen the window or the sample, or state the definition of bad anew",
        zh="请扩大窗口或样本，或重新界定坏样本的定义",
    )


@dataclass(frozen=True, slots=True)
class LargestGap:
    """KS: the largest distance of the two distributions, and the lowest score that reaches it."""

    value: float
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class RocPoints:
    """The ROC curve (ROC 曲线) from (0, 0) to (1, 1), the cut-off rising; both arrays (d + 1,)."""

    goods_refused: FloatArray
    bads_refused: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Distributions:
    """Shares of bads and goods at or below each of the d distinct scores; arrays (d,)."""

    scores: FloatArray
    bads: FloatArray
    goods: FloatArray


@dataclass(frozen=True, slots=True)
class LiftRow:
    """One of the equal groups, worst first.

    Counts may be fractions: subjects of one score that straddle a border are shared out evenly.
    ``lift`` is the bad rate over that of all, ``captured`` the share of all bads down to here.
    """

    subjects: float
    bads: float
    bad_rate: float
    lift: float
    captured: float


@dataclass(frozen=True, slots=True)
class Band:
    """Subjects with ``low <= score < high``; ``bad_rate`` is None when there are none."""

    low: float
    high: float
    subjects: int
    bads: int

    @property
    def bad_rate(self) -> float | None:
        return self.bads / self.subjects if self.subjects else None


def roc_auc(*, scores: FloatArray, outcomes: BoolArray) -> float:
    """P(a good one scores above a bad one) + half P(they tie), by mid-ranks (Mann and Whitney).

    Raises:
        OneClassOnly: no good or no bad outcome.
        ValueError: the arrays are not (n,) both, or a score is NaN.
    """
    check_both_classes(values=scores, outcomes=outcomes)
    _, place, ties = np.unique(scores, return_inverse=True, return_counts=True)
    middle_rank = np.cumsum(ties) - (ties - 1) / 2
    goods = int(np.count_nonzero(~outcomes))
    above = float(middle_rank[place[~outcomes]].sum()) - goods * (goods + 1) / 2
    return above / (goods * (outcomes.size - goods))


def gini(*, scores: FloatArray, outcomes: BoolArray) -> float:
    """Accuracy ratio (基尼系数): 2 AUC - 1. Raises as ``roc_auc``."""
    return 2 * roc_auc(scores=scores, outcomes=outcomes) - 1


def ks(*, scores: FloatArray, outcomes: BoolArray) -> LargestGap:
    """The largest ``|F_bad(s) - F_good(s)|``. Raises as ``roc_auc``."""
    check_both_classes(values=scores, outcomes=outcomes)
    levels, subjects, bads = _counts(scores, outcomes)
    goods = subjects - bads
    gaps = np.abs(np.cumsum(bads) * goods.sum() - np.cumsum(goods) * bads.sum())  # whole: ties hold
    where = int(np.argmax(gaps))
    return LargestGap(
        value=float(gaps[where] / (goods.sum() * bads.sum())), score=float(levels[where])
    )


def distributions(*, scores: FloatArray, outcomes: BoolArray) -> Distributions:
    """The two curves of KS. Raises as ``roc_auc``."""
    check_both_classes(values=scores, outcomes=outcomes)
    levels, subjects, bads = _counts(scores, outcomes)
    goods = subjects - bads
    return Distributions(
        scores=levels,
        bads=np.cumsum(bads) / bads.sum(),
        goods=np.cumsum(goods) / goods.sum(),
    )


def roc_points(*, scores: FloatArray, outcomes: BoolArray) -> RocPoints:
    """The area under the straight lines between the points is the AUC. Raises as ``roc_auc``."""
    both = distributions(scores=scores, outcomes=outcomes)
    return RocPoints(
        goods_refused=np.concatenate(([0.0], both.goods)),
        bads_refused=np.concatenate(([0.0], both.bads)),
    )


def lift_table(*, scores: FloatArray, outcomes: BoolArray, groups: int = 10) -> tuple[LiftRow, ...]:
    """Equal groups from the worst scores to the best. Raises as ``roc_auc``."""
    check_both_classes(values=scores, outcomes=outcomes)
    _, subjects, bads = _counts(scores, outcomes)
    borders = np.linspace(0, outcomes.size, groups + 1)
    known = np.concatenate(([0], np.cumsum(subjects)))
    captured = np.interp(borders, known, np.concatenate(([0], np.cumsum(bads))))
    size, total = outcomes.size / groups, float(bads.sum())
    return tuple(
        LiftRow(
            subjects=size,
            bads=float(found),
            bad_rate=float(found) / size,
            lift=float(found) / total * groups,
            captured=float(so_far) / total,
        )
        for found, so_far in zip(np.diff(captured), captured[1:], strict=True)
    )


def bands(
    *, scores: FloatArray, outcomes: BoolArray, borders: tuple[float, ...]
) -> tuple[Band, ...]:
    """Counts by score band (分数段), lowest first; one more band than ``borders``.

    Raises ValueError when the borders do not ascend, or as the shapes of ``roc_auc``.
    """
    check_shapes(values=scores, outcomes=outcomes)
    if list(borders) != sorted(set(borders)):
        raise ValueError("borders ascend")
    place = np.searchsorted(np.asarray(borders, dtype=np.float64), scores, side="right")
    subjects = np.bincount(place, minlength=len(borders) + 1)
    bads = np.bincount(place[outcomes], minlength=len(borders) + 1)
    ends = (-np.inf, *borders, np.inf)
    return tuple(
        Band(low=low, high=high, subjects=int(count), bads=int(bad))
        for low, high, count, bad in zip(ends[:-1], ends[1:], subjects, bads, strict=True)
    )


def inversions(*, bands: tuple[Band, ...]) -> int:
    """How often a better band has the higher bad rate than the last filled band below it."""
    rates = [band.bad_rate for band in bands if band.bad_rate is not None]
    return sum(better > worse for worse, better in pairwise(rates))


def check_shapes(*, values: FloatArray, outcomes: BoolArray) -> None:
    """Raises ValueError unless both are (n,), the outcomes boolean and no value NaN."""
    if values.shape != outcomes.shape or values.ndim != 1 or outcomes.dtype != np.bool_:
        raise ValueError("one number and one boolean outcome per subject are needed")
    if np.isnan(values).any():
        raise ValueError("a score is NaN")


def check_both_classes(*, values: FloatArray, outcomes: BoolArray) -> None:
    """Raises OneClassOnly, and ValueError as ``check_shapes``."""
    check_shapes(values=values, outcomes=outcomes)
    bads = int(np.count_nonzero(outcomes))
    if bads in (0, outcomes.size):
        raise OneClassOnly(subjects=outcomes.size, bads=bads)


def _counts(scores: FloatArray, outcomes: BoolArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The distinct scores ascending, with the subjects and the bads at each."""
    levels, place, subjects = np.unique(scores, return_inverse=True, return_counts=True)
    bads = np.bincount(place[outcomes], minlength=levels.size)
    return levels, subjects.astype(np.float64), bads.astype(np.float64)
