from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.evaluation.samples import scored

from shuxin.scoring.evaluation.metrics import (
    OneClassOnly,
    bands,
    distributions,
    gini,
    inversions,
    ks,
    lift_table,
    roc_auc,
    roc_points,
)

Sample = tuple[np.ndarray, np.ndarray]


def auc_by_pairs(scores: np.ndarray, outcomes: np.ndarray) -> float:
    wins = [(g > b) + 0.5 * (g == b) for g in scores[~outcomes] for b in scores[outcomes]]
    return sum(wins) / len(wins)


def ks_by_cutoffs(scores: np.ndarray, outcomes: np.ndarray) -> tuple[float, float]:
    gaps = {
        cut: abs(np.mean(scores[outcomes] <= cut) - np.mean(scores[~outcomes] <= cut))
        for cut in sorted(scores)
    }
    best = max(gaps.values())
    return best, next(cut for cut, gap in gaps.items() if gap >= best - 1e-12)


class TestAuc:
    @given(scored())
    def test_counts_pairs(self, sample: Sample) -> None:
        scores, outcomes = sample
        assert roc_auc(scores=scores, outcomes=outcomes) == pytest.approx(auc_by_pairs(*sample))

    def test_of_the_usual_small_example(self) -> None:
        scores = -np.array([0.1, 0.4, 0.35, 0.8])
        assert roc_auc(scores=scores, outcomes=np.array([False, False, True, True])) == 0.75

    @given(scored())
    def test_turns_over_with_the_scores_and_with_the_outcomes(self, sample: Sample) -> None:
        scores, outcomes = sample
        value = roc_auc(scores=scores, outcomes=outcomes)
        assert roc_auc(scores=-scores, outcomes=outcomes) == pytest.approx(1 - value)
        assert roc_auc(scores=scores, outcomes=~outcomes) == pytest.approx(1 - value)
        assert gini(scores=scores, outcomes=outcomes) == pytest.approx(2 * value - 1)

    @given(scored())
    def test_is_the_area_under_the_roc_points(self, sample: Sample) -> None:
        scores, outcomes = sample
        points = roc_points(scores=scores, outcomes=outcomes)
        area = np.trapezoid(points.bads_refused, points.goods_refused)
        assert area == pytest.approx(roc_auc(scores=scores, outcomes=outcomes))
        assert (points.goods_refused[0], points.bads_refused[0]) == (0, 0)
        assert (points.goods_refused[-1], points.bads_refused[-1]) == (1, 1)

    @pytest.mark.parametrize("bad", [True, False])
    def test_needs_both_classes(self, bad: bool) -> None:
        scores, outcomes = np.array([1.0, 2.0]), np.array([bad, bad])
        for measure in (roc_auc, gini, ks, distributions, roc_points, lift_table):
            with pytest.raises(OneClassOnly):
                measure(scores=scores, outcomes=outcomes)

    def test_refuses_other_shapes_and_nan(self) -> None:
        both = np.array([True, False])
        with pytest.raises(ValueError, match="NaN"):
            roc_auc(scores=np.array([1.0, np.nan]), outcomes=both)
        with pytest.raises(ValueError, match="per subject"):
            roc_auc(scores=np.array([1.0]), outcomes=both)
        with pytest.raises(ValueError, match="boolean"):
            roc_auc(scores=np.array([1.0, 2.0]), outcomes=np.array([1, 0]))


class TestKs:
    @given(scored())
    def test_is_the_largest_gap_over_all_cutoffs(self, sample: Sample) -> None:
        scores, outcomes = sample
        found = ks(scores=scores, outcomes=outcomes)
        value, at = ks_by_cutoffs(scores, outcomes)
        assert found.value == pytest.approx(value)
        assert found.score == pytest.approx(at)

    @given(scored())
    def test_distributions_end_at_one(self, sample: Sample) -> None:
        both = distributions(scores=sample[0], outcomes=sample[1])
        assert both.bads[-1] == both.goods[-1] == 1
        assert (np.diff(both.scores) > 0).all()


class TestLift:
    @given(scored(), st.randoms(use_true_random=False))
    def test_does_not_depend_on_the_order_of_ties(self, sample: Sample, random: object) -> None:
        scores, outcomes = sample
        order = list(range(scores.size))
        random.shuffle(order)
        there = lift_table(scores=scores, outcomes=outcomes)
        assert lift_table(scores=scores[order], outcomes=outcomes[order]) == there

    @given(scored(), st.integers(1, 12))
    def test_shares_out_every_subject_and_every_bad(self, sample: Sample, groups: int) -> None:
        scores, outcomes = sample
        rows = lift_table(scores=scores, outcomes=outcomes, groups=groups)
        assert sum(row.subjects for row in rows) == pytest.approx(scores.size)
        assert sum(row.bads for row in rows) == pytest.approx(outcomes.sum())
        assert sum(row.lift for row in rows) == pytest.approx(groups)
        assert rows[-1].captured == pytest.approx(1)

    @given(st.lists(st.booleans(), min_size=20, max_size=20))
    def test_counts_deciles_when_nobody_ties(self, flags: list[bool]) -> None:
        outcomes = np.array([True, False, *flags[2:]])
        rows = lift_table(scores=np.arange(20.0), outcomes=outcomes)
        counted = [outcomes[start : start + 2].sum() for start in range(0, 20, 2)]
        assert [row.bads for row in rows] == pytest.approx(counted)
        assert [row.bad_rate for row in rows] == pytest.approx([bads / 2 for bads in counted])


class TestBands:
    @given(scored(), st.sets(st.integers(-6, 6), max_size=4))
    def test_count_as_written(self, sample: Sample, borders: set[int]) -> None:
        scores, outcomes = sample
        for band in bands(scores=scores, outcomes=outcomes, borders=tuple(sorted(borders))):
            inside = (scores >= band.low) & (scores < band.high)
            assert (band.subjects, band.bads) == (inside.sum(), (inside & outcomes).sum())

    def test_inversions_skip_empty_bands(self) -> None:
        scores = np.array([1.0, 1, 5, 5, 9, 9])
        outcomes = np.array([True, False, True, True, False, False])
        found = bands(scores=scores, outcomes=outcomes, borders=(2.0, 4.0, 6.0))
        assert [band.bad_rate for band in found] == [0.5, None, 1.0, 0.0]
        assert inversions(bands=found) == 1

    @pytest.mark.parametrize("borders", [(2.0, 1.0), (1.0, 1.0)])
    def test_refuses_borders_that_do_not_ascend(self, borders: tuple[float, ...]) -> None:
        with pytest.raises(ValueError, match="ascend"):
            bands(scores=np.array([1.0]), outcomes=np.array([True]), borders=borders)
