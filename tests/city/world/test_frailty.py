"""The law of those who stay, against ten thousand simulated lives, and against the published shares."""

from __future__ import annotations

import numpy as np
import pytest

from shuxin.city.lives import survival
from shuxin.city.world.frailty import frailty
from shuxin.city.world.parameters import PERSISTENCE, QUALITY_IN_EXIT, WEARING

LIVES = 40_000
YEARS = 15


@pytest.fixture(scope="module")
def lives() -> tuple[np.ndarray, np.ndarray]:
    """Share alive after each month, and mean quality of those alive; seed 3."""
    rng = np.random.default_rng(3)
    base = frailty(factor=1.0).base
    quality = rng.standard_normal(LIVES)
    threshold = rng.standard_exponential(LIVES)
    alive, mean = [], []
    for month in range(12 * YEARS):
        alive.append((threshold > 0).mean())
        mean.append(quality[threshold > 0].mean())
        threshold = threshold - base[month] * np.exp(-QUALITY_IN_EXIT * quality)
        quality = PERSISTENCE * quality + WEARING * rng.standard_normal(LIVES)
    return np.array(alive), np.array(mean)


class TestFrailty:
    def test_survival_is_the_published_one(self) -> None:
        alive = frailty(factor=1.0).alive
        assert np.allclose(alive[::12][:16], survival()[:16], atol=1e-6)

    def test_simulated_lives_follow_it(self, lives: tuple[np.ndarray, np.ndarray]) -> None:
        """Standard error of a share is below .0025: five of them fail by chance once in 10**6."""
        assert np.abs(lives[0] - frailty(factor=1.0).alive[: 12 * YEARS]).max() < 0.0125

    def test_the_weak_leave_first(self, lives: tuple[np.ndarray, np.ndarray]) -> None:
        mean = frailty(factor=1.0).mean[: 12 * YEARS]
        assert mean[0] == pytest.approx(0.0, abs=1e-9)
        assert mean[24:].min() > 0.04
        assert np.abs(mean - lives[1]).max() < 0.045
