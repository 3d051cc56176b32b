from __future__ import annotations

import math

import numpy as np
import pytest

from shuxin.scoring.evaluation.intervals import (
    bootstrapped,
    bootstrapped_by_group,
    corrected_resampled_t,
)
from shuxin.scoring.evaluation.metrics import OneClassOnly, ks, roc_auc


def sample(rng: np.random.Generator, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A fifth is bad, one standard deviation below the good ones: AUC 0.7602."""
    outcomes = np.arange(size) % 5 == 0
    return rng.normal(size=size) - outcomes, outcomes


class TestBootstrap:
    @pytest.mark.soak
    def test_covers_the_true_auc(self) -> None:
        """Seed 11: of 100 intervals at 93 % or better, fewer than 78 cover less than once in 1e6."""
        rng = np.random.default_rng(11)
        truth = 0.5 * (1 + math.erf(1 / math.sqrt(2) / math.sqrt(2)))
        covered = 0
        for _ in range(100):
            scores, outcomes = sample(rng, 200)
            auc = bootstrapped(scores=scores, outcomes=outcomes, rng=rng, resamples=200).auc
            covered += auc.low <= truth <= auc.high
        assert covered >= 78

    def test_is_the_same_for_the_same_generator(self) -> None:
        scores, outcomes = sample(np.random.default_rng(2), 100)
        first, again = (
            bootstrapped(
                scores=scores, outcomes=outcomes, rng=np.random.default_rng(4), resamples=50
            )
            for _ in range(2)
        )
        assert first == again
        assert first.auc.value == roc_auc(scores=scores, outcomes=outcomes)
        assert first.ks.value == ks(scores=scores, outcomes=outcomes).value
        assert first.auc.low < first.auc.value < first.auc.high

    def test_is_of_what_the_measures_say_of_every_resample(self) -> None:
        scores, outcomes = sample(np.random.default_rng(3), 150)
        scores = np.round(scores, 1)
        found = bootstrapped(
            scores=scores, outcomes=outcomes, rng=np.random.default_rng(4), resamples=40
        )
        rng = np.random.default_rng(4)
        measured = []
        for _ in range(40):
            bads, goods = (rng.choice(np.flatnonzero(c), c.sum()) for c in (outcomes, ~outcomes))
            drawn = {"scores": scores[(who := [*bads, *goods])], "outcomes": outcomes[who]}
            measured.append((roc_auc(**drawn), ks(**drawn).value))
        low, high = np.quantile(measured, [0.025, 0.975], axis=0).tolist()
        assert [found.auc.low, found.ks.low] == pytest.approx(low, rel=1e-12)
        assert [found.auc.high, found.ks.high] == pytest.approx(high, rel=1e-12)

    def test_is_wider_when_subjects_come_in_groups_of_copies(self) -> None:
        scores, outcomes = (np.repeat(array, 9) for array in sample(np.random.default_rng(6), 80))
        rng = np.random.default_rng(8)
        alone = bootstrapped(scores=scores, outcomes=outcomes, rng=rng, resamples=300).auc
        together = bootstrapped_by_group(
            scores=scores, outcomes=outcomes, groups=np.arange(720) // 9, rng=rng, resamples=300
        ).auc
        assert together.high - together.low > 2 * (alone.high - alone.low)

    def test_draws_anew_when_a_resample_has_one_class(self) -> None:
        scores, outcomes = np.array([1.0, 2.0, 3.0]), np.array([True, False, False])
        found = bootstrapped_by_group(
            scores=scores,
            outcomes=outcomes,
            groups=np.array([7, 8, 9]),
            rng=np.random.default_rng(1),
            resamples=100,
        )
        assert (found.auc.low, found.auc.high) == (1, 1)

    def test_needs_both_classes_and_a_group_for_each(self) -> None:
        rng, scores = np.random.default_rng(1), np.array([1.0, 2.0])
        with pytest.raises(OneClassOnly):
            bootstrapped(scores=scores, outcomes=np.array([True, True]), rng=rng)
        with pytest.raises(ValueError, match="group"):
            bootstrapped_by_group(
                scores=scores, outcomes=np.array([True, False]), groups=np.array([1]), rng=rng
            )


class TestCorrectedT:
    def test_by_hand(self) -> None:
        """Four values, a quarter tested: error = sd * sqrt(1/4 + 1/3), t(3) = 3.18245."""
        values = np.array([[0.70, 0.74], [0.72, 0.80]])
        found = corrected_resampled_t(values=values, test_share=0.25)
        half = 3.18245 * np.std(values, ddof=1) * math.sqrt(1 / 4 + 1 / 3)
        assert found.value == pytest.approx(0.74)
        assert (found.low, found.high) == pytest.approx((0.74 - half, 0.74 + half), abs=1e-6)

    def test_does_not_vanish_with_more_repeats(self) -> None:
        values = np.random.default_rng(1).normal(0.7, 0.1, (1000, 10))
        found = corrected_resampled_t(values=values, test_share=0.1)
        assert found.high - found.low > 2 * 1.96 * 0.1 * math.sqrt(1 / 9) * 0.9

    @pytest.mark.parametrize(("count", "share"), [(1, 0.1), (5, 0.0), (5, 1.0)])
    def test_refuses_what_has_no_spread(self, count: int, share: float) -> None:
        with pytest.raises(ValueError, match="needed"):
            corrected_resampled_t(values=np.zeros(count), test_share=share)
