"""The price: where expected profit is greatest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.samples import CHURN, POLICY, policies, shares

from shuxin.scoring.policy import ChurnMissing, ChurnPoint, LendingPolicy
from shuxin.scoring.price import Price, best_price, handling_fen, prices

ratings = st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda p: tuple(x / sum(p) for x in p))
curves = st.dictionaries(
    st.floats(0.04, 0.15), st.tuples(shares, shares, shares), min_size=1, max_size=8
).map(lambda t: tuple(ChurnPoint(rate=r, lost=lost) for r, lost in sorted(t.items())))


def slow_profit(*, rate: float, lost: tuple, pd: float, mix: tuple, policy: LendingPolicy) -> float:
    """Of one yuan offered: each rating by itself, good and bad loans apart."""
    whole, years = 0.0, policy.term_months / 12
    pd = 1 - (1 - pd) ** years  # a year's default, on those that are left, each year
    for chance, gone in zip(mix, lost, strict=True):
        stays = chance * (1 - gone)
        good = stays * (1 - pd) * (rate * years - policy.funding_rate * years)
        bad = stays * pd * (-policy.lgd - policy.funding_rate * years)
        whole += good + bad
    return whole


class TestPrices:
    @given(shares, ratings, curves, policies)
    def test_profit_is_the_sum_over_ratings_and_ends(
        self, pd: float, mix: tuple, churn: tuple, policy: LendingPolicy
    ) -> None:
        policy = policy.model_copy(update={"churn": churn})
        found = prices(pd=pd, ratings=mix, policy=policy)
        for price, point in zip(found, churn, strict=True):
            expected = slow_profit(rate=point.rate, lost=point.lost, pd=pd, mix=mix, policy=policy)
            assert price.profit == pytest.approx(expected, abs=1e-12)
            assert -1e-12 <= price.taken <= 1 + 1e-12
            assert price.rate == point.rate

    @given(shares, ratings, curves)
    def test_best_earns_most_at_the_lowest_rate(self, pd: float, mix: tuple, churn: tuple) -> None:
        found = prices(pd=pd, ratings=mix, policy=POLICY.model_copy(update={"churn": churn}))
        best = best_price(found)
        assert all(best.profit >= other.profit for other in found)
        assert all(best.rate <= other.rate for other in found if other.profit == best.profit)

    @given(shares, shares, ratings, policies)
    def test_more_risk_never_earns_more(
        self, one: float, other: float, mix: tuple, policy: LendingPolicy
    ) -> None:
        low, high = sorted((one, other))
        for safe, risky in zip(
            prices(pd=low, ratings=mix, policy=policy),
            prices(pd=high, ratings=mix, policy=policy),
            strict=True,
        ):
            assert risky.profit <= safe.profit + 1e-12

    def test_only_rates_within_the_policy(self) -> None:
        policy = POLICY.model_copy(update={"rate_lowest": 0.05, "rate_highest": 0.09})
        found = [price.rate_bp for price in prices(pd=0.1, ratings=(1, 0, 0), policy=policy)]
        assert found == [500, 600, 700, 800, 900]

    @pytest.mark.parametrize("churn", [(), (ChurnPoint(rate=0.2, lost=(0, 0, 0)),)])
    def test_without_a_curve_there_is_no_price(self, churn: tuple) -> None:
        with pytest.raises(ChurnMissing):
            prices(pd=0.1, ratings=(1, 0, 0), policy=POLICY.model_copy(update={"churn": churn}))

    def test_example_by_hand(self) -> None:
        """All rated A: 8 % a year loses the share of the fifth point."""
        (price,) = [p for p in prices(pd=0.1, ratings=(1, 0, 0), policy=POLICY) if p.rate_bp == 800]
        stays = 1 - CHURN[4].lost[0]
        assert price.profit == pytest.approx(stays * (0.9 * 0.08 - 0.025 - 0.1 * 0.45))

    def test_only_loans_that_are_taken_cost_handling(self) -> None:
        price = Price(rate=0.05, taken=0.4, earned=0, funding=0, lost=0)
        assert handling_fen(price, policy=POLICY) == pytest.approx(0.4 * 500 * 100)

    def test_of_equal_rates_the_lower_is_best(self) -> None:
        one = Price(rate=0.05, taken=1, earned=0.1, funding=0, lost=0)
        assert best_price([replace(one, rate=0.06), one]) is one
