from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.evaluation.folds import (
    TooFewForFolds,
    cross_validated,
    honest_auc,
    stratified_folds,
)
from shuxin.scoring.evaluation.metrics import OneClassOnly, ks, roc_auc


@st.composite
def populations(draw: st.DrawFn) -> tuple[np.ndarray, int, int]:
    folds = draw(st.integers(2, 6))
    bads, goods = draw(st.integers(folds, 30)), draw(st.integers(folds, 60))
    return np.arange(bads + goods) < bads, folds, draw(st.integers(0, 2**32))


class TestFolds:
    @given(populations())
    def test_are_even_in_size_and_in_bads(self, population: tuple[np.ndarray, int, int]) -> None:
        outcomes, folds, seed = population
        dealt = stratified_folds(
            outcomes=outcomes, folds=folds, repeats=2, rng=np.random.default_rng(seed)
        )
        for places in dealt.assigned:
            sizes = np.bincount(places, minlength=folds)
            bads = np.bincount(places[outcomes], minlength=folds)
            assert np.ptp(sizes) <= 1
            assert np.ptp(bads) <= 1

    @given(populations())
    def test_test_everybody_once_a_repeat(self, population: tuple[np.ndarray, int, int]) -> None:
        outcomes, folds, seed = population
        dealt = stratified_folds(
            outcomes=outcomes, folds=folds, repeats=3, rng=np.random.default_rng(seed)
        )
        tested = np.zeros((3, outcomes.size), dtype=int)
        for repeat, _, train, test in dealt.splits():
            assert sorted([*train, *test]) == list(range(outcomes.size))
            tested[repeat, test] += 1
        assert (tested == 1).all()

    @given(populations(), st.integers(1, 4))
    def test_keep_groups_together(self, population: tuple[np.ndarray, int, int], size: int) -> None:
        outcomes, folds, seed = population
        groups = np.arange(outcomes.size) // size
        rng = np.random.default_rng(seed)
        try:
            dealt = stratified_folds(
                outcomes=outcomes, folds=folds, repeats=1, rng=rng, groups=groups
            )
        except TooFewForFolds:
            return
        for group in set(groups):
            assert len(set(dealt.assigned[0][groups == group])) == 1

    def test_differ_between_repeats_and_not_between_equal_generators(self) -> None:
        outcomes = np.arange(60) % 3 == 0
        first, again = (
            stratified_folds(outcomes=outcomes, folds=5, repeats=2, rng=np.random.default_rng(9))
            for _ in range(2)
        )
        assert (first.assigned == again.assigned).all()
        assert (first.assigned[0] != first.assigned[1]).any()

    def test_need_enough_of_both(self) -> None:
        outcomes, rng = np.array([True] * 3 + [False] * 50), np.random.default_rng(1)
        with pytest.raises(TooFewForFolds):
            stratified_folds(outcomes=outcomes, folds=4, repeats=1, rng=rng)
        with pytest.raises(ValueError, match="two folds"):
            stratified_folds(outcomes=outcomes, folds=1, repeats=1, rng=rng)


class TestCrossValidation:
    def test_gives_each_subject_the_score_of_a_model_that_had_not_seen_it(self) -> None:
        outcomes = np.arange(40) % 4 == 0
        folds = stratified_folds(
            outcomes=outcomes, folds=5, repeats=3, rng=np.random.default_rng(1)
        )
        scores = np.random.default_rng(2).normal(size=40)

        def fit(train: np.ndarray) -> object:
            def score(test: np.ndarray) -> np.ndarray:
                assert not set(train) & set(test)
                return scores[test]

            return score

        found = cross_validated(fit=fit, outcomes=outcomes, folds=folds)
        assert (found.scores == scores).all()
        assert found.averaged_scores == pytest.approx(scores)
        assert found.pooled_auc == pytest.approx([roc_auc(scores=scores, outcomes=outcomes)] * 3)
        for repeat, fold, _, test in folds.splits():
            seen = {"scores": scores[test], "outcomes": outcomes[test]}
            assert found.auc[repeat, fold] == roc_auc(**seen)
            assert found.ks[repeat, fold] == ks(**seen).value

    def test_refuses_a_fold_of_one_class(self) -> None:
        outcomes = np.array([True, True, False, False, True, False])
        folds = stratified_folds(
            outcomes=outcomes,
            folds=2,
            repeats=1,
            rng=np.random.default_rng(1),
            groups=np.array([0, 0, 1, 1, 2, 2]),
        )
        with pytest.raises(OneClassOnly):
            for _ in range(50):
                cross_validated(
                    fit=lambda _: lambda test: test.astype(np.float64),
                    outcomes=np.array([True, True, True, True, False, False]),
                    folds=folds,
                )


class TestHonestAuc:
    def test_noise_is_not_called_skill(self) -> None:
        """A model that learns from pure noise; seeds 1-20, both intervals hold 0.5 in most."""
        held = [self.holds_half(seed) for seed in range(1, 21)]
        assert sum(first for first, _ in held) >= 15
        assert sum(second for _, second in held) >= 12

    def holds_half(self, seed: int) -> tuple[bool, bool]:
        rng = np.random.default_rng(seed)
        columns, outcomes = rng.normal(size=(123, 5)), np.arange(123) % 4 == 0

        def fit(train: np.ndarray) -> object:
            seen, bad = columns[train], outcomes[train]
            weights = seen[~bad].mean(axis=0) - seen[bad].mean(axis=0)
            return lambda test: columns[test] @ weights

        folds = stratified_folds(outcomes=outcomes, folds=5, repeats=4, rng=rng)
        found = honest_auc(
            measured=cross_validated(fit=fit, outcomes=outcomes, folds=folds),
            rng=rng,
            resamples=200,
        )
        both = (found.over_folds, found.over_subjects)
        first, second = (one.low <= 0.5 <= one.high for one in both)
        return first, second
