"""Steps from exact gradients lead where Newton's method leads."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.federation.regression.world import design, sample

from shuxin.federation.regression.optimiser import Optimiser, inverse
from shuxin.scoring.card.regression import CharacteristicsCollinear, fit_logistic


def climbed(x: np.ndarray, good: np.ndarray, *, ridge: float, most: int) -> tuple[np.ndarray, int]:
    """Coefficients, and how many gradients they took."""
    penalty = np.array([0.0, *[ridge] * (x.shape[1] - 1)])
    steps = Optimiser(gram=x.T @ x, ridge=penalty, chance=float(good.mean()))
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(good.mean() / (1 - good.mean()))
    for taken in range(most):
        chance = 0.5 + np.tanh(np.clip(x @ beta, -20, 20) / 2) / 2  # as the joint chance
        step = steps.step(beta, x.T @ (good - chance) - penalty * beta)
        beta = beta + step
        if np.abs(step).max() < 1e-8:
            return beta, taken + 1
    return beta, most


class TestOptimiser:
    @given(st.integers(0, 10_000), st.integers(1, 5), st.sampled_from([0.0, 3.0]))
    def test_finds_the_fit(self, seed: int, width: int, ridge: float) -> None:
        parts, good = sample(seed, rows=300, columns=(width,))
        assume(10 < good.sum() < 290)
        pooled = fit_logistic(features=parts[0], outcomes=good, ridge=ridge)
        beta, _ = climbed(design(parts), good, ridge=ridge, most=80)
        assert beta == pytest.approx([pooled.intercept, *pooled.coefficients], abs=1e-5)

    def test_a_failed_step_is_taken_back_for_one_that_cannot_overshoot(self) -> None:
        gram = np.diag([40.0, 8.0])
        steps = Optimiser(gram=gram, ridge=np.zeros(2), chance=0.1)
        start, slope = np.zeros(2), np.array([1.0, -3.0])
        first = steps.step(start, slope)
        assert first == pytest.approx(slope / (0.09 * np.diag(gram)))
        back = steps.step(first, -10 * slope)
        assert first + back == pytest.approx(4 * slope / np.diag(gram))

    def test_a_start_that_overshoots_is_mended(self) -> None:
        """Rare events far out: Newton's first step goes much too far."""
        x = np.concatenate([np.full(990, -0.1), np.full(10, 8.0)])
        good = np.zeros(1000, bool)
        good[[3, 500, 992, 993, 994, 995, 996, 997, 998]] = True
        pooled = fit_logistic(features=x[:, None], outcomes=good)
        beta, _ = climbed(design([x[:, None]]), good, ridge=0.0, most=200)
        assert beta == pytest.approx([pooled.intercept, *pooled.coefficients], abs=1e-5)


class TestInverse:
    def test_of_a_matrix_without_one_is_refused(self) -> None:
        with pytest.raises(CharacteristicsCollinear):
            inverse(np.ones((2, 2)))
        with pytest.raises(CharacteristicsCollinear):
            inverse(np.diag([1.0, 0.0]))

    def test_scales_do_not_matter(self) -> None:
        matrix = np.diag([1e12, 1.0, 1e-9])
        assert inverse(matrix) == pytest.approx(np.diag([1e-12, 1.0, 1e9]))
