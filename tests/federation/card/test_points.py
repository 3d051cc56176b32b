from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.card.points import (
    GRID,
    base_points,
    bin_points,
    holder_points,
    rounded_mean,
)
from shuxin.scoring.card.points import Scaling

hundredths = st.lists(st.integers(-1000, 1000), min_size=1, max_size=5)
numbers = st.floats(-20, 20)
factors = st.floats(0.01, 1000)


class TestBinPoints:
    @given(coefficient=numbers, woe=numbers, factor=factors)
    def test_differ_from_the_exact_ones_by_half_a_point_at_most(
        self, coefficient: float, woe: float, factor: float
    ) -> None:
        found = bin_points(coefficient=coefficient, woe=woe, factor=factor)
        exact = Fraction(coefficient) * Fraction(woe) * Fraction(factor)
        assert abs(found - exact) <= Fraction(1, 2)

    def test_a_half_goes_to_the_even_number(self) -> None:
        found = [bin_points(coefficient=c, woe=1.0, factor=1.0) for c in (0.5, 1.5, 2.5, -0.5)]
        assert found == [0, 2, 2, 0]

    def test_a_published_scale(self) -> None:
        """20 points double the odds: WOE ln 2 with coefficient 1 is 20 points."""
        assert bin_points(coefficient=1.0, woe=0.6931471805599453, factor=Scaling().factor) == 20


class TestHolderPoints:
    @given(coefficient=st.integers(-(1 << 20), 1 << 20), woe=hundredths, factor=factors)
    def test_differ_from_the_exact_ones_by_half_a_point_at_most(
        self, coefficient: int, woe: list[int], factor: float
    ) -> None:
        found = holder_points(coefficient=coefficient, woe=woe, factor=factor)
        assert len(found) == len(woe) + 1
        for points, each in zip(found, [*woe, 0], strict=True):
            exact = Fraction(coefficient, GRID) * Fraction(each, 100) * Fraction(factor)
            assert abs(points - exact) <= Fraction(1, 2)

    @given(coefficient=st.integers(-(1 << 20), 1 << 20), woe=hundredths, factor=factors)
    def test_change_sign_with_the_coefficient(
        self, coefficient: int, woe: list[int], factor: float
    ) -> None:
        found = holder_points(coefficient=coefficient, woe=woe, factor=factor)
        turned = holder_points(coefficient=-coefficient, woe=woe, factor=factor)
        assert [-points for points in turned] == list(found)

    def test_an_example_by_hand(self) -> None:
        """Coefficient 0.5, WOE 1.00, -0.31 and 0, 28.85 points: 14.4, -4.5 and 0."""
        found = holder_points(coefficient=GRID // 2, woe=(100, -31, 0), factor=28.853900817779268)
        assert found == (14, -4, 0, 0)


class TestBasePoints:
    @given(intercept=numbers)
    def test_are_those_of_a_subject_without_evidence(self, intercept: float) -> None:
        scaling = Scaling()
        exact = scaling.points(log_odds=intercept)
        assert abs(base_points(intercept=intercept, scaling=scaling) - exact) <= 0.5 + 1e-9


class TestRoundedMean:
    @given(total=st.integers(-(10**9), 10**9), count=st.integers(1, 10**6))
    def test_is_the_nearest_whole_number(self, total: int, count: int) -> None:
        assert abs(rounded_mean(total, count) - Fraction(total, count)) <= Fraction(1, 2)
