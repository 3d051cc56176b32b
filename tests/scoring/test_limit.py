"""The limit: the least cap, and which one it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import POLICY, WAN, amounts, policies

from shuxin.scoring.limit import (
    INVOICES,
    NOT_KNOWN,
    PRODUCT,
    REQUESTED,
    REVENUE,
    WORKING_CAPITAL,
    Limit,
    Trade,
    limit_of,
)
from shuxin.scoring.policy import ByRating, LendingPolicy, Limits, WorkingCapital

A, C = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
trades = st.builds(
    Trade,
    sales_fen=st.integers(-(10**9), 10**13),
    purchases_fen=st.integers(-(10**9), 10**13),
    growth=st.none() | st.floats(-10, 10),
)
ratings = st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda p: tuple(x / sum(p) for x in p))


def amount(found: Limit, kind: object) -> int | None:
    return {cap.kind: cap.amount_fen for cap in found.caps}[kind]


class TestLimit:
    @given(trades, ratings, amounts, policies)
    def test_is_the_least_cap_in_whole_steps_or_nothing(
        self, trade: Trade, mix: tuple, requested: int | None, policy: LendingPolicy
    ) -> None:
        found = limit_of(trade, ratings=mix, requested_fen=requested, policy=policy)
        known = [cap.amount_fen for cap in found.caps if cap.amount_fen is not None]
        step, lowest = policy.fen(policy.limits.step), policy.fen(policy.limits.lowest)
        assert amount(found, found.bound_by) == min(known)
        assert found.amount_fen % step == 0
        if min(known) // step * step < lowest:
            assert found.amount_fen == 0
        else:
            assert lowest <= found.amount_fen <= min(known) < found.amount_fen + step

    @given(trades, ratings, st.integers(0, 10**12), policies)
    def test_more_sales_never_lower_it(
        self, trade: Trade, mix: tuple, more: int, policy: LendingPolicy
    ) -> None:
        known = {"ratings": mix, "requested_fen": None, "policy": policy}
        grown = replace(trade, sales_fen=trade.sales_fen + more, purchases_fen=0)
        before = limit_of(replace(trade, purchases_fen=0), **known)
        assert limit_of(grown, **known).amount_fen >= before.amount_fen

    @given(trades, ratings, st.integers(0, 10**12), policies)
    def test_more_sales_lower_no_cap_at_given_purchases(
        self, trade: Trade, mix: tuple, more: int, policy: LendingPolicy
    ) -> None:
        known = {"ratings": mix, "requested_fen": None, "policy": policy}
        before = limit_of(trade, **known)
        after = limit_of(replace(trade, sales_fen=trade.sales_fen + more), **known)
        for one, other in zip(before.caps, after.caps, strict=True):
            low, high = one.amount_fen or 0, other.amount_fen or 0
            assert high >= low - 1 - 1e-12 * low

    @given(trades, ratings, policies)
    def test_every_cap_is_named_and_the_unknown_have_no_amount(
        self, trade: Trade, mix: tuple, policy: LendingPolicy
    ) -> None:
        found = limit_of(trade, ratings=mix, requested_fen=None, policy=policy)
        kinds = [cap.kind for cap in found.caps]
        assert kinds == [PRODUCT, INVOICES, WORKING_CAPITAL, REVENUE, *NOT_KNOWN]
        assert all((cap.amount_fen is None) == (cap.kind in NOT_KNOWN) for cap in found.caps)

    @pytest.mark.parametrize("sales", [0, -1, -(10**12)])
    def test_without_sales_there_is_none(self, sales: int) -> None:
        found = limit_of(Trade(sales, 5 * WAN, 0.1), ratings=A, requested_fen=None, policy=POLICY)
        assert found.amount_fen == 0
        assert amount(found, INVOICES) == amount(found, WORKING_CAPITAL) == 0

    @pytest.mark.parametrize(
        ("requested", "limit"),
        [(30 * WAN, 30 * WAN), (30 * WAN + 99_999, 30 * WAN), (10 * WAN - 1, 0), (0, 0), (-1, 0)],
    )
    def test_is_never_more_than_was_asked_for(self, requested: int, limit: int) -> None:
        trade = Trade(1000 * WAN, 600 * WAN, 0.0)
        found = limit_of(trade, ratings=A, requested_fen=requested, policy=POLICY)
        assert (found.amount_fen, found.bound_by) == (limit, REQUESTED)

    def test_lowest_limit_is_still_given(self) -> None:
        sales = 100 * WAN
        for short, limit in ((0, 10 * WAN), (10, 0)):
            found = limit_of(
                Trade(sales - short, 90 * WAN, None), ratings=C, requested_fen=None, policy=POLICY
            )
            assert (found.bound_by, found.amount_fen) == (INVOICES, limit)

    def test_rounding_of_shares_costs_no_step(self) -> None:
        """0.6 * 0.2 + 0.2 * 0.15 + 0.2 * 0.1 is a little less than 0.17 in floating point."""
        trade, wide = Trade(300 * WAN, 290 * WAN, 0.3), LendingPolicy(limits=Limits(highest=10**8))
        found = limit_of(trade, ratings=(0.6, 0.2, 0.2), requested_fen=None, policy=wide)
        assert amount(found, INVOICES) == 51 * WAN == found.amount_fen


class TestWorkingCapital:
    def need(self, trade: Trade, **known: float) -> int | None:
        policy = LendingPolicy(
            limits=Limits(highest=10**9),
            invoice_share=ByRating(a=100, b=100, c=100),
            revenue_share=1,
            working_capital=WorkingCapital(**known),
        )
        return amount(
            limit_of(trade, ratings=A, requested_fen=None, policy=policy), WORKING_CAPITAL
        )

    def test_example_of_the_measure_of_need(self) -> None:
        """DOMAIN 4.7 (1): sales 10 M yuan, margin 8 %, growth 15 %, 95 days: 2.792 M."""
        trade = Trade(1000 * WAN, 920 * WAN, 0.15)
        need = self.need(trade, turns=360 / 95, other_funds_share=0)
        assert need == pytest.approx(279.2 * WAN, rel=1e-4)
        by_hand = 1000 * WAN * 0.92 * 1.15 / (360 / 95) * 0.7
        assert self.need(trade, turns=360 / 95) == pytest.approx(by_hand, abs=1)

    @pytest.mark.parametrize(
        ("purchases", "growth", "margin", "grown"),
        [
            (1500 * WAN, 0.0, 0.02, 1.0),  # bought more than was sold: the least margin
            (0, 0.0, 0.5, 1.0),  # bought nothing: the most
            (-50 * WAN, 0.0, 0.5, 1.0),
            (800 * WAN, 5.0, 0.2, 1.3),
            (800 * WAN, -5.0, 0.2, 0.7),
            (800 * WAN, None, 0.2, 1.0),
        ],
    )
    def test_margin_and_growth_are_bounded(
        self, purchases: int, growth: float | None, margin: float, grown: float
    ) -> None:
        found = self.need(Trade(1000 * WAN, purchases, growth))
        assert found == pytest.approx(1000 * WAN * (1 - margin) * grown / 4 * 0.7, abs=1)
