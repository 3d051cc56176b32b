from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.demand import customer_shares, demand
from shuxin.city.streams import stream

if TYPE_CHECKING:
    from shuxin.city.firms import City


class TestCustomerShares:
    def test_are_sorted_shares_of_a_whole(self, city: City) -> None:
        for firm in city.firms:
            shares = customer_shares(firm, rng=stream(seed=1, purpose="test", index=firm.number))
            assert shares.sum() == pytest.approx(1)
            assert (np.diff(shares) <= 0).all()
            assert len(shares) >= 3

    def test_of_small_firms_hang_on_one_buyer(self, city: City) -> None:
        """Seed 2: the median of 400 top shares of a median near .35 stays within .05 in any sane draw."""
        micro = next(firm for firm in city.firms if firm.size == "micro")
        tops = {
            size: np.median(
                [
                    customer_shares(
                        replace(micro, size=size), rng=stream(seed=2, purpose="test", index=index)
                    )[0]
                    for index in range(400)
                ]
            )
            for size in ("micro", "small")
        }
        assert tops["micro"] == pytest.approx(0.38, abs=0.05)
        assert tops["small"] < 0.8 * tops["micro"]


class TestDemand:
    def test_follows_quality(self, city: City) -> None:
        """The same draws, another quality: every month's sales move by the stated elasticity."""
        firm, months = city.firms[0], city.months
        paths = [
            demand(
                firm,
                months=months,
                quality=np.full(len(months), level),
                top_share=0.4,
                rng=stream(seed=3, purpose="test"),
            ).sales
            for level in (0.0, 1.0)
        ]
        assert paths[1] / paths[0] == pytest.approx(np.exp(0.30))

    def test_meets_every_misfortune_sometimes(self, city: City) -> None:
        """Seed 4, 200 businesses: one of share .35 or more is absent with probability below 1e-30."""
        months = city.months
        seen = [
            demand(
                city.firms[0],
                months=months,
                quality=np.zeros(len(months)),
                top_share=0.4,
                rng=stream(seed=4, purpose="test", index=index),
            )
            for index in range(200)
        ]
        assert 0 < sum(bool(item.unpaid.any()) for item in seen) < 200
        assert 0 < sum(item.lost_from < len(months) for item in seen) < 200
        assert all(set(np.unique(item.unpaid)) <= {0.0, 0.4} for item in seen)
        assert all((item.sales > 0).all() for item in seen)
