"""Sixty months of all firms: trade, loans, payments, failures and what they do to others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.books import Books, Cause, Event, Kept, Rows
from shuxin.city.world.contagion import Unpaid, call
from shuxin.city.world.credit import lend, prepay, renew, standing_loans
from shuxin.city.world.draws import exp
from shuxin.city.world.paying import pay_all
from shuxin.city.world.scale import WINDOW_MONTHS
from shuxin.city.world.trading import misfortunes, trade

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shuxin.city.world.books import Money
    from shuxin.city.world.draws import Draws
    from shuxin.city.world.guarantees import Guarantees
    from shuxin.city.world.rings import Rings
    from shuxin.city.world.trading import Stage

    Progress = Callable[[str, int, int], None]

_RECENT = 6
_NEVER = 30_000
_MARKED_CONTAGION = 0.15
_RING_TRADE = 0.03
_REVOKED = p.EXIT_KINDS.index("revoked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it. gone: int16 (n,) first month without the firm, the count of months for those who stay.

    failed: int16 (n,) month in which a loan was more than 90 days past due, or, without a loan, bills and wages were
    unpaid for months; -1 never. by_loan: bool (n,), the failure is a default on a loan. cause: int8, see ``Cause``.
    contagion: float32 (n, months). events: firm, month, kind, fen. loans: firm, month (negative before the window),
    fen, tenor in months, 1 if due whole, basis points, 1 if a renewal.
    """

    money: Money
    gone: NDArray[np.int16]
    failed: NDArray[np.int16]
    by_loan: NDArray[np.bool_]
    cause: NDArray[np.int8]
    contagion: NDArray[np.float32]
    events: tuple[NDArray[np.int64], ...]
    loans: tuple[NDArray[np.int64], ...]


def exit_kinds(*, draws: Draws, shares: tuple[float, ...]) -> NDArray[np.int8]:
    """(n,) places in ``parameters.EXIT_KINDS``: how each firm would end."""
    place = np.searchsorted(np.cumsum(shares)[:-1], draws.uniform("exit"), side="right")
    return (1 + place).astype(np.int8)


class Run:
    """The months one after another; ``leaving`` as ``latent.leaving`` gives it."""

    def __init__(
        self, *, stage: Stage, guarantees: Guarantees, rings: Rings, leaving: NDArray[np.int16]
    ) -> None:
        n = stage.firms.count
        self.stage, self.guarantees, self.rings = stage, guarantees, rings
        self.leaving = np.where(leaving < WINDOW_MONTHS, leaving, _NEVER).astype(np.int16)
        self.books, self.kept = Books(n), Kept(n)
        self.events, self.loans = Rows(), Rows()
        self.gone = np.full(n, WINDOW_MONTHS, np.int16)
        self.failed = np.full(n, -1, np.int16)
        self.by_loan = np.zeros(n, np.bool_)
        self.cause = np.zeros(n, np.int8)
        self.insiders = rings.member >= 0
        self.walks = exit_kinds(draws=stage.draws, shares=p.EXIT_SHARES) == _REVOKED
        self.fallen = np.zeros(0, np.int64)
        self.unpaid = Unpaid(stage=stage)

    def months(self, *, progress: Progress) -> Outcome:
        for month in range(WINDOW_MONTHS):
            self._month(month)
            progress("months", month + 1, WINDOW_MONTHS)
        return Outcome(
            money=self.kept.money(),
            gone=self.gone,
            failed=self.failed,
            by_loan=self.by_loan,
            cause=self.cause,
            contagion=self.kept.contagion.T,
            events=self.events.columns(4),
            loans=self.loans.columns(7),
        )

    def _month(self, month: int) -> None:
        stage, books = self.stage, self.books
        books.clear()
        usual = stage.usual(month)
        self._leave(month)
        self._start(month, usual)
        books.contagion *= p.CONTAGION_KEPT
        self.unpaid.lose(books=books, month=month, fallen=self.fallen, events=self.events)
        misfortunes(stage=stage, books=books, month=month, events=self.events)
        trade(stage=stage, books=books, month=month, usual=usual, winding=self._winding(month))
        self.unpaid.hold(books=books)
        staying = self.leaving > month + 3
        lend(
            stage=stage,
            books=books,
            month=month,
            insiders=self.insiders,
            staying=staying,
            loans=self.loans,
        )
        renew(stage=stage, books=books, month=month, staying=staying, loans=self.loans)
        self._rings_run(month)
        pay_all(stage=stage, books=books, month=month, usual=usual)
        self._fail(month, usual)
        self.kept.keep(books, month)

    def _start(self, month: int, usual: NDArray[np.float64]) -> None:
        """Firms whose first month this is open their books."""
        books, traits, born = self.books, self.stage.traits, self.stage.firms.born
        new = (np.maximum(born, 0) == month) & (self.gone > month)
        places = np.flatnonzero(new)
        books.alive[places] = True
        costs = usual * traits.costs
        is_new = born[places] >= 0
        stood = exp(p.QUALITY_IN_OPENING * self.stage.quality_in(month)[places])
        cover = np.where(is_new, p.NEW_COVER, stood) * traits.cover[places]
        books.cash[places] = np.rint(costs[places] * cover)
        self.kept.opening[places] = books.cash[places].astype(np.int64)
        means = (costs * traits.means)[places]
        books.help[places] = np.rint(np.where(is_new, means * p.NEW_MEANS, means))
        books.level[places] = (usual * traits.wages)[places]
        old = places[~is_new]
        owed = usual * (1 - traits.at_once) / traits.collected
        books.owed[old] = np.rint(owed)[old]
        books.bills[old] = np.rint(usual * traits.goods)[old]
        if month == 0:
            standing_loans(stage=self.stage, books=books, loans=self.loans)

    def _winding(self, month: int) -> NDArray[np.float64]:
        """What is left of the trade of firms that leave in the next months; those who owe a bank put it off."""
        soon = self.leaving - month
        prepay(books=self.books, wanting=self.books.alive & (soon <= len(p.WINDING_DOWN)))
        put_off = self.books.alive & (soon <= len(p.WINDING_DOWN)) & (self.books.debt > 0)
        self.leaving[put_off] = month + len(p.WINDING_DOWN) + 1
        levels = np.array([*p.WINDING_DOWN, 1.0])
        place = np.clip(self.leaving - month - 1, 0, len(p.WINDING_DOWN))
        return levels[place]

    def _leave(self, month: int) -> None:
        """Firms end: of their own will, or some time after they have failed; some walk away from their bills."""
        books = self.books
        chance = self.stage.draws.uniform(f"ending/{month}")
        own = (self.leaving <= month) & (books.debt == 0)
        ends = (own & (self.stage.firms.born < month)) | (
            books.failed & (chance < p.FAILED_EXIT_MONTHLY)
        )
        ends &= (self.gone == WINDOW_MONTHS) & (self.stage.firms.born <= month) & (month > 0)
        self.gone[ends] = month
        books.alive[ends] = False
        walked = np.flatnonzero(ends & ~books.failed & self.walks)
        self.fallen = np.concatenate([self.fallen, walked])

    def _rings_run(self, month: int) -> None:
        """The controllers of rings take what is there."""
        books = self.books
        running = np.flatnonzero(self.rings.runs == month)
        taken = np.flatnonzero(np.isin(self.rings.member, running) & books.alive)
        cash = np.maximum(books.cash[taken], 0.0)
        books.cash[taken] -= cash
        books.month["owner"][taken] -= cash
        books.trade[taken], books.help[taken], books.limit[taken] = _RING_TRADE, 0.0, 0.0
        kind, when = np.full(len(taken), Event.RING_RAN), np.full(len(taken), month)
        self.events.add(taken, when, kind, cash)

    def _fail(self, month: int, usual: NDArray[np.float64]) -> None:
        """Failures of the month: their lines end, guarantors are called, and next month others feel it."""
        books, traits = self.books, self.stage.traits
        sound = books.alive & ~books.failed
        default = sound & (books.late >= p.LATE_MONTHS)
        unpaid = books.wages_late > p.UNPAID_WAGES_MONTHS * usual * traits.wages
        overdue = books.bills - books.month["purchases"]
        unpaid |= overdue > p.UNPAID_BILLS_MONTHS * usual * traits.costs
        fallen = default | (sound & unpaid & (books.debt == 0))
        self.fallen = np.flatnonzero(fallen)
        books.failed |= fallen
        self.failed[self.fallen] = month
        self.by_loan |= default
        self.cause[self.fallen] = self._causes(month)[self.fallen]
        call(
            books=books,
            ties=self.guarantees,
            month=month,
            default=default,
            usual=traits.usual,
            events=self.events,
        )

    def _causes(self, month: int) -> NDArray[np.int8]:
        books = self.books
        cause = np.full(len(books.cash), Cause.CASH, np.int8)
        cause[month - books.refused <= _RECENT] = Cause.NOT_RENEWED
        cause[month - books.hit <= _RECENT] = Cause.MISFORTUNE
        cause[books.contagion > _MARKED_CONTAGION] = Cause.CONTAGION
        runs = np.append(self.rings.runs, np.int16(WINDOW_MONTHS))[self.rings.member]
        cause[self.insiders & (runs <= month)] = Cause.RING
        return cause
