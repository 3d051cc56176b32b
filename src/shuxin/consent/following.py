"""What a party takes over the link to its platform: the word that a status list is current, and authorisations.

Both are judged by this party's own trust, as if a stranger had brought them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.consent import records
from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.gate import CLOCK_SKEW, Presented, judge_signer
from shuxin.consent.domain.proposal import Facts, RequestState, state_of
from shuxin.consent.domain.status import read_status_current
from shuxin.consent.inbox import GrantOtherText, GrantUnproven
from shuxin.consent.inbox_models import RequestAnswer
from shuxin.consent.models import HeldStatement, HeldStatusList, StatusSeen, UseCounter
from shuxin.consent.records import StatementUnproven, StatusAhead, StatusRolledBack, speaks_for
from shuxin.consent.wording import is_worded
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.consent.domain.authorisation import Authorisation
    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.status import StatusCurrent
    from shuxin.kernel.statements import Statement

AT_ONCE = 200
"""Answers looked at for one page."""
SETTLED = dt.timedelta(seconds=10)
"""After which no answer with a lower place appears any more: until then a place is not passed for good."""


class GrantForeign(NotPermitted):
    code = "grant_foreign"
    what = Text(
        en="this authorisation names this party neither as recipient nor as source",
        zh="该授权书的使用方与数据来源均非本方",
    )
    mend = Text(
        en="It was not kept; the platform must send a party its own authorisations only",
        zh="未予留存；平台只应向各方发送其自身的授权书",
    )


@dataclass(frozen=True, slots=True)
class KeptGrant:
    """An authorisation kept at its recipient (已留存授权). ``used``: uses that this installation counted."""

    statement: Statement
    terms: Authorisation
    state: RequestState
    used: int
    seen_at: dt.datetime

    @property
    def holds(self) -> bool:
        """Whether it may be presented now; each holder judges it again."""
        return self.state is RequestState.GRANTED


@dataclass(frozen=True, slots=True)
class GrantPage:
    """Authorisations given on a platform after one place in its order; ``last``: after which to ask next."""

    statements: tuple[Statement, ...]
    last: int


def take_status_current(
    statement: Statement, *, issuers: Iterable[str], keys: Keys, now: dt.datetime
) -> StatusCurrent:
    """Note that the list held here is still current; an older word changes nothing.

    Raises StatementUnreadable, StatementUnproven, StatusAhead, StatusRolledBack (it speaks of another list).
    """
    word = read_status_current(statement)
    if word.issuer not in set(issuers) or not speaks_for(
        statement, word.issuer, keys=keys, seen_at=now
    ):
        raise StatementUnproven(kind=statement.kind)
    if word.at > now + CLOCK_SKEW:
        raise StatusAhead(at=word.at.isoformat())
    held = HeldStatusList.objects.filter(issuer=word.issuer).order_by("-number").first()
    if held is None or (held.number, held.digest) != (word.number, word.list_hash):
        raise StatusRolledBack(number=word.number, held=held.number if held else 0)
    with transaction.atomic():
        seen = StatusSeen.objects.select_for_update().filter(issuer=word.issuer).first()
        if seen is None or seen.digest != word.list_hash or seen.at < word.at:
            newest = {"digest": word.list_hash, "at": word.at, "text": statement.dump().decode()}
            StatusSeen.objects.update_or_create(issuer=word.issuer, defaults=newest)
    return word


def take_grant(statement: Statement, *, party: str, keys: Keys, now: dt.datetime) -> Authorisation:
    """Keep an authorisation for its recipient, or for a source that it names; the same again changes nothing.

    Raises StatementUnreadable, AuthorisationInvalid, GrantForeign, GrantOtherText, GrantUnproven.
    """
    granted = read_authorisation(statement)
    if party not in {granted.grantee, *granted.holders}:
        raise GrantForeign
    if not is_worded(granted):
        raise GrantOtherText
    refusals = list(judge_signer(Presented(granted, statement, now), keys=keys, now=now))
    if refusals:
        raise GrantUnproven(refusals)
    with transaction.atomic():
        records.hold_statement(
            statement,
            about=granted.auth_id,
            subject=granted.subject,
            grantee=granted.grantee,
            now=now,
        )
        records.supersede(granted, now=now)
    return granted


def kept_grants(
    *, grantee: str, issuers: Iterable[str], now: dt.datetime, subject: str = ""
) -> list[KeptGrant]:
    """What this recipient keeps, the newest first; of one subject when it is named."""
    rows = HeldStatement.objects.filter(kind=AUTHORISATION, grantee=grantee)
    found = rows.filter(subject=subject) if subject else rows
    kept = [(parse_statement(row.text), row.seen_at) for row in found.order_by("-pk")]
    terms = {one.hash: read_authorisation(one) for one, _ in kept}
    ended = records.ended_of(list(terms.values()))
    status = records.newest_status(issuers)
    ids = [one.auth_id for one in terms.values()]
    used = dict(UseCounter.objects.filter(auth_id__in=ids).values_list("auth_id", "used"))
    on_hold = status.suspended if status else frozenset()
    return [
        _kept(
            statement,
            terms[statement.hash],
            ended=ended.get(terms[statement.hash].auth_id, ""),
            used=used.get(terms[statement.hash].auth_id, 0),
            on_hold=on_hold,
            seen_at=seen_at,
            now=now,
        )
        for statement, seen_at in kept
    ]


def _kept(
    statement: Statement,
    terms: Authorisation,
    *,
    ended: str,
    used: int,
    on_hold: frozenset[str],
    seen_at: dt.datetime,
    now: dt.datetime,
) -> KeptGrant:
    because = "suspended" if terms.auth_id in on_hold else ""
    facts = Facts(terms.valid_to, granted=terms, ended=ended, used=used, suspended_because=because)
    return KeptGrant(statement, terms, state_of(facts, now=now), used, seen_at)


def granted_page(*, party: str, after: int, now: dt.datetime) -> GrantPage:
    """Of the next ``AT_ONCE`` answers on this platform, the authorisations that concern ``party`` and are not over."""
    rows = RequestAnswer.objects.filter(pk__gt=after).order_by("pk")[:AT_ONCE]
    found, last, passing = [], after, True
    for row in rows:
        passing = passing and row.at <= now - SETTLED
        last = row.pk if passing else last
        if not row.auth_id or row.valid_to is None or row.valid_to <= now:
            continue
        statement = parse_statement(row.text, kind=AUTHORISATION)
        granted = read_authorisation(statement)
        if party in {granted.grantee, *granted.holders}:
            found.append(statement)
    return GrantPage(tuple(found), last)


def authorisations_held() -> int:
    """How many are kept here, at their recipient or at a source, ended ones too."""
    return int(HeldStatement.objects.filter(kind=AUTHORISATION).count())


def last_answer() -> int:
    """The place of the newest answer to any request on this platform; 0 before the first."""
    newest = RequestAnswer.objects.order_by("-pk").values_list("pk", flat=True).first()
    return int(newest or 0)
