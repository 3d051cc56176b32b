from __future__ import annotations

import datetime as dt
from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.lender import (
    DUE_DAY,
    FIRST_MONTH,
    LAST_MONTH,
    TENOR,
    Loan,
    Repayment,
    planned_month,
    rated,
    schedule,
)

amounts = st.integers(1, 10**12)
days = st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 28))
repayments = st.sampled_from(Repayment)


def _loan(*, amount: int, repayment: Repayment, drawn_on: dt.date) -> Loan:
    dues = schedule(amount=amount, rate_bp=500, drawn_on=drawn_on, repayment=repayment)
    return Loan(
        firm="F0000001",
        drawn_on=drawn_on,
        month=0,
        amount=amount,
        rate_bp=500,
        rating="B",
        dues=dues,
        cash_before=0,
        quality=0.0,
    )


class TestSchedule:
    @given(amounts, days, repayments)
    def test_pays_the_whole_amount_back_in_twelve_months(
        self, amount: int, drawn_on: dt.date, repayment: Repayment
    ) -> None:
        dues = schedule(amount=amount, rate_bp=485, drawn_on=drawn_on, repayment=repayment)
        assert sum(due.principal for due in dues) == amount
        months = [(due.on.year * 12 + due.on.month) for due in dues]
        start = drawn_on.year * 12 + drawn_on.month
        assert months == list(range(start + 1, start + 1 + TENOR))
        assert {due.on.day for due in dues} == {DUE_DAY}

    def test_of_a_round_loan_is_what_a_bank_would_write(self) -> None:
        """1.2 million yuan at 4.80 %: interest of 4,800 yuan in the first month, by hand."""
        terms = {"amount": 120_000_000, "rate_bp": 480, "drawn_on": dt.date(2024, 1, 5)}
        bullet = schedule(**terms, repayment=Repayment.BULLET)
        equal = schedule(**terms, repayment=Repayment.INSTALMENTS)
        assert [due.interest for due in bullet] == [480_000] * 12
        assert [due.principal for due in bullet] == [0] * 11 + [120_000_000]
        assert [due.interest for due in equal] == [480_000 - 40_000 * k for k in range(12)]
        assert [due.principal for due in equal] == [10_000_000] * 12


class TestLoan:
    @given(amounts, repayments, st.integers(0, 2 * 10**12), st.integers(0, 14))
    def test_collects_whole_payments_the_oldest_first_and_never_more_than_there_is(
        self, amount: int, repayment: Repayment, cash: int, months: int
    ) -> None:
        loan = _loan(amount=amount, repayment=repayment, drawn_on=dt.date(2024, 1, 5))
        on = dt.date(2024 + (months + 1) // 12, (months + 1) % 12 + 1, DUE_DAY)
        owed = loan.owed(on=on)
        interest, principal = loan.collect(cash, on=on)
        paid = loan.dues[: len(loan.paid)]
        assert interest == sum(due.interest for due in paid)
        assert principal == sum(due.principal for due in paid)
        assert interest + principal <= cash
        assert loan.owed(on=on) == owed - interest - principal
        waiting = [due for due in loan.dues[len(paid) :] if due.on <= on]
        if waiting:
            assert cash < interest + principal + waiting[0].interest + waiting[0].principal

    @given(st.integers(0, 200))
    def test_is_in_default_from_the_end_of_the_90th_day(self, late: int) -> None:
        loan = _loan(amount=10**8, repayment=Repayment.BULLET, drawn_on=dt.date(2024, 1, 5))
        due = loan.dues[0].on
        for place, item in enumerate(loan.dues):
            loan.paid.append(item.on + dt.timedelta(days=late if place == 0 else 0))
        assert loan.defaulted_on == (due + dt.timedelta(days=90) if late > 90 else None)

    def test_that_fails_after_its_year_is_no_default(self) -> None:
        loan = _loan(amount=10**8, repayment=Repayment.BULLET, drawn_on=dt.date(2024, 1, 5))
        loan.paid.extend(due.on for due in loan.dues[:-1])
        assert loan.defaulted_on is None
        assert loan.is_past_due(on=loan.dues[-1].on + dt.timedelta(days=90))


class TestBank:
    @given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 50), st.floats(-3, 3))
    def test_rates_a_better_firm_no_worse(
        self, one: float, other: float, cover: float, noise: float
    ) -> None:
        low, high = sorted([one, other])
        worse = rated(quality=low, cover=cover, noise=noise)
        assert rated(quality=high, cover=cover, noise=noise) <= worse

    def test_is_asked_in_any_month_that_leaves_room_on_both_sides(self) -> None:
        """Seed 1, 5,000 firms: a month of share 1/18 or more is absent with probability below 1e-100."""
        rng = np.random.default_rng(1)
        asked = Counter(planned_month(first_business=0, rng=rng) for _ in range(5000))
        assert set(asked) == {None, *range(FIRST_MONTH, LAST_MONTH + 1)}
        late = {planned_month(first_business=17, rng=rng) for _ in range(100)}
        assert late == {None, LAST_MONTH}
        assert {planned_month(first_business=18, rng=rng) for _ in range(100)} == {None}
