from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.records.views import CORRELATIONS, Views, between_knots, factor
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from shuxin.city.world.world import World


class TestViews:
    @pytest.mark.parametrize("kind", list(CORRELATIONS))
    def test_see_quality_as_well_as_they_should(
        self, views: Views, small: World, kind: str
    ) -> None:
        # 2,600 firms, noise independent of quality: the slope's error is .02, five of them
        seen = views.of(kind)[:, 30].astype(float)
        quality = small.quality[:, 30].astype(float)
        slope = np.cov(seen, quality)[0, 1] / quality.var()
        share = CORRELATIONS[kind]
        assert abs(slope - share) < 5 * np.sqrt(1 - share**2) / np.sqrt(small.count)
        rest = seen - share * quality
        assert abs(rest.std() / np.sqrt(1 - share**2) - 1) < 0.08

    def test_keep_their_noise(self, views: Views, small: World) -> None:
        share = CORRELATIONS["tax"]
        rest = views.of("tax").astype(float) - share * small.quality.astype(float)
        assert 0.95 < np.corrcoef(rest[:, 30], rest[:, 31])[0, 1] < 0.985

    def test_of_two_kinds_have_noise_of_their_own(self, views: Views, small: World) -> None:
        rests = [
            views.of(kind)[:, 20].astype(float)
            - CORRELATIONS[kind] * small.quality[:, 20].astype(float)
            for kind in ("bank", "tax")
        ]
        assert abs(np.corrcoef(*rests)[0, 1]) < 5 / np.sqrt(small.count)

    def test_signs_of_default_are_older_quality(self, views: Views, small: World) -> None:
        firm, month = np.arange(small.count), np.full(small.count, 40)
        early = views.trouble("TAX", firm, month, lead=-9)
        late = views.trouble("TAX", firm, month, lead=0)
        assert np.allclose(early, -views.of("tax")[:, 40])
        assert np.allclose(late, -views.of("tax")[:, 34])

    def test_never_see_what_is_to_come(self, views: Views, small: World) -> None:
        month = np.full(small.count, WINDOW_MONTHS - 1)
        seen = views.trouble("TAX", np.arange(small.count), month, lead=-30)
        assert np.allclose(seen, -views.of("tax")[:, -1])

    def test_departments_without_a_kind_see_as_the_registry(
        self, views: Views, small: World
    ) -> None:
        firm, month = np.arange(small.count), np.full(small.count, 9)
        seen = views.trouble("FIR", firm, month, lead=-6)
        assert np.allclose(seen, -views.of("registry")[:, 9])


class TestFactor:
    def test_is_the_exponential(self) -> None:
        power = np.linspace(-6, 6, 4001)
        assert np.allclose(factor(power, 0.9), np.exp(0.9 * power), rtol=1e-5)

    def test_stops_six_away(self) -> None:
        assert factor(np.array([-9.0, 9.0]), 1.0) == pytest.approx(np.exp([-6.0, 6.0]))

    def test_goes_straight_between_knots(self) -> None:
        levels = np.arange(1537.0)
        assert between_knots(np.array([-6.0, 0.0, 6.0]), levels).tolist() == [0, 768, 1536]
