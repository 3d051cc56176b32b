from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.card.samples import coded_of, values_of
from tests.scoring.card.samples import card_of, place

from shuxin.federation.card.values import bins_of, points_of
from shuxin.scoring.api import ColumnMissing, LengthsDisagree
from shuxin.scoring.binning.lookup import InfiniteValues, ValuesOfWrongKind
from shuxin.scoring.binning.shape import BinShape, Kind
from shuxin.scoring.card.compiled import CompiledCard

AGE = BinShape("age", Kind.NUMERIC, edges=(1.0, 2.0))


class TestBins:
    @given(seed=st.integers(0, 10_000), rows=st.integers(1, 30))
    def test_are_those_of_a_characteristic_in_training(self, seed: int, rows: int) -> None:
        rng = np.random.default_rng(seed)
        shapes = [each.shape for each in coded_of("holder 1X", rng)]
        values = {shape.name: values_of(shape, rows, rng) for shape in shapes}
        found = bins_of(shapes, values)
        for nth, shape in enumerate(shapes):
            one_by_one = [shape.lookup.one(value) for value in values[shape.name]]
            assert found[:, nth].tolist() == one_by_one

    def test_an_unknown_column_is_named(self) -> None:
        with pytest.raises(ColumnMissing, match="age"):
            bins_of([AGE], {"turnover": [1.0]})

    def test_columns_have_the_same_subjects(self) -> None:
        other = BinShape("other", Kind.NUMERIC)
        with pytest.raises(LengthsDisagree, match="other"):
            bins_of([AGE, other], {"age": [1.0, 2.0], "other": [1.0]})

    def test_a_number_is_no_category_and_infinity_no_number(self) -> None:
        with pytest.raises(ValuesOfWrongKind):
            bins_of([AGE], {"age": ["old"]})
        with pytest.raises(InfiniteValues):
            bins_of([AGE], {"age": [float("inf")]})


class TestPoints:
    @given(
        ages=st.lists(st.one_of(st.floats(-3, 5), st.none(), st.just(float("nan"))), min_size=1),
        data=st.data(),
    )
    def test_equal_those_of_a_compiled_card(
        self, ages: list[float | None], data: st.DataObject
    ) -> None:
        sectors = st.sampled_from(["retail", "catering", "", None, "never seen"])
        given_sectors = data.draw(st.lists(sectors, min_size=len(ages), max_size=len(ages)))
        card = card_of(
            place("age", (3, 5, -2, 9), edges=(0.0, 2.5)),
            place("sector", (4, -6, 1), categories=(("retail",), ("catering",))),
        )
        columns = {"age": ages, "sector": given_sectors}
        table = [(each.shape, each.all_points) for each in card.characteristics]
        wanted = CompiledCard.of(card).points_many(columns)
        assert points_of(table, columns).tolist() == wanted.tolist()
