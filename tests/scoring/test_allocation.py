"""Sharing out a budget, against every possibility on small cases."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.allocation import (
    Allocation,
    BudgetInvalid,
    Candidate,
    allocate,
    equal_limits,
    proportional_limits,
)

STEP = 100
WAYS = (allocate, equal_limits, proportional_limits)


@st.composite
def groups(draw: st.DrawFn, most: int = 5) -> list[Candidate]:
    """Up to five, each with a handful of possible limits; some cannot be lent to, some only lose."""
    found = []
    for number in range(draw(st.integers(0, most))):
        least = draw(st.integers(1, 400))
        found.append(
            Candidate(
                key=str(number),
                least_fen=least,
                most_fen=least + draw(st.integers(-100, 400)),
                margin=draw(st.integers(-20, 60)) / 1000,
                cost_fen=draw(st.integers(0, 50)) / 10,
                weight=draw(st.sampled_from([0.0, 1.0, 3.0, 1e6])),
            )
        )
    return found


budgets = st.integers(1, 1500)


def choices(candidate: Candidate) -> list[int]:
    """Every limit that it may be given."""
    whole = range(0, max(candidate.most_fen, 0) + 1, STEP)
    return [0, *(limit for limit in whole if limit >= candidate.least_fen)]


def best_of_all(candidates: list[Candidate], budget: int) -> float:
    return max(
        sum(c.profit_fen(limit) for c, limit in zip(candidates, limits, strict=True))
        for limits in product(*map(choices, candidates))
        if sum(limits) <= budget
    )


def check(found: Allocation, candidates: list[Candidate], budget: int) -> None:
    assert found.limits_fen.keys() == {c.key for c in candidates}
    assert found.used_fen <= budget
    assert all(found.limits_fen[c.key] in choices(c) for c in candidates)
    profit = sum(c.profit_fen(found.limits_fen[c.key]) for c in candidates)
    assert found.profit_fen == pytest.approx(profit, abs=1e-9)


class TestAllocate:
    @given(groups(), budgets)
    def test_is_the_best_of_all_possibilities(self, group: list[Candidate], budget: int) -> None:
        found = allocate(group, budget_fen=budget, step_fen=STEP)
        check(found, group, budget)
        assert found.profit_fen == pytest.approx(best_of_all(group, budget), abs=1e-6)

    @given(groups(most=12), budgets)
    def test_is_proven_and_no_simple_policy_beats_it(
        self, group: list[Candidate], budget: int
    ) -> None:
        found = allocate(group, budget_fen=budget, step_fen=STEP)
        assert found.gap is not None
        assert found.bound_fen is not None
        assert 0 <= found.gap <= 1e-9
        assert found.bound_fen >= found.profit_fen
        for simple in (equal_limits, proportional_limits):
            other = simple(group, budget_fen=budget, step_fen=STEP)
            check(other, group, budget)
            assert (other.bound_fen, other.gap) == (None, None)
            assert found.profit_fen >= other.profit_fen - 1e-6

    @given(groups(most=12), budgets)
    def test_who_only_loses_gets_nothing(self, group: list[Candidate], budget: int) -> None:
        found = allocate(group, budget_fen=budget, step_fen=STEP)
        for candidate in group:
            if found.limits_fen[candidate.key]:
                assert candidate.profit_fen(found.limits_fen[candidate.key]) >= 0

    @pytest.mark.parametrize(
        ("seed", "share"), [(1, 0.003), pytest.param(2, 0.4, marks=pytest.mark.soak), (3, 2.0)]
    )
    def test_two_thousand_are_shared_out_with_proof(self, seed: int, share: float) -> None:
        rng = np.random.default_rng(seed)
        group = [
            Candidate(
                key=str(n),
                least_fen=10_000_000,
                most_fen=int(rng.integers(100, 1001)) * 100_000,
                margin=float(rng.uniform(-0.005, 0.06)),
                cost_fen=float(rng.uniform(0, 50_000)),
                weight=float(rng.uniform(1, 1e9)),
            )
            for n in range(2000)
        ]
        budget = int(share * sum(c.most_fen for c in group))
        found = allocate(group, budget_fen=budget, step_fen=100_000)
        assert found.gap is not None
        assert found.gap <= 1e-9
        assert found.used_fen <= budget
        for simple in (equal_limits, proportional_limits):
            other = simple(group, budget_fen=budget, step_fen=100_000)
            assert other.used_fen <= budget
            assert other.profit_fen <= found.profit_fen
        for c in group:
            limit = found.limits_fen[c.key]
            assert limit == 0 or c.least_fen <= limit <= c.most_fen

    def test_steps_of_one_yuan_do_not_leak_past_the_least(self) -> None:
        group = [Candidate(str(n), 10**7, 10**14, 0.03, 1e7, 1.0) for n in range(3)]
        found = allocate(group, budget_fen=10**7 + 900, step_fen=100)
        assert sorted(found.limits_fen.values()) in ([0, 0, 0], [0, 0, 10**7 + 900])
        assert found.profit_fen >= 0

    def test_a_plentiful_budget_gives_everybody_who_pays_the_cap(self) -> None:
        group = [Candidate(str(n), 100, 100 * n, 0.01, 0.5, 1.0) for n in range(1, 6)]
        found = allocate(group, budget_fen=10**9, step_fen=STEP)
        assert found.limits_fen == {str(n): 100 * n for n in range(1, 6)}

    def test_many_applicants_need_little_memory(self) -> None:
        """30,000 squared would be 7 GB; whoever can be lent to at most is one."""
        poor = [Candidate(str(n), 200, 200, -0.01, 1.0, 1.0) for n in range(30_000)]
        found = allocate(
            [*poor, Candidate("rich", 100, 300, 0.1, 1, 1)], budget_fen=500, step_fen=1
        )
        assert {key: limit for key, limit in found.limits_fen.items() if limit} == {"rich": 300}


class TestEveryWay:
    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("budget", [0, -1])
    def test_needs_a_budget(self, way: object, budget: int) -> None:
        with pytest.raises(BudgetInvalid):
            way([Candidate("a", 1, 1, 1.0, 0.0, 1.0)], budget_fen=budget, step_fen=1)  # type: ignore[operator]

    @pytest.mark.parametrize("way", WAYS)
    def test_nobody_to_lend_to(self, way: object) -> None:
        found = way([], budget_fen=100, step_fen=1)  # type: ignore[operator]
        assert (found.limits_fen, found.profit_fen) == ({}, 0)

    @pytest.mark.parametrize("way", WAYS)
    def test_a_range_between_two_steps_holds_nothing(self, way: object) -> None:
        found = way([Candidate("a", 110, 190, 1, 0, 1)], budget_fen=1000, step_fen=STEP)  # type: ignore[operator]
        assert found.limits_fen == {"a": 0}


class TestSimplePolicies:
    def test_equal_limits_as_far_as_caps_allow(self) -> None:
        group = [Candidate(str(n), 100, most, 0.01, 0, 1) for n, most in enumerate((200, 900, 900))]
        found = equal_limits(group, budget_fen=1250, step_fen=STEP)
        assert found.limits_fen == {"0": 200, "1": 500, "2": 500}

    def test_in_proportion(self) -> None:
        group = [Candidate(str(w), 100, 10_000, 0.01, 0, float(w)) for w in (1, 2, 5)]
        found = proportional_limits(group, budget_fen=1650, step_fen=STEP)
        assert found.limits_fen == {"1": 200, "2": 400, "5": 1000}

    def test_the_last_go_without_when_the_least_is_too_much(self) -> None:
        group = [Candidate(str(n), 300, 900, 0.01, 0, 1) for n in range(4)]
        found = equal_limits(group, budget_fen=700, step_fen=STEP)
        assert found.limits_fen == {"0": 300, "1": 300, "2": 0, "3": 0}

    def test_a_long_queue_for_a_small_budget(self) -> None:
        group = [Candidate(str(n), 100, 900, 0.01, 0, 1) for n in range(100_000)]
        assert equal_limits(group, budget_fen=250, step_fen=STEP).used_fen == 200
