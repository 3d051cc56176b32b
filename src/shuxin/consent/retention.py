"""What must go, or may go, at a moment: listed, never deleted by looking."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.negative import years_after
from shuxin.consent.domain.retention import RECORDS, Due
from shuxin.consent.models import EndedAuthorisation, HeldStatement, Use
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

RECEIVED_DATA, AUTHORISATION_RECORD, USE_RECORDS = "received_data", "authorisation", "uses"
_RECEIVED = Text(
    en="data received under an authorisation that has ended: to be deleted, or kept for another duty only (PIPL"
    " art. 47)",
    zh="依已终止授权取得的数据:应予删除,另有法定保存义务的除外(个人信息保护法第四十七条)",
)


def records_due(*, holder: str, now: dt.datetime) -> list[Due]:
    """What this holder's records of consent say has reached its time, the longest over first."""
    return sorted([*_authorisations(holder, now), *_uses(now)], key=lambda due: due.since)


def _authorisations(holder: str, now: dt.datetime) -> Iterator[Due]:
    """Each ended authorisation: what was received under it at once, the record of it later."""
    ended = dict(EndedAuthorisation.objects.values_list("auth_id", "at"))
    for row in HeldStatement.objects.filter(kind=AUTHORISATION).order_by("pk").iterator():
        terms = read_authorisation(parse_statement(row.text, kind=AUTHORISATION))
        end = min(terms.valid_to, ended.get(terms.auth_id, terms.valid_to))
        if end > now:
            continue
        day = _day(end)
        if row.grantee == holder:
            yield Due(RECEIVED_DATA, terms.auth_id, 1, day, _RECEIVED)
        if RECORDS.is_over(day, now=now):
            over = RECORDS.over_on(day)
            yield Due(AUTHORISATION_RECORD, terms.auth_id, 1, over, RECORDS.title)


def _uses(now: dt.datetime) -> Iterator[Due]:
    """Uses whose three years are over."""
    first = Use.objects.order_by("at").first()
    if first is None or not RECORDS.is_over(_day(first.at), now=now):
        return
    earliest = years_after(_day(now), -RECORDS.years)
    before = dt.datetime.combine(earliest, dt.time(), tzinfo=CHINA_TIME)
    count = Use.objects.filter(at__lt=before).count()
    yield Due(USE_RECORDS, "", count, RECORDS.over_on(_day(first.at)), RECORDS.title)


def _day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(CHINA_TIME).date()
