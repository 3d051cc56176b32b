"""The scale: the worked example of the domain notes, and laws."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.card.points import Scaling, ScalingInvalid

scalings = st.builds(
    Scaling,
    base_points=st.floats(300, 800),
    base_odds=st.floats(1, 100),
    pdo=st.floats(5, 80),
)


class TestWorkedExample:
    def test_factor_and_offset(self) -> None:
        assert Scaling().factor == pytest.approx(28.853901, abs=1e-6)
        assert Scaling().offset == pytest.approx(487.122876, abs=1e-6)

    @pytest.mark.parametrize(
        ("chance", "score"), [(0.01, 619.7), (0.02, 599.4), (0.05, 572.1), (0.10, 550.5)]
    )
    def test_chance_to_score(self, chance: float, score: float) -> None:
        points = Scaling().points(log_odds=math.log((1 - chance) / chance))
        assert round(points, 1) == score

    @pytest.mark.parametrize(
        ("score", "percent"), [(560, 7.41), (580, 3.85), (600, 1.96), (620, 0.99), (640, 0.50)]
    )
    def test_score_to_chance(self, score: int, percent: float) -> None:
        assert round(100 * Scaling().probability_of_bad(score=score), 2) == percent


class TestScaling:
    @given(scalings)
    def test_has_its_base_and_doubles(self, scaling: Scaling) -> None:
        base = math.log(scaling.base_odds)
        assert scaling.points(log_odds=base) == pytest.approx(scaling.base_points)
        doubled = scaling.points(log_odds=base + math.log(2))
        assert doubled == pytest.approx(scaling.base_points + scaling.pdo)

    @given(scalings, st.floats(-8, 8))
    def test_there_and_back(self, scaling: Scaling, log_odds: float) -> None:
        chance = scaling.probability_of_bad(score=scaling.points(log_odds=log_odds))
        assert chance == pytest.approx(1 / (1 + math.exp(log_odds)))

    @given(
        scalings,
        st.floats(-3, 3),
        st.lists(st.tuples(st.floats(0.1, 2), st.floats(-3, 3)), min_size=1, max_size=20),
    )
    def test_rounding_costs_at_most_half_a_point_each(
        self, scaling: Scaling, intercept: float, parts: list[tuple[float, float]]
    ) -> None:
        exact = scaling.points(log_odds=intercept + sum(c * w for c, w in parts))
        total = sum(
            scaling.attribute_points(
                coefficient=c, woe=w, intercept=intercept, characteristics=len(parts)
            )
            for c, w in parts
        )
        assert abs(total - exact) <= len(parts) / 2 + 1e-6

    def test_clamps_after_summing(self) -> None:
        assert [Scaling().clamp(total) for total in (-5, 300, 512, 900)] == [300, 300, 512, 850]

    def test_far_scores_do_not_overflow(self) -> None:
        steep = Scaling(pdo=0.01)
        assert steep.probability_of_bad(score=850) == 0.0
        assert steep.probability_of_bad(score=300) == 1.0

    @pytest.mark.parametrize(
        "wrong",
        [
            {"pdo": 0},
            {"base_odds": -1},
            {"base_points": math.nan},
            {"floor": 850},
            {"ceiling": 10**7},
        ],
    )
    def test_refuses_what_cannot_be(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ScalingInvalid):
            Scaling(**wrong)
