"""Counts to evidence: the formula written out, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.binning.counts import auc_of_counts, bad_rates, iv_of_counts, woe_of_counts

counts = st.integers(0, 500)
bins = st.lists(st.tuples(counts, counts), min_size=1, max_size=8)


def split(pairs: list[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [g for g, _ in pairs], [b for _, b in pairs]


class TestWoe:
    @given(bins)
    def test_is_the_formula_over_bins_that_hold_rows(self, pairs: list[tuple[int, int]]) -> None:
        good, bad = split(pairs)
        k = sum(1 for g, b in pairs if g + b)
        expected = [
            math.log(((g + 0.5) / (sum(good) + 0.5 * k)) / ((b + 0.5) / (sum(bad) + 0.5 * k)))
            if g + b
            else 0.0
            for g, b in pairs
        ]
        assert woe_of_counts(good=good, bad=bad) == pytest.approx(expected, abs=1e-12)

    def test_is_positive_where_the_good_are(self) -> None:
        woe = woe_of_counts(good=[90, 10], bad=[10, 90])
        assert woe[0] > 0 > woe[1]

    @given(bins)
    def test_changes_sign_when_the_classes_change_places(
        self, pairs: list[tuple[int, int]]
    ) -> None:
        good, bad = split(pairs)
        turned = woe_of_counts(good=bad, bad=good)
        assert woe_of_counts(good=good, bad=bad) == pytest.approx(-turned, abs=1e-12)

    def test_an_empty_bin_changes_nothing(self) -> None:
        with_empty = woe_of_counts(good=[90, 10, 0], bad=[10, 20, 0])
        assert with_empty.tolist() == [*woe_of_counts(good=[90, 10], bad=[10, 20]).tolist(), 0.0]


class TestIv:
    def test_a_published_kind_of_example(self) -> None:
        parts = iv_of_counts(good=[100, 200, 700], bad=[50, 30, 20])
        shares = [0.1 - 0.5, 0.2 - 0.3, 0.7 - 0.2]
        woe = [
            math.log((100.5 / 1001.5) / (50.5 / 101.5)),
            math.log((200.5 / 1001.5) / (30.5 / 101.5)),
            math.log((700.5 / 1001.5) / (20.5 / 101.5)),
        ]
        assert parts == pytest.approx([s * w for s, w in zip(shares, woe, strict=True)])

    @given(bins)
    def test_is_finite_even_with_one_class(self, pairs: list[tuple[int, int]]) -> None:
        good, bad = split(pairs)
        assert np.isfinite(iv_of_counts(good=good, bad=bad)).all()


class TestBadRates:
    def test_are_unknown_where_there_is_nobody(self) -> None:
        rates = bad_rates(good=[3, 0], bad=[1, 0])
        assert rates[0] == 0.25
        assert np.isnan(rates[1])


class TestAuc:
    @given(bins)
    def test_counts_pairs(self, pairs: list[tuple[int, int]]) -> None:
        good, bad = split(pairs)
        woe = woe_of_counts(good=good, bad=bad)
        total = sum(good) * sum(bad)
        won = sum(
            g * b * (1.0 if woe[i] > woe[j] else 0.5 if woe[i] == woe[j] else 0.0)
            for i, g in enumerate(good)
            for j, b in enumerate(bad)
        )
        expected = won / total if total else 0.5
        assert auc_of_counts(good=good, bad=bad) == pytest.approx(expected)
