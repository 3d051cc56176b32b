"""A lender's word on an application (审批结果), taken once; and a firm's signed acceptance of an offer (接受报价)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.statements import Statement, parse_statement
from shuxin.lending import closing
from shuxin.lending.application_models import AcceptanceRow, AnswerRow, ApplicationRow
from shuxin.lending.application_rows import locked, move, offer_digest
from shuxin.lending.applications import ANSWER_WITHIN
from shuxin.lending.domain.application import (
    AcceptanceDiffers,
    AcceptanceUnproven,
    AnswerIncomplete,
    AnswerLate,
    OfferEnded,
    OfferOutsideTerms,
    OtherOfferAccepted,
)
from shuxin.lending.domain.offers import Answer, Verdict
from shuxin.lending.offers import CLOCK_SKEW, refused_for
from shuxin.market import api as market
from shuxin.parties.api import KeyRole, KnownKey

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from shuxin.consent.api import Keys
    from shuxin.lending.domain.application import ApplicationView

ACCEPTANCE = "offer-acceptance"
MAY_ACCEPT = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})
SIGNED_WITHIN = timedelta(hours=1)
"""How old a signature of a device may be."""
_FIELDS = ("application", "offer", "firm", "lender")
_EVENTS = {
    Verdict.APPROVE: "approve",
    Verdict.REFER: "refer",
    Verdict.DECLINE: "decline",
    Verdict.NEED_INFORMATION: "ask",
}
_WITH_LENDER = ("data_query", "scoring", "manual_review")
_HASH_DIGITS, _LONGEST_QUESTION, _MOST_REASONS = 64, 1000, 10


def answer_application(key: str, answer: Answer, *, doer: market.Doer, now: datetime) -> None:
    """Take what the lender decided. The same decision again changes nothing, also when the reply was lost.

    Raises ThingUnknown, AnswerIncomplete, OfferOutsideTerms, AnswerLate, StepImpossible, StepOfOther.
    """
    _check(answer)
    closing.cancel_orphan(key, doer=doer, now=now)
    with transaction.atomic():
        row = locked(key, doer=doer, now=now)
        told = AnswerRow.objects.filter(application=key, decision=answer.decision, turn=row.returns)
        if told.exists():
            return
        if row.state not in _WITH_LENDER:
            raise AnswerLate(state=row.state)
        if answer.offer is not None:
            _check_offer(answer, row, now)
        if row.state == "data_query" and answer.verdict is not Verdict.NEED_INFORMATION:
            move(row, "score", doer=doer, now=now)
        _take(row, answer, doer, now)


def acceptance_body(found: ApplicationView, *, at: datetime) -> dict[str, str]:
    """What the firm's device signs, as ``ACCEPTANCE``, of an application with an offer."""
    return {
        "application": found.key,
        "offer": found.offer_digest,
        "firm": found.firm.party,
        "lender": found.lender,
        "at": at.isoformat(),
    }


def accept_offer(
    key: str, *, statement: Statement, doer: market.Doer, now: datetime, keys: Keys
) -> None:
    """The firm takes the offer by a statement that its own device signed. The same statement again changes nothing.

    Raises ThingUnknown, StepImpossible, OfferEnded, OtherOfferAccepted, AcceptanceDiffers, AcceptanceUnproven.
    """
    text = statement.dump().decode()
    closing.cancel_orphan(key, doer=doer, now=now)
    with transaction.atomic():
        row = locked(key, doer=doer, now=now)
        if row.accepted == text:
            return
        if row.state == "approved" and row.due_at is not None and row.due_at <= now:
            raise OfferEnded
        if row.state == "approved":
            _check_statement(statement, row, keys=keys, now=now)
            _accept_once(row, now)
        changes = {"accepted": text, "due_at": None}
        move(row, "accept", doer=doer, now=now, evidence=statement.hash, changes=changes)
        closing.keep_outcome(row, now=now)


def acceptance_of(row: ApplicationRow) -> Statement | None:
    """The statement by which its offer was accepted."""
    return parse_statement(row.accepted, kind=ACCEPTANCE) if row.accepted else None


def _take(row: ApplicationRow, answer: Answer, doer: market.Doer, now: datetime) -> None:
    kept = market.to_json(answer)
    changes: dict[str, Any] = {"answer": kept, "answered_at": now, **_next(row, answer, now)}
    reason = answer.question or ", ".join(one.code for one in answer.reasons)
    event = _EVENTS[answer.verdict]
    move(row, event, doer=doer, now=now, reason=reason, evidence=answer.decision, changes=changes)
    AnswerRow(
        application=row.key, decision=answer.decision, turn=row.returns, content=kept, at=now
    ).save()
    if answer.verdict is Verdict.DECLINE:
        closing.ended(row, doer=doer, now=now)
    elif answer.verdict is Verdict.APPROVE:
        closing.keep_outcome(row, now=now)


def _next(row: ApplicationRow, answer: Answer, now: datetime) -> Mapping[str, Any]:
    """By when whoever is next has to act."""
    if answer.verdict is Verdict.APPROVE and answer.offer is not None:
        return {"due_at": answer.offer.valid_until}
    if answer.verdict is Verdict.NEED_INFORMATION:
        asked = {"question": answer.question, "asked_at": now.isoformat()}
        return {"due_at": now + ANSWER_WITHIN, "said": [*row.said, asked]}
    return {} if answer.verdict is Verdict.REFER else {"due_at": None}


def _check(answer: Answer) -> None:
    if len(answer.decision) != _HASH_DIGITS:
        raise AnswerIncomplete(part="decision")
    wrong = {
        "offer": (answer.verdict is Verdict.APPROVE) != (answer.offer is not None),
        "reasons": (answer.verdict is Verdict.DECLINE and not answer.reasons)
        or (answer.verdict in {Verdict.APPROVE, Verdict.REFER} and bool(answer.reasons))
        or len(answer.reasons) > _MOST_REASONS,
        "question": (answer.verdict is Verdict.NEED_INFORMATION) != bool(answer.question.strip())
        or len(answer.question) > _LONGEST_QUESTION,
    }
    for part, is_wrong in wrong.items():
        if is_wrong:
            raise AnswerIncomplete(part=part)


def _check_offer(answer: Answer, row: ApplicationRow, now: datetime) -> None:
    """Raises OfferOutsideTerms."""
    if answer.offer is None:
        return
    terms = market.product_terms(row.product, row.product_version)
    where = refused_for(answer.offer, terms=terms, asked_fen=row.amount_fen, now=now)
    if where:
        raise OfferOutsideTerms(where=where)


def _check_statement(
    statement: Statement, row: ApplicationRow, *, keys: Keys, now: datetime
) -> None:
    expected = {
        "application": row.key,
        "offer": offer_digest(row),
        "firm": row.firm,
        "lender": row.lender,
    }
    if statement.kind != ACCEPTANCE or set(statement.body) != {*_FIELDS, "at"}:
        raise AcceptanceDiffers(field="kind")
    for field, value in expected.items():
        if statement.body[field] != value:
            raise AcceptanceDiffers(field=field)
    if not _is_recent(str(statement.body["at"]), now):
        raise AcceptanceDiffers(field="at")
    key = keys.who_signed(statement, party=row.firm, seen_at=now)
    if not isinstance(key, KnownKey) or not key.roles & MAY_ACCEPT:
        raise AcceptanceUnproven


def _is_recent(said: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return False
    return at.tzinfo is not None and now - SIGNED_WITHIN <= at <= now + CLOCK_SKEW


def _accept_once(row: ApplicationRow, now: datetime) -> None:
    """All applications of the demand are held by this transaction. Raises OtherOfferAccepted."""
    accepted = list(ApplicationRow.objects.filter(demand=row.demand, state="accepted"))
    if any(one.feedback is None or one.feedback["lent"] for one in accepted):
        raise OtherOfferAccepted
    AcceptanceRow(demand=row.demand, turn=len(accepted), application=row.key, at=now).save()
