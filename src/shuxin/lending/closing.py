"""What an application does to its demand and its referral, in the same transaction; and what the lender reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.lending.application_models import ApplicationRow
from shuxin.lending.application_rows import LIVE, locked, move
from shuxin.lending.domain.lives import APPLICATION
from shuxin.lending.domain.offers import Answer, Feedback
from shuxin.market import api as market

if TYPE_CHECKING:
    from datetime import datetime

WITHDRAWN = "demand_withdrawn"


class FeedbackDiffers(Conflict):
    code = "feedback_differs"
    what = Text(
        en="something else was reported of this loan before", zh="该笔业务已反馈过不同的放款结果"
    )
    mend = Text(en="Ask the operator to look into it", zh="如需更正，请联系平台运营方")


class FeedbackInvalid(InvalidInput):
    code = "feedback_invalid"
    what = Text(en="the report lacks {part}", zh="放款反馈缺少内容：{part}")
    mend = Text(
        en="A loan has an amount within the offer, a rate and a day; one that was not made, its reason",
        zh="已放款须填写不超过报价的金额、利率和日期；未放款须填写原因",
    )


def give_feedback(key: str, feedback: Feedback, *, doer: market.Doer, now: datetime) -> None:
    """The lender says what became of an accepted offer; the same again changes nothing.

    A loan fulfils the demand; without one the demand is open again. Raises ThingUnknown, StepImpossible,
    FeedbackInvalid, FeedbackDiffers.
    """
    with transaction.atomic():
        row = locked(key, doer=doer, now=now)
        if row.feedback is not None:
            if market.from_json(Feedback, row.feedback) != feedback:
                raise FeedbackDiffers
            return
        APPLICATION.after(row.state, "report", actor=doer.actor)
        _check(feedback, row)
        move(row, "report", doer=doer, now=now, changes={"feedback": market.to_json(feedback)})
        if feedback.lent:
            _fund(row, doer, now)
        ended(row, doer=doer, now=now)


def ended(row: ApplicationRow, *, doer: market.Doer, now: datetime) -> None:
    """Nothing more comes of it: its referral is closed, and a demand without others is open again."""
    keep_outcome(row, now=now)
    if _is_referred(row):
        market.step_referral(row.referral, "close", doer=market.of_platform(doer), now=now)


def cancelled(row: ApplicationRow, *, doer: market.Doer, now: datetime, reason: str) -> None:
    """The firm gave it up after it was handed in."""
    keep_outcome(row, now=now)
    if _is_referred(row):
        market.step_referral(row.referral, "withdraw", doer=doer, now=now, reason=reason)


def cancel_orphan(key: str, *, doer: market.Doer, now: datetime) -> None:
    """An application whose demand the firm withdrew goes with it."""
    row = ApplicationRow.objects.filter(key=key).first()
    if row is None or row.state not in LIVE or row.reviewed_at or _is_referred(row):
        return
    platform = market.of_platform(doer)
    with transaction.atomic():
        row = locked(key, doer=platform, now=now)
        if row.state in LIVE:
            move(row, "cancel", doer=platform, now=now, reason=WITHDRAWN, changes={"due_at": None})
            keep_outcome(row, now=now)


def keep_outcome(row: ApplicationRow, *, now: datetime) -> None:
    """What matching learns from: the verdict and its figures, and once it is known whether money was lent."""
    answer = market.from_json(Answer, row.answer) if row.answer else None
    feedback = market.from_json(Feedback, row.feedback) if row.feedback else None
    offer = answer.offer if answer else None
    said = feedback if feedback and feedback.lent else offer
    verdict = row.state if row.state in ("lapsed", "cancelled") else ""
    market.keep_outcome(
        market.OutcomeFacts(
            referral=row.referral,
            demand=row.demand,
            product=row.product,
            product_version=row.product_version,
            lender=row.lender,
            verdict=verdict or (answer.verdict.value if answer else ""),
            at=now,
            lent=feedback.lent if feedback else None,
            amount_fen=said.amount_fen if said else 0,
            rate_bp=said.rate_bp if said else 0,
            seconds=answer.seconds if answer else 0.0,
        )
    )


def _is_referred(row: ApplicationRow) -> bool:
    found = market.referral(row.referral, viewer=market.THE_OPERATOR)
    return bool(found.state == "applied")


def _fund(row: ApplicationRow, doer: market.Doer, now: datetime) -> None:
    found = market.demand(row.demand, viewer=market.THE_OPERATOR)
    if found.state in ("published", "matched", "in_application"):
        market.step_demand(row.demand, "fund", doer=market.of_platform(doer), now=now)


def _check(feedback: Feedback, row: ApplicationRow) -> None:
    most = int(((row.answer or {}).get("offer") or {}).get("amount_fen", 0))
    if not feedback.lent:
        if not feedback.reason.strip():
            raise FeedbackInvalid(part="reason")
        return
    if not 0 < feedback.amount_fen <= most:
        raise FeedbackInvalid(part="amount_fen")
    if feedback.rate_bp <= 0 or feedback.on is None:
        raise FeedbackInvalid(part="rate_bp, on")
