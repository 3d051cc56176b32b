from __future__ import annotations

import pytest

from shuxin.city.lives import survival


class TestSurvival:
    @pytest.mark.parametrize(
        ("years", "share"), [(3, 0.834), (5, 0.696), (7, 0.587), (10, 0.472), (15, 0.363)]
    )
    def test_gives_the_shares_of_the_domain_notes(self, years: int, share: float) -> None:
        assert survival()[years] == pytest.approx(share, abs=5e-4)
