"""The docket of the city's court: every case that a firm is a party to, and what came of it.

Creditors sue a firm that fails from three months before to six months after; it stays unpaid, so enforcement follows
after four to twelve months and the list of dishonest debtors after eight to eighteen (DOMAIN 9.6). Sound firms are
sued too: over what the World calls a lawsuit, over bills that they leave unpaid, and over nothing in particular.
One table of the whole city, drawn by defendant, so that both sides of a case read the same.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.records.coded.chance import again
from shuxin.city.records.coded.days import (
    FIRST,
    UNTIL,
    about,
    among,
    answerable_until,
    code,
    coded,
    day_of,
    ends,
    falls,
    lots_of,
    once,
    other,
    working,
)
from shuxin.city.records.coded.months import oftener
from shuxin.city.records.coded.sums import pieces
from shuxin.city.world.books import Event
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import WINDOW_MONTHS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.coded.chance import Bits
    from shuxin.city.records.coded.days import Share, Whole
    from shuxin.city.world.world import World

NOBODY = -1
PERSON, BANK, OUTSIDER = 0, 1, 2
"""Who the other side is when it is no firm of the city."""
_LOAN, _SALE, _LABOUR = (code("cause", word) for word in ("loan", "sale", "labour"))
_BUILDING, _LEASE = code("cause", "construction"), code("cause", "lease")
_OWES = tuple(code("judgment_result", word) for word in ("for_plaintiff", "partly", "mediated"))
_BUILDERS = SECTIONS.index("E")
_LEAST_FEN = 200_000

_MORE_CREDITORS = 15.0
_KNOWN_CREDITOR = 0.6
_OVERDUE_MONTHS, _SUED_MONTHLY = 0.3, 0.014
_YEARLY_OVER_NOTHING, _WORSE, _YEARLY_CLAIMS = 0.0213, 1.60, 0.064
_BAD_DEBT_SUED, _IN_COURT = 0.6, 0.40
_THIRD_PARTIES = 0.08
_UNPAID = (0.95, 0.53)
"""Share of judgments against firms that have failed, and others, that come to enforcement."""
_LISTED, _BANNED, _FROZEN = (0.64, 0.06), (0.90, 0.22), 0.40


@dataclass(frozen=True, slots=True)
class Docket:
    """Cases (c,) by day of filing; their place is their number.

    defendant, plaintiff: place of the firm, NOBODY outside the city; at least one is a firm. outside: who that
    other one is. third: a third party, NOBODY in most cases. failure: month in which the defendant had failed by the
    day of the judgment, else -1. amount: fen. Days are int64, from UNTIL on not yet;
    enforced, listed, banned, frozen, closed: the day, or -1 where it never comes to that.
    """

    defendant: Whole
    plaintiff: Whole
    third: Whole
    outside: NDArray[np.int8]
    bits: Bits
    cause: NDArray[np.int8]
    amount: Whole
    failure: Whole
    filed: Whole
    judged: Whole
    result: NDArray[np.int8]
    enforced: Whole
    closed: Whole
    listed: Whole
    banned: Whole
    frozen: Whole

    def __len__(self) -> int:
        return len(self.defendant)

    def of(self, rows: NDArray[np.integer]) -> Docket:
        return Docket(*(getattr(self, part.name)[rows] for part in fields(self)))


@dataclass(frozen=True, slots=True)
class _Claims:
    """Claims (k,) before the court has dealt with them; when: months since the start of the window."""

    defendant: Whole
    plaintiff: Whole
    outside: NDArray[np.int8]
    bits: Bits
    cause: NDArray[np.int8]
    amount: Share
    when: Share


@once
def docket(world: World) -> Docket:
    """All cases of the window."""
    parts = [
        _by_suppliers(world),
        _by_banks(world),
        _by_workers(world),
        _of_lawsuits(world),
        _of_overdue(world),
        _of_others(world),
        _of_claimants(world),
    ]
    columns = [
        np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(_Claims)
    ]
    return _dealt_with(world, _Claims(*columns))


def _claims(
    world: World, *, defendant: Whole, bits: Bits, cause: object, amount: Share, when: Share
) -> _Claims:
    """With a plaintiff among the defendant's suppliers in the city, or elsewhere."""
    network = world.network
    first, last = network.starts[defendant], network.starts[defendant + 1]
    edge = first + np.floor(other(bits, 1) * (last - first)).astype(np.int64)
    known = (last > first) & (falls(bits, 2, _KNOWN_CREDITOR))
    supplier = network.seller[np.minimum(edge, network.many - 1)].astype(np.int64)
    causes = np.broadcast_to(np.asarray(cause, np.int8), defendant.shape).copy()
    by_firm = ~np.isin(causes, (_LOAN, _LABOUR, _LEASE))
    outside = np.where(causes == _LABOUR, PERSON, np.where(causes == _LOAN, BANK, OUTSIDER))
    return _Claims(
        defendant=defendant,
        plaintiff=np.where(known & by_firm, supplier, NOBODY),
        outside=outside.astype(np.int8),
        bits=bits,
        cause=causes,
        amount=amount,
        when=when,
    )


def _by_suppliers(world: World) -> _Claims:
    """Suppliers, builders and landlords of a firm that fails share what it owes them."""
    firms = np.flatnonzero(world.outcome.failed >= 0)
    lots = lots_of(world, "docket/suppliers")
    more = lots.at(firms)
    group, place = pieces(1 + np.floor(more * more * _MORE_CREDITORS))
    firm = firms[group]
    bits = lots.bits(firm, place + 1)
    month = world.outcome.failed[firm].astype(np.int64)
    owed = world.money.bills[firm, month] / np.bincount(group, minlength=len(firms))[group]
    building = (world.firms.section[firm] == _BUILDERS) & (falls(bits, 3, 0.55))
    kind = among(bits, 4, "cause", sale=14, lease=3, other=3)
    return _claims(
        world,
        defendant=firm,
        bits=bits,
        cause=np.where(building, _BUILDING, kind),
        amount=about(owed, 0.5, again(bits, purpose=5)),
        when=month - 2 + 9 * np.maximum.reduce([other(bits, part) for part in (6, 8, 9)]),
    )


def _by_banks(world: World) -> _Claims:
    """The bank sues over a loan in default, and whoever stands for it in a case of his own."""
    late = np.flatnonzero(world.outcome.by_loan)
    ties = world.ties.guarantees
    called = np.flatnonzero(world.outcome.by_loan[ties.debtor])
    debtor = np.concatenate([late, ties.debtor[called].astype(np.int64)])
    share = np.concatenate([np.ones(len(late)), ties.share_ppm[called] / 1e6])
    firm = np.concatenate([late, ties.guarantor[called].astype(np.int64)])
    bits = lots_of(world, "docket/banks").bits(firm, debtor)
    month = world.outcome.failed[debtor].astype(np.int64)
    return _claims(
        world,
        defendant=firm,
        bits=bits,
        cause=_LOAN,
        amount=world.money.debt[debtor, month] * share,
        when=month + 1.5 + 4.5 * other(bits, 6),
    )


def _by_workers(world: World) -> _Claims:
    """Workers of a firm that fails ask for the wages that it owes."""
    firms = np.flatnonzero(world.outcome.failed >= 0)
    month = world.outcome.failed[firms].astype(np.int64)
    firms = firms[world.money.wages_late[firms, month] > 0]
    lots = lots_of(world, "docket/workers")
    group, place = pieces(1 + np.floor(3 * lots.at(firms)))
    firm = firms[group]
    bits = lots.bits(firm, place + 1)
    month = world.outcome.failed[firm].astype(np.int64)
    owed = world.money.wages_late[firm, month] / np.bincount(group, minlength=len(firms))[group]
    return _claims(
        world,
        defendant=firm,
        bits=bits,
        cause=_LABOUR,
        amount=owed * (0.3 + 0.7 * other(bits, 5)),
        when=month + 1 - 2 + 6 * other(bits, 6),
    )


def _of_lawsuits(world: World) -> _Claims:
    """What the World calls a lawsuit is what it costs; it was filed months before, unless arbitrated."""
    firm, month, kind, fen = world.outcome.events
    rows = np.flatnonzero(kind == Event.LAWSUIT)
    bits = lots_of(world, "docket/lawsuits").bits(firm[rows], month[rows])
    rows, bits = rows[falls(bits, 9, _IN_COURT)], bits[falls(bits, 9, _IN_COURT)]
    return _claims(
        world,
        defendant=firm[rows],
        bits=bits,
        cause=among(bits, 4, "cause", sale=9, labour=5, lease=2, other=4),
        amount=fen[rows] * (1.0 + 0.5 * other(bits, 5)),
        when=month[rows] - 0.5 - 5 * other(bits, 6),
    )


def _of_overdue(world: World) -> _Claims:
    """Bills that stay unpaid for long end in court now and then; once a firm has failed, see above."""
    money, traits = world.money, world.traits
    least = _OVERDUE_MONTHS * traits.usual * np.maximum(traits.goods, 0.1)
    until = np.where(world.outcome.failed >= 0, world.outcome.failed - 2, WINDOW_MONTHS)
    lots = lots_of(world, "docket/overdue")
    parts = []
    for month in range(WINDOW_MONTHS):
        overdue = money.bills[:, month] - money.purchases[:, month]
        slow = np.flatnonzero((overdue > least) & (month < until))
        sued = lots.at(slow, np.full(len(slow), month)) < _SUED_MONTHLY
        parts.append(np.stack([slow[sued], np.full(int(sued.sum()), month)]))
    firm, month = np.concatenate(parts, axis=1)
    bits = lots.bits(firm, month + 1_000)
    overdue = money.bills[firm, month] - money.purchases[firm, month]
    return _claims(
        world,
        defendant=firm,
        bits=bits,
        cause=_SALE,
        amount=about(overdue * 0.3, 0.5, again(bits, purpose=5)),
        when=month + other(bits, 6),
    )


def _yearly(world: World, purpose: str, rate: float | Share) -> tuple[Whole, Bits, Share]:
    """Firms to which something happens at a rate a year, on some day on which they trade."""
    lots = lots_of(world, purpose)
    years = WINDOW_MONTHS // 12
    grid = np.arange(world.count * years)
    firm, year = grid // years, grid % years
    bits = lots.bits(firm, year)
    when = 12 * (year + other(bits, 6))
    trading = (world.firms.born[firm] < when) & (world.outcome.gone[firm] > when)
    chance = np.broadcast_to(rate, (world.count, years)).ravel()
    hit = np.flatnonzero((other(bits, 7) < chance) & trading)
    return firm[hit], bits[hit], when[hit]


def _of_others(world: World) -> _Claims:
    """Cases about little, more of them against firms that are run worse."""
    rate = _YEARLY_OVER_NOTHING * oftener(world, "judicial", slope=_WORSE)
    firm, bits, when = _yearly(world, "docket/others", rate)
    return _claims(
        world,
        defendant=firm,
        bits=bits,
        cause=among(bits, 4, "cause", sale=3, labour=3, lease=2, other=2),
        amount=about(world.traits.usual[firm] * 0.6, 0.8, again(bits, purpose=5)),
        when=when,
    )


def _of_claimants(world: World) -> _Claims:
    """Firms that sue somebody outside the city: over a bad debt, or in the course of business."""
    firm, month, kind, fen = world.outcome.events
    rows = np.flatnonzero((kind == Event.BAD_DEBT) & (fen > 0))
    owed = lots_of(world, "docket/bad debts").bits(firm[rows], month[rows])
    sues = falls(owed, 7, _BAD_DEBT_SUED)
    rows, owed = rows[sues], owed[sues]
    usual, bits, when = _yearly(world, "docket/claimants", _YEARLY_CLAIMS)
    plaintiff = np.concatenate([firm[rows], usual])
    both = np.concatenate([owed, bits])
    asked = about(world.traits.usual[usual] * 0.5, 0.8, again(bits, purpose=5))
    return _Claims(
        defendant=np.full(len(plaintiff), NOBODY),
        plaintiff=plaintiff,
        outside=np.where(falls(both, 8, 0.25), PERSON, OUTSIDER).astype(np.int8),
        bits=both,
        cause=among(both, 4, "cause", sale=85, other=15),
        amount=np.concatenate([fen[rows].astype(np.float64), asked]),
        when=np.concatenate([month[rows] + 1 + 4 * other(owed, 6), when]),
    )


def _dealt_with(world: World, claims: _Claims) -> Docket:
    """Files the claims of those who can still be sued, by day, and decides them."""
    filed = working(day_of(claims.when))
    party = np.where(claims.defendant >= 0, claims.defendant, claims.plaintiff)
    able = (filed >= FIRST) & (filed < UNTIL) & (filed < answerable_until(world)[party])
    able &= filed >= world.firms.founded[party] + 30
    able &= (claims.plaintiff != claims.defendant) & (claims.amount >= _LEAST_FEN)
    rows = np.flatnonzero(able)
    rows = rows[np.argsort(filed[rows], kind="stable")]
    failure = np.where(claims.defendant >= 0, world.outcome.failed[claims.defendant], -1)[rows]
    chosen = _Claims(*(getattr(claims, part.name)[rows] for part in fields(_Claims)))
    cases = _judged(
        chosen,
        third=_there(world, _third_party(world, chosen), filed[rows]),
        filed=filed[rows],
        failure=failure.astype(np.int64),
    )
    suer = _there(world, cases.plaintiff, cases.filed)
    suer = np.where(chosen.defendant >= 0, suer, cases.plaintiff)
    return _enforced(world, replace(cases, plaintiff=suer))


def _there(world: World, firm: Whole, day: Whole) -> Whole:
    """The firm where it trades on that day, else NOBODY: then somebody outside the city."""
    own = np.maximum(firm, 0)
    trades = (day > world.firms.founded[own] + 30) & (day < ends(world)[own])
    return np.where((firm >= 0) & trades, firm, NOBODY)


def _third_party(world: World, claims: _Claims) -> Whole:
    """Another supplier of the defendant, in some cases."""
    network, firm = world.network, np.maximum(claims.defendant, 0)
    first, last = network.starts[firm], network.starts[firm + 1]
    edge = first + np.floor(other(claims.bits, 36) * (last - first)).astype(np.int64)
    supplier = network.seller[np.minimum(edge, network.many - 1)].astype(np.int64)
    drawn = (claims.defendant >= 0) & (last > first)
    drawn &= (falls(claims.bits, 32, _THIRD_PARTIES)) & (supplier != claims.plaintiff)
    return np.where(drawn, supplier, NOBODY)


def _judged(claims: _Claims, *, third: Whole, filed: Whole, failure: Whole) -> Docket:
    bits = claims.bits
    judged = working(filed + 45 + np.floor(150 * other(bits, 10)).astype(np.int64))
    failure = np.where(day_of((failure + 1).astype(np.float64)) <= judged, failure, -1)
    is_failing = failure >= 0
    against = among(
        bits, 11, "judgment_result", for_plaintiff=12, partly=4, mediated=2, withdrawn=2
    )
    result = np.where(is_failing, against, coded(other(bits, 11), "judgment_result"))
    never = np.full(len(filed), -1)
    return Docket(
        defendant=claims.defendant,
        plaintiff=claims.plaintiff,
        third=third,
        outside=claims.outside,
        bits=bits,
        cause=claims.cause,
        amount=np.floor(claims.amount / 100).astype(np.int64) * 100,
        failure=failure,
        filed=filed,
        judged=judged,
        result=result.astype(np.int8),
        enforced=never,
        closed=never,
        listed=never,
        banned=never,
        frozen=np.where(falls(bits, 24, _FROZEN), filed - 15 + _days(bits, 25, 40), -1),
    )


def _days(bits: Bits, purpose: int, most: int) -> Whole:
    return np.floor(other(bits, purpose) * most).astype(np.int64)


def _after(cases: Docket, purpose: int, *, first: float, last: float) -> Whole:
    """A day so many months after the month in which the defendant fails."""
    return day_of(cases.failure + 1 + first + (last - first) * other(cases.bits, purpose))


def _enforced(world: World, cases: Docket) -> Docket:
    """What follows a judgment that is not obeyed; all of it while the defendant can still be reached."""
    bits, is_failing = cases.bits, cases.failure >= 0
    won = np.isin(cases.result, _OWES) & (cases.defendant >= 0)
    disobeyed = won & (falls(bits, 12, np.where(is_failing, *_UNPAID)))
    soonest = cases.judged + 15
    late = np.maximum(soonest, _after(cases, 13, first=4, last=12))
    enforced = working(np.where(is_failing, late, soonest + 15 + _days(bits, 13, 150)))
    until = answerable_until(world)[np.maximum(cases.defendant, 0)]
    listed = np.where(
        is_failing,
        np.maximum(enforced + 20, _after(cases, 15, first=8, last=18)),
        enforced + 60 + _days(bits, 15, 180),
    )
    banned = np.where(
        is_failing,
        np.maximum(enforced + 10, _after(cases, 17, first=6, last=14)),
        enforced + 30 + _days(bits, 17, 120),
    )

    def when(day: Whole, among: NDArray[np.bool_]) -> Whole:
        return np.where(among & (day < until), day, -1)

    is_listed = disobeyed & (falls(bits, 14, np.where(is_failing, *_LISTED)))
    is_banned = disobeyed & (falls(bits, 16, np.where(is_failing, *_BANNED)))
    length = np.where(is_failing, 120 + _days(bits, 18, 240), 30 + _days(bits, 18, 210))
    return replace(
        cases,
        enforced=when(enforced, disobeyed),
        closed=when(enforced + length, disobeyed),
        listed=when(listed, is_listed),
        banned=when(banned, is_banned),
        frozen=when(cases.frozen, cases.defendant >= 0),
    )
