"""What a recipient asks of a subject (授权申请), how far a grant may go, and the states in between."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.consent.domain.authorisation import MOST_USES, Authorisation, AuthorisationInvalid
from shuxin.consent.domain.purpose import HOLDERS_OWN, Purpose
from shuxin.consent.domain.reading import Body
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.kernel.signing import Signer

PROPOSAL = "authorisation-request"
LAPSES_AFTER = dt.timedelta(days=30)
HIGHEST_LEVEL = 3
"""Data above it never leave their holder, so nobody asks for them."""
_ID_DIGITS = 32
_REASON = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]{1,300}")
_FIELDS = frozenset(
    {"grantee", "holder", "subject", "purpose", "catalogues", "level_max", "data_from", "data_to",
     "valid_from", "valid_to", "max_uses", "supersedes", "reason", "asked_at"}
)  # fmt: skip


class GrantWider(InvalidInput):
    code = "grant_wider"
    what = Text(
        en="this authorisation goes beyond what was asked for: {terms}",
        zh="授权书超出申请范围：{terms}",
    )
    mend = Text(en="Sign what was asked for, or less", zh="请按申请内容或更小的范围签署")


class RequestState(StrEnum):
    """States of a request and of the authorisation it leads to (授权状态), DOMAIN 8.2."""

    REQUESTED = "requested"
    REFUSED = "refused"
    LAPSED = "lapsed"
    GRANTED = "granted"
    SUSPENDED = "suspended"
    EXHAUSTED = "exhausted"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


_TEXTS = {
    RequestState.REQUESTED: Text(en="waits for your answer", zh="待答复"),
    RequestState.REFUSED: Text(en="refused", zh="已拒绝"),
    RequestState.LAPSED: Text(en="lapsed unanswered", zh="逾期未答复，已失效"),
    RequestState.GRANTED: Text(en="granted", zh="已授权"),
    RequestState.SUSPENDED: Text(en="suspended", zh="已暂停"),
    RequestState.EXHAUSTED: Text(en="used up", zh="次数用尽"),
    RequestState.EXPIRED: Text(en="expired", zh="已到期"),
    RequestState.WITHDRAWN: Text(en="withdrawn", zh="已撤回"),
    RequestState.SUPERSEDED: Text(en="replaced by a newer one", zh="已被新授权替代"),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """One recipient asks one subject for data of one holder, for one purpose (授权申请).

    ``terms`` is the widest authorisation that it may lead to, not yet worded; ``reason`` is in the
    recipient's own words. Raises AuthorisationInvalid.
    """

    terms: Authorisation
    reason: str
    asked_at: dt.datetime

    def __post_init__(self) -> None:
        terms = self.terms
        if terms.purpose in HOLDERS_OWN:
            raise AuthorisationInvalid(reason=f"purpose: {terms.purpose}")
        if terms.level_max > HIGHEST_LEVEL:
            raise AuthorisationInvalid(reason=f"level_max > {HIGHEST_LEVEL}")
        if len(terms.holders) != 1 or terms.grantee == terms.subject:
            raise AuthorisationInvalid(reason="holder, grantee, subject")
        if not _REASON.fullmatch(self.reason):
            raise AuthorisationInvalid(reason="reason")

    def sign(self, *, signer: Signer) -> Statement:
        """By the recipient's key."""
        terms = self.terms.body()
        same = {name: terms[name] for name in _FIELDS - {"holder", "reason", "asked_at"}}
        body = {
            **same,
            "holder": self.terms.holders[0],
            "reason": self.reason,
            "asked_at": self.asked_at.isoformat(),
        }
        return sign_statement(PROPOSAL, body, signer=signer)


def read_proposal(statement: Statement) -> Proposal:
    """Raises StatementUnreadable, AuthorisationInvalid, UnknownPurpose."""
    body = Body(statement, fields=_FIELDS)
    if statement.kind != PROPOSAL:
        raise body.wrong("kind")
    reason, asked_at = statement.body["reason"], body.moment("asked_at")
    if not isinstance(reason, str):
        raise body.wrong("reason")
    terms = Authorisation(
        subject=body.token("subject"),
        grantee=body.token("grantee"),
        holders=(body.token("holder"),),
        purpose=Purpose.parse(body.token("purpose")),
        catalogues=body.names("catalogues"),
        level_max=body.number("level_max", low=1, high=HIGHEST_LEVEL),
        data_from=body.day("data_from"),
        data_to=body.day("data_to"),
        valid_from=body.moment("valid_from"),
        valid_to=body.moment("valid_to"),
        max_uses=body.number("max_uses", low=1, high=MOST_USES),
        text_hash="",
        language="zh",
        signed_at=asked_at,
        supersedes=body.token_or_none("supersedes"),
    )
    return Proposal(terms, reason, asked_at)


def request_id_of(statement: Statement) -> str:
    """32 hexadecimal digits that name the request: the same statement is the same request."""
    return statement.hash[:_ID_DIGITS]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the subject takes away from a proposal before it signs; None leaves a term as proposed."""

    catalogues: tuple[str, ...] | None = None
    level_max: int | None = None
    data_from: dt.date | None = None
    valid_to: dt.datetime | None = None
    max_uses: int | None = None


AS_PROPOSED = Narrowing()


def narrowed(terms: Authorisation, narrowing: Narrowing) -> Authorisation:
    """Raises AuthorisationInvalid when what is left contradicts itself."""
    taken = {one.name: getattr(narrowing, one.name) for one in fields(narrowing)}
    return replace(terms, **{name: value for name, value in taken.items() if value is not None})


def wider(granted: Authorisation, *, proposed: Authorisation) -> tuple[str, ...]:
    """The terms in which a grant goes beyond its proposal or departs from it; empty when it does in none."""
    beyond = {
        "subject": granted.subject != proposed.subject,
        "grantee": granted.grantee != proposed.grantee,
        "purpose": granted.purpose is not proposed.purpose,
        "supersedes": granted.supersedes != proposed.supersedes,
        "holders": not set(granted.holders) <= set(proposed.holders),
        "catalogues": not set(granted.catalogues) <= set(proposed.catalogues),
        "level_max": granted.level_max > proposed.level_max,
        "data_from": granted.data_from < proposed.data_from,
        "data_to": granted.data_to > proposed.data_to,
        "valid_from": granted.valid_from < proposed.valid_from,
        "valid_to": granted.valid_to > proposed.valid_to,
        "max_uses": granted.max_uses > proposed.max_uses,
    }
    return tuple(name for name, is_beyond in beyond.items() if is_beyond)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is recorded about one request.

    ``answer``: "", "declined" or "granted", and then the terms that were granted; ``ended``: "", "withdrawn"
    or "superseded". ``used``: uses counted in this installation. ``suspended_because``: why it is on hold now, or "".
    """

    lapses_at: dt.datetime
    answer: str = ""
    granted: Authorisation | None = None
    ended: str = ""
    used: int = 0
    suspended_because: str = ""


def state_of(facts: Facts, *, now: dt.datetime) -> RequestState:
    """Computed from the facts at each question; nothing keeps a state."""
    if facts.granted is not None:
        return _state_of_grant(facts.granted, facts, now)
    if facts.answer:
        return RequestState.REFUSED
    return RequestState.LAPSED if now >= facts.lapses_at else RequestState.REQUESTED


def _state_of_grant(granted: Authorisation, facts: Facts, now: dt.datetime) -> RequestState:
    """An end that nothing takes back comes first."""
    if facts.ended:
        return RequestState(facts.ended)
    if now >= granted.valid_to:
        return RequestState.EXPIRED
    if facts.used >= granted.max_uses:
        return RequestState.EXHAUSTED
    return RequestState.SUSPENDED if facts.suspended_because else RequestState.GRANTED
