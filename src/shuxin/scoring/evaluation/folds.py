"""Repeated stratified folds (重复分层交叉验证) and what a model scores on subjects it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.evaluation.intervals import Interval, bootstrapped, corrected_resampled_t
from shuxin.scoring.evaluation.metrics import check_both_classes, ks, roc_auc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from shuxin.scoring.evaluation.metrics import BoolArray, FloatArray

    IntArray = NDArray[np.int64]
    Scorer = Callable[[IntArray], FloatArray]
    """Scores of the subjects with these indices, higher is better."""


class TooFewForFolds(InvalidInput):
    code = "folds_too_few_subjects"
    what = Text(
        en="{folds} folds need as many good and as many bad subjects or groups: {goods}, {bads}",
        zh="{folds} 折交叉验证至少需要同样多的好、坏主体（或关联组）：现有 {goods}、{bads}",
    )
    mend = Text(en="Use fewer folds or a larger sample", zh="请减少折数或扩大样本")


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """``assigned`` is (repeats, n): the fold, from 0, in which each subject is tested."""

    assigned: IntArray
    folds: int

    def splits(self) -> Iterator[tuple[int, int, IntArray, IntArray]]:
        """Repeat, fold, indices to train on, indices to test on; every fold of every repeat."""
        for repeat, places in enumerate(self.assigned):
            for fold in range(self.folds):
                is_tested = places == fold
                yield repeat, fold, np.flatnonzero(~is_tested), np.flatnonzero(is_tested)


@dataclass(frozen=True, slots=True, eq=False)
class FoldScores:
    """What ``cross_validated`` measured.

    ``auc`` and ``ks`` are (repeats, folds), ``scores`` (repeats, n) each subject's score by the
    model of its repeat that had not seen it.
    """

    auc: FloatArray
    ks: FloatArray
    scores: FloatArray
    outcomes: BoolArray

    @property
    def pooled_auc(self) -> FloatArray:
        """(repeats,) AUC over all subjects of a repeat: compares scores of different folds."""
        return np.array([roc_auc(scores=row, outcomes=self.outcomes) for row in self.scores])

    @property
    def averaged_scores(self) -> FloatArray:
        """(n,) each subject's unseen score, averaged over the repeats."""
        average: FloatArray = self.scores.mean(axis=0)
        return average


@dataclass(frozen=True, slots=True)
class HonestAuc:
    """The AUC to be expected on new subjects, with two intervals of different make.

    ``over_folds`` is the mean of all folds with the corrected resampled t: it covers the chance of
    training set and test set together. ``over_subjects`` is the AUC of the averaged unseen scores,
    a little higher as averaging removes noise, with a bootstrap over subjects: it covers the chance
    of who is tested, given the models. Show both, and believe the wider. The spread of the repeats'
    means is in neither: all repeats share one sample, so it tends to nothing as repeats are added.
    """

    over_folds: Interval
    over_subjects: Interval


def stratified_folds(
    *,
    outcomes: BoolArray,
    folds: int,
    repeats: int,
    rng: np.random.Generator,
    groups: IntArray | None = None,
) -> Folds:
    """Folds with like numbers of subjects and of bads; subjects of one group stay together.

    ``groups`` is (n,), by default everybody alone.

    Raises:
        TooFewForFolds: fewer groups with a bad one, or with a good one, than folds.
        ValueError: fewer than two folds, or not one group per subject.
    """
    members = np.arange(outcomes.size) if groups is None else groups
    if folds < 2 or members.shape != outcomes.shape:  # noqa: PLR2004 - one fold leaves nothing
        raise ValueError("two folds and one group per subject are needed")
    _, place = np.unique(members, return_inverse=True)
    sizes, bads = np.bincount(place), np.bincount(place, weights=outcomes).astype(np.int64)
    with_bad, with_good = int((bads > 0).sum()), int((bads < sizes).sum())
    if min(with_bad, with_good) < folds:
        raise TooFewForFolds(folds=folds, goods=with_good, bads=with_bad)
    dealt = [_dealt(sizes, bads, folds, rng)[place] for _ in range(repeats)]
    return Folds(assigned=np.array(dealt), folds=folds)


def cross_validated(
    *, fit: Callable[[IntArray], Scorer], outcomes: BoolArray, folds: Folds
) -> FoldScores:
    """Fit on the training indices, score the test indices, for every fold of every repeat.

    Everything learnt from outcomes (bins, choice of features) belongs inside ``fit``.
    Raises OneClassOnly when a fold has one class only, as groups can bring about.
    """
    repeats = folds.assigned.shape[0]
    auc, gap = np.empty((repeats, folds.folds)), np.empty((repeats, folds.folds))
    scores = np.empty(folds.assigned.shape)
    for repeat, fold, train, test in folds.splits():
        given = fit(train)(test)
        scores[repeat, test] = given
        auc[repeat, fold] = roc_auc(scores=given, outcomes=outcomes[test])
        gap[repeat, fold] = ks(scores=given, outcomes=outcomes[test]).value
    return FoldScores(auc=auc, ks=gap, scores=scores, outcomes=outcomes)


def honest_auc(
    *, measured: FoldScores, rng: np.random.Generator, resamples: int = 1000
) -> HonestAuc:
    """Both intervals of the docstring of HonestAuc."""
    check_both_classes(values=measured.averaged_scores, outcomes=measured.outcomes)
    quality = bootstrapped(
        scores=measured.averaged_scores, outcomes=measured.outcomes, rng=rng, resamples=resamples
    )
    return HonestAuc(
        over_folds=corrected_resampled_t(values=measured.auc, test_share=1 / measured.auc.shape[1]),
        over_subjects=quality.auc,
    )


def _dealt(sizes: IntArray, bads: IntArray, folds: int, rng: np.random.Generator) -> IntArray:
    """The fold of each group: most bads first, then largest, each to the fold that lacks most."""
    shuffled = rng.permutation(sizes.size)
    order = shuffled[np.lexsort((-sizes[shuffled], -bads[shuffled]))]
    bads_held, held = [0] * folds, [0] * folds
    fold_of = np.empty(sizes.size, dtype=np.int64)
    for group in order.tolist():
        brings = int(bads[group]) > 0
        fold = min(range(folds), key=lambda one: (bads_held[one] if brings else 0, held[one]))
        fold_of[group] = fold
        bads_held[fold] += int(bads[group])
        held[fold] += int(sizes[group])
    return fold_of
