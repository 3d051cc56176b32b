"""Cases before a person (人工审批): taken, released, decided with a reason; large ones by two people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.machine import StepImpossible
from shuxin.kernel.text import Text
from shuxin.lending import case_rows
from shuxin.lending.case_models import CaseRow, OfficerDecision
from shuxin.lending.case_views import case
from shuxin.lending.domain.application import OfferOutsideTerms
from shuxin.lending.domain.case_lives import CASE_TEXTS
from shuxin.lending.domain.offers import Answer, Verdict
from shuxin.lending.domain.person_reasons import PERSON_REASONS
from shuxin.lending.offers import VALID_FOR, make_offer, outside
from shuxin.market import api as market

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.lending.domain.application import ApplicationView
    from shuxin.lending.domain.offers import Offer

LONGEST_REASON = 1000
_WITH_PERSONS = ("queue", "second")
_EVENTS = {Verdict.APPROVE: "approve", Verdict.DECLINE: "decline", Verdict.NEED_INFORMATION: "ask"}


class CaseTaken(Conflict):
    code = "case_taken"
    what = Text(en="another officer works on this case", zh="该案件已由其他审批人员处理")
    mend = Text(en="Take another one, or ask for its release", zh="请选择其他案件，或请对方释放")


class CaseNotYours(Conflict):
    code = "case_not_yours"
    what = Text(en="this case is not with you", zh="该案件不在您名下")
    mend = Text(en="Take it first", zh="请先领取该案件")


class OverrideNeedsReason(InvalidInput):
    code = "override_needs_reason"
    what = Text(en="a person's decision needs a reason", zh="人工审批须填写理由")
    mend = Text(
        en="Say in at most {longest} signs why; it is kept beside the engine's advice",
        zh="请用不超过 {longest} 字说明理由，该理由与系统建议一并留存",
    )


class SecondIsFirst(Conflict):
    code = "second_person_is_first"
    what = Text(en="who proposed it cannot agree to it", zh="复核人不得与经办人为同一人")
    mend = Text(en="Somebody else has to look at it", zh="请由其他人员复核")


class PersonReasonUnknown(InvalidInput):
    code = "person_reason_unknown"
    what = Text(en="a decline names reasons of the list", zh="拒绝须从原因清单中选择")
    mend = Text(en="Choose at least one", zh="请至少选择一项")


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an officer decides. reasons: codes of PERSON_REASONS, of a decline; question: what the firm is asked.

    repayment: one of the product's ways, None for its first one.
    """

    verdict: Verdict
    reason: str
    amount_fen: int = 0
    rate_bp: int = 0
    term_months: int = 0
    reasons: tuple[str, ...] = ()
    question: str = ""
    conditions: tuple[str, ...] = ()
    repayment: market.Repayment | None = None


def take_case(key: str, *, officer: str, now: datetime) -> None:
    """Of two officers one gets it; the same officer again changes nothing.

    Raises ThingUnknown, CaseTaken; StepImpossible where it does not wait for a person.
    """
    mine = CaseRow.objects.filter(key=key, state__in=_WITH_PERSONS)
    if mine.filter(taken_by="").update(taken_by=officer, taken_at=now):
        return
    if mine.filter(taken_by=officer).exists():
        return
    state = case(key).state
    if state not in _WITH_PERSONS:
        raise StepImpossible(event="take", state=state, named=CASE_TEXTS[state])
    raise CaseTaken


def release_case(key: str, *, officer: str) -> None:
    """Back into the queue. Raises ThingUnknown, CaseNotYours."""
    held = CaseRow.objects.filter(key=key, taken_by=officer)
    if not held.update(taken_by="", taken_at=None) and case(key).taken_by:
        raise CaseNotYours


def override_case(
    key: str,
    ruling: Ruling,
    *,
    terms: market.ProductTerms,
    doer: market.Doer,
    now: datetime,
    second_above_fen: int | None = None,
) -> None:
    """A person decides; it stands beside the engine's advice and never replaces it.

    terms: of the version applied for. second_above_fen: approvals above it wait for a second person, None for never.
    Raises ThingUnknown, CaseNotYours, StepImpossible, OverrideNeedsReason, PersonReasonUnknown, OfferOutsideTerms.
    """
    _check_words(ruling)
    with transaction.atomic():
        row = _held(key, officer=doer.by, state="queue")
        offer = _offer(ruling, case_rows.view_of(row), terms, now)
        needs_two = (
            offer is not None
            and second_above_fen is not None
            and offer.amount_fen > second_above_fen
        )
        event = "propose" if needs_two else _EVENTS[ruling.verdict]
        kept = _write(row, _content(row, ruling, offer), event, doer, now)
        if needs_two:
            changes: dict[str, Any] = {"taken_by": "", "taken_at": None}
            case_rows.move(
                row,
                "propose",
                doer=doer,
                now=now,
                reason=ruling.reason,
                evidence=kept.digest,
                changes=changes,
            )
        else:
            _settle(row, kept, doer, now)


def agree_case(key: str, *, reason: str, doer: market.Doer, now: datetime) -> None:
    """A second person agrees to what was proposed. Raises ThingUnknown, CaseNotYours, SecondIsFirst, StepImpossible."""
    with transaction.atomic():
        row = _held(key, officer=doer.by, state="second")
        proposed = _proposal(row, doer)
        content = {**proposed.content, "seconded": reason, "first": proposed.by}
        offer = content["offer"]
        if offer:
            content["offer"] = _renewed(offer, now)
        kept = _write(row, content, _EVENTS[Verdict(content["verdict"])], doer, now)
        _settle(row, kept, doer, now)


def send_back_case(key: str, *, reason: str, doer: market.Doer, now: datetime) -> None:
    """A second person does not agree: it waits in the queue again. Raises as ``agree_case``, OverrideNeedsReason."""
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise OverrideNeedsReason(longest=LONGEST_REASON)
    with transaction.atomic():
        row = _held(key, officer=doer.by, state="second")
        proposed = _proposal(row, doer)
        content = {**proposed.content, "reason": reason, "first": proposed.by}
        kept = _write(row, content, "send_back", doer, now)
        changes: dict[str, Any] = {"taken_by": "", "taken_at": None}
        case_rows.move(
            row,
            "send_back",
            doer=doer,
            now=now,
            reason=reason,
            evidence=kept.digest,
            changes=changes,
        )


def _check_words(ruling: Ruling) -> None:
    if not 0 < len(ruling.reason.strip()) <= LONGEST_REASON:
        raise OverrideNeedsReason(longest=LONGEST_REASON)
    if ruling.verdict is Verdict.NEED_INFORMATION and not ruling.question.strip():
        raise OverrideNeedsReason(longest=LONGEST_REASON)
    declines = ruling.verdict is Verdict.DECLINE
    if declines and (not ruling.reasons or not set(ruling.reasons) <= set(PERSON_REASONS)):
        raise PersonReasonUnknown
    if ruling.verdict is Verdict.REFER:
        raise PersonReasonUnknown


def _held(key: str, *, officer: str, state: str) -> CaseRow:
    """Raises ThingUnknown, CaseNotYours."""
    row = CaseRow.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise market.ThingUnknown(kind=case_rows.KIND)
    if row.taken_by != officer or row.state != state:
        raise CaseNotYours
    return row


def _offer(
    ruling: Ruling, view: ApplicationView, terms: market.ProductTerms, now: datetime
) -> Offer | None:
    if ruling.verdict is not Verdict.APPROVE:
        return None
    if not 0 < ruling.amount_fen <= view.amount_fen:
        raise OfferOutsideTerms(where="amount_fen")
    if not terms.rate_bp.holds(ruling.rate_bp):
        raise OfferOutsideTerms(where="rate_bp")
    if ruling.repayment is not None and ruling.repayment not in terms.repayments:
        raise OfferOutsideTerms(where="repayment")
    offer = make_offer(
        terms=terms,
        amount_fen=ruling.amount_fen,
        rate_bp=ruling.rate_bp,
        term_months=ruling.term_months or view.term_months,
        now=now,
        repayment=ruling.repayment,
        conditions=ruling.conditions,
    )
    where = outside(offer, terms=terms)
    if where:
        raise OfferOutsideTerms(where=where)
    return offer


def _content(row: CaseRow, ruling: Ruling, offer: Offer | None) -> dict[str, Any]:
    return {
        "case": row.key,
        "turn": row.turn,
        "advised": row.decision,
        "verdict": ruling.verdict.value,
        "reason": ruling.reason,
        "reasons": list(ruling.reasons),
        "question": ruling.question,
        "offer": market.to_json(offer) if offer else None,
    }


def _write(
    row: CaseRow, content: dict[str, Any], event: str, doer: market.Doer, now: datetime
) -> OfficerDecision:
    whole = {**content, "event": event, "by": doer.by, "at": now.isoformat()}
    kept = OfficerDecision(
        case=row.key,
        digest=content_hash(whole),
        advised=row.decision,
        content=whole,
        event=event,
        by=doer.by,
        at=now,
    )
    kept.save()
    return kept


def _settle(row: CaseRow, kept: OfficerDecision, doer: market.Doer, now: datetime) -> None:
    """The case moves on, and the platform is to be told, in one transaction."""
    said = kept.content
    answer = market.from_json(
        Answer,
        {
            "verdict": said["verdict"],
            "decision": kept.digest,
            "by_person": True,
            "stage": "person",
            "seconds": max((now - (row.complete_at or now)).total_seconds(), 0.0),
            "offer": said["offer"],
            "reasons": [market.to_json(PERSON_REASONS[code]) for code in said["reasons"]],
            "question": said["question"],
            "sources": (row.advice or {}).get("sources") or ["application"],
        },
    )
    changes: dict[str, Any] = {"taken_by": "", "taken_at": None, "due_at": None, "trouble": ""}
    case_rows.move(
        row,
        _EVENTS[answer.verdict],
        doer=doer,
        now=now,
        reason=said["reason"],
        evidence=kept.digest,
        changes=changes,
    )
    case_rows.answer_later(row, answer, now=now)


def _proposal(row: CaseRow, doer: market.Doer) -> OfficerDecision:
    newest: OfficerDecision | None = (
        OfficerDecision.objects.filter(case=row.key, event="propose").order_by("-pk").first()
    )
    if newest is None:
        raise CaseNotYours
    if newest.by == doer.by:
        raise SecondIsFirst
    return newest


def _renewed(offer: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Its days begin when it is agreed to."""
    return {**offer, "valid_until": (now + VALID_FOR).isoformat()}
