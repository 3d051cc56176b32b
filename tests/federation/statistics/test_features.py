from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.statistics.world import numbers, texts

from shuxin.federation.statistics.features import (
    FineFeature,
    counted_together,
    prebin_categories,
    prebin_numbers,
)
from shuxin.scoring.api import BinShape, Kind
from shuxin.scoring.binning.lookup import InfiniteValues, ValuesOfWrongKind

SEEDS, ROWS = st.integers(0, 2**32), st.sampled_from([0, 1, 19, 20, 300, 901])


def values_of(feature: FineFeature) -> np.ndarray[Any, Any]:
    return feature.rows[: feature.shape.groups]


class TestPrebins:
    @given(SEEDS, ROWS, st.integers(1, 40), st.integers(1, 50))
    def test_of_numbers_hold_the_minimum_and_are_few(
        self, seed: int, rows: int, least: int, most: int
    ) -> None:
        column = numbers(np.random.default_rng(seed), rows)
        feature = prebin_numbers(
            name="a", values=column, most=most, least=least, specials=(-1.0, -2.0)
        )
        held = values_of(feature)
        assert len(held) <= most
        assert len(held) == 1 or held.min() >= least
        assert (feature.bins == feature.shape.lookup.many(column)).all()
        loose = prebin_numbers(name="a", values=column, most=most, least=1, specials=(-1.0, -2.0))
        assert set(feature.shape.edges) <= set(loose.shape.edges)

    @given(SEEDS, ROWS, st.integers(1, 40), st.integers(2, 50))
    def test_of_categories_hold_the_minimum_and_are_few(
        self, seed: int, rows: int, least: int, most: int
    ) -> None:
        column = texts(np.random.default_rng(seed), rows)
        feature = prebin_categories(name="a", values=column, most=most, least=least)
        held = values_of(feature)
        assert len(held) <= most
        assert len(held) == 1 or held.min() >= least
        counts = Counter(each for each in column if each)
        for nth, group in enumerate(feature.shape.categories):
            assert len(group) == (nth != feature.shape.others)
            assert all(counts[each] == held[nth] for each in group)
        assert feature.rows.sum() == rows

    def test_refuse_values_of_another_kind(self) -> None:
        with pytest.raises(InfiniteValues):
            prebin_numbers(name="a", values=np.array([1.0, np.inf]), most=5, least=1)
        with pytest.raises(ValuesOfWrongKind):
            prebin_numbers(name="a", values=["x", "y"], most=5, least=1)
        with pytest.raises(ValuesOfWrongKind):
            prebin_categories(name="a", values=[1.0, 2.0], most=5, least=1)


class TestCountedTogether:
    @given(st.lists(st.integers(0, 6), max_size=80), st.integers(1, 30))
    def test_leaves_no_few_rows_alone(self, bins: list[int], least: int) -> None:
        shape = BinShape(
            name="a", kind=Kind.NUMERIC, edges=(1.0, 2.0, 3.0), specials=(-1.0, -2.0)[::-1]
        )
        feature = FineFeature(shape, np.array(bins, np.int64))
        together = counted_together(feature, least=least)
        assert all(count in {0, len(bins)} or count >= least for count in together.rows.tolist())
        enough = feature.rows[feature.bins] >= least
        assert (together.bins[enough] == feature.bins[enough]).all()

    def test_takes_bins_of_the_shape_only(self) -> None:
        shape = BinShape(name="a", kind=Kind.NUMERIC)
        for wrong in ([2], [-1], [[0]], [0.0]):
            with pytest.raises(ValueError, match="bin"):
                FineFeature(shape, np.array(wrong))
