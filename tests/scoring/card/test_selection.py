"""Selection: each rule alone, on data made for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shuxin.scoring.card.plan import Search, SelectionPlan, Separation
from shuxin.scoring.card.regression import Separated
from shuxin.scoring.card.selection import (
    Candidate,
    NothingUseful,
    Selected,
    select,
    too_weak,
    variance_inflation,
)

ROWS = 3000
PLAN = SelectionPlan()


def outcomes_of(log_odds_of_good: np.ndarray, seed: int = 0) -> np.ndarray:
    chance = 1 / (1 + np.exp(1 + log_odds_of_good))
    return np.random.default_rng(seed).random(len(log_odds_of_good)) < chance


def independent(seed: int = 1, width: int = 4, rows: int = ROWS) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, width))


def why(selected: Selected) -> dict[str, str]:
    return {drop.name: drop.why.en for drop in selected.dropped}


class TestFilters:
    def test_a_weak_iv(self) -> None:
        assert too_weak(iv=0.019, plan=PLAN) is not None
        assert too_weak(iv=0.02, plan=PLAN) is None

    def test_of_two_alike_the_higher_iv_stays(self) -> None:
        x = independent()
        twin = 0.9 * x[:, 0] + 0.3 * x[:, 1]
        candidates = [
            Candidate("twin", "", 0.2, twin),
            Candidate("better", "", 0.3, x[:, 0]),
            Candidate("other", "", 0.1, x[:, 2]),
        ]
        found = select(candidates=candidates, outcomes=outcomes_of(x[:, 0] + x[:, 2]), plan=PLAN)
        assert found.kept == ("better", "other")
        assert "better" in why(found)["twin"]

    def test_what_the_others_explain_together_is_inflated(self) -> None:
        x = independent(width=5)
        blend = x[:, :4].sum(axis=1) / 2 + 0.2 * x[:, 4]
        columns = [*x[:, :4].T, blend]
        candidates = [Candidate(f"x{n}", "", 1 - n / 10, c) for n, c in enumerate(columns)]
        found = select(candidates=candidates, outcomes=outcomes_of(blend), plan=PLAN)
        assert "inflation" in why(found)["x4"]

    def test_one_of_each_group(self) -> None:
        x = independent()
        candidates = [
            Candidate(f"x{n}", "sales" if n < 2 else "", 1 - n / 10, x[:, n]) for n in range(4)
        ]
        plan = replace(PLAN, most_per_group=1)
        found = select(candidates=candidates, outcomes=outcomes_of(x.sum(axis=1)), plan=plan)
        assert set(found.kept) == {"x0", "x2", "x3"}
        assert "sales" in why(found)["x1"]

    def test_no_more_than_the_card_takes(self) -> None:
        x = independent(width=9)
        effects = np.linspace(1.0, 0.2, 9)
        candidates = [Candidate(f"x{n}", "", 0.5, x[:, n]) for n in range(9)]
        found = select(
            candidates=candidates, outcomes=outcomes_of(x @ effects), plan=replace(PLAN, most=3)
        )
        assert found.kept == ("x0", "x1", "x2")
        assert len(found.dropped) == 6


class TestVarianceInflation:
    @given(st.integers(0, 500))
    def test_is_the_diagonal_of_the_inverse(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        correlation = np.corrcoef(rng.normal(size=(30, 5)) @ rng.normal(size=(5, 5)), rowvar=False)
        expected = np.diag(np.linalg.inv(correlation))
        assert variance_inflation(correlation) == pytest.approx(expected, rel=1e-4)

    def test_is_infinite_for_a_combination(self) -> None:
        x = independent(width=2)
        correlation = np.corrcoef(np.column_stack((x, x.sum(axis=1))), rowvar=False)
        assert np.isinf(variance_inflation(correlation)).all()

    def test_is_that_of_one_regression_after_the_other_combinations_or_not(self) -> None:
        rng = np.random.default_rng(5)
        rows = rng.normal(size=(200, 6)) + rng.normal(size=(200, 1))
        rows = rows - rows.mean(axis=0)
        for columns in (rows, np.column_stack([rows, rows[:, 0] - rows[:, 1]])):
            found = variance_inflation(np.corrcoef(columns.T))
            for nth, column in enumerate(columns.T):
                others = np.delete(columns, nth, axis=1)
                left = column - others @ np.linalg.lstsq(others, column, rcond=None)[0]
                share = float(left @ left / (column @ column))
                assert found[nth] == pytest.approx(np.inf if share < 1e-12 else 1 / share, rel=1e-9)

    def test_of_one_is_one(self) -> None:
        assert variance_inflation(np.ones((1, 1))).tolist() == [1.0]


class TestSignGuard:
    def make(self) -> tuple[list[Candidate], np.ndarray]:
        """``turned`` looks good alone, and is bad beside ``main``."""
        x = independent(seed=3)
        turned = 0.65 * x[:, 0] + 0.76 * x[:, 1]
        outcomes = outcomes_of(1.5 * x[:, 0] - 0.5 * turned + 0.4 * x[:, 2], seed=4)
        return [
            Candidate("main", "", 0.4, x[:, 0]),
            Candidate("turned", "", 0.3, turned),
            Candidate("third", "", 0.2, x[:, 2]),
        ], outcomes

    @pytest.mark.parametrize("search", list(Search))
    def test_what_contradicts_its_bad_rates_is_dropped(self, search: Search) -> None:
        candidates, outcomes = self.make()
        found = select(candidates=candidates, outcomes=outcomes, plan=replace(PLAN, search=search))
        assert set(found.kept) == {"main", "third"}
        assert (found.regression.coefficients > 0).all()
        assert [drop.name for drop in found.dropped] == ["turned"]

    @given(st.integers(0, 300), st.sampled_from(list(Search)))
    def test_every_coefficient_is_positive_and_everybody_accounted_for(
        self, seed: int, search: Search
    ) -> None:
        x = independent(seed=seed, width=6, rows=400)
        outcomes = outcomes_of(x[:, 0] - x[:, 1] + 0.3 * x[:, 2], seed=seed)
        candidates = [Candidate(f"x{n}", "", 0.1, x[:, n]) for n in range(6)]
        found = select(candidates=candidates, outcomes=outcomes, plan=replace(PLAN, search=search))
        assert (found.regression.coefficients > 0).all()
        names = [*found.kept, *(drop.name for drop in found.dropped)]
        assert sorted(names) == sorted(each.name for each in candidates)

    @given(st.permutations(range(5)))
    @settings(max_examples=10)
    def test_the_order_of_the_candidates_does_not_matter(self, order: list[int]) -> None:
        x = independent(width=5, rows=500)
        outcomes = outcomes_of(x.sum(axis=1) / 2)
        candidates = [Candidate(f"x{n}", "", 0.1 * (n // 2), x[:, n]) for n in range(5)]
        mixed = [candidates[n] for n in order]
        first, second = (
            select(candidates=each, outcomes=outcomes, plan=PLAN) for each in (candidates, mixed)
        )
        assert (first.kept, first.dropped) == (second.kept, second.dropped)


class TestLimits:
    def test_an_insignificant_one_is_dropped_when_asked(self) -> None:
        x = independent(seed=9, width=6, rows=300)
        outcomes = outcomes_of(1.5 * x[:, 0], seed=2)
        candidates = [Candidate(f"x{n}", "", 0.1, x[:, n]) for n in range(6)]
        found = select(
            candidates=candidates, outcomes=outcomes, plan=replace(PLAN, max_p_value=0.01)
        )
        assert found.kept == ("x0",)
        assert (found.regression.p_values <= 0.01).all()

    @pytest.mark.parametrize("search", list(Search))
    def test_nothing_left_is_told(self, search: Search) -> None:
        x = independent(width=1)
        outcomes = outcomes_of(-3 * x[:, 0])
        with pytest.raises(NothingUseful, match="x0"):
            select(
                candidates=[Candidate("x0", "", 0.5, x[:, 0])],
                outcomes=outcomes,
                plan=replace(PLAN, search=search),
            )

    def test_no_candidate_is_told(self) -> None:
        with pytest.raises(NothingUseful):
            select(candidates=[], outcomes=np.array([True, False]), plan=PLAN)

    def test_separation_is_met_as_the_plan_says(self) -> None:
        x = independent(width=2, rows=200)
        candidates = [Candidate(f"x{n}", "", 0.5, x[:, n]) for n in range(2)]
        outcomes = x[:, 0] + x[:, 1] < 0
        with pytest.raises(Separated):
            select(candidates=candidates, outcomes=outcomes, plan=PLAN)
        plan = replace(PLAN, separation=Separation.RIDGE)
        found = select(candidates=candidates, outcomes=outcomes, plan=plan)
        assert set(found.kept) == {"x0", "x1"}
        assert found.regression.ridge == plan.fallback_ridge


class TestSmallSample:
    @pytest.mark.soak
    def test_forward_search_finds_the_few_that_count(self) -> None:
        """123 rows, 40 candidates, 3 that count; over 20 seeds the noise that enters stays small."""
        noise, true = 0, 0
        for seed in range(20):
            x = independent(seed=seed, width=40, rows=123)
            outcomes = outcomes_of(0.5 + 1.2 * x[:, :3].sum(axis=1), seed=seed)
            candidates = [Candidate(f"x{n:02}", "", 0.1, x[:, n]) for n in range(40)]
            plan = replace(
                PLAN, search=Search.FORWARD_BIC, ridge=1.0, most=6, separation=Separation.RIDGE
            )
            found = select(candidates=candidates, outcomes=outcomes, plan=plan)
            assert len(found.kept) <= 6
            true += sum(name in {"x00", "x01", "x02"} for name in found.kept)
            noise += sum(name not in {"x00", "x01", "x02"} for name in found.kept)
        assert true >= 50
        assert noise <= 40
