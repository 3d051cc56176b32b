"""Where the sales of a month, or the purchases outside, become invoices: how many, how large, when."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.streams import chance

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

# [D]: chosen for this city.
COUNT_POWER = 0.42
MOST_A_MONTH = 60
AMOUNT_SPREAD = 0.8
ROUND_SHARE = 0.10
MONTH_END_SHARE = 0.2
RED_SHARE, RED_FULL = 0.02, 0.7
RED_MONTHS = 0.45
"""Chance, each month from the next on, that a red invoice (红字发票) follows now."""
_TEN_THOUSAND_YUAN_FEN = 1_000_000
_ROUND_FEN = 100_000
_LEAST_FEN = 10_000


@lru_cache(maxsize=128)
def days_of(year: int, month: int) -> tuple[dt.date, ...]:
    """Every day of a month."""
    return tuple(dt.date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1))


@dataclass(frozen=True, slots=True)
class Party:
    """One end of an invoice; outside the city ``number`` is -1 and ``key`` is ""."""

    number: int
    key: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """What one end decides about an invoice: ``slot`` is the place of the other end in its list."""

    slot: int
    day: dt.date
    net: int
    tax: int
    voided_on: dt.date | None = None


@dataclass(slots=True)
class Desk:
    """Where a business's sales, or its purchases outside, become invoices.

    shares: of the other ends, largest first. reds: invoices that will be taken back one day.
    """

    rng: Generator
    percent: int
    count: float
    voids: NDArray[np.float64]
    shares: NDArray[np.float64]
    reds: list[tuple[Line, Party]] = field(default_factory=list)

    def due_reds(self, *, first: dt.date) -> list[tuple[Line, Party]]:
        """The red lines of the month; the invoices that they take back leave the list."""
        if not self.reds:
            return []
        is_due = self.rng.random(len(self.reds)) < RED_MONTHS
        due = [red for red, now in zip(self.reds, is_due, strict=True) if now]
        self.reds = [red for red, now in zip(self.reds, is_due, strict=True) if not now]
        days = self._days(len(due), first)
        return [(self._red(line, day), party) for (line, party), day in zip(due, days, strict=True)]

    def _red(self, line: Line, day: dt.date) -> Line:
        """All of the invoice, or the half of it."""
        parts = 1 if chance(RED_FULL, rng=self.rng) else 2
        return Line(line.slot, day, -(line.net // parts), -(line.tax // parts))

    def remember(self, line: Line, party: Party) -> None:
        """A few valid invoices will be taken back one day."""
        if line.voided_on is None and chance(RED_SHARE, rng=self.rng):
            self.reds.append((line, party))

    def lines(self, total: int, *, month: int, first: dt.date, open_from: int) -> list[Line]:
        """Valid lines whose nets add up to ``total``, and void ones; no other end before ``open_from``."""
        usual = self.count * (total / _TEN_THOUSAND_YUAN_FEN) ** COUNT_POWER
        valid = 1 + min(MOST_A_MONTH, int(self.rng.poisson(usual)), total // _LEAST_FEN)
        void = int(self.rng.binomial(valid, min(0.5, float(self.voids[month]))))
        count = valid + void
        sizes = self.rng.lognormal(0.0, AMOUNT_SPREAD, count)
        slots = self._slots(count, open_from).tolist()
        days = self._days(count, first)
        is_round = (self.rng.random(count) < ROUND_SHARE).tolist()
        amounts = (total * (sizes / sizes[:valid].sum())).astype(np.int64).tolist()
        lines, rest = [], total
        for place in range(count):
            net, tax = self._amounts(amounts[place], is_round=is_round[place])
            if place == valid - 1:
                net = rest
                tax = _tax(net, self.percent)
            rest -= net if place < valid else 0
            voided = None if place < valid else self._void_day(days[place])
            lines.append(Line(slots[place], days[place], net, tax, voided))
        return [line for line in lines if line.net]

    def _slots(self, count: int, open_from: int) -> NDArray[np.int64]:
        weights = self.shares.copy()
        weights[: min(open_from, len(weights) - 1)] = 0
        edges = np.cumsum(weights)
        slots: NDArray[np.int64] = np.searchsorted(
            edges, self.rng.random(count) * edges[-1], side="right"
        )
        return slots

    def _days(self, count: int, first: dt.date) -> list[dt.date]:
        """Any day of the month, the last two more often."""
        month = days_of(first.year, first.month)
        last = len(month)
        at_end = self.rng.random(count) < MONTH_END_SHARE
        any_day = self.rng.integers(1, last + 1, count)
        days = np.where(at_end, last - self.rng.integers(2, size=count), any_day)
        return [month[day - 1] for day in days.tolist()]

    def _void_day(self, day: dt.date) -> dt.date:
        """Within the month of issue, as the rule is."""
        month = days_of(day.year, day.month)
        return month[int(self.rng.integers(day.day, len(month) + 1)) - 1]

    def _amounts(self, net: int, *, is_round: bool) -> tuple[int, int]:
        """Net and tax; a round total is a multiple of 1,000 yuan."""
        total = (net + _tax(net, self.percent)) // _ROUND_FEN * _ROUND_FEN
        if not is_round or not total:
            return net, _tax(net, self.percent)
        net = total * 100 // (100 + self.percent)
        return net, total - net


def _tax(net: int, percent: int) -> int:
    return (net * percent + 50) // 100
