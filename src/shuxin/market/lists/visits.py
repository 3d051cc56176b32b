"""Visits (走访): who went where and when, what the firm said it needs; a firm with needs is declared."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.region import RegionCode
from shuxin.kernel.uscc import USCC
from shuxin.market.domain.terms import LEAST_FEN, MOST_FEN
from shuxin.market.domain.words import LoanUse  # noqa: TC001 - pydantic reads it: Visit is the wire
from shuxin.market.list_models import ListingRow, VisitRow
from shuxin.market.lists.reading import asked_as, require_region
from shuxin.market.lists.refusals import AlreadyListed, VisitInvalid
from shuxin.market.lists.words import LISTING
from shuxin.market.steps import StepOvertaken, begin, new_key

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.market.steps import Doer

LONGEST_NAME, LONGEST_NOTE = 200, 1000
_FIRST = dt.date(2015, 1, 1)


@dataclass(frozen=True, slots=True)
class Visit:
    """What an officer writes down (走访记录). Raises VisitInvalid.

    firm: a unified social credit code. region: of GB/T 2260, six digits. amount_fen and use: what the firm needs,
    when ``found_needs``.
    """

    firm: str
    name: str
    region: str
    visited_on: dt.date
    visitor: str
    found_needs: bool
    amount_fen: int = 0
    use: LoanUse | None = None
    note: str = ""

    def __post_init__(self) -> None:
        _require_codes(self.firm, self.region)
        if not 1 <= len(self.name.strip()) <= LONGEST_NAME:
            raise VisitInvalid(where="name")
        if not 1 <= len(self.visitor.strip()) <= LONGEST_NAME:
            raise VisitInvalid(where="visitor")
        if len(self.note) > LONGEST_NOTE:
            raise VisitInvalid(where="note")
        if self.visited_on < _FIRST:
            raise VisitInvalid(where="visited_on")
        if self.found_needs and not LEAST_FEN <= self.amount_fen <= MOST_FEN:
            raise VisitInvalid(where="amount")
        if self.found_needs and self.use is None:
            raise VisitInvalid(where="use")

    @property
    def party(self) -> str:
        return f"uscc:{self.firm}"


def _require_codes(firm: str, region: str) -> None:
    try:
        USCC(firm)
    except ShuxinError as error:
        raise VisitInvalid(where="code") from error
    try:
        RegionCode(region)
    except ShuxinError as error:
        raise VisitInvalid(where="region") from error


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as it is kept."""

    key: str
    firm: str
    name: str
    region: str
    visited_on: dt.date
    visitor: str
    found_needs: bool
    amount_fen: int
    note: str
    by: str
    at: datetime


def record_visit(visit: Visit, *, doer: Doer, now: datetime, request_id: str) -> str | None:
    """Keep a visit; a firm that needs money is declared (申报清单): the key of its entry, else None.

    The same ``request_id`` again changes nothing. Raises RegionNotYours, AlreadyListed, VisitInvalid, StepOvertaken.
    """
    asked = asked_as(doer.party, request_id)
    kept = VisitRow.objects.filter(request_id=asked).first()
    if kept is not None:
        return _listing_of(kept.key)
    require_recordable(visit, doer=doer, now=now)
    key = new_key()
    try:
        with transaction.atomic():
            _keep(visit, key=key, doer=doer, now=now, asked=asked)
            return _declare(visit, key, doer=doer, now=now) if visit.found_needs else None
    except IntegrityError as error:
        raise StepOvertaken from error


def require_recordable(visit: Visit, *, doer: Doer, now: datetime) -> None:
    """That it can be kept now. Raises RegionNotYours, AlreadyListed, VisitInvalid."""
    if visit.visited_on > now.astimezone(CHINA_TIME).date():
        raise VisitInvalid(where="visited_on")
    require_region(visit.region, doer=doer)
    if visit.found_needs and ListingRow.objects.filter(open_for=visit.party).exists():
        raise AlreadyListed


def is_kept(request_id: str, *, doer: Doer) -> bool:
    return VisitRow.objects.filter(request_id=asked_as(doer.party, request_id)).exists()


def _keep(visit: Visit, *, key: str, doer: Doer, now: datetime, asked: str) -> None:
    VisitRow.objects.create(
        key=key,
        request_id=asked,
        firm=visit.party,
        name=visit.name.strip(),
        region=visit.region,
        visited_on=visit.visited_on,
        visitor=visit.visitor.strip(),
        found_needs=visit.found_needs,
        amount_fen=visit.amount_fen,
        use=visit.use.value if visit.use else "",
        note=visit.note,
        party=doer.party,
        by=doer.by,
        at=now,
    )


def _declare(visit: Visit, key: str, *, doer: Doer, now: datetime) -> str:
    if visit.use is None:
        raise VisitInvalid(where="use")
    row = ListingRow(
        key=new_key(),
        firm=visit.party,
        open_for=visit.party,
        name=visit.name.strip(),
        region=visit.region,
        amount_fen=visit.amount_fen,
        use=visit.use.value,
        visit=key,
    )
    try:
        with transaction.atomic():
            begin(row, machine=LISTING, doer=doer, now=now)
    except IntegrityError as error:
        raise AlreadyListed from error
    return row.key


def _listing_of(visit: str) -> str | None:
    row = ListingRow.objects.filter(visit=visit).first()
    return row.key if row else None


def visits(region: str) -> list[VisitView]:
    """Of firms in the region with this prefix, the newest first. Who shows them notes the reading."""
    rows = VisitRow.objects.filter(region__startswith=region).order_by("-visited_on", "-pk")
    return [_view(row) for row in rows]


def _view(row: VisitRow) -> VisitView:
    return VisitView(
        key=row.key,
        firm=row.firm,
        name=row.name,
        region=row.region,
        visited_on=row.visited_on,
        visitor=row.visitor,
        found_needs=row.found_needs,
        amount_fen=row.amount_fen,
        note=row.note,
        by=row.by,
        at=row.at,
    )
