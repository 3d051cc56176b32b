"""What the subject and the recipient see of requests for authorisation, with the state computed from the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.authorisation import AUTHORISATION, read_authorisation
from shuxin.consent.domain.proposal import (
    PROPOSAL,
    Facts,
    RequestState,
    read_proposal,
    state_of,
)
from shuxin.consent.inbox_models import AuthorisationRequest, RequestAnswer, Suspension
from shuxin.consent.models import UseCounter
from shuxin.consent.records import ended_of
from shuxin.consent.wording import Offer, offer, wording
from shuxin.kernel.errors import NotFound
from shuxin.kernel.statements import Statement, parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from shuxin.consent.domain.authorisation import Authorisation
    from shuxin.kernel.text import Language

_LANGUAGES: tuple[Language, ...] = ("en", "zh")


class RequestUnknown(NotFound):
    code = "authorisation_request_unknown"
    what = Text(en="there is no such request here", zh="没有这项授权申请")
    mend = Text(
        en="'shuxin inbox list' shows the requests of a subject or of a recipient",
        zh="用 shuxin inbox list 查看主体收到的或使用方提出的申请",
    )


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One request as its subject or its recipient sees it (授权申请).

    ``terms``: what was granted, else what is asked for. ``offers``: by language, what to show and sign
    while the request waits, else empty. ``wordings``: the words of ``terms``, by language. ``reason`` is in the
    recipient's own words. ``auth_id``: "" until granted. ``suspended_because``: "" unless suspended.
    ``used``: uses counted in this installation; other holders count their own.
    """

    request_id: str
    state: RequestState
    terms: Authorisation
    reason: str
    grantee_name: str
    holder_names: tuple[str, ...]
    auth_id: str
    wordings: Mapping[Language, str]
    offers: Mapping[Language, Offer]
    asked_at: datetime
    lapses_at: datetime
    used: int
    suspended_because: str


def _nameless(_: str) -> str:
    return ""


def inbox_of(
    *, subject: str, now: datetime, name_of: Callable[[str], str] = _nameless
) -> list[InboxItem]:
    """Every request to this subject, newest first. ``name_of`` gives a party's registered name, or ""."""
    rows = AuthorisationRequest.objects.filter(subject=subject).order_by("-asked_at", "-pk")
    return _items(rows, now=now, name_of=name_of)


def asked_by(
    *,
    grantee: str,
    now: datetime,
    name_of: Callable[[str], str] = _nameless,
    most: int | None = None,
) -> list[InboxItem]:
    """Every request of this recipient, or its newest, newest first; those of others are not among them."""
    rows = AuthorisationRequest.objects.filter(grantee=grantee).order_by("-asked_at", "-pk")
    return _items(rows[:most], now=now, name_of=name_of)


def inbox_item(
    request_id: str, *, viewer: str, now: datetime, name_of: Callable[[str], str] = _nameless
) -> InboxItem:
    """One request, for its subject or its recipient. Raises RequestUnknown for everybody else."""
    row = AuthorisationRequest.objects.filter(request_id=request_id).first()
    if row is None or viewer not in {row.subject, row.grantee}:
        raise RequestUnknown
    return _items([row], now=now, name_of=name_of)[0]


def asked_statement(request_id: str, *, viewer: str) -> Statement:
    """The recipient's request as it came, for the subject's device. Raises RequestUnknown."""
    row = AuthorisationRequest.objects.filter(request_id=request_id).first()
    if row is None or viewer not in {row.subject, row.grantee}:
        raise RequestUnknown
    return parse_statement(row.text, kind=PROPOSAL)


def granted_to(*, grantee: str) -> list[Statement]:
    """The authorisations that a recipient may present, oldest first; each holder judges what still counts."""
    asked = AuthorisationRequest.objects.filter(grantee=grantee).values("request_id")
    rows = RequestAnswer.objects.filter(request_id__in=asked).exclude(auth_id="").order_by("pk")
    return [parse_statement(row.text, kind=AUTHORISATION) for row in rows]


def state_of_request(row: AuthorisationRequest, *, now: datetime) -> RequestState:
    return state_of(_facts([row])[row.request_id], now=now)


def state_of_authorisation(auth_id: str, *, now: datetime) -> RequestState | None:
    """None when it was not granted here."""
    answer = RequestAnswer.objects.filter(auth_id=auth_id).exclude(auth_id="").first()
    if answer is None:
        return None
    row = AuthorisationRequest.objects.get(request_id=answer.request_id)
    return state_of_request(row, now=now)


def newest_suspensions(auth_ids: Iterable[str] | None = None) -> dict[str, Suspension]:
    """The newest row of each authorisation that is suspended now, by id; of all of them when None."""
    rows = Suspension.objects.order_by("pk")
    found = rows if auth_ids is None else rows.filter(auth_id__in=list(auth_ids))
    newest = {row.auth_id: row for row in found}
    return {auth_id: row for auth_id, row in newest.items() if row.suspended}


def _facts(rows: Iterable[AuthorisationRequest]) -> dict[str, Facts]:
    """By request id, in five queries however many requests there are."""
    until = {row.request_id: row.lapses_at for row in rows}
    answers = {a.request_id: a for a in RequestAnswer.objects.filter(request_id__in=list(until))}
    ids = [answer.auth_id for answer in answers.values() if answer.auth_id]
    granted = {a.auth_id: _granted(a.text) for a in answers.values() if a.auth_id}
    ended = ended_of(list(granted.values()))
    used = Counter({c.auth_id: c.used for c in UseCounter.objects.filter(auth_id__in=ids)})
    suspended = newest_suspensions(ids)
    found = {request_id: Facts(lapses_at) for request_id, lapses_at in until.items()}
    for request_id, answer in answers.items():
        auth_id = answer.auth_id
        found[request_id] = Facts(
            until[request_id],
            answer=answer.answer,
            granted=granted.get(auth_id),
            ended=ended.get(auth_id, ""),
            used=used[auth_id],
            suspended_because=suspended[auth_id].reason if auth_id in suspended else "",
        )
    return found


def _granted(text: str) -> Authorisation:
    return read_authorisation(parse_statement(text, kind=AUTHORISATION))


def _items(
    rows: Iterable[AuthorisationRequest], *, now: datetime, name_of: Callable[[str], str]
) -> list[InboxItem]:
    listed = list(rows)
    facts = _facts(listed)
    return [_item(row, facts[row.request_id], now=now, name_of=name_of) for row in listed]


def _item(
    row: AuthorisationRequest, facts: Facts, *, now: datetime, name_of: Callable[[str], str]
) -> InboxItem:
    proposal = read_proposal(parse_statement(row.text, kind=PROPOSAL))
    state = state_of(facts, now=now)
    terms = facts.granted or proposal.terms
    waits = state is RequestState.REQUESTED
    return InboxItem(
        request_id=row.request_id,
        state=state,
        terms=terms,
        reason=proposal.reason,
        grantee_name=name_of(terms.grantee),
        holder_names=tuple(name_of(one) for one in terms.holders),
        auth_id="" if facts.granted is None else facts.granted.auth_id,
        wordings={tongue: wording(terms, language=tongue) for tongue in _LANGUAGES},
        offers={t: offer(proposal, language=t, now=now) for t in _LANGUAGES} if waits else {},
        asked_at=row.asked_at,
        lapses_at=row.lapses_at,
        used=facts.used,
        suspended_because=facts.suspended_because,
    )
