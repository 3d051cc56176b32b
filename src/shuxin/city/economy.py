"""The money of the city: what every business sells, buys, earns, owes and has left, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.business import Business, Flow, traits_of
from shuxin.city.demand import customer_shares, demand
from shuxin.city.firms import FirmKind
from shuxin.city.lives import whole_months
from shuxin.city.streams import stream

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from shuxin.city.firms import Firm
    from shuxin.city.lender import Loan


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What one business has kept; money is int64 fen, arrays are zero in months without business.

    sales, purchases: (months,) without tax. flows: (months, len(Flow)), payments negative.
    opening: cash on the day of the first month of business. cash: (months,) at month end.
    customers: shares of its sales, largest first. largest_lost: place of the month from which the
    largest is gone, or the count of months.
    """

    sales: NDArray[np.int64]
    purchases: NDArray[np.int64]
    flows: NDArray[np.int64]
    opening: int
    cash: NDArray[np.int64]
    customers: NDArray[np.float64]
    largest_lost: int
    loans: tuple[Loan, ...]


@dataclass(frozen=True, slots=True)
class Economy:
    """``books`` by number of the firm: enterprises, individual businesses and cooperatives that traded."""

    books: dict[int, Books]

    @property
    def loans(self) -> tuple[Loan, ...]:
        """By day of drawdown."""
        loans = (loan for books in self.books.values() for loan in books.loans)
        return tuple(sorted(loans, key=lambda loan: (loan.drawn_on, loan.firm)))


def run_economy(
    *,
    firms: Sequence[Firm],
    months: tuple[dt.date, ...],
    quality: NDArray[np.float64],
    seed: int,
) -> Economy:
    """``quality`` is (firms, months). The same for the same arguments."""
    books = {}
    for firm in firms:
        live = [index for index, _ in whole_months(firm, months=months)]
        if firm.kind is not FirmKind.BRANCH and live:
            business = _business(firm, live, months=months, quality=quality[firm.number], seed=seed)
            books[firm.number] = _kept(business)
    return Economy(books)


def _business(
    firm: Firm,
    live: list[int],
    *,
    months: tuple[dt.date, ...],
    quality: NDArray[np.float64],
    seed: int,
) -> Business:
    rng = stream(seed=seed, purpose="economy", index=firm.number)
    customers = customer_shares(firm, rng=rng)
    wanted = demand(firm, months=months, quality=quality, top_share=float(customers[0]), rng=rng)
    return Business(
        firm=firm,
        months=months,
        quality=quality,
        customers=customers,
        demand=wanted,
        traits=traits_of(firm, first=live[0], rng=rng),
        rng=rng,
        first=live[0],
        last=live[-1],
    )


def _kept(business: Business) -> Books:
    count = len(business.months)
    sales, purchases, cash = (np.zeros(count, np.int64) for _ in range(3))
    flows = np.zeros((count, len(Flow)), np.int64)
    business.open()
    opening = business.cash
    for month in range(business.first, count):
        sales[month], purchases[month], moved = business.live(month)
        for flow, amount in moved.items():
            flows[month, flow] = amount
        cash[month] = business.cash
    return Books(
        sales=sales,
        purchases=purchases,
        flows=flows,
        opening=opening,
        cash=cash,
        customers=business.customers,
        largest_lost=business.demand.lost_from,
        loans=tuple(business.loans),
    )
