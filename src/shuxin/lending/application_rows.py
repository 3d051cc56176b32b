"""Rows of applications: found for whom they concern, locked in one order, and told as views."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.machine import Actor
from shuxin.lending.application_models import ApplicationRow
from shuxin.lending.domain.application import ApplicationView, Said
from shuxin.lending.domain.lives import APPLICATION
from shuxin.lending.domain.offers import Answer, Feedback
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

KIND = "application"
REVIEW_WITHIN = timedelta(days=15)
LIVE = (
    "submitted",
    "data_query",
    "scoring",
    "manual_review",
    "need_information",
    "approved",
)


def locked(key: str, *, doer: market.Doer, now: datetime) -> ApplicationRow:
    """Within a transaction: all applications of the same demand are held, and the demand with its referrals.

    What is found to be possible then stays so until the end; nothing is logged that is undone.

    Raises ThingUnknown for a party that it does not concern, MandateMissing.
    """
    row = hold_application(key)
    if doer.actor in {Actor.ENTERPRISE, Actor.AGENT} and doer.party != row.firm:
        raise market.ThingUnknown(kind=KIND)
    market.for_firm(row.firm, doer=doer, now=now)
    market.for_lender(row.lender, doer=doer, kind=KIND)
    return row


def hold_application(key: str) -> ApplicationRow:
    """In a caller's transaction: until its end nobody else changes it, its demand or what else is asked for by it.

    Raises ThingUnknown.
    """
    demand = ApplicationRow.objects.filter(key=key).values_list("demand", flat=True).first()
    rows = ApplicationRow.objects.filter(demand=demand).select_for_update().order_by("pk")
    row = next((one for one in rows if one.key == key), None)
    if row is None:
        raise market.ThingUnknown(kind=KIND)
    market.hold_demand(row.demand)
    return row


def move(
    row: ApplicationRow,
    event: str,
    *,
    doer: market.Doer,
    now: datetime,
    reason: str = "",
    evidence: str = "",
    changes: Mapping[str, Any] | None = None,
    tell_operator: bool = False,
) -> None:
    """One step, told to firm and lender. Raises StepImpossible, StepOfOther."""
    body = {"demand": row.demand, "referral": row.referral, "product": row.product}
    audiences = [row.firm, row.lender, *([market.THE_OPERATOR] if tell_operator else [])]
    market.take_step(
        row,
        event,
        machine=APPLICATION,
        doer=doer,
        now=now,
        reason=reason,
        evidence=evidence,
        tell=[market.Told(one, {**body, "reason": reason}) for one in audiences],
        changes=changes,
    )


def seen_by(key: str, viewer: str) -> ApplicationRow:
    """``viewer``: firm, lender, or the operator. Raises ThingUnknown."""
    row: ApplicationRow | None = ApplicationRow.objects.filter(key=key).first()
    if row is None or viewer not in {row.firm, row.lender, market.THE_OPERATOR}:
        raise market.ThingUnknown(kind=KIND)
    if viewer == row.lender and row.state == "draft":
        raise market.ThingUnknown(kind=KIND)
    return row


def offer_digest(row: ApplicationRow) -> str:
    """SHA-256 over the offer as it is kept, with the application that it is for; "" without an offer."""
    offer = (row.answer or {}).get("offer")
    return content_hash({"application": row.key, "offer": offer}) if offer else ""


def review_until(row: ApplicationRow) -> datetime | None:
    """Until when a person may be asked for; None where none may."""
    by_person = bool((row.answer or {}).get("by_person"))
    if row.state != "declined" or by_person or row.reviewed_at or row.answered_at is None:
        return None
    return row.answered_at + REVIEW_WITHIN


def view(row: ApplicationRow) -> ApplicationView:
    answer = market.from_json(Answer, row.answer) if row.answer else None
    said = tuple(market.from_json(Said, one) for one in row.said)
    return ApplicationView(
        key=row.key,
        demand=row.demand,
        referral=row.referral,
        product=row.product,
        product_version=row.product_version,
        lender=row.lender,
        firm=market.from_json(market.FirmFacts, row.facts),
        amount_fen=row.amount_fen,
        term_months=row.term_months,
        use=market.LoanUse(row.use),
        urgency=market.Urgency(row.urgency),
        state=row.state,
        version=row.version,
        needed=tuple(market.from_json(market.Needed, one) for one in row.needed),
        offer=answer.offer if answer else None,
        offer_digest=offer_digest(row),
        reasons=answer.reasons if answer else (),
        question=said[-1].question if said and row.state == "need_information" else "",
        answers=said,
        decided_in_seconds=answer.seconds if answer else None,
        by_person=bool(answer and answer.by_person),
        decision=answer.decision if answer else "",
        due_at=row.due_at,
        made_at=row.made_at,
        submitted_at=row.submitted_at,
        answered_at=row.answered_at,
        returns=row.returns,
        may_review_until=review_until(row),
        reviewed_at=row.reviewed_at,
        sources=answer.sources if answer else (),
        accepted=bool(row.accepted),
        feedback=market.from_json(Feedback, row.feedback) if row.feedback else None,
    )
