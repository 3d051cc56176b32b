"""The merge against every partition there is."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.binning.merge import MergePlan, Trend, merge_bins

if TYPE_CHECKING:
    from collections.abc import Iterator

fine_bins = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), min_size=1, max_size=10)
plans = st.builds(
    MergePlan,
    max_bins=st.integers(1, 6),
    min_share=st.sampled_from([0.0, 0.05, 0.2]),
    min_rows=st.integers(1, 30),
    min_good=st.integers(0, 5),
    min_bad=st.integers(0, 5),
)


def partitions(n: int) -> Iterator[tuple[range, ...]]:
    for cuts in itertools.product([False, True], repeat=n - 1):
        ends = [0, *(i for i, cut in enumerate(cuts, 1) if cut), n]
        yield tuple(range(a, b) for a, b in itertools.pairwise(ends))


def moves(groups: list[tuple[int, int]]) -> list[set[str]]:
    """What each step between neighbours is; a level step is both a rise and a fall."""
    found = []
    for (g1, b1), (g2, b2) in itertools.pairwise(groups):
        rate1, rate2 = Fraction(b1, g1 + b1), Fraction(b2, g2 + b2)
        odds1, odds2 = Fraction(2 * g1 + 1, 2 * b1 + 1), Fraction(2 * g2 + 1, 2 * b2 + 1)
        step = set()
        if rate1 <= rate2 and odds1 >= odds2:
            step.add("rise")
        if rate1 >= rate2 and odds1 <= odds2:
            step.add("fall")
        found.append(step)
    return found


def turns_once(steps: list[set[str]], first: str, then: str) -> bool:
    return any(
        all(first in step for step in steps[:k]) and all(then in step for step in steps[k:])
        for k in range(len(steps) + 1)
    )


def follows(steps: list[set[str]], trend: Trend) -> bool:
    rise, fall = (all(way in step for step in steps) for way in ("rise", "fall"))
    peak, valley = turns_once(steps, "rise", "fall"), turns_once(steps, "fall", "rise")
    return {
        Trend.ASCENDING: rise,
        Trend.DESCENDING: fall,
        Trend.AUTO_MONOTONE: rise or fall,
        Trend.PEAK: peak,
        Trend.VALLEY: valley,
        Trend.AUTO_UNIMODAL: peak or valley,
        Trend.NONE: True,
    }[trend]


def totals(parts: tuple[range, ...], pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(sum(pairs[i][0] for i in p), sum(pairs[i][1] for i in p)) for p in parts]


def allowed(parts: tuple[range, ...], pairs: list[tuple[int, int]], plan: MergePlan) -> bool:
    groups = totals(parts, pairs)
    rows = sum(g + b for g, b in pairs)
    return (
        len(parts) <= plan.max_bins
        and all(
            g + b >= max(1, plan.min_rows, plan.min_share * rows)
            and g >= plan.min_good
            and b >= plan.min_bad
            for g, b in groups
        )
        and follows(moves(groups), plan.trend)
    )


def information(parts: tuple[range, ...], pairs: list[tuple[int, int]]) -> float:
    groups = totals(parts, pairs)
    good, bad, k = sum(g for g, _ in groups), sum(b for _, b in groups), len(groups)
    return sum(
        (g / max(good, 1) - b / max(bad, 1))
        * math.log(((g + 0.5) / (good + 0.5 * k)) / ((b + 0.5) / (bad + 0.5 * k)))
        for g, b in groups
    )


class TestMergeBins:
    @pytest.mark.parametrize("trend", list(Trend))
    @given(pairs=fine_bins, plan=plans)
    def test_finds_the_best_of_all_partitions(
        self, trend: Trend, pairs: list[tuple[int, int]], plan: MergePlan
    ) -> None:
        plan = MergePlan(
            trend=trend,
            max_bins=plan.max_bins,
            min_share=plan.min_share,
            min_rows=plan.min_rows,
            min_good=plan.min_good,
            min_bad=plan.min_bad,
        )
        found = merge_bins(good=[g for g, _ in pairs], bad=[b for _, b in pairs], plan=plan)
        candidates = [parts for parts in partitions(len(pairs)) if allowed(parts, pairs, plan)]
        if not any(g for g, _ in pairs) or not any(b for _, b in pairs):
            return  # with one class only, IV is no measure
        if not candidates:
            assert found == (range(len(pairs)),)
            return
        assert allowed(found, pairs, plan)
        best = max(information(parts, pairs) for parts in candidates)
        assert information(found, pairs) == pytest.approx(best, abs=1e-9)

    @given(pairs=fine_bins)
    def test_takes_the_fewest_bins_of_equal_worth(self, pairs: list[tuple[int, int]]) -> None:
        plan = MergePlan(trend=Trend.NONE, max_bins=10, min_good=0, min_bad=0, min_share=0.0)
        found = merge_bins(good=[g for g, _ in pairs], bad=[b for _, b in pairs], plan=plan)
        worth = {
            parts: information(parts, pairs)
            for parts in partitions(len(pairs))
            if allowed(parts, pairs, plan)
        }
        best = max(worth.values(), default=0.0)
        assert len(found) <= min(
            (len(parts) for parts, value in worth.items() if value >= best - 1e-14), default=1
        )

    def test_a_hundred_fine_bins_with_large_counts(self) -> None:
        rng = np.random.default_rng(5)
        rows = rng.integers(100_000, 200_000, 100)
        bad = rng.binomial(rows, np.linspace(0.2, 0.02, 100))
        found = merge_bins(good=rows - bad, bad=bad, plan=MergePlan())
        rates = [bad[p.start : p.stop].sum() / rows[p.start : p.stop].sum() for p in found]
        assert len(found) == 8
        assert rates == sorted(rates, reverse=True)

    def test_weighted_counts_need_not_be_whole(self) -> None:
        found = merge_bins(
            good=[9.5, 9.5, 1.0], bad=[1.25, 1.25, 8.0], plan=MergePlan(min_share=0.1)
        )
        assert found == (range(2), range(2, 3))

    @pytest.mark.parametrize(("good", "bad"), [([], []), ([1, 2], [1]), ([[1]], [[1]])])
    def test_refuses_what_is_not_a_row_of_bins(self, good: list[int], bad: list[int]) -> None:
        with pytest.raises(ValueError, match="one length"):
            merge_bins(good=good, bad=bad, plan=MergePlan())

    @pytest.mark.parametrize("wrong", [{"max_bins": 0}, {"min_share": 1.5}, {"min_share": -0.1}])
    def test_a_plan_that_cannot_be(self, wrong: dict[str, float]) -> None:
        with pytest.raises(ValueError, match="max_bins"):
            MergePlan(**wrong)  # type: ignore[arg-type]
