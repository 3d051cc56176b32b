"""Who sold what to whom: the invoices behind the sales and purchases of the economy, to the fen."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.business import vat_percent
from shuxin.city.desk import Desk, Line, Party
from shuxin.city.outsiders import Outsider, outsiders
from shuxin.city.streams import chance, one_of, scattered, stream
from shuxin.city.tables import later

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.economy import Economy
    from shuxin.city.firms import Firm

# [D]: chosen for this city.
LOCAL_CUSTOMERS = 0.62
"""Share of customers who are of the city; by amount less, as they can only buy what they need."""
LOCAL_ROOM = 0.85
"""The most of a month's purchases that is bought in the city."""
OUT_COUNT, IN_COUNT = 1.9, 1.1
"""Invoices in a month beyond the first at net sales, or purchases outside, of 10,000 yuan."""
VOID_SHARE, QUALITY_IN_VOIDS = 0.04, 0.35
_SERIALS = 10**15
_FEWEST_SUPPLIERS, _MORE_SUPPLIERS = 2, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One VAT invoice. seller, buyer: entity keys, "" outside the city. Money is int fen, red is negative.

    voided_on: None while it is valid. known_on: when the tax office's store had its last state.
    """

    number: str
    seller: str
    seller_code: str
    buyer: str
    buyer_code: str
    issued_on: dt.date
    net: int
    tax: int
    voided_on: dt.date | None
    known_on: dt.date

    @property
    def total(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, kw_only=True)
class Trade:
    """The invoices of a city, made when they are first asked for.

    quality: (firms, months).
    """

    firms: Sequence[Firm]
    months: tuple[dt.date, ...]
    quality: NDArray[np.float64]
    economy: Economy
    seed: int

    @cached_property
    def outside(self) -> tuple[Outsider, ...]:
        return outsiders(firms=len(self.firms), seed=self.seed)

    @cached_property
    def ends(self) -> Mapping[int, Party]:
        """The businesses of the city as ends of invoices, by number."""
        named = ((number, self.firms[number]) for number in self.economy.books)
        return {
            number: Party(number, firm.key, firm.uscc, str(firm.name)) for number, firm in named
        }

    @cached_property
    def customers(self) -> Mapping[int, tuple[tuple[Party, Party], ...]]:
        """For each place in ``Books.customers``: who it is, and who buys when that one has enough."""
        locals_ = list(self.ends.values())
        needs = np.array([float(self.economy.books[end.number].purchases.sum()) for end in locals_])
        return {
            number: tuple(self._customers_of(number, locals_, np.cumsum(needs)))
            for number in self.ends
        }

    def _customers_of(
        self, number: int, locals_: list[Party], needs: NDArray[np.float64]
    ) -> Iterator[tuple[Party, Party]]:
        rng = stream(seed=self.seed, purpose="customers", index=number)
        for _ in self.economy.books[number].customers:
            place = int(np.searchsorted(needs, rng.random() * needs[-1], side="right"))
            other = self._outside(rng)
            is_local = chance(LOCAL_CUSTOMERS, rng=rng) and locals_[place].number != number
            yield (locals_[place] if is_local else other), other

    def _outside(self, rng: Generator) -> Party:
        other = one_of(self.outside, rng=rng)
        return Party(-1, "", other.code, other.name)

    @cached_property
    def suppliers(self) -> Mapping[int, tuple[Party, ...]]:
        """Those outside, the largest first."""
        found = {}
        for number in self.ends:
            rng = stream(seed=self.seed, purpose="suppliers", index=number)
            count = _FEWEST_SUPPLIERS + int(rng.poisson(_MORE_SUPPLIERS))
            found[number] = tuple(self._outside(rng) for _ in range(count))
        return found

    @cached_property
    def invoices(self) -> tuple[Invoice, ...]:
        """By month; those of a month by seller, then those from outside by buyer."""
        return tuple(_Market(self).run())

    @cached_property
    def issued(self) -> Mapping[str, tuple[Invoice, ...]]:
        """By key of the seller, by day."""
        return _grouped((invoice.seller, invoice) for invoice in self.invoices)

    @cached_property
    def received(self) -> Mapping[str, tuple[Invoice, ...]]:
        """By key of the buyer, by day."""
        return _grouped((invoice.buyer, invoice) for invoice in self.invoices)


def _grouped(pairs: Iterable[tuple[str, Invoice]]) -> Mapping[str, tuple[Invoice, ...]]:
    found: defaultdict[str, list[Invoice]] = defaultdict(list)
    for key, invoice in pairs:
        found[key].append(invoice)
    return {
        key: tuple(sorted(invoices, key=lambda invoice: invoice.issued_on))
        for key, invoices in found.items()
    }


class _Market:
    """The months one after the other: every business sells, then buys outside what it still needs."""

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self.books = trade.economy.books
        self.bought: dict[int, int] = {}
        self.count = 0
        self.rng = stream(seed=trade.seed, purpose="market")
        self.selling = {number: self._selling(number) for number in self.books}
        self.buying = {number: self._buying(number) for number in self.books}

    def _selling(self, number: int) -> Desk:
        voids = VOID_SHARE * np.exp(-QUALITY_IN_VOIDS * self.trade.quality[number])
        return self._desk(number, "sales", OUT_COUNT, voids, self.books[number].customers)

    def _buying(self, number: int) -> Desk:
        shares = 1 / np.arange(1, len(self.trade.suppliers[number]) + 1)
        voids = np.full(len(self.trade.months), VOID_SHARE)
        return self._desk(number, "purchases", IN_COUNT, voids, shares)

    def _desk(
        self,
        number: int,
        purpose: str,
        count: float,
        voids: NDArray[np.float64],
        shares: NDArray[np.float64],
    ) -> Desk:
        return Desk(
            rng=stream(seed=self.trade.seed, purpose=purpose, index=number),
            percent=vat_percent(self.trade.firms[number]),
            count=count,
            voids=voids,
            shares=shares,
        )

    def run(self) -> Iterator[Invoice]:
        for month in range(len(self.trade.months)):
            self.bought = dict.fromkeys(self.books, 0)
            for seller in self.books:
                yield from self._sell(seller, month)
            for buyer in self.books:
                yield from self._buy_outside(buyer, month)

    def _sell(self, seller: int, month: int) -> Iterator[Invoice]:
        books, customers = self.books[seller], self.trade.customers[seller]
        lines = self._lines(
            self.selling[seller],
            int(books.sales[month]),
            month=month,
            open_from=int(month >= books.largest_lost),
            choose=lambda line: self._with_room(customers[line.slot], line, month),
        )
        for line, buyer in lines:
            if buyer.key and line.voided_on is None:
                self.bought[buyer.number] += line.net
            yield self._invoice(line, seller=self.trade.ends[seller], buyer=buyer)

    def _with_room(self, slot: tuple[Party, Party], line: Line, month: int) -> Party:
        """The customer, or the one in its place when it has enough."""
        usual, other = slot
        if not usual.key:
            return other
        room = LOCAL_ROOM * self._needs(usual, month) - self.bought[usual.number]
        return usual if room >= line.net else other

    def _needs(self, party: Party, month: int) -> int:
        return int(self.books[party.number].purchases[month])

    def _buy_outside(self, buyer: int, month: int) -> Iterator[Invoice]:
        suppliers = self.trade.suppliers[buyer]
        lines = self._lines(
            self.buying[buyer],
            int(self.books[buyer].purchases[month]) - self.bought[buyer],
            month=month,
            open_from=0,
            choose=lambda line: suppliers[line.slot],
        )
        for line, supplier in lines:
            yield self._invoice(line, seller=supplier, buyer=self.trade.ends[buyer])

    def _lines(
        self,
        desk: Desk,
        total: int,
        *,
        month: int,
        open_from: int,
        choose: Callable[[Line], Party],
    ) -> Iterator[tuple[Line, Party]]:
        """Lines whose valid nets add up to ``total``, red ones first, and void ones; none for 0."""
        if not total:
            return
        first = self.trade.months[month]
        for line, party in desk.due_reds(first=first):
            if not party.key or self._needs(party, month):
                total -= line.net
                yield line, party
        for line in desk.lines(total, month=month, first=first, open_from=open_from):
            party = choose(line)
            desk.remember(line, party)
            yield line, party

    def _invoice(self, line: Line, *, seller: Party, buyer: Party) -> Invoice:
        self.count += 1
        serial = scattered(self.count, size=_SERIALS, seed=self.trade.seed, purpose="invoice_no")
        return Invoice(
            number=f"{line.day.year % 100:02d}349{serial:015d}",
            seller=seller.key,
            seller_code=seller.code,
            buyer=buyer.key,
            buyer_code=buyer.code,
            issued_on=line.day,
            net=line.net,
            tax=line.tax,
            voided_on=line.voided_on,
            known_on=later(line.voided_on or line.day, usual=1, spread=0, rng=self.rng),
        )
