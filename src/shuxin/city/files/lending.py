"""The bank's own ledger (贷款台账): each loan, what the bank thought of the firm, and how the loan ended.

A loan has gone bad when it is more than 90 days past due within a year of the drawdown; the World says whether it was.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.files.source import day_of
from shuxin.city.records.coded.loans import loans
from shuxin.city.world.scale import WINDOW_MONTHS, month_days

if TYPE_CHECKING:
    from shuxin.city.files.source import Source

FIRST_DAY = dt.date(2023, 7, 1)
"""Of the file: earlier loans were drawn before half a year of invoices was there."""
_RATINGS = (("A", 0.5), ("B", -0.4), ("C", -1.4))
"""What the bank saw of the firm in the month before, at least; below them all is D."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loan:
    """One loan: firm by number, days, fen, basis points. defaulted_on: None for a loan that was paid for a year."""

    number: str
    firm: int
    drawn_on: dt.date
    fen: int
    rate_bp: int
    rating: str
    defaulted_on: dt.date | None

    @property
    def window_end(self) -> dt.date:
        """The day on which a loan without default has been good for a year."""
        return self.drawn_on + dt.timedelta(days=365)


def ledger_of(source: Source) -> list[Loan]:
    """Loans that were drawn from FIRST_DAY on, by firm and day."""
    world, found = source.world, loans(source.world)
    seen = source.views.of("bank")[found.firm, np.clip(found.month - 1, 0, WINDOW_MONTHS - 1)]
    failed = np.where(world.outcome.by_loan, world.outcome.failed, -1)[found.firm]
    is_last = np.append(found.firm[1:] != found.firm[:-1], True)
    next_month = np.where(is_last, WINDOW_MONTHS, np.append(found.month[1:], WINDOW_MONTHS))
    hit = (failed >= 0) & (failed >= found.month) & (failed < next_month)
    ends = month_days()[np.where(hit, failed + 1, 0)] - 1
    made = []
    for place, day in enumerate(found.day.tolist()):
        drawn_on, broke_on = day_of(day), day_of(int(ends[place]))
        if drawn_on < FIRST_DAY:
            continue
        broke = bool(hit[place]) and broke_on <= drawn_on + dt.timedelta(days=365)
        made.append(
            Loan(
                number=f"JK{int(found.number[place]) + 1:08d}",
                firm=int(found.firm[place]),
                drawn_on=drawn_on,
                fen=int(found.fen[place]),
                rate_bp=int(found.rate_bp[place]),
                rating=_rating(float(seen[place])),
                defaulted_on=broke_on if broke else None,
            )
        )
    return made


def _rating(seen: float) -> str:
    return next((rating for rating, floor in _RATINGS if seen >= floor), "D")
