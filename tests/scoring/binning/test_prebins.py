"""Fine bins: values stay whole, edges are round, rare categories are pooled."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.binning.prebins import (
    counts_between,
    fine_categories,
    quantile_edges,
    round_edge,
)

numbers = st.floats(-1e12, 1e12, allow_nan=False)
samples = st.lists(
    st.one_of(numbers, st.integers(-3, 3).map(float), st.just(0.0)), min_size=1, max_size=120
)


class TestQuantileEdges:
    @given(samples, st.integers(2, 12))
    def test_rise_and_leave_no_bin_empty(self, sample: list[float], most: int) -> None:
        ordered = np.sort(np.array(sample))
        edges = quantile_edges(ordered=ordered, most=most)
        assert list(edges) == sorted(set(edges))
        assert (counts_between(ordered=ordered, edges=edges) > 0).all()
        assert len(edges) < 2 * most

    @given(samples)
    def test_few_values_get_a_bin_each(self, sample: list[float]) -> None:
        ordered = np.sort(np.array(sample))
        edges = quantile_edges(ordered=ordered, most=len(sample) + 1)
        assert len(edges) == len(set(sample)) - 1

    def test_bins_hold_about_equally_many(self) -> None:
        ordered = np.sort(np.random.default_rng(0).lognormal(size=10_000))
        rows = counts_between(ordered=ordered, edges=quantile_edges(ordered=ordered, most=20))
        assert rows.size == 20
        assert (abs(rows - 500) <= 1).all()

    def test_a_heavy_value_stands_alone(self) -> None:
        rng = np.random.default_rng(1)
        ordered = np.sort(np.concatenate((np.zeros(6000), rng.lognormal(size=4000))))
        rows = counts_between(ordered=ordered, edges=quantile_edges(ordered=ordered, most=20))
        assert rows[0] == 6000
        assert rows[1:].max() <= 501

    def test_the_largest_numbers_there_are(self) -> None:
        assert len(quantile_edges(ordered=np.array([-1.7e308, 0.0, 1.7e308]), most=9)) == 2

    def test_nothing_gives_no_edge(self) -> None:
        assert quantile_edges(ordered=np.array([]), most=5) == ()


finite = st.floats(allow_nan=False, allow_infinity=False)


class TestRoundEdge:
    @given(finite, finite)
    def test_lies_above_one_value_and_at_or_below_the_next(self, a: float, b: float) -> None:
        low, high = sorted((a, b))
        if low < high:
            assert low < round_edge(above=low, at_most=high) <= high

    @pytest.mark.parametrize(
        ("low", "high", "edge"),
        [
            (0.1234567, 0.1301, 0.13),
            (0.0, 1.0, 1.0),
            (999.2, 1012.7, 1000.0),
            (1003.2, 1012.7, 1010.0),
            (-0.5, 0.25, 0.0),
            (1234.0, 98765.0, 90000.0),
            (-1.7e308, 1.7e308, 1.7e308),
        ],
    )
    def test_is_the_roundest_there(self, low: float, high: float, edge: float) -> None:
        assert round_edge(above=low, at_most=high) == edge

    @pytest.mark.parametrize("size", [5e-324, 1e-300, 1e-17, 1e17, 1e300, 1.7e308])
    def test_any_size(self, size: float) -> None:
        assert 0.0 < round_edge(above=0.0, at_most=size) <= size
        assert -size < round_edge(above=-size, at_most=0.0) <= 0.0

    def test_neighbouring_floats(self) -> None:
        assert round_edge(above=1.0, at_most=np.nextafter(1.0, 2.0)) == np.nextafter(1.0, 2.0)


class TestCountsBetween:
    @given(samples, st.lists(numbers, max_size=5, unique=True).map(sorted))
    def test_counts_what_lies_in_each(self, sample: list[float], edges: list[float]) -> None:
        ends = [-np.inf, *edges, np.inf]
        slow = [sum(a <= x < b for x in sample) for a, b in pairwise(ends)]
        assert counts_between(ordered=np.sort(sample), edges=edges).tolist() == slow


categories = st.dictionaries(
    st.text(min_size=1, max_size=3), st.tuples(st.integers(0, 40), st.integers(0, 20)), min_size=1
)


class TestFineCategories:
    @given(categories, st.floats(0, 0.3), st.integers(2, 8))
    def test_loses_nobody_and_orders_by_bad_rate(
        self, table: dict[str, tuple[int, int]], rare_share: float, most: int
    ) -> None:
        good = np.array([g for g, _ in table.values()])
        bad = np.array([b for _, b in table.values()])
        fine = fine_categories(
            names=list(table), good=good, bad=bad, rare_share=rare_share, most=most
        )
        assert fine.good.sum() == good.sum()
        assert fine.bad.sum() == bad.sum()
        assert len(fine.names) <= most
        rows = fine.good + fine.bad
        rates = [b / n for b, n in zip(fine.bad, rows, strict=True) if n]
        assert rates == sorted(rates)
        for name, g, b in zip(fine.names, fine.good, fine.bad, strict=True):
            assert name == "" or table[name] == (g, b)

    def test_ten_thousand_categories(self) -> None:
        rng = np.random.default_rng(2)
        rows = np.concatenate(([5000, 3000], rng.integers(1, 4, 9998)))
        bad = rng.binomial(rows, 0.1)
        names = [f"c{n}" for n in range(10_000)]
        fine = fine_categories(names=names, good=rows - bad, bad=bad, rare_share=0.01, most=40)
        assert sorted(fine.names) == ["", "c0", "c1"]

    def test_one_lonely_rare_category_becomes_the_others(self) -> None:
        fine = fine_categories(
            names=["a", "b"],
            good=np.array([90, 1]),
            bad=np.array([10, 0]),
            rare_share=0.05,
            most=40,
        )
        assert fine.names == ("", "a")
