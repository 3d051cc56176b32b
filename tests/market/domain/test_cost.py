from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.market.api import (
    Fee,
    FeeKind,
    Repayment,
    TermsInvalid,
    all_in_apr_bp,
    interest_fen,
    schedule,
)

MILLION = 100_000_000
amounts = st.integers(1_000_000, 3_000_000_000)
months = st.integers(1, 120)
rates = st.integers(1, 3600)
repayments = st.sampled_from(Repayment)
fee_lists = st.lists(
    st.builds(Fee, st.just("fee"), st.sampled_from(FeeKind), st.integers(0, 500)), max_size=3
)


def flows(amount: int, term: int, rate: int, repayment: Repayment, fees: list[Fee]) -> list[float]:
    """What the firm gets and pays by month, counted the slow way."""
    dues = schedule(amount_fen=amount, months=term, rate_bp=rate, repayment=repayment)
    flow, rest = [float(amount)] + [0.0] * term, amount
    for month in range(term + 1):
        for fee in fees:
            if fee.kind is FeeKind.YEARLY_BP and month % 12 == 0 and month < term:
                flow[month] -= rest * fee.value / 10_000 * min(12, term - month) / 12
            if month == 0 and fee.kind is FeeKind.ONCE_BP:
                flow[0] -= amount * fee.value / 10_000
            if month == 0 and fee.kind is FeeKind.ONCE_FEN:
                flow[0] -= fee.value
        if month < term:
            flow[month + 1] -= dues[month].interest_fen + dues[month].principal_fen
            rest -= dues[month].principal_fen
    return flow


def worth(flow: list[float], rate_bp: float) -> float:
    return sum(amount / (1 + rate_bp / 120_000) ** month for month, amount in enumerate(flow))


class TestPublishedExamples:
    def test_interest_of_92_days_by_actual_over_360(self) -> None:
        assert interest_fen(principal_fen=MILLION, rate_bp=435, days=92) == 1_111_667

    def test_level_payment_of_a_million_over_a_year(self) -> None:
        cost = all_in_apr_bp(
            amount_fen=MILLION, months=12, rate_bp=450, repayment=Repayment.INSTALMENTS
        )
        assert cost.first_payment_fen == 8_537_852
        assert cost.apr_bp == 450
        assert abs(cost.total_cost_fen - 2_454_226) <= 12  # each payment is whole fen

    def test_subsidy_of_one_point_over_365_days(self) -> None:
        terms = {
            "amount_fen": MILLION,
            "months": 12,
            "rate_bp": 450,
            "repayment": Repayment.BULLET,
        }
        without = all_in_apr_bp(**terms)
        helped = all_in_apr_bp(**terms, subsidy_bp=100)
        assert abs(without.total_cost_fen - helped.total_cost_fen - 1_013_889) <= 12


class TestSchedule:
    @given(amounts, months, rates, repayments)
    def test_principal_adds_up_and_nothing_is_negative(
        self, amount: int, term: int, rate: int, repayment: Repayment
    ) -> None:
        dues = schedule(amount_fen=amount, months=term, rate_bp=rate, repayment=repayment)
        assert len(dues) == term
        assert sum(due.principal_fen for due in dues) == amount
        assert min(min(due.principal_fen, due.interest_fen) for due in dues) >= 0

    @given(amounts, st.integers(2, 120), rates)
    def test_instalments_are_level(self, amount: int, term: int, rate: int) -> None:
        dues = schedule(
            amount_fen=amount, months=term, rate_bp=rate, repayment=Repayment.INSTALMENTS
        )
        paid = [due.interest_fen + due.principal_fen for due in dues]
        assert len(set(paid[:-1])) == 1
        assert abs(paid[-1] - paid[0]) <= 2 * term * (1 + rate / 120_000) ** term

    @given(amounts, rates)
    def test_a_year_of_interest_paid_monthly_is_365_days_over_360(
        self, amount: int, rate: int
    ) -> None:
        dues = schedule(amount_fen=amount, months=12, rate_bp=rate, repayment=Repayment.BULLET)
        whole = interest_fen(principal_fen=amount, rate_bp=rate, days=365)
        assert abs(sum(due.interest_fen for due in dues) - whole) <= 6


class TestAllIn:
    @given(amounts, months, rates)
    def test_without_fees_instalments_cost_their_own_rate(
        self, amount: int, term: int, rate: int
    ) -> None:
        cost = all_in_apr_bp(
            amount_fen=amount, months=term, rate_bp=rate, repayment=Repayment.INSTALMENTS
        )
        assert abs(cost.apr_bp - rate) <= 1

    @given(amounts, months, rates, repayments, fee_lists)
    def test_at_this_rate_payments_are_worth_what_is_received(
        self, amount: int, term: int, rate: int, repayment: Repayment, fees: list[Fee]
    ) -> None:
        cost = all_in_apr_bp(
            amount_fen=amount, months=term, rate_bp=rate, repayment=repayment, fees=fees
        )
        flow = flows(amount, term, rate, repayment, fees)
        slack = 4 + len(fees) * (1 + term / 12)  # fen, from rounding of each fee
        assert worth(flow, cost.apr_bp + 1) > -slack
        assert worth(flow, cost.apr_bp - 1) < slack
        assert abs(cost.total_cost_fen + sum(flow)) <= slack

    @given(amounts, months, rates, repayments, fee_lists, st.sampled_from(FeeKind))
    def test_a_fee_never_makes_it_cheaper_and_a_subsidy_never_dearer(
        self,
        amount: int,
        term: int,
        rate: int,
        repayment: Repayment,
        fees: list[Fee],
        kind: FeeKind,
    ) -> None:
        terms = {"amount_fen": amount, "months": term, "rate_bp": rate, "repayment": repayment}
        plain = all_in_apr_bp(**terms, fees=fees)
        more = all_in_apr_bp(**terms, fees=[*fees, Fee("more", kind, 100)])
        helped = all_in_apr_bp(**terms, fees=fees, subsidy_bp=150)
        assert more.apr_bp >= plain.apr_bp >= helped.apr_bp >= 0
        assert more.total_cost_fen >= plain.total_cost_fen >= helped.total_cost_fen

    def test_fees_that_eat_the_loan_up_are_refused(self) -> None:
        fees = [Fee("all", FeeKind.ONCE_BP, 10_000)]
        with pytest.raises(TermsInvalid):
            all_in_apr_bp(
                amount_fen=MILLION, months=12, rate_bp=450, repayment=Repayment.BULLET, fees=fees
            )
