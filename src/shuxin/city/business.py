"""One business and its cash: bills, wages, taxes and the loan are paid while there is cash, in that order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

from shuxin.city.lender import DUE_DAY, LAST_MONTH, SECOND_LOANS, lend, planned_month
from shuxin.city.streams import chance

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import numpy as np
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.demand import Demand
    from shuxin.city.firms import Firm
    from shuxin.city.lender import Loan


class Flow(IntEnum):
    """What moves cash in a month, in the order in which it does; payments are negative."""

    RECEIPTS = 0
    DRAWDOWN = 1
    OWNER_IN = 2
    RENT = 3
    WAGES = 4
    TAXES = 5
    SUPPLIERS = 6
    INTEREST = 7
    PRINCIPAL = 8
    OWNER_OUT = 9


BILLS = (Flow.RENT, Flow.WAGES, Flow.TAXES, Flow.SUPPLIERS)

# [D] unless tagged
MARGIN = 0.07
"""Profit over sales of a business of usual quality before draws."""
QUALITY_IN_MARGIN = 0.056
MARGIN_NOISE = 0.03
GOODS: Mapping[str, float] = {"A": 0.60, "C": 0.62, "D": 0.60, "E": 0.60, "F": 0.78}
USUAL_GOODS = 0.45
"""Purchases over sales."""
RENT_SHARE = 0.2
"""Rent within the fixed costs; the rest is wages."""
WAGES_KEPT = 0.88
"""How slowly wages follow sales."""
OPENING_COVER = (0.7, 0.6)
"""Median and log spread of the cash at the start, in months of costs."""
PAID_AT_ONCE: Mapping[str, float] = {"F": 0.55, "H": 0.85, "O": 0.85, "E": 0.25, "C": 0.35}
USUAL_PAID_AT_ONCE = 0.45
BUFFER = (0.4, 1.2)
DRAWN = 0.6
"""Owners draw this share of what exceeds a buffer of so many months of costs."""
OWNER_HELPS = (0.0, 0.5)
"""Chance, by business, that its owner covers a month's shortfall."""
HELP_MONTHS = 0.8
"""An owner's means: months of costs."""
STOCK_SHARE, STOCK_SOLD, STOCK_MONTHS = 0.85, 0.38, 7
"""Share of a loan spent on stock at once, the part of it that is of use, and the months in which it is
used up and less is bought instead."""
SURCHARGES = 1.12
STRAINED_TRADE, RELIEVED_TRADE, DYING_TRADE = 0.93, 1.05, 0.72
STRAIN = 0.6
"""Unpaid bills over a month's costs from which suppliers and customers turn away."""
CLOSED_TRADE = 0.04
GENERAL_FROM_FEN = 500_000_000
SMALL_SCALE_PERCENT = 1
_VAT_PERCENT: Mapping[str, int] = {"A": 9, "B": 13, "C": 13, "D": 13, "E": 9, "F": 13, "G": 9}
_USUAL_VAT_PERCENT = 6


def vat_percent(firm: Firm) -> int:
    """Rate on the firm's own invoices: 13, 9 or 6 per cent, 1 for small-scale taxpayers (小规模纳税人)."""
    if firm.revenue_fen < GENERAL_FROM_FEN:
        return SMALL_SCALE_PERCENT
    return _VAT_PERCENT.get(firm.industry[0], _USUAL_VAT_PERCENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What stays the same in a business: how it pays, how its owner behaves, what it costs.

    goods, fixed: purchases and fixed costs over usual sales. at_once: share of sales paid in the month.
    buffer: months of costs that the owner leaves in the firm. helps: chance to cover a shortfall.
    """

    goods: float
    fixed: float
    at_once: float
    buffer: float
    helps: float
    opening_cover: float
    asks_in: int | None
    asks_again: bool


def traits_of(firm: Firm, *, first: int, rng: Generator) -> Traits:
    section = firm.industry[0]
    goods = GOODS.get(section, USUAL_GOODS)
    median, spread = OPENING_COVER
    return Traits(
        goods=goods,
        fixed=1 - MARGIN - goods,
        at_once=PAID_AT_ONCE.get(section, USUAL_PAID_AT_ONCE),
        buffer=float(rng.uniform(*BUFFER)),
        helps=float(rng.uniform(*OWNER_HELPS)),
        opening_cover=median * float(rng.lognormal(0.0, spread)),
        asks_in=planned_month(first_business=first, rng=rng),
        asks_again=chance(SECOND_LOANS, rng=rng),
    )


@dataclass(slots=True, kw_only=True)
class Business:
    """A firm's books while they are kept; money is int fen.

    first, last: places of its months of business, both included; afterwards it only settles.
    usual: smoothed sales of a month. trade: 1 in good order, falls in distress.
    coming: receipts of this month and the two that follow. owing: bills that are not paid yet.
    stock: what the loan bought ahead. vat: tax of the month before.
    ordered: bills of suppliers that fall due next month. means: what the owner can still put in.
    """

    firm: Firm
    months: tuple[dt.date, ...]
    quality: NDArray[np.float64]
    customers: NDArray[np.float64]
    demand: Demand
    traits: Traits
    rng: Generator
    first: int
    last: int
    cash: int = 0
    usual: float = 0.0
    trade: float = 1.0
    stock: int = 0
    means: int = 0
    vat: int = 0
    ordered: int = 0
    coming: list[int] = field(default_factory=lambda: [0, 0, 0])
    owing: dict[Flow, int] = field(default_factory=lambda: dict.fromkeys(BILLS, 0))
    loans: list[Loan] = field(default_factory=list)

    def open(self) -> None:
        """The cash of the owner; a firm older than the data has customers who owe and bills to pay."""
        self.usual = self.firm.revenue_fen / 12
        self.cash = round(self.traits.opening_cover * self._costs)
        self.means = round(HELP_MONTHS * self._costs)
        if self.firm.founded_on < self.months[0]:
            late = (1 - self.traits.at_once) * self.usual
            self.coming = [round(late), round(late / 2), 0]
            self.ordered = round(self.traits.goods * self.usual)

    @property
    def _costs(self) -> float:
        """Costs of a usual month."""
        return (self.traits.goods + self.traits.fixed) * self.usual

    def live(self, month: int) -> tuple[int, int, dict[Flow, int]]:
        """One month: sales and purchases without tax, and the flows that moved the cash."""
        trades = month <= self.last and self.trade > CLOSED_TRADE
        sales = max(0, round(float(self.demand.sales[month]) * self.trade)) if trades else 0
        flows = {Flow.DRAWDOWN: self._borrow(month), Flow.RECEIPTS: self._receive(month, sales)}
        purchases = self._buy(month, sales) if trades else 0
        self._bill(sales, purchases, trades=trades)
        self.cash += sum(flows.values())
        flows[Flow.OWNER_IN] = self._owner_helps(month)
        self.cash += flows[Flow.OWNER_IN]
        flows |= self._pay_bills()
        flows |= self._serve_loan(month)
        flows[Flow.OWNER_OUT] = -self._owner_draws(month)
        self.cash += flows[Flow.OWNER_OUT]
        self._settle_trade(month)
        return sales, purchases, flows

    def _borrow(self, month: int) -> int:
        if not self._asks(month):
            return 0
        loan = lend(
            firm=self.firm.key,
            month=month,
            first_day=self.months[month],
            yearly_sales=round(self.usual * 12),
            cash=self.cash,
            cover=self.cash / max(self._costs, 1.0),
            quality=float(self.quality[month]),
            rng=self.rng,
        )
        if loan is None:
            return 0
        self.loans.append(loan)
        self.stock = round(STOCK_SHARE * loan.amount)
        return loan.amount

    def _asks(self, month: int) -> bool:
        if month > self.last or self.trade <= CLOSED_TRADE:
            return False
        if not self.loans:
            return month == self.traits.asks_in
        is_free = self.loans[-1].is_repaid and self.loans[-1].defaulted_on is None
        return is_free and self.traits.asks_again and month <= LAST_MONTH and len(self.loans) == 1

    def _receive(self, month: int, sales: int) -> int:
        """What customers pay now: part of this month's sales, and what is left of the two before."""
        gross = sales + sales * vat_percent(self.firm) // 100
        paid = round(gross * (1 - float(self.demand.unpaid[month])))
        now = round(paid * self.traits.at_once)
        soon = (paid - now) // 2
        self.coming = [self.coming[0] + now, self.coming[1] + soon, paid - now - soon]
        received = self.coming.pop(0)
        self.coming.append(0)
        return received

    def _buy(self, month: int, sales: int) -> int:
        """For sales as expected; a weak firm wastes more, a firm with a loan buys ahead."""
        self.usual = WAGES_KEPT * self.usual + (1 - WAGES_KEPT) * sales
        quality = float(self.quality[month])
        noise = MARGIN_NOISE * float(self.rng.standard_normal())
        share = max(0.05, self.traits.goods - QUALITY_IN_MARGIN * quality + noise)
        wanted = share * (sales + self.usual) / 2
        if self._is_past_due(month):
            return 0
        age = month - self.loans[-1].month if self.loans else -1
        if age == 0:
            return round(wanted + self.stock)
        sold = round(STOCK_SOLD * self.stock) // STOCK_MONTHS
        less = min(sold, round(wanted)) if 0 < age <= STOCK_MONTHS else 0
        return round(wanted) - less

    def _bill(self, sales: int, purchases: int, *, trades: bool) -> None:
        percent = vat_percent(self.firm)
        if trades:
            fixed = self.traits.fixed * self.usual
            self.owing[Flow.RENT] += round(RENT_SHARE * fixed)
            self.owing[Flow.WAGES] += round((1 - RENT_SHARE) * fixed)
        self.owing[Flow.TAXES] += self.vat
        self.owing[Flow.SUPPLIERS] += self.ordered
        self.ordered = purchases + purchases * percent // 100
        added = sales - purchases if percent > SMALL_SCALE_PERCENT else sales
        self.vat = max(0, round(added * percent * SURCHARGES) // 100)

    def _owner_helps(self, month: int) -> int:
        short = sum(self.owing.values()) + self._loan_owed(month) - self.cash
        is_able = short > 0 and month <= self.last and not self._is_past_due(month)
        if not is_able or not chance(self.traits.helps, rng=self.rng):
            return 0
        given = min(short, self.means)
        self.means -= given
        return given

    def _loan_owed(self, month: int) -> int:
        return self.loans[-1].owed(on=self.months[month].replace(day=DUE_DAY)) if self.loans else 0

    def _is_past_due(self, month: int) -> bool:
        return bool(self.loans) and self.loans[-1].is_past_due(on=self.months[month])

    def _pay_bills(self) -> dict[Flow, int]:
        """Oldest habits first: rent, wages, taxes, suppliers; what is not paid is owed on."""
        flows = {}
        for bill in BILLS:
            paid = min(self.cash, self.owing[bill])
            self.owing[bill] -= paid
            self.cash -= paid
            flows[bill] = -paid
        return flows

    def _serve_loan(self, month: int) -> dict[Flow, int]:
        if not self.loans:
            return {}
        day = self.months[month].replace(day=DUE_DAY)
        interest, principal = self.loans[-1].collect(self.cash, on=day)
        self.cash -= interest + principal
        return {Flow.INTEREST: -interest, Flow.PRINCIPAL: -principal}

    def _owner_draws(self, month: int) -> int:
        """Of what exceeds the buffer; all of it once the business has ended and owes nothing."""
        if month > self.last:
            owes = bool(self.loans) and not self.loans[-1].is_repaid
            return 0 if owes or any(self.owing.values()) or self.ordered else self.cash
        excess = self.cash - round(self.traits.buffer * self._costs) - self.ordered
        drawn = round(DRAWN * excess) if excess > 0 and not self._loan_owed(month) else 0
        self.means += drawn // 2
        return drawn

    def _settle_trade(self, month: int) -> None:
        """Who does not pay loses suppliers and customers; who is in default, nearly all of them."""
        if self._is_past_due(month):
            self.trade *= DYING_TRADE
        elif sum(self.owing.values()) > STRAIN * self._costs:
            self.trade *= STRAINED_TRADE
        else:
            self.trade = min(1.0, self.trade * RELIEVED_TRADE)
