from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.evaluation.stability import (
    VERDICT_TEXT,
    NothingToCompare,
    StabilityVerdict,
    characteristic_shift,
    stability,
)

CALM = {StabilityVerdict.STABLE, StabilityVerdict.UNKNOWN}
counts = st.lists(st.integers(0, 500), min_size=5, max_size=5).filter(any).map(np.array)


class TestIndex:
    @given(counts, counts)
    def test_is_the_sum_as_written(self, before: np.ndarray, after: np.ndarray) -> None:
        found = stability(before=before, after=after)
        slow = 0.0
        for b, a in zip(before.tolist(), after.tolist(), strict=True):
            share_b, share_a = (b + 0.5) / (before.sum() + 2.5), (a + 0.5) / (after.sum() + 2.5)
            slow += (share_a - share_b) * math.log(share_a / share_b)
        assert found.psi == pytest.approx(slow, abs=1e-12)
        assert found.psi >= 0

    @given(counts, counts)
    def test_does_not_care_which_came_first(self, before: np.ndarray, after: np.ndarray) -> None:
        there, back = stability(before=before, after=after), stability(before=after, after=before)
        assert there.psi == pytest.approx(back.psi)
        assert there.chance_limit == back.chance_limit

    def test_limit_by_the_table_of_chi_square(self) -> None:
        """9 degrees of freedom: 16.919 at 95 %; the mean is 9."""
        found = stability(before=np.full(10, 20), after=np.full(10, 10))
        assert found.chance_limit == pytest.approx(16.919 * (1 / 200 + 1 / 100), rel=1e-4)
        assert found.by_chance == pytest.approx(9 * (1 / 200 + 1 / 100))


AT_ONCE = {(3, 60, 60), (20, 60, 5000)}
"""Bins and sizes that every check tries; the soak tries all."""


class TestVerdict:
    @pytest.mark.parametrize(
        ("bins", "before", "after"),
        [
            pytest.param(*case, marks=() if case in AT_ONCE else pytest.mark.soak)
            for case in product((3, 5, 10, 20), (60, 100, 300, 1000, 5000), (60, 300, 1000, 5000))
        ],
    )
    def test_rarely_alarms_when_nothing_has_changed(
        self, bins: int, before: int, after: int
    ) -> None:
        """Seed 97: of 3000 samples without change at most 5 % alarm; above 7.4 % is six sigma."""
        rng = np.random.default_rng(97)
        for weights in (np.ones(bins), 0.7 ** np.arange(bins)):
            shares = weights / weights.sum()
            old = rng.multinomial(before, shares, 3000)
            new = rng.multinomial(after, shares, 3000)
            alarms = sum(
                stability(before=b, after=a).verdict not in CALM
                for b, a in zip(old, new, strict=True)
            )
            assert alarms <= 3000 * 0.05 + 6 * math.sqrt(3000 * 0.05 * 0.95)

    def test_a_large_change_in_large_samples_is_acted_on(self) -> None:
        found = stability(before=np.array([500, 300, 200]), after=np.array([200, 300, 500]))
        assert found.verdict is StabilityVerdict.ACT

    def test_a_small_change_is_watched_and_a_tiny_one_is_not(self) -> None:
        before = np.array([4000, 3000, 3000])
        watched = stability(before=before, after=np.array([2400, 3300, 4300]))
        assert watched.verdict is StabilityVerdict.WATCH
        tiny = stability(before=before, after=np.array([3700, 3100, 3200]))
        assert tiny.psi > tiny.chance_limit
        assert tiny.verdict is StabilityVerdict.STABLE

    def test_small_samples_cannot_tell(self) -> None:
        before, after = np.array([3, 3, 3, 3, 3]), np.array([1, 2, 3, 4, 5])
        assert stability(before=before, after=after).verdict is StabilityVerdict.UNKNOWN

    def test_every_verdict_has_words(self) -> None:
        assert set(VERDICT_TEXT) == set(StabilityVerdict)

    def test_refuses_nothing_and_nonsense(self) -> None:
        with pytest.raises(NothingToCompare):
            stability(before=np.array([0, 0]), after=np.array([1, 2]))
        with pytest.raises(ValueError, match="negative"):
            stability(before=np.array([-1, 3]), after=np.array([1, 2]))
        with pytest.raises(ValueError, match="bins"):
            stability(before=np.array([3]), after=np.array([1]))


class TestCharacteristicShift:
    @given(counts, counts, st.lists(st.integers(-50, 50), min_size=5, max_size=5))
    def test_is_the_difference_of_the_mean_points(
        self, before: np.ndarray, after: np.ndarray, points: list[int]
    ) -> None:
        worth = np.array(points, dtype=np.float64)
        found = characteristic_shift(name="x", before=before, after=after, points=worth)
        means = [np.average(worth, weights=sample) for sample in (before, after)]
        assert found.score_shift == pytest.approx(means[1] - means[0], abs=1e-9)
        assert found.stability == stability(before=before, after=after)

    def test_needs_points_for_each_bin(self) -> None:
        two = np.array([1, 2])
        with pytest.raises(ValueError, match="per bin"):
            characteristic_shift(name="x", before=two, after=two, points=np.array([1.0]))
