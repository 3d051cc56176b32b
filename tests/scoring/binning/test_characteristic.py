"""Binning a characteristic: counts add up, the trend holds, missing and codes stand apart."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.canonical import canonical_json
from shuxin.scoring.binning.characteristic import (
    BinnedCharacteristic,
    BinningPlan,
    LengthsDisagree,
    bin_categories,
    bin_numbers,
    merge_categories,
)
from shuxin.scoring.binning.counts import bad_rates
from shuxin.scoring.binning.lookup import UNSEEN, InfiniteValues
from shuxin.scoring.binning.merge import MergePlan, Trend
from shuxin.scoring.binning.shape import BinShape, BinsInvalid, Kind

PLAN = BinningPlan()


def recounted(binned: BinnedCharacteristic, values: object, outcomes: object) -> bool:
    """Whether assigning the training values again gives the counts that are stored."""
    bins, bad = binned.assign(values), np.asarray(outcomes)  # type: ignore[arg-type]
    size = binned.shape.count
    return np.bincount(bins[bad], minlength=size).tolist() == list(binned.bad) and np.bincount(
        bins[~bad], minlength=size
    ).tolist() == list(binned.good)


rows = st.lists(
    st.tuples(
        st.one_of(st.floats(-1e6, 1e6), st.integers(-2, 4).map(float), st.just(float("nan"))),
        st.booleans(),
    ),
    min_size=1,
    max_size=150,
)


class TestBinNumbers:
    @given(rows, st.sampled_from(list(Trend)), st.lists(st.integers(-2, 2), max_size=2))
    def test_counts_are_those_of_the_assigned_values(
        self, sample: list[tuple[float, bool]], trend: Trend, specials: list[int]
    ) -> None:
        values, outcomes = np.array([v for v, _ in sample]), np.array([o for _, o in sample])
        plan = BinningPlan(merge=MergePlan(trend=trend), max_fine=10)
        binned = bin_numbers(
            name="x", values=values, outcomes=outcomes, plan=plan, specials=specials
        )
        assert recounted(binned, values, outcomes)

    def test_a_falling_risk_gives_falling_bins(self) -> None:
        rng = np.random.default_rng(7)
        values = rng.normal(size=20_000)
        outcomes = rng.random(20_000) < 1 / (1 + np.exp(2 + values))
        binned = bin_numbers(name="x", values=values, outcomes=outcomes, plan=PLAN)
        groups = binned.shape.groups
        rates = bad_rates(good=binned.good[:groups], bad=binned.bad[:groups])
        assert groups >= 5
        assert (np.diff(rates) < 0).all()
        assert list(binned.woe[:groups]) == sorted(binned.woe[:groups])
        assert (
            min(g + b for g, b in zip(binned.good[:groups], binned.bad[:groups], strict=True))
            >= 1000
        )

    def test_a_peak_is_found_when_asked_for(self) -> None:
        rng = np.random.default_rng(8)
        values = rng.uniform(-2, 2, 20_000)
        outcomes = rng.random(20_000) < 0.3 - 0.06 * values**2
        monotone = bin_numbers(name="x", values=values, outcomes=outcomes, plan=PLAN)
        peaked = bin_numbers(
            name="x",
            values=values,
            outcomes=outcomes,
            plan=BinningPlan(merge=MergePlan(trend=Trend.PEAK)),
        )
        assert peaked.iv > 1.5 * monotone.iv

    def test_missing_and_codes_have_bins_of_their_own(self) -> None:
        values = np.array([1.0, 2.0, -99.0, np.nan, -99.0, 3.0])
        outcomes = np.array([False, True, True, False, False, False])
        binned = bin_numbers(
            name="x", values=values, outcomes=outcomes, plan=PLAN, specials=[-99.0]
        )
        assert binned.shape.specials == (-99.0,)
        assert (binned.good[-2:], binned.bad[-2:]) == ((1, 1), (1, 0))

    def test_a_missing_bin_without_rows_is_no_evidence(self) -> None:
        binned = bin_numbers(
            name="x",
            values=np.arange(100.0),
            outcomes=np.arange(100) % 3 == 0,
            plan=PLAN,
        )
        assert binned.woe[-1] == 0.0
        assert binned.woe_of([np.nan]).tolist() == [0.0]

    def test_the_analysts_edges_are_kept(self) -> None:
        binned = bin_numbers(
            name="x",
            values=np.arange(100.0),
            outcomes=np.arange(100) % 3 == 0,
            plan=PLAN,
            edges=[10.0, 11.0],
        )
        assert binned.shape.edges == (10.0, 11.0)
        assert [g + b for g, b in zip(binned.good, binned.bad, strict=True)] == [10, 1, 89, 0]

    def test_edges_in_the_wrong_order_are_refused(self) -> None:
        with pytest.raises(BinsInvalid):
            bin_numbers(
                name="x",
                values=np.arange(9.0),
                outcomes=np.arange(9) > 4,
                plan=PLAN,
                edges=[5.0, 3.0],
            )

    def test_infinite_values_name_the_characteristic(self) -> None:
        with pytest.raises(InfiniteValues, match=r"margin has 1 infinite"):
            bin_numbers(
                name="margin",
                values=np.array([1.0, np.inf]),
                outcomes=np.array([True, False]),
                plan=PLAN,
            )

    def test_every_row_needs_an_outcome(self) -> None:
        with pytest.raises(LengthsDisagree):
            bin_numbers(name="x", values=np.arange(3.0), outcomes=np.array([True]), plan=PLAN)

    def test_a_bin_is_a_share_of_all_rows_not_of_those_present(self) -> None:
        values = np.concatenate((np.full(900, np.nan), np.arange(100.0)))
        outcomes = np.random.default_rng(1).random(1000) < 0.3
        binned = bin_numbers(name="x", values=values, outcomes=outcomes, plan=PLAN)
        assert binned.shape.groups <= 2


class TestBinCategories:
    @given(
        st.lists(
            st.tuples(st.one_of(st.none(), st.sampled_from(["", *"abcdefgh"])), st.booleans()),
            min_size=1,
            max_size=120,
        ),
        st.sampled_from([0.0, 0.1, 0.3]),
    )
    def test_counts_are_those_of_the_assigned_values(
        self, sample: list[tuple[str | None, bool]], rare_share: float
    ) -> None:
        values, outcomes = [v for v, _ in sample], np.array([o for _, o in sample])
        plan = BinningPlan(rare_share=rare_share)
        binned = bin_categories(name="x", values=values, outcomes=outcomes, plan=plan)
        assert recounted(binned, values, outcomes)

    def test_ten_thousand_categories_and_a_new_one(self) -> None:
        rng = np.random.default_rng(3)
        names = np.where(
            rng.random(30_000) < 0.6, "big", rng.integers(0, 10_000, 30_000).astype(str)
        )
        outcomes = rng.random(30_000) < np.where(names == "big", 0.05, 0.2)
        binned = bin_categories(name="x", values=names, outcomes=outcomes, plan=PLAN)
        assert binned.shape.categories == (("big",), ())
        assert binned.assign(["big", "new", ""]).tolist() == [0, 1, 2]
        assert binned.woe[0] > 0 > binned.woe[1]

    def test_without_others_a_new_category_is_no_evidence(self) -> None:
        names = np.array(["a", "b"] * 500)
        outcomes = np.random.default_rng(4).random(1000) < np.where(names == "a", 0.1, 0.4)
        binned = bin_categories(name="x", values=names, outcomes=outcomes, plan=PLAN)
        assert binned.shape.others == UNSEEN
        assert binned.assign(["new"]).tolist() == [UNSEEN]
        assert binned.woe_of(["new"]).tolist() == [0.0]

    def test_nothing_but_missing(self) -> None:
        binned = bin_categories(
            name="x", values=["", None], outcomes=np.array([True, False]), plan=PLAN
        )
        assert (binned.good, binned.bad) == ((0, 1), (0, 1))

    def test_counts_alone_give_the_same_groups(self) -> None:
        rng = np.random.default_rng(6)
        names = rng.choice(list("abcde"), 3000)
        outcomes = rng.random(3000) < 0.1 * (1 + (names > "b"))
        binned = bin_categories(name="x", values=names, outcomes=outcomes, plan=PLAN)
        bad = np.array([(outcomes & (names == c)).sum() for c in "abcde"])
        good = np.array([(~outcomes & (names == c)).sum() for c in "abcde"])
        merged = merge_categories(
            name="x", categories="abcde", good=good, bad=bad, missing=(0, 0), plan=PLAN
        )
        assert merged == binned


class TestBinnedCharacteristic:
    def test_needs_a_count_for_every_bin(self) -> None:
        shape = BinShape(name="x", kind=Kind.NUMERIC, edges=(1.0,))
        with pytest.raises(LengthsDisagree):
            BinnedCharacteristic(shape=shape, good=(1, 2), bad=(1, 2, 3))

    def test_has_a_canonical_form(self) -> None:
        shape = BinShape(name="x", kind=Kind.NUMERIC, edges=(1.0,))
        binned = BinnedCharacteristic(shape=shape, good=(90, 10, 0), bad=(10, 20, 0))
        read = json.loads(canonical_json(binned.as_json()))
        assert (read["edges"], read["good"], read["woe"]) == ([1], [90, 10, 0], list(binned.woe))
        assert read["iv"] == pytest.approx(sum(binned.iv_parts))
