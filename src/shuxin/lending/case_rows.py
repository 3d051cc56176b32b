"""Rows of cases at the lender (审批案件): taken in from the platform's views, moved on, with what is to be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.kernel.canonical import content_hash
from shuxin.lending.case_models import CaseRow, OfficerDecision, Outgoing
from shuxin.lending.domain.application import ApplicationView, OfferOutsideTerms
from shuxin.lending.domain.case_lives import CASE
from shuxin.lending.domain.offers import Answer, Verdict
from shuxin.lending.offers import refused_for
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.lending.domain.offers import Feedback

KIND = "case"
ANSWER, FEEDBACK = "answer", "feedback"
_LIVE = ("submitted", "data_query", "scoring", "manual_review", "need_information")
_OVER = ("lapsed", "cancelled")


def view_of(row: CaseRow) -> ApplicationView:
    return market.from_json(ApplicationView, row.view)


def take_in(view: ApplicationView, *, kind: str, doer: market.Doer, now: datetime) -> None:
    """What the platform tells of an application becomes or moves a case; the same word again changes nothing.

    ``kind``: of its product. Within a transaction of the caller.
    """
    row = CaseRow.objects.select_for_update().filter(key=view.key).first()
    if row is None:
        if view.state in _LIVE:
            market.begin(_new(view, kind, now), machine=CASE, doer=doer, now=now)
        return
    if row.view["version"] > view.version or row.state == "closed":
        return
    row.view = market.to_json(view)
    CaseRow.objects.filter(pk=row.pk).update(view=row.view)
    if view.state in _OVER or view.feedback is not None:
        move(
            row,
            "close",
            doer=doer,
            now=now,
            reason=view.state,
            changes={"look_at": None, "due_at": None},
        )
    elif row.state == "asked" and _answered(view) > row.turn:
        changes = {"turn": row.turn + 1, "look_at": now, "complete_at": None}
        move(row, "answered", doer=doer, now=now, changes=changes)
    elif row.state == "declined" and view.state == "manual_review" and view.reviewed_at:
        move(row, "review", doer=doer, now=now, changes={"due_at": view.due_at, "complete_at": now})
    elif view.state == "submitted" and row.state != "open":
        CaseRow.objects.filter(pk=row.pk).update(look_at=now)


def _answered(view: ApplicationView) -> int:
    """Questions of the lender that the firm answered; what it said with its wish for a person is none."""
    return sum(bool(one.question and one.answer) for one in view.answers)


def move(
    row: CaseRow,
    event: str,
    *,
    doer: market.Doer,
    now: datetime,
    reason: str = "",
    evidence: str = "",
    changes: Mapping[str, Any] | None = None,
) -> None:
    market.take_step(
        row,
        event,
        machine=CASE,
        doer=doer,
        now=now,
        reason=reason,
        evidence=evidence,
        changes=changes,
    )


def answer_later(row: CaseRow, answer: Answer, *, now: datetime) -> None:
    """Put into the outbox; in the transaction of the step that it tells of."""
    _put(row, ANSWER, answer.decision, market.to_json(answer), now)


def report_later(key: str, feedback: Feedback, *, by: str, now: datetime) -> None:
    """Tell the platform what became of an accepted offer, when it can be reached; the same again is told once.

    by: the officer who says so, kept with it and told. Raises ThingUnknown.
    """
    with transaction.atomic():
        row = CaseRow.objects.select_for_update().filter(key=key).first()
        if row is None:
            raise market.ThingUnknown(kind=KIND)
        said = market.to_json(feedback)
        _put(row, FEEDBACK, content_hash(said), said, now, by=by)


def is_offer_refused(key: str) -> bool:
    """Whether the newest offer of a case was refused as outside the product's terms."""
    newest = newest_told(key, ANSWER)
    return newest is not None and newest.refused == OfferOutsideTerms.code


def reopen(
    row: CaseRow, *, terms: market.ProductTerms, due_at: datetime, doer: market.Doer, now: datetime
) -> None:
    """Back to a person, with the term for which the offer was refused; an officer's own case stays with that officer.

    Within a transaction of the caller.
    """
    refused, last = newest_told(row.key, ANSWER), _last_officer(row.key)
    answer = market.from_json(Answer, refused.content) if refused else None
    if refused is None or answer is None or answer.offer is None:
        raise ValueError("only a refused offer is made anew")
    where = refused_for(answer.offer, terms=terms, asked_fen=row.amount_fen, now=now)
    Outgoing.objects.filter(pk=refused.pk).update(refused_where=where)
    by = last if answer.by_person else ""
    changes: dict[str, Any] = {
        "due_at": due_at,
        "look_at": None,
        "taken_by": by,
        "taken_at": now if by else None,
    }
    move(row, "reopen", doer=doer, now=now, reason=OfferOutsideTerms.code, changes=changes)


def _last_officer(key: str) -> str:
    """Who made the newest decision of a person; of two, the first one."""
    newest = OfficerDecision.objects.filter(case=key).order_by("-pk").first()
    return str(newest.content.get("first") or newest.by) if newest else ""


def newest_told(key: str, kind: str) -> Outgoing | None:
    """What was last put into the outbox of a case, of this kind."""
    found: Outgoing | None = Outgoing.objects.filter(case=key, kind=kind).order_by("-pk").first()
    return found


def _put(  # noqa: PLR0917 - one row
    row: CaseRow, kind: str, mark: str, content: dict[str, Any], now: datetime, by: str = ""
) -> None:
    Outgoing.objects.get_or_create(
        case=row.key,
        kind=kind,
        mark=mark,
        defaults={"content": content, "next_at": now, "made_at": now, "by": by[:200]},
    )


def _new(view: ApplicationView, kind: str, now: datetime) -> CaseRow:
    return CaseRow(
        key=view.key,
        firm=view.firm.party,
        product=view.product,
        product_version=view.product_version,
        kind=kind,
        amount_fen=view.amount_fen,
        view=market.to_json(view),
        made_at=now,
        look_at=now,
    )


def tell_again(key: str, *, now: datetime) -> None:
    """Send the newest answer of a case once more; of one that a person reviews, that it is with a person."""
    newest = newest_told(key, ANSWER)
    row = CaseRow.objects.get(key=key)
    if row.state in {"queue", "second"} and newest and newest.content["verdict"] != "refer":
        mark = content_hash({"review": key, "turn": row.turn})
        answer_later(row, Answer(Verdict.REFER, mark), now=now)
    elif newest is not None:
        Outgoing.objects.filter(pk=newest.pk).update(done_at=None, refused="", tries=0, next_at=now)
