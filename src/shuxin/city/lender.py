"""The city's bank: whom it lends to, how it rates them, what falls due, and when a loan is in default."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.city.streams import chance, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

# [D] unless tagged
APPLICANTS = 0.95
"""Share of businesses with half a year of history that ask for a loan once in the 36 months."""
SECOND_LOANS = 0.7
LENT_TO_D = 0.15
BULLETS = 0.3
AMOUNT_SHARES = (0.15, 0.45)
"""A loan is a share of the sales of a usual year between these."""
FIRST_MONTH, LAST_MONTH = 6, 23
"""Places of the months in which loans are drawn: half a year before them, a year after."""
PAST_DUE_DAYS = 90
TENOR = 12
DUE_DAY = 21

QUALITY_SEEN, COVER_SEEN, NOISE = 0.60, 0.45, 0.55
_USUAL_COVER = 1.0
_RATING_FLOORS = (("A", 0.55), ("B", -0.15), ("C", -0.95))
_RATES_BP: Mapping[str, tuple[int, ...]] = {
    "A": (435, 460, 485),
    "B": (485, 510, 535),
    "C": (560, 600, 650),
    "D": (700, 750),
}
_TEN_THOUSAND_YUAN_FEN = 1_000_000
_LAST_DRAWING_DAY = 8


class Repayment(StrEnum):
    """Interest is paid every month in both; the principal at the end, or in equal parts."""

    BULLET = "bullet"
    INSTALMENTS = "instalments"


@dataclass(frozen=True, slots=True)
class Due:
    """One payment that the borrower owes on a day, fen."""

    on: dt.date
    interest: int
    principal: int


@dataclass(slots=True, kw_only=True)
class Loan:
    """One 12-month loan.

    month: place of the month of drawdown. rating: what the bank thought then, A to D.
    cash_before: fen on the account at the end of the month before the drawdown.
    quality: latent quality in the month of drawdown.
    paid: days on which ``dues`` were paid, oldest first, whole payments only; grows month by month.
    """

    firm: str
    drawn_on: dt.date
    month: int
    amount: int
    rate_bp: int
    rating: str
    dues: tuple[Due, ...]
    cash_before: int
    quality: float
    paid: list[dt.date] = field(default_factory=list)

    @property
    def number(self) -> str:
        return f"LP{self.drawn_on:%Y%m%d}{self.firm[1:]}"

    @property
    def window_end(self) -> dt.date:
        """One year after the drawdown: where the performance window (表现期) ends."""
        return self.drawn_on.replace(year=self.drawn_on.year + 1)

    @property
    def is_repaid(self) -> bool:
        return len(self.paid) == len(self.dues)

    @property
    def defaulted_on(self) -> dt.date | None:
        """The first day at whose end a payment is 90 days past due, if it lies in the window."""
        late = [day for day in map(self._past_due_on, range(len(self.dues))) if day is not None]
        return min((day for day in late if day <= self.window_end), default=None)

    def _past_due_on(self, place: int) -> dt.date | None:
        limit = self.dues[place].on + dt.timedelta(days=PAST_DUE_DAYS)
        is_in_time = place < len(self.paid) and self.paid[place] <= limit
        return None if is_in_time else limit

    def is_past_due(self, *, on: dt.date) -> bool:
        """Whether a payment that is still owed is 90 days past due or more."""
        if self.is_repaid:
            return False
        return (on - self.dues[len(self.paid)].on).days >= PAST_DUE_DAYS

    def owed(self, *, on: dt.date) -> int:
        """Fen that are due on the day and not paid."""
        unpaid = self.dues[len(self.paid) :]
        return sum(due.interest + due.principal for due in unpaid if due.on <= on)

    def collect(self, cash: int, *, on: dt.date) -> tuple[int, int]:
        """Interest and principal, fen, that the bank takes: the oldest first, as far as ``cash`` goes."""
        interest = principal = 0
        for due in self.dues[len(self.paid) :]:
            if due.on > on or interest + principal + due.interest + due.principal > cash:
                break
            interest, principal = interest + due.interest, principal + due.principal
            self.paid.append(on)
        return interest, principal


def planned_month(*, first_business: int, rng: Generator) -> int | None:
    """In which month a business asks for a loan, if ever; never before it has half a year of history."""
    first = max(FIRST_MONTH, first_business + FIRST_MONTH)
    wants = chance(APPLICANTS, rng=rng)
    return int(rng.integers(first, LAST_MONTH + 1)) if wants and first <= LAST_MONTH else None


def lend(
    *,
    firm: str,
    month: int,
    first_day: dt.date,
    yearly_sales: int,
    cash: int,
    cover: float,
    quality: float,
    rng: Generator,
) -> Loan | None:
    """The loan, or None where the bank refuses. ``cover`` is cash over a month's costs."""
    rating = rated(quality=quality, cover=cover, noise=float(rng.standard_normal()))
    repayment = Repayment.BULLET if chance(BULLETS, rng=rng) else Repayment.INSTALMENTS
    rate = one_of(_RATES_BP[rating], rng=rng)
    amount = _amount(yearly_sales, float(rng.uniform(*AMOUNT_SHARES)))
    drawn_on = first_day.replace(day=int(rng.integers(1, _LAST_DRAWING_DAY + 1)))
    if rating == "D" and not chance(LENT_TO_D, rng=rng):
        return None
    return Loan(
        firm=firm,
        drawn_on=drawn_on,
        month=month,
        amount=amount,
        rate_bp=rate,
        rating=rating,
        dues=schedule(amount=amount, rate_bp=rate, drawn_on=drawn_on, repayment=repayment),
        cash_before=cash,
        quality=quality,
    )


def rated(*, quality: float, cover: float, noise: float) -> str:
    """What the bank makes of the borrower: a noisy view of quality and of cash cover (months)."""
    seen = min(max(math.log(max(cover, 0.01) / _USUAL_COVER), -2.0), 2.0)
    view = QUALITY_SEEN * quality + COVER_SEEN * seen + NOISE * noise
    return next((grade for grade, floor in _RATING_FLOORS if view >= floor), "D")


def schedule(
    *, amount: int, rate_bp: int, drawn_on: dt.date, repayment: Repayment
) -> tuple[Due, ...]:
    """Twelve payments on the 21st of the months after the drawdown; principal adds up to ``amount``."""
    parts = [0] * (TENOR - 1) + [amount]
    if repayment is Repayment.INSTALMENTS:
        parts = [amount // TENOR] * (TENOR - 1) + [amount - amount // TENOR * (TENOR - 1)]
    rest, dues = amount, []
    for place, part in enumerate(parts, 1):
        month = drawn_on.year * 12 + drawn_on.month - 1 + place
        on = dt.date(month // 12, month % 12 + 1, DUE_DAY)
        dues.append(Due(on, rest * rate_bp // (10_000 * 12), part))
        rest -= part
    return tuple(dues)


def _amount(yearly_sales: int, share: float) -> int:
    """Whole 10,000 yuan, at least one."""
    return max(1, round(yearly_sales * share / _TEN_THOUSAND_YUAN_FEN)) * _TEN_THOUSAND_YUAN_FEN
