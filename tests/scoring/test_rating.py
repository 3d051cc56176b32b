"""The rating as something to predict."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import bundle, features, vectors

from shuxin.scoring.rating import INPUTS, rating_inputs, rating_matrix

SALES = INPUTS[1]


class TestRatingModel:
    @given(st.integers(300, 850), vectors)
    def test_gives_chances_of_four_grades(self, points: int, vector: dict) -> None:
        found = bundle().rating.probabilities(points=points, features=vector)
        assert all(0 <= chance <= 1 for chance in found)
        assert math.fsum(found) == pytest.approx(1)

    @given(st.integers(300, 849), vectors)
    def test_more_points_never_rate_worse(self, points: int, vector: dict) -> None:
        """The sample's card is of use, so points move towards A."""
        few = bundle().rating.probabilities(points=points, features=vector)
        more = bundle().rating.probabilities(points=points + 1, features=vector)
        assert more[0] >= few[0] - 1e-12
        assert more[3] <= few[3] + 1e-12


class TestInputs:
    def test_sizes_are_logarithms_of_yuan(self) -> None:
        found = rating_inputs(points=600, features=features(**{SALES: 12_345.0}))
        assert found[:2] == [600.0, math.log1p(123.45)]

    @pytest.mark.parametrize("nothing", [None, 0.0, -5.0])
    def test_nothing_counts_as_zero(self, nothing: float | None) -> None:
        known = dict.fromkeys(INPUTS[1:], nothing)
        assert rating_inputs(points=1, features=known) == [1.0, 0.0, 0.0, 0.0]
        assert rating_inputs(points=1, features={}) == [1.0, 0.0, 0.0, 0.0]

    @given(st.lists(st.tuples(st.integers(300, 850), vectors), min_size=1, max_size=4))
    def test_of_many_are_those_of_each(self, rows: list) -> None:
        matrix = rating_matrix([points for points, _ in rows], [vector for _, vector in rows])
        expected = [rating_inputs(points=points, features=vector) for points, vector in rows]
        assert np.array_equal(matrix, expected)

    def test_of_different_lengths_are_refused(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            rating_matrix([600], [])
