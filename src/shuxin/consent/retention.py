"""What must go, or may go, at a moment: listed page by page, never deleted by looking."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.negative import years_after
from shuxin.consent.domain.retention import RECORDS, Due
from shuxin.consent.models import EndedAuthorisation, HeldStatement, Use
from shuxin.consent.records import ended_of
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.consent.domain.authorisation import Authorisation

RECEIVED_DATA, AUTHORISATION_RECORD, USE_RECORDS = "received_data", "authorisation", "uses"
AT_ONCE = 500
"""Authorisations in one page."""
_RECEIVED = Text(
    en="data received under an authorisation that has ended: to be deleted, or kept for another duty only (PIPL"
    " art. 47)",
    zh="依已终止授权取得的数据：应予删除，另有法定保存义务的除外（个人信息保护法第四十七条）",
)


@dataclass(frozen=True, slots=True)
class DuePage:
    """What is due of one page of authorisations, the longest over first. ``last``: where it ends."""

    due: tuple[Due, ...]
    last: int


def authorisations_due(*, holder: str, after: int = 0, now: dt.datetime) -> DuePage | None:
    """Of the next ``AT_ONCE`` authorisations that are kept here; None when none is left.

    What was received under an ended one goes at once, the record of it later. after: ``last`` of the page before.
    """
    rows = HeldStatement.objects.filter(kind=AUTHORISATION, pk__gt=after).order_by("pk")
    page = list(rows.values_list("pk", "text")[:AT_ONCE])
    if not page:
        return None
    kept = [read_authorisation(parse_statement(text, kind=AUTHORISATION)) for _, text in page]
    ended = _ended_at(kept)
    due = [
        one
        for terms in kept
        for one in _due_of(terms, end=ended.get(terms.auth_id), holder=holder, now=now)
    ]
    return DuePage(tuple(sorted(due, key=lambda one: one.since)), page[-1][0])


def _due_of(
    terms: Authorisation, *, end: dt.datetime | None, holder: str, now: dt.datetime
) -> Iterator[Due]:
    over = terms.valid_to if end is None else min(end, terms.valid_to)
    if over > now:
        return
    day = _day(over)
    if terms.grantee == holder:
        yield Due(RECEIVED_DATA, terms.auth_id, 1, day, _RECEIVED)
    if RECORDS.is_over(day, now=now):
        yield Due(AUTHORISATION_RECORD, terms.auth_id, 1, RECORDS.over_on(day), RECORDS.title)


def _ended_at(terms: Sequence[Authorisation]) -> dict[str, dt.datetime]:
    """When each that was ended before its time was, by id; another subject's word ends none."""
    why, subjects = ended_of(terms), {one.auth_id: one.subject for one in terms}
    found: dict[str, dt.datetime] = {}
    for row in EndedAuthorisation.objects.filter(auth_id__in=list(why)).order_by("-at"):
        if row.subject in {"", subjects[row.auth_id]}:
            found[row.auth_id] = row.at
    return found


def uses_due(*, now: dt.datetime) -> list[Due]:
    """Uses whose three years are over, counted together; empty when there are none."""
    first = Use.objects.order_by("at").first()
    if first is None or not RECORDS.is_over(_day(first.at), now=now):
        return []
    earliest = years_after(_day(now), -RECORDS.years)
    before = dt.datetime.combine(earliest, dt.time(), tzinfo=CHINA_TIME)
    count = Use.objects.filter(at__lt=before).count()
    return [Due(USE_RECORDS, "", count, RECORDS.over_on(_day(first.at)), RECORDS.title)]


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(CHINA_TIME).date()
