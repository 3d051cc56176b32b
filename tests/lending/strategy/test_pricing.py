from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from hypothesis import given as given_
from hypothesis import strategies as st
from tests.lending.strategy.strategy_world import APPLIED, NOW, STANDARD

from shuxin.lending.strategy.applied import given_of
from shuxin.lending.strategy.document import PriceStage
from shuxin.lending.strategy.pricing import PriceFound, capital_share, price_found

(STAGE,) = (stage for stage in STANDARD.stages if isinstance(stage, PriceStage))
ON = dt.date(2026, 11, 22)


def price(pd: float, *, on: dt.date = ON, **given: Any) -> PriceFound:
    return price_found(STAGE, given=replace(given_of(APPLIED, now=NOW), **given), pd=pd, on=on)


class TestPrice:
    @given_(st.floats(0, 1), st.floats(0, 1))
    def test_more_risk_never_costs_less(self, one: float, other: float) -> None:
        low, high = price(min(one, other)), price(max(one, other))
        assert low.ftp_bp + low.el_bp <= high.ftp_bp + high.el_bp
        assert 300 <= low.rate_bp <= 900

    @given_(st.floats(0, 0.5))
    def test_what_reaches_the_hurdle_earns_it(self, pd: float) -> None:
        found = price(pd)
        if found.reaches and found.raroc_bp is not None:
            assert found.raroc_bp >= STAGE.hurdle_bp - 1
        assert found.reaches == (found.rate_bp >= found.needed_bp - STAGE.margin_bp)

    def test_parts_add_up(self) -> None:
        found = price(0.02)
        parts = found.ftp_bp + STAGE.opex_bp + found.el_bp + found.capital_bp + STAGE.margin_bp
        assert (found.el_bp, found.needed_bp, found.rate_bp) == (90, parts, parts)

    def test_too_much_risk_for_the_band_does_not_reach(self) -> None:
        assert not price(0.3).reaches

    def test_a_guarantee_lowers_the_price(self) -> None:
        assert price(0.03, guaranteed_bp=8_000).needed_bp < price(0.03).needed_bp

    def test_the_spread_counts_from_the_quotation_of_the_day(self) -> None:
        assert price(0.02).lpr_bp == 300
        assert price(0.02, on=dt.date(2025, 5, 19)).lpr_bp == 310
        assert price(0.02, term_months=61).lpr_bp == 350
        assert price(0.02, on=dt.date(2020, 1, 1)).spread_bp is None

    def test_capital_is_that_of_the_formula(self) -> None:
        """Other retail, LGD 45 %: computed with scipy's normal distribution from the formula in DOMAIN 4.8."""
        assert capital_share(0.01, lgd=0.45) == 0.03661818
        assert capital_share(0.02, lgd=0.45) == 0.046389154
