from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.lives import founded_of_living, life_of_exited, survival
from shuxin.city.scale import UNTIL
from shuxin.city.streams import stream


class TestSurvival:
    @pytest.mark.parametrize(
        ("years", "share"), [(3, 0.834), (5, 0.696), (7, 0.587), (10, 0.472), (15, 0.363)]
    )
    def test_gives_the_shares_of_the_domain_notes(self, years: int, share: float) -> None:
        assert survival()[years] == pytest.approx(share, abs=5e-4)


class TestStockOfLivingFirms:
    def test_has_about_half_below_five_years(self) -> None:
        """Quantiles at equal steps, so nothing here is random; the notes say about 49 %."""
        days = [
            (UNTIL - founded_of_living(share=share, factor=1.0)).days
            for share in np.linspace(0.001, 0.999, 1000)
        ]
        assert np.mean(np.array(days) < 5 * 365.25) == pytest.approx(0.49, abs=0.02)

    @given(st.floats(0, 1), st.sampled_from([1.0, 1.3]))
    def test_is_founded_before_the_extracts(self, share: float, factor: float) -> None:
        assert founded_of_living(share=share, factor=factor) < UNTIL


class TestExitedFirms:
    @given(st.floats(0, 1), st.integers(0, 2**63 - 1))
    def test_live_at_least_a_day_and_end_within_ten_years(self, share: float, seed: int) -> None:
        rng = stream(seed=seed, purpose="test")
        founded, ended = life_of_exited(share=share, factor=1.3, rng=rng)
        assert founded < ended < UNTIL
        assert UNTIL - ended < dt.timedelta(days=3660)
