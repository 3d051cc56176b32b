from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import minimize
from tests.scoring.evaluation.samples import predicted

from shuxin.scoring.evaluation.calibration import (
    SlopeUndefined,
    brier,
    calibration_line,
    calibration_points,
    expected_calibration_error,
    hosmer_lemeshow,
)
from shuxin.scoring.evaluation.metrics import OneClassOnly

Sample = tuple[np.ndarray, np.ndarray]


def drawn(rng: np.random.Generator, size: int) -> Sample:
    """Outcomes that follow their probabilities."""
    probabilities = rng.uniform(0.02, 0.6, size)
    return probabilities, rng.uniform(size=size) < probabilities


class TestBrier:
    @given(predicted())
    def test_is_the_mean_squared_error(self, sample: Sample) -> None:
        pairs = zip(*(array.tolist() for array in sample), strict=True)
        slow = sum((p - y) ** 2 for p, y in pairs) / sample[0].size
        assert brier(probabilities=sample[0], outcomes=sample[1]) == pytest.approx(slow)

    def test_refuses_what_is_no_probability(self) -> None:
        with pytest.raises(ValueError, match="from 0 to 1"):
            brier(probabilities=np.array([1.2]), outcomes=np.array([True]))


class TestGroups:
    @given(predicted())
    def test_hold_everybody_once_and_ties_together(self, sample: Sample) -> None:
        points = calibration_points(probabilities=sample[0], outcomes=sample[1])
        assert sum(point.subjects for point in points) == sample[0].size
        assert 1 <= len(points) <= 10
        means = [point.mean_probability for point in points]
        assert means == sorted(set(means))
        bads = sum(point.subjects * point.bad_rate for point in points)
        assert bads == pytest.approx(sample[1].sum())

    @given(predicted())
    def test_limits_hold_the_rate(self, sample: Sample) -> None:
        for point in calibration_points(probabilities=sample[0], outcomes=sample[1]):
            assert 0 <= point.low <= point.bad_rate + 1e-12
            assert point.bad_rate - 1e-12 <= point.high <= 1

    def test_limits_are_wilsons(self) -> None:
        outcomes = np.array([True] * 2 + [False] * 8)
        (point,) = calibration_points(probabilities=np.full(10, 0.3), outcomes=outcomes)
        assert (point.low, point.high) == pytest.approx((0.0567, 0.5098), abs=5e-5)

    def test_error_is_the_weighted_gap(self) -> None:
        probabilities = np.array([0.1] * 4 + [0.6] * 6)
        outcomes = np.array([True, False, False, False] + [True] * 3 + [False] * 3)
        error = expected_calibration_error(probabilities=probabilities, outcomes=outcomes, groups=2)
        assert error == pytest.approx(0.4 * 0.15 + 0.6 * 0.1)


class TestHosmerLemeshow:
    @given(predicted())
    def test_equals_the_two_class_chi_square(self, sample: Sample) -> None:
        probabilities, outcomes = sample
        found = hosmer_lemeshow(probabilities=probabilities, outcomes=outcomes, degrees_lost=0)
        slow = 0.0
        for point in calibration_points(probabilities=probabilities, outcomes=outcomes):
            n, p, rate = point.subjects, point.mean_probability, point.bad_rate
            slow += n * (rate - p) ** 2 / p + n * ((1 - rate) - (1 - p)) ** 2 / (1 - p)
        assert found.statistic == pytest.approx(slow, abs=1e-9)

    def test_p_values_are_even_when_the_probabilities_are_right(self) -> None:
        """Seed 20261121: of 2000 tests at 5 % a share outside 5 +- 2.6 % happens less than 1e-6."""
        rng = np.random.default_rng(20261121)
        samples = (drawn(rng, 1000) for _ in range(2000))
        values = [
            hosmer_lemeshow(probabilities=p, outcomes=y, degrees_lost=0).p_value for p, y in samples
        ]
        assert np.mean(np.array(values) < 0.05) == pytest.approx(0.05, abs=0.026)

    def test_finds_probabilities_that_are_wrong(self) -> None:
        probabilities, outcomes = drawn(np.random.default_rng(1), 5000)
        found = hosmer_lemeshow(probabilities=probabilities / 2, outcomes=outcomes, degrees_lost=0)
        assert found.degrees == 10
        assert found.p_value < 1e-9

    def test_refuses_certainty_and_single_groups(self) -> None:
        with pytest.raises(ValueError, match="0 or 1"):
            hosmer_lemeshow(
                probabilities=np.array([0.0, 0.5]), outcomes=np.array([True, False]), degrees_lost=0
            )
        with pytest.raises(ValueError, match="too few"):
            hosmer_lemeshow(
                probabilities=np.full(9, 0.5), outcomes=np.array([True] * 9), degrees_lost=2
            )


class TestLine:
    def test_is_where_the_likelihood_is_highest(self) -> None:
        probabilities, outcomes = drawn(np.random.default_rng(3), 400)
        logits = np.log(probabilities / (1 - probabilities))

        def loss(weights: np.ndarray) -> float:
            line = weights[0] + weights[1] * logits
            return float(np.logaddexp(0, np.where(outcomes, -line, line)).sum())

        slow = minimize(loss, [0.0, 1.0], method="Nelder-Mead", options={"xatol": 1e-9})
        found = calibration_line(probabilities=probabilities, outcomes=outcomes)
        assert [found.intercept, found.slope] == pytest.approx(list(slow.x), abs=1e-4)

    def test_undoes_a_known_distortion(self) -> None:
        """Seed 5, within five standard errors: fails by chance less than once in 1e6."""
        probabilities, outcomes = drawn(np.random.default_rng(5), 20_000)
        logits = np.log(probabilities / (1 - probabilities))
        bent = 1 / (1 + np.exp(-(2 * logits + 0.7)))
        found = calibration_line(probabilities=bent, outcomes=outcomes)
        assert abs(found.slope - 0.5) < 5 * found.slope_error
        assert abs(found.intercept + 0.35) < 5 * found.intercept_error

    @given(predicted())
    def test_shift_makes_the_expected_bads_right(self, sample: Sample) -> None:
        probabilities, outcomes = sample
        try:
            found = calibration_line(probabilities=probabilities, outcomes=outcomes)
        except (OneClassOnly, SlopeUndefined):
            return
        logits = np.log(probabilities / (1 - probabilities)) + found.shift
        assert (1 / (1 + np.exp(-logits))).sum() == pytest.approx(outcomes.sum(), abs=1e-6)

    def test_needs_overlap(self) -> None:
        outcomes = np.array([False, False, True, True])
        for probabilities in ([0.1, 0.2, 0.2, 0.9], [0.9, 0.8, 0.2, 0.1], [0.3] * 4):
            with pytest.raises(SlopeUndefined):
                calibration_line(probabilities=np.array(probabilities), outcomes=outcomes)
        with pytest.raises(ValueError, match="logit"):
            calibration_line(probabilities=np.array([0, 0.4, 0.3, 0.2]), outcomes=outcomes)
        with pytest.raises(OneClassOnly):
            calibration_line(probabilities=np.array([0.4, 0.3]), outcomes=np.array([True, True]))
