"""Bounds on shares hold for the ten stated seeds, which give the same cities on every machine."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.api import Size
from shuxin.city.build import build_city
from shuxin.city.business import Flow
from shuxin.city.firms import FirmKind
from shuxin.city.lender import DUE_DAY, FIRST_MONTH, LAST_MONTH, PAST_DUE_DAYS
from shuxin.city.lives import whole_months
from shuxin.city.scale import UNTIL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.firms import City
    from shuxin.city.lender import Loan

SEEDS = [20260101, *range(1, 10)]
INCOME = [Flow.RECEIPTS, Flow.DRAWDOWN, Flow.OWNER_IN]
DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def towns(city: City) -> list[City]:
    return [city, *(build_city(size=Size.TINY, seed=seed) for seed in SEEDS[1:])]


@pytest.fixture(scope="module")
def loans(towns: list[City]) -> list[Loan]:
    return [loan for town in towns for loan in town.economy.loans]


def _day_of_default(loan: Loan) -> dt.date | None:
    """Slow oracle: day after day through the year, is any payment 90 days late and still owed?"""
    day = loan.drawn_on
    while day <= loan.window_end:
        for place, due in enumerate(loan.dues):
            is_paid = place < len(loan.paid) and loan.paid[place] <= day
            if not is_paid and (day - due.on).days >= PAST_DUE_DAYS:
                return day
        day += DAY
    return None


def _ranked_right(scores: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: share of pairs in which the bad one has the lower score."""
    return float((scores[bad][:, None] < scores[~bad][None, :]).mean())


class TestCash:
    def test_is_what_it_was_and_what_moved_it(self, towns: list[City]) -> None:
        for town in towns:
            for number, books in town.economy.books.items():
                first = next(i for i, _ in whole_months(town.firms[number], months=town.months))
                assert not books.cash[:first].any()
                assert not books.flows[:first].any()
                before = [books.opening, *books.cash[first:-1].tolist()]
                moved = books.flows[first:].sum(axis=1).tolist()
                expected = [start + flow for start, flow in zip(before, moved, strict=True)]
                assert books.cash[first:].tolist() == expected

    def test_is_never_negative_and_every_flow_has_its_sign(self, towns: list[City]) -> None:
        payments = [flow for flow in Flow if flow not in INCOME]
        for town in towns:
            for books in town.economy.books.values():
                assert books.cash.min() >= 0
                assert books.flows[:, INCOME].min() >= 0
                assert books.flows[:, payments].max() <= 0

    def test_customers_never_pay_more_than_they_bought(self, towns: list[City]) -> None:
        for town in towns:
            for books in town.economy.books.values():
                received = books.flows[:, Flow.RECEIPTS].sum()
                assert received <= 1.13 * books.sales.sum() + books.sales.max() + 2 * books.opening

    def test_belongs_to_every_firm_with_business_and_to_no_branch(self, towns: list[City]) -> None:
        for town in towns:
            trading = {
                firm.number
                for firm in town.firms
                if firm.kind is not FirmKind.BRANCH
                and any(True for _ in whole_months(firm, months=town.months))
            }
            assert set(town.economy.books) == trading

    def test_and_all_else_depend_on_the_seed_alone(self, city: City) -> None:
        again = build_city(size=Size.TINY, seed=city.seed)
        assert again.economy.loans == city.economy.loans
        for number, books in city.economy.books.items():
            assert (again.economy.books[number].flows == books.flows).all()


class TestDefault:
    def test_is_exactly_a_payment_that_stays_unpaid_for_90_days(self, loans: list[Loan]) -> None:
        for loan in loans:
            assert loan.defaulted_on == _day_of_default(loan)

    def test_comes_only_out_of_cash_that_has_run_out(self, towns: list[City]) -> None:
        """Whenever a payment stays unpaid, the account holds less than the oldest one at month end."""
        seen = 0
        for town in towns:
            for loan in town.economy.loans:
                books = town.economy.books[town.firm(loan.firm).number]
                for index, month in enumerate(town.months):
                    day = month.replace(day=DUE_DAY)
                    paid = sum(on <= day for on in loan.paid)
                    owed = [due for due in loan.dues[paid:] if due.on <= day]
                    if owed:
                        seen += 1
                        assert books.cash[index] < owed[0].interest + owed[0].principal
        assert seen > 1000

    def test_ends_the_purchases_until_it_is_made_good(self, towns: list[City]) -> None:
        for town in towns:
            for loan in town.economy.loans:
                books = town.economy.books[town.firm(loan.firm).number]
                for index, month in enumerate(town.months):
                    if loan.month < index and _is_past_due(loan, month):
                        assert books.purchases[index] == 0

    def test_lets_sales_die_away(self, towns: list[City]) -> None:
        """In all seeds together, sales of the last quarter are less than half of those before the loan."""
        before = after = 0
        for town in towns:
            for loan in town.economy.loans:
                long_ago = loan.defaulted_on and (UNTIL - loan.defaulted_on).days > 300
                if long_ago and not loan.is_repaid:
                    books = town.economy.books[town.firm(loan.firm).number]
                    before += int(books.sales[loan.month - 3 : loan.month].sum())
                    after += int(books.sales[-3:].sum())
        assert 0 < 2 * after < before


def _is_past_due(loan: Loan, day: dt.date) -> bool:
    """As it stood on the morning of ``day``."""
    paid = sum(on < day for on in loan.paid)
    return any((day - due.on).days >= PAST_DUE_DAYS for due in loan.dues[paid:])


class TestLoans:
    def test_are_paid_out_and_back_through_the_account(self, towns: list[City]) -> None:
        for town in towns:
            for number, books in town.economy.books.items():
                drawn, paid = np.zeros(len(town.months), int), np.zeros(len(town.months), int)
                for loan in books.loans:
                    assert loan.firm == town.firms[number].key
                    drawn[loan.month] += loan.amount
                    for due, day in zip(loan.dues, loan.paid, strict=False):
                        assert day >= due.on
                        month = town.months.index(day.replace(day=1))
                        paid[month] += due.interest + due.principal
                assert (books.flows[:, Flow.DRAWDOWN] == drawn).all()
                service = books.flows[:, Flow.INTEREST] + books.flows[:, Flow.PRINCIPAL]
                assert (service == -paid).all()

    def test_have_half_a_year_before_them_and_a_year_after(self, towns: list[City]) -> None:
        for town in towns:
            for loan in town.economy.loans:
                live = [i for i, _ in whole_months(town.firm(loan.firm), months=town.months)]
                assert town.months[loan.month] == loan.drawn_on.replace(day=1)
                assert FIRST_MONTH <= loan.month <= LAST_MONTH
                assert loan.month - live[0] >= FIRST_MONTH
                assert loan.month in live
                assert loan.window_end < UNTIL

    def test_tell_cash_and_quality_of_their_month(self, towns: list[City]) -> None:
        for town in towns:
            for loan in town.economy.loans:
                number = town.firm(loan.firm).number
                assert loan.cash_before == town.economy.books[number].cash[loan.month - 1]
                assert loan.quality == town.quality[number, loan.month]

    def test_follow_one_another_only_when_the_first_was_repaid(self, towns: list[City]) -> None:
        seconds = 0
        for town in towns:
            for books in town.economy.books.values():
                assert len(books.loans) <= 2
                if len(books.loans) == 2:
                    seconds += 1
                    first, second = books.loans
                    assert first.is_repaid
                    assert first.defaulted_on is None
                    assert first.paid[-1] < second.drawn_on
        assert seconds > 20

    def test_have_numbers_of_their_own(self, towns: list[City]) -> None:
        for town in towns:
            assert len({x.number for x in town.economy.loans}) == len(town.economy.loans)


class TestCalibration:
    def test_the_demo_has_enough_loans_and_defaults(self, city: City) -> None:
        assert len(city.economy.loans) >= 110
        assert 15 <= sum(loan.defaulted_on is not None for loan in city.economy.loans) <= 35

    def test_about_three_in_five_businesses_borrow(self, towns: list[City]) -> None:
        for town in towns:
            borrowers = {loan.firm for loan in town.economy.loans}
            assert 0.5 < len(borrowers) / len(town.economy.books) < 0.7

    def test_about_one_loan_in_six_defaults(self, towns: list[City], loans: list[Loan]) -> None:
        assert 0.15 < np.mean([loan.defaulted_on is not None for loan in loans]) < 0.22
        for town in towns:
            bad = [loan.defaulted_on is not None for loan in town.economy.loans]
            assert 0.06 < np.mean(bad) < 0.32

    def test_quality_tells_of_default_but_not_too_well(
        self, towns: list[City], loans: list[Loan]
    ) -> None:
        quality = np.array([loan.quality for loan in loans])
        bad = np.array([loan.defaulted_on is not None for loan in loans])
        assert 0.70 < _ranked_right(quality, bad) < 0.85
        for town in towns:
            mine = town.economy.loans
            quality = np.array([loan.quality for loan in mine])
            bad = np.array([loan.defaulted_on is not None for loan in mine])
            assert 0.60 < _ranked_right(quality, bad) < 0.92

    def test_ratings_are_worse_where_more_default_and_few_d_are_lent_to(
        self, loans: list[Loan]
    ) -> None:
        bad = {
            grade: [x.defaulted_on is not None for x in loans if x.rating == grade]
            for grade in "ABCD"
        }
        shares = [float(np.mean(bad[grade])) for grade in "ABCD"]
        assert shares == sorted(shares)
        assert 0 < len(bad["D"]) < 0.1 * len(loans)

    def test_spring_festival_is_a_dip(self, towns: list[City]) -> None:
        sales = sum(b.sales for town in towns for b in town.economy.books.values())
        for dip in (0, 13, 24):
            assert sales[dip] < 0.92 * sales[dip + 1]
