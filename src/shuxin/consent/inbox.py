"""What happens to requests for authorisation on the platform: asked, granted, declined, withdrawn, suspended.

The platform keeps and relays; the subject's own key decides, and the holder's gate judges the statement again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.consent import records
from shuxin.consent.domain.authorisation import (
    AUTHORISATION,
    AuthorisationInvalid,
    read_authorisation,
    read_withdrawal,
)
from shuxin.consent.domain.gate import MAY_ASK, Presented, judge_signer
from shuxin.consent.domain.proposal import (
    LAPSES_AFTER,
    PROPOSAL,
    GrantWider,
    RequestState,
    read_proposal,
    request_id_of,
    wider,
)
from shuxin.consent.inbox_models import AuthorisationRequest, RequestAnswer, Suspension
from shuxin.consent.inbox_view import RequestUnknown, state_of_authorisation, state_of_request
from shuxin.consent.models import HeldStatement
from shuxin.consent.records import StatementUnproven
from shuxin.consent.wording import is_worded
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Listed, Text
from shuxin.parties.api import KeyProblem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.consent.domain.authorisation import Authorisation
    from shuxin.consent.domain.gate import Keys
    from shuxin.consent.domain.refusal import Refusal
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Sayable

GRANTED, DECLINED = "granted", "declined"
LONGEST_REASON = 300


class AuthorisationUnknown(NotFound):
    code = "authorisation_unknown"
    what = Text(
        en="no such authorisation of this subject is held here", zh="本处没有该主体的这份授权书"
    )
    mend = Text(
        en="Turn to the platform on which it was granted, or hand the withdrawal to the source itself",
        zh="请到作出授权的平台办理，或将撤回声明直接交给数据来源",
    )


class RequestClosed(Conflict):
    code = "authorisation_request_closed"
    what = Text(en="not in this state: {state}", zh="当前状态不允许此操作：{state}")
    mend = Text(
        en="A closed request is never opened again; let the recipient ask anew",
        zh="已关闭的申请不再开启；请由使用方重新申请",
    )

    def __init__(self, state: RequestState) -> None:
        self.state = state
        super().__init__(state=state.value)

    def in_words(self) -> Mapping[str, Sayable]:
        return {"state": self.state.text}


class GrantOtherText(InvalidInput):
    code = "grant_other_text"
    what = Text(
        en="the words that were signed are not the words of these terms",
        zh="所签署的文字与授权条款对应的文字不一致",
    )
    mend = Text(
        en="Do not trust the page or program that showed them; sign anew with 'shuxin authorise'",
        zh="请勿信任展示该文字的页面或程序；请用 shuxin authorise 重新签署",
    )


class GrantUnproven(NotPermitted):
    code = "grant_unproven"
    what = Text(en="the subject did not validly sign this: {why}", zh="主体未有效签署：{why}")
    mend = Text(
        en="Sign with a valid key of the subject, or of an agent with a mandate for this purpose",
        zh="请使用主体的有效密钥，或持有该目的委托的代理人密钥签名",
    )

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(why=" ".join(one.reason for one in refusals))

    def in_words(self) -> Mapping[str, Sayable]:
        return {"why": Listed(self.refusals)}


class ReasonMissing(InvalidInput):
    code = "suspension_reason_missing"
    what = Text(
        en="a suspension needs a reason, which the subject sees", zh="暂停须说明理由，并向主体公示"
    )
    mend = Text(en="State it in at most {longest} signs", zh="请用不超过 {longest} 字说明")


def ask(statement: Statement, *, keys: Keys, now: datetime) -> str:
    """Put a recipient's signed request into the subject's inbox; the same again changes nothing.

    Returns the request's id. Raises StatementUnreadable, AuthorisationInvalid, UnknownPurpose,
    StatementUnproven, AuthorisationUnknown.
    """
    terms = read_proposal(statement).terms
    key = keys.who_signed(statement, party=terms.grantee, seen_at=now)
    if isinstance(key, KeyProblem) or not key.roles & MAY_ASK:
        raise StatementUnproven(kind=PROPOSAL)
    if terms.valid_to <= now:
        raise AuthorisationInvalid(reason="valid_to")
    if terms.supersedes:
        _held(terms.supersedes, subject=terms.subject, grantee=terms.grantee)
    row, _ = AuthorisationRequest.objects.get_or_create(
        request_id=request_id_of(statement),
        defaults={
            "grantee": terms.grantee,
            "subject": terms.subject,
            "text": statement.dump().decode(),
            "asked_at": now,
            "lapses_at": min(now + LAPSES_AFTER, terms.valid_to),
        },
    )
    return str(row.request_id)


def grant(request_id: str, statement: Statement, *, keys: Keys, now: datetime) -> Authorisation:
    """Take the authorisation that the subject signed for a request, once.

    Raises RequestUnknown, RequestClosed, StatementUnreadable, AuthorisationInvalid, GrantWider,
    GrantOtherText, GrantUnproven.
    """
    row = _open_request(request_id, now=now)
    granted = read_authorisation(statement)
    proposed = read_proposal(parse_statement(row.text, kind=PROPOSAL)).terms
    beyond = wider(granted, proposed=proposed)
    if beyond:
        raise GrantWider(terms=", ".join(beyond))
    if not is_worded(granted):
        raise GrantOtherText
    refusals = list(judge_signer(Presented(granted, statement, now), keys=keys, now=now))
    if refusals:
        raise GrantUnproven(refusals)
    with transaction.atomic():
        answer = RequestAnswer(
            request_id=request_id,
            answer=GRANTED,
            auth_id=granted.auth_id,
            text=statement.dump().decode(),
            valid_to=granted.valid_to,
            by=granted.subject,
            at=now,
        )
        _answer(answer, now=now)
        _keep(statement, granted, now=now)
    return granted


def decline(request_id: str, *, subject: str, by: str, now: datetime) -> None:
    """The subject says no. ``by``: the account that says so for it. Raises RequestUnknown, RequestClosed."""
    if _open_request(request_id, now=now).subject != subject:
        raise RequestUnknown
    _answer(RequestAnswer(request_id=request_id, answer=DECLINED, by=by, at=now), now=now)


def withdraw(statement: Statement, *, keys: Keys, now: datetime) -> None:
    """Take a withdrawal; from the next status list on, every holder knows it.

    Raises StatementUnreadable, StatementUnproven, AuthorisationUnknown.
    """
    withdrawal = read_withdrawal(statement)
    _held(withdrawal.auth_id, subject=withdrawal.subject)
    records.take_withdrawal(statement, keys=keys, now=now)


def suspend(auth_id: str, *, reason: str, by: str, now: datetime) -> None:
    """The operator puts an authorisation on hold; the subject sees the reason.

    Raises AuthorisationUnknown, RequestClosed, ReasonMissing.
    """
    _suspension(auth_id, when=RequestState.GRANTED, reason=reason, by=by, now=now)


def release(auth_id: str, *, reason: str, by: str, now: datetime) -> None:
    """The hold ends. Raises AuthorisationUnknown, RequestClosed, ReasonMissing."""
    _suspension(auth_id, when=RequestState.SUSPENDED, reason=reason, by=by, now=now)


def _suspension(auth_id: str, *, when: RequestState, reason: str, by: str, now: datetime) -> None:
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise ReasonMissing(longest=LONGEST_REASON)
    state = state_of_authorisation(auth_id, now=now)
    if state is None:
        raise AuthorisationUnknown
    if state is not when:
        raise RequestClosed(state)
    suspended = when is RequestState.GRANTED
    Suspension.objects.create(auth_id=auth_id, suspended=suspended, reason=reason, by=by, at=now)


def _open_request(request_id: str, *, now: datetime) -> AuthorisationRequest:
    row: AuthorisationRequest | None = AuthorisationRequest.objects.filter(
        request_id=request_id
    ).first()
    if row is None:
        raise RequestUnknown
    state = state_of_request(row, now=now)
    if state is not RequestState.REQUESTED:
        raise RequestClosed(state)
    return row


def _answer(answer: RequestAnswer, *, now: datetime) -> None:
    """The database lets one answer through, however many come at once."""
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError:
        row = AuthorisationRequest.objects.get(request_id=answer.request_id)
        raise RequestClosed(state_of_request(row, now=now)) from None


def _keep(statement: Statement, granted: Authorisation, *, now: datetime) -> None:
    records.hold_statement(
        statement,
        about=granted.auth_id,
        subject=granted.subject,
        grantee=granted.grantee,
        now=now,
    )
    records.supersede(granted, now=now)


def _held(auth_id: str, *, subject: str, grantee: str = "") -> None:
    """Raises AuthorisationUnknown unless this authorisation of the subject is held here."""
    rows = HeldStatement.objects.filter(kind=AUTHORISATION, about=auth_id, subject=subject)
    if not (rows.filter(grantee=grantee) if grantee else rows).exists():
        raise AuthorisationUnknown
