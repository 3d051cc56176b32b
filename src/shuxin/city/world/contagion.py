"""How one firm's trouble becomes another's: along invoices and guarantees (DOMAIN 7.4, 9.6).

A buyer that does not pay its bills keeps the money of its sellers; if it fails, most of that is lost, and its
sellers lose what it bought. Whoever stands for a loan is called upon. Each firm passes on only what it owes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.books import Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.world.books import Books, Rows
    from shuxin.city.world.guarantees import Guarantees
    from shuxin.city.world.trading import Stage


class Unpaid:
    """(edges,) fen that each seller is owed by a buyer who did not pay last month."""

    def __init__(self, *, stage: Stage) -> None:
        self.stage = stage
        self.fen = np.zeros(stage.network.many)
        self.before = np.zeros(stage.firms.count, np.bool_)

    def hold(self, *, books: Books) -> None:
        """Of the sales on credit to buyers in arrears, so much is not paid as they leave of their bills."""
        network, traits = self.stage.network, self.stage.traits
        slow = (books.unpaid > 0) & books.alive
        self._release(books, np.flatnonzero(self.before & ~slow))
        self.before = slow
        edges = network.edges_of(np.flatnonzero(slow))
        edges = edges[books.alive[network.seller[edges]]]
        seller, share = network.seller[edges], network.share[edges].astype(np.float64)
        credit = books.month["sales"] * (1 - traits.at_once)
        held = np.rint(share * credit[seller] * books.unpaid[network.buyer[edges]])
        n = len(books.cash)
        wanted = np.bincount(seller, weights=held, minlength=n)
        able = np.minimum(1.0, books.owed / np.maximum(wanted, 1.0))
        held = np.floor(held * able[seller])
        self.fen[edges] += held
        late = np.bincount(seller, weights=held, minlength=n)
        books.owed -= late
        books.contagion += late / traits.usual

    def lose(self, *, books: Books, month: int, fallen: NDArray[np.int64], events: Rows) -> None:
        """The firms that have just failed or gone pay a little of what they owe and buy no more."""
        network, traits = self.stage.network, self.stage.traits
        edges = network.edges_of(np.unique(fallen))
        edges = edges[books.alive[network.seller[edges]]]
        seller, share = network.seller[edges], network.share[edges].astype(np.float64)
        n = len(books.cash)
        part = np.minimum(np.bincount(seller, weights=share, minlength=n), 1.0)
        stuck = np.bincount(seller, weights=self.fen[edges], minlength=n)
        self.fen[edges] = 0.0
        running = books.owed * np.minimum(part / np.maximum(traits.to_business, 0.05), 1.0)
        lost = np.rint((stuck + running) * p.LOSS_GIVEN_FAILURE)
        books.owed += stuck - lost
        books.lost = 1 - (1 - books.lost) * (1 - part)
        books.contagion += running * p.LOSS_GIVEN_FAILURE / traits.usual + part
        hit = np.flatnonzero(part > 0)
        events.add(hit, np.full(len(hit), month), np.full(len(hit), Event.BUYER_FAILED), lost[hit])

    def _release(self, books: Books, buyers: NDArray[np.int64]) -> None:
        """Buyers that have paid up."""
        edges = self.stage.network.edges_of(buyers)
        seller = self.stage.network.seller[edges]
        books.owed += np.bincount(seller, weights=self.fen[edges], minlength=len(books.cash))
        self.fen[edges] = 0.0


def call(
    *,
    books: Books,
    ties: Guarantees,
    month: int,
    default: NDArray[np.bool_],
    usual: NDArray[np.float64],
    events: Rows,
) -> None:
    """The bank calls on the guarantors of loans in default; default: bool (n,), usual: fen a month (n,)."""
    rows = np.flatnonzero(default[ties.debtor] & books.alive[ties.guarantor])
    guarantor = ties.guarantor[rows]
    called = np.rint(books.debt[ties.debtor[rows]] * (ties.share_ppm[rows] / 1e6))
    np.add.at(books.calls, guarantor, called)
    np.add.at(books.contagion, guarantor, called / usual[guarantor])
    events.add(guarantor, np.full(len(rows), month), np.full(len(rows), Event.CALLED), called)
