"""A month's payments: rent and wages, the bank, what courts and creditors call, taxes, suppliers, and the owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.credit import fall_due

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.world.books import Books
    from shuxin.city.world.trading import Stage


def pay_all(*, stage: Stage, books: Books, month: int, usual: NDArray[np.float64]) -> None:
    """In this order while there is cash; what stays unpaid is late. Suppliers give a month."""
    traits = stage.traits
    costs = usual * traits.costs
    rent = np.rint(usual * traits.rent * books.alive)
    wages = np.rint(books.level * books.alive) + books.wages_late
    interest = fall_due(books=books)
    called = np.rint(books.calls / p.CALL_MONTHS)
    called = np.where(books.calls < costs * 0.05, books.calls, called)
    fresh = books.month["purchases"]
    must = rent + wages + interest + books.past_due + called + books.tax
    _owners_help(stage, books, month, must + books.bills - fresh)
    books.pay("rent", rent)
    books.wages_late = books.pay("wages", wages)
    _bank(books, interest)
    books.calls -= called - books.pay("losses", called)
    books.tax_late = books.pay("taxes", books.tax)
    added = np.maximum(books.month["sales"] - books.month["purchases"], 0.0)
    bills = books.bills - fresh
    overdue = books.pay("paid", bills)
    books.unpaid = overdue / np.maximum(bills, 1.0)
    books.bills = overdue + fresh
    _strain(books, overdue > costs * p.STRAIN_MONTHS)
    books.tax = books.tax_late + np.rint(added * traits.taxes)
    _owners_draw(stage, books, costs)


def _bank(books: Books, interest: NDArray[np.float64]) -> None:
    """Interest first; interest that is not paid is past due and owed."""
    unpaid = books.pay("debt_service", interest)
    due = books.past_due
    left = books.pay("debt_service", due)
    books.debt += unpaid - (due - left)
    books.past_due = left + unpaid
    books.late = np.where(books.past_due > 0, books.late + 1, 0).astype(np.int16)
    books.limit = np.where((books.debt <= 0) | (books.late > 0), 0.0, books.limit)


def _owners_help(stage: Stage, books: Books, month: int, due: NDArray[np.float64]) -> None:
    short = np.maximum(due - np.maximum(books.cash + books.limit, 0.0), 0.0)
    willing = stage.draws.uniform(f"help/{month}") < stage.traits.helps
    given = np.where(willing & books.alive & ~books.failed, np.minimum(short, books.help), 0.0)
    books.help -= given
    books.receive("owner", given)


def _owners_draw(stage: Stage, books: Books, costs: NDArray[np.float64]) -> None:
    """Owners take a part of what exceeds the buffer; nothing while anything is late."""
    calm = (
        books.alive
        & (books.late == 0)
        & (books.wages_late == 0)
        & ~books.failed
        & (books.calls == 0)
    )
    spare = books.cash - costs * stage.traits.buffer - books.past_due
    taken = np.where(calm, np.rint(np.maximum(spare, 0.0) * p.DRAWN), 0.0)
    books.cash -= taken
    books.month["owner"] -= taken


def _strain(books: Books, strained: NDArray[np.bool_]) -> None:
    """Suppliers and buyers turn away from a firm whose bills stay unpaid, and come back slowly."""
    easier = np.minimum(books.trade * p.RELIEVED_TRADE, 1.0)
    books.trade = np.where(strained, books.trade * p.STRAINED_TRADE, easier)
    books.trade = np.where(
        books.failed, books.trade * p.DYING_TRADE / p.RELIEVED_TRADE, books.trade
    )
