"""Cases as officers read them (审批案件): the engine's advice, what persons decided, whether the platform knows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F

from shuxin.lending import case_rows
from shuxin.lending.case_models import AuthorisationAsked, CaseRow, OfficerDecision
from shuxin.lending.domain.offers import DeclineReason, Feedback, Offer
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.lending.domain.application import ApplicationView


@dataclass(frozen=True, slots=True)
class OfficerView:
    """What a person decided (人工审批记录); ``event``: approve, decline, ask, propose or send_back."""

    event: str
    verdict: str
    reason: str
    amount_fen: int
    rate_bp: int
    by: str
    at: datetime
    digest: str
    repayment: str = ""


@dataclass(frozen=True, slots=True)
class ReportView:
    """What an officer reported of the loan (放款反馈记录); ``by``: who, "" where not kept. state: waiting or told.

    refused: code with which the platform refused it.
    """

    said: Feedback
    by: str
    at: datetime
    state: str
    refused: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case at the lender (审批案件).

    decision: digest of the engine's newest record; advised_*: what it came to. offer: of the newest answer, None
    without one. told: whether the platform has the answer; refused: code with which it refused, refused_where: the
    term of ``offer`` that it refused. report: what became of the loan, None before somebody said it.
    asked: of authorisations, how many; seconds: from all data there.
    """

    key: str
    application: ApplicationView
    kind: str
    state: str
    version: int
    made_at: datetime
    changed_at: datetime
    due_at: datetime | None
    decision: str
    advised: str
    advised_limit_fen: int
    advised_rate_bp: int
    advised_reasons: tuple[DeclineReason, ...]
    stage: str
    taken_by: str
    taken_at: datetime | None
    trouble: str
    asked: int
    told: bool
    refused: str
    refused_where: str = ""
    offer: Offer | None = None
    report: ReportView | None = None
    officers: tuple[OfficerView, ...] = ()


def cases(
    *, states: Sequence[str] = (), taken_by: str | None = None, firm: str = "", most: int = 500
) -> list[CaseView]:
    """Those due first come first, then the newest without a clock; ``taken_by``: "" for those that nobody has."""
    rows = CaseRow.objects.order_by(F("due_at").asc(nulls_last=True), "-pk")
    if states:
        rows = rows.filter(state__in=states)
    if taken_by is not None:
        rows = rows.filter(taken_by=taken_by)
    if firm:
        rows = rows.filter(firm=firm)
    return [_view(row) for row in rows[:most]]


def case(key: str) -> CaseView:
    """With what persons decided. Raises ThingUnknown."""
    row = CaseRow.objects.filter(key=key).first()
    if row is None:
        raise market.ThingUnknown(kind=case_rows.KIND)
    return _view(row)


def case_counts() -> dict[str, int]:
    """How many cases are in each state."""
    return dict(Counter(CaseRow.objects.values_list("state", flat=True)))


def troubles() -> dict[str, int]:
    """Codes of what holds up cases that the desk is to work on, and how many each."""
    held = CaseRow.objects.filter(state__in=("open", "waiting")).exclude(trouble="")
    return dict(Counter(held.values_list("trouble", flat=True)))


def _view(row: CaseRow) -> CaseView:
    advice = row.advice or {}
    newest = case_rows.newest_told(row.key, case_rows.ANSWER)
    offer = newest.content.get("offer") if newest else None
    officers = OfficerDecision.objects.filter(case=row.key).order_by("pk")
    return CaseView(
        key=row.key,
        application=case_rows.view_of(row),
        kind=row.kind,
        state=row.state,
        version=row.version,
        made_at=row.made_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        decision=row.decision,
        advised=row.verdict,
        advised_limit_fen=advice.get("limit_fen", 0),
        advised_rate_bp=advice.get("rate_bp", 0),
        advised_reasons=tuple(
            market.from_json(DeclineReason, one) for one in advice.get("reasons", ())
        ),
        stage=advice.get("stage", ""),
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        trouble=row.trouble,
        asked=AuthorisationAsked.objects.filter(case=row.key).count(),
        told=newest is not None and newest.done_at is not None and not newest.refused,
        refused=newest.refused if newest else "",
        refused_where=newest.refused_where if newest else "",
        offer=market.from_json(Offer, offer) if offer else None,
        report=_report(row.key),
        officers=tuple(_officer(one) for one in officers),
    )


def _report(key: str) -> ReportView | None:
    newest = case_rows.newest_told(key, case_rows.FEEDBACK)
    if newest is None:
        return None
    said = market.from_json(Feedback, newest.content)
    state = "waiting" if newest.done_at is None else "told"
    return ReportView(said, newest.by, newest.made_at, state, newest.refused)


def _officer(one: OfficerDecision) -> OfficerView:
    offer = one.content["offer"] or {}
    return OfficerView(
        event=one.event,
        verdict=one.content["verdict"],
        reason=one.content["reason"],
        amount_fen=offer.get("amount_fen", 0),
        rate_bp=offer.get("rate_bp", 0),
        by=one.by,
        at=one.at,
        digest=one.digest,
        repayment=offer.get("repayment", ""),
    )
