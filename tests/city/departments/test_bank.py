from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from shuxin.city.departments.bank import TABLES

if TYPE_CHECKING:
    from shuxin.city.firms import City
    from shuxin.city.tables import Table


def _table(dataset: str) -> Table:
    return next(table for table in TABLES if table.dataset == dataset)


class TestFlows:
    def test_end_every_month_at_the_cash_of_the_books_and_never_below_zero(
        self, city: City
    ) -> None:
        last: dict[tuple[str, dt.date], int] = {}
        balances: defaultdict[str, int] = defaultdict(int)
        for row in _table("bank_flow").rows(city):
            _, _, day, direction, amount, balance, *_ = row.values
            first = row.subject not in balances
            before = city.economy.books[city.firm(row.subject).number].opening
            start = before if first else balances[row.subject]
            assert balance == start + (amount if direction == "收" else -amount)
            assert balance >= 0
            assert amount > 0
            balances[row.subject] = last[row.subject, day.replace(day=1)] = balance
        for (key, month), balance in last.items():
            books = city.economy.books[city.firm(key).number]
            assert balance == books.cash[city.months.index(month)]

    def test_belong_to_borrowers_and_are_few_and_in_order(self, city: City) -> None:
        rows = _table("bank_flow").rows(city)
        assert {row.subject for row in rows} == {loan.firm for loan in city.economy.loans}
        counts = Counter((row.subject, row.values[2].replace(day=1)) for row in rows)
        assert max(counts.values()) <= 12
        for one, two in pairwise(rows):
            assert one.subject != two.subject or one.values[2] <= two.values[2]


class TestLoans:
    def test_are_all_told_with_their_end(self, city: City) -> None:
        table = _table("loan_outcome")
        told = {row.values[0]: row.values for row in table.rows(city)}
        assert len(told) == len(city.economy.loans)
        for loan in city.economy.loans:
            *_, rate, rating, defaulted, defaulted_on, known_on = told[loan.number]
            assert (rating, defaulted_on) == (loan.rating, loan.defaulted_on)
            assert defaulted == (loan.defaulted_on is not None)
            assert round(rate * 10_000) == loan.rate_bp
            end = loan.window_end
            assert known_on == (defaulted_on + dt.timedelta(days=1) if defaulted else end)


class TestApplications:
    def test_are_of_60_living_firms_that_trade_and_owe_nothing(self, city: City) -> None:
        rows = _table("loan_application").rows(city)
        assert len({row.subject for row in rows}) == len(rows) == 60
        for row in rows:
            firm = city.firm(row.subject)
            _, _, day, requested = row.values
            assert dt.date(2025, 12, 15) <= day <= dt.date(2025, 12, 31)
            assert firm.lives_on(day)
            assert requested > 0
            assert requested % 1_000_000 == 0
            assert city.economy.books[firm.number].sales[-1] > 0
            assert all(loan.is_repaid for loan in city.economy.books[firm.number].loans)


class TestChurn:
    def test_rises_from_nothing_to_nine_in_ten(self, city: City) -> None:
        rows = [row.values for row in _table("rate_churn").rows(city)]
        assert len(rows) == 29
        rates, *curves = zip(*rows, strict=True)
        assert (rates[0], rates[-1]) == (0.04, 0.15)
        assert list(rates) == sorted(set(rates))
        for curve in curves:
            assert curve[0] == 0
            assert list(curve) == sorted(curve)
            assert 0.85 < curve[-1] < 0.95
            middle = len(curve) // 2
            way = (rates[middle] - rates[0]) / (rates[-1] - rates[0])
            assert curve[middle] > way * curve[-1]
