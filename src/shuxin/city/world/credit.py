"""Banks: who asks, who is lent to or renewed, and what falls due."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.world.books import Books, Rows
    from shuxin.city.world.trading import Stage

_UNSEEN = math.sqrt(1 - p.BANK_VIEW**2)
_BP = 10_000


def standing_loans(*, stage: Stage, books: Books, loans: Rows) -> None:
    """The loans of those who had borrowed before the window: their money is spent, a part of them is due in it."""
    ready = stage.firms.born <= -p.YOUNGEST_BORROWER_MONTHS
    share = stage.draws.uniform("standing")
    chosen = np.flatnonzero(
        books.alive
        & ready
        & stage.traits.wants
        & (view(stage, 0) > p.REFUSED_BELOW)
        & (share < p.STANDING)
    )
    _book(stage, books, chosen, month=0, loans=loans, part=stage.draws.uniform("standing/part"))


def lend(
    *,
    stage: Stage,
    books: Books,
    month: int,
    insiders: NDArray[np.bool_],
    staying: NDArray[np.bool_],
    loans: Rows,
) -> None:
    """New loans to those who ask and pass; ``insiders`` (n,), the firms of rings, know how to pass."""
    age = month - stage.firms.born
    asks = stage.draws.uniform(f"asks/{month}") < p.ASKING_MONTHLY
    sound = (
        (books.debt == 0) & (books.late == 0) & (books.wages_late == 0) & ~books.failed & staying
    )
    passes = (view(stage, month) > p.REFUSED_BELOW) | insiders
    chosen = books.alive & asks & sound & passes & stage.traits.wants
    chosen &= age >= p.YOUNGEST_BORROWER_MONTHS
    found = np.flatnonzero(chosen)
    _book(stage, books, found, month=month, loans=loans, part=None)
    drawn = np.where(chosen, books.debt, 0.0)
    books.receive("drawn", drawn)
    spent = np.rint(drawn * p.LOAN_SPENT)
    books.pay("invested", spent)
    books.stock += np.rint(spent * p.STOCK_OF_USE)


def renew(
    *, stage: Stage, books: Books, month: int, staying: NDArray[np.bool_], loans: Rows
) -> None:
    """A loan that falls due whole in this month is lent again, if the lender likes what it sees."""
    due = books.alive & books.bullet & (books.left == 1) & (books.debt > 0)
    sound = (books.late == 0) & (books.wages_late == 0) & staying
    passes = sound & (view(stage, month) > p.NOT_RENEWED_BELOW)
    books.refused[due & ~passes] = month
    found = np.flatnonzero(due & passes)
    amount = books.debt[found]
    books.month["drawn"][found] += amount
    books.month["debt_service"][found] += amount
    books.left[found] = p.TENORS[0] + 1
    loans.add(
        found, np.full(len(found), month), amount, np.full(len(found), p.TENORS[0]), np.ones(len(found)),
        np.rint(books.rate[found] * _BP), np.ones(len(found)),
    )  # fmt: skip


def prepay(*, books: Books, wanting: NDArray[np.bool_]) -> None:
    """Of the firms that want to end, those whose cash and owner suffice pay back what they owe."""
    sound = wanting & (books.debt > 0) & (books.late == 0) & ~books.failed
    able = sound & (np.maximum(books.cash, 0.0) + books.help >= books.debt)
    added = np.where(able, np.maximum(books.debt - np.maximum(books.cash, 0.0), 0.0), 0.0)
    books.help -= added
    books.receive("owner", added)
    books.limit[able] = 0.0
    due = np.where(able, books.debt, 0.0)
    books.debt -= due - books.pay("debt_service", due)
    books.past_due[able], books.left[able] = 0.0, 0


def fall_due(*, books: Books) -> NDArray[np.float64]:
    """(n,) interest of the month, and the principal that comes due is put to what is past due."""
    owing = books.alive & (books.debt > 0)
    running = owing & (books.left > 0)
    whole = running & books.bullet & (books.left == 1)
    part = running & ~books.bullet
    fresh = books.debt - books.past_due
    due = np.where(whole, fresh, 0.0)
    due += np.where(part, np.rint(fresh / np.maximum(books.left, 1)), 0.0)
    books.past_due += due
    books.left -= running
    used = books.debt + np.maximum(-books.cash, 0.0)
    return np.where(books.alive, np.rint(used * books.rate / 12), 0.0)


def view(stage: Stage, month: int) -> NDArray[np.float64]:
    """(n,) what a lender sees of quality; its error stays for a year."""
    error = stage.draws.normal(f"view/{month // 12}")
    return p.BANK_VIEW * stage.quality_in(month) + _UNSEEN * error


def _book(
    stage: Stage,
    books: Books,
    found: NDArray[np.int64],
    *,
    month: int,
    loans: Rows,
    part: NDArray[np.float64] | None,
) -> None:
    """Puts a loan into the books of each of ``found``; ``part`` is the share of its time that is left."""
    traits, draws = stage.traits, stage.draws
    amount = np.rint(traits.usual * traits.ticket / 100_000)[found] * 100_000
    amount = np.maximum(amount, p.LEAST_TICKET_FEN)
    shares = np.array(p.TENOR_SHARES).cumsum()[:-1]
    place = np.searchsorted(shares, draws.uniform(f"tenor/{month}")[found], side="right")
    tenor = np.array(p.TENORS)[place]
    bullet = (place == 0) & (draws.uniform(f"bullet/{month}")[found] < p.BULLETS)
    low, high = p.RATE_SPREAD_BP
    rate = p.RATE_BP + low + np.rint((high - low) * draws.uniform(f"rate/{month}")[found])
    left = tenor if part is None else 1 + np.floor(part[found] * tenor).astype(np.int64)
    owed = amount if part is None else np.where(bullet, amount, np.rint(amount * left / tenor))
    books.debt[found], books.left[found], books.bullet[found] = owed, left, bullet
    books.rate[found] = rate / _BP
    books.limit[found] = np.rint(traits.usual[found] * traits.line[found])
    since = month - (tenor - left)
    loans.add(found, since, amount, tenor, bullet, rate, np.zeros(len(found)))
