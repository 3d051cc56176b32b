"""How far a measured quality can be trusted (置信区间)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from shuxin.kernel.text import Text
from shuxin.scoring.evaluation.metrics import check_both_classes, ks, roc_auc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from shuxin.scoring.evaluation.metrics import BoolArray, FloatArray

    IntArray = NDArray[np.int64]

STRATIFIED = Text(
    en="bootstrap over subjects, goods and bads apart, 95 %",
    zh="按主体自助抽样，好坏样本分层，95%",
)
GROUPED = Text(en="bootstrap over groups of subjects, 95 %", zh="按关联组自助抽样，95%")
CORRECTED_T = Text(
    en="corrected resampled t (Nadeau and Bengio 2003), 95 %",
    zh="校正重抽样 t 区间（Nadeau 与 Bengio，2003），95%",
)
_COVERED = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval and the way in which it was made."""

    value: float
    low: float
    high: float
    method: Text


@dataclass(frozen=True, slots=True)
class Quality:
    """AUC and KS of one set of scores, from the same resamples."""

    auc: Interval
    ks: Interval


def bootstrapped(
    *, scores: FloatArray, outcomes: BoolArray, rng: np.random.Generator, resamples: int = 1000
) -> Quality:
    """Percentile intervals; each resample draws as many goods and as many bads as there are.

    KS is a maximum and so is biased upwards in small samples; its interval is too.
    Raises OneClassOnly, and ValueError as ``roc_auc``.
    """
    check_both_classes(values=scores, outcomes=outcomes)
    classes = (np.flatnonzero(outcomes), np.flatnonzero(~outcomes))
    drawn = (
        np.concatenate([rng.choice(members, size=members.size) for members in classes])
        for _ in range(resamples)
    )
    return _quality(scores, outcomes, drawn, STRATIFIED)


def bootstrapped_by_group(
    *,
    scores: FloatArray,
    outcomes: BoolArray,
    groups: IntArray,
    rng: np.random.Generator,
    resamples: int = 1000,
) -> Quality:
    """The same, drawing whole groups, such as the firms of one controller (实际控制人).

    ``groups`` is (n,); resamples without a good or a bad one are drawn anew.
    Raises as ``bootstrapped``.
    """
    check_both_classes(values=scores, outcomes=outcomes)
    if groups.shape != outcomes.shape:
        raise ValueError("one group per subject is needed")
    order = np.argsort(groups, kind="stable")
    borders = np.flatnonzero(np.diff(groups[order])) + 1
    return _quality(
        scores, outcomes, _whole_groups(np.split(order, borders), outcomes, rng, resamples), GROUPED
    )


def corrected_resampled_t(*, values: FloatArray, test_share: float) -> Interval:
    """Interval of the mean over all folds of all repeats.

    Folds share their training subjects, so their spread divided by their number is far too small;
    Nadeau and Bengio (2003, Inference for the Generalization Error) put 1/J + test/training in its
    place, and Bouckaert and Frank (2004) apply it to repeated folds. ``values`` is any shape of at
    least two; ``test_share`` is the share of subjects tested at a time. Raises ValueError.
    """
    if values.size < 2 or not 0 < test_share < 1:  # noqa: PLR2004 - a spread needs two
        raise ValueError("two values and a share inside (0, 1) are needed")
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    error = spread * math.sqrt(1 / values.size + test_share / (1 - test_share))
    half = error * float(stdtrit(values.size - 1, (1 + _COVERED) / 2))
    return Interval(value=mean, low=mean - half, high=mean + half, method=CORRECTED_T)


def _whole_groups(
    members: list[IntArray], outcomes: BoolArray, rng: np.random.Generator, resamples: int
) -> Iterator[IntArray]:
    for _ in range(resamples):
        drawn = _one_draw(members, rng)
        while outcomes[drawn].all() or not outcomes[drawn].any():
            drawn = _one_draw(members, rng)
        yield drawn


def _one_draw(members: list[IntArray], rng: np.random.Generator) -> IntArray:
    return np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])


def _quality(
    scores: FloatArray, outcomes: BoolArray, drawn: Iterator[IntArray], method: Text
) -> Quality:
    levels, place = np.unique(scores, return_inverse=True)
    found = np.array([_measured(place[who], outcomes[who], levels.size) for who in drawn])
    low, high = np.quantile(found, [(1 - _COVERED) / 2, (1 + _COVERED) / 2], axis=0)
    value = (roc_auc(scores=scores, outcomes=outcomes), ks(scores=scores, outcomes=outcomes).value)
    auc, gap = (
        Interval(value=value[i], low=float(low[i]), high=float(high[i]), method=method)
        for i in range(2)
    )
    return Quality(auc=auc, ks=gap)


def _measured(place: IntArray, outcomes: BoolArray, levels: int) -> tuple[float, float]:
    """AUC and KS of a resample, bit by bit those of metrics.py, whose places among all scores are known.

    Everything added is a whole number or a half: nothing is rounded before the last division.
    """
    subjects = np.bincount(place, minlength=levels)
    bads = np.bincount(place[outcomes], minlength=levels)
    goods = subjects - bads
    all_goods, all_bads = int(goods.sum()), int(bads.sum())
    middle_rank = np.cumsum(subjects) - (subjects - 1) / 2
    above = float(middle_rank @ goods) - all_goods * (all_goods + 1) / 2
    gaps = np.abs(np.cumsum(bads) * all_goods - np.cumsum(goods) * all_bads)
    both = all_goods * all_bads
    return above / both, float(gaps.max() / both)
