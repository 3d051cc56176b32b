"""A case at a bank, decided by the engine from stated facts, as the desk leaves it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.db import transaction
from tests.parties.accounts.samples import BANK
from tests.portal.web.bank_market_site import terms

from shuxin.kernel.machine import Actor
from shuxin.lending.api import (
    ApplicationView,
    Applied,
    Offer,
    StatedSources,
    decide,
    keep_decision,
    standard_strategy,
)
from shuxin.lending.case_models import CaseRow
from shuxin.lending.case_rows import take_in
from shuxin.market.api import Borrower, Doer, FirmFacts, LoanUse, ProductKind, Size, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.lending.api import DecisionRecord

FIRM = "uscc:91320594MA1MDEMO1X"
CLEAN = {f"open.{name}": False for name in ("dishonest", "revoked", "serious_illegal", "abnormal")}
GOOD = {
    "own.days_past_due": 0,
    "own.active_months": 12,
    "own.sales_12m_yuan": 4_200_000,
    "own.tax_paid_12m_yuan": 96_000,
    "own.inflow_12m_yuan": 3_800_000,
    "own.net_cash_month_yuan": 90_000,
    "own.loan_payment_month_yuan": 5_000,
}
JOINT = {"joint.points": 640, "joint.pd": 0.021, "joint.complete": True}


def view(key: str, **changed: Any) -> ApplicationView:
    firm = FirmFacts(
        FIRM,
        "云栖食品有限公司",
        Borrower.ENTERPRISE,
        region="320594",
        industry="C1411",
        size=Size.SMALL,
        established_on=dt.date(2018, 5, 1),
        is_first_loan=True,
    )
    facts: dict[str, Any] = {
        "key": key,
        "demand": "d1",
        "referral": "r1",
        "product": "p1",
        "product_version": 1,
        "lender": BANK,
        "firm": firm,
        "amount_fen": 80_000_000,
        "term_months": 12,
        "use": LoanUse.STOCK,
        "urgency": Urgency.DAYS,
        "state": "manual_review",
        "version": 4,
    }
    return ApplicationView(**facts | changed)


def record_of(
    one: ApplicationView,
    *,
    now: dt.datetime,
    open_facts: Mapping[str, Any],
    joint: Mapping[str, Any],
) -> DecisionRecord:
    """The engine's word on it."""
    stated = terms()
    applied = Applied(
        key=one.key,
        product=one.product,
        product_kind=ProductKind.TAX,
        firm=one.firm,
        amount_fen=one.amount_fen,
        term_months=one.term_months,
        use=one.use,
        urgency=one.urgency,
        amount=stated.amount_fen,
        rate_bp=stated.rate_bp,
    )
    return decide(
        applied,
        strategy=standard_strategy(service="service"),
        sources=StatedSources(open=open_facts, own=GOOD, joint=joint),
        request_id=f"case:{one.key}",
        now=now,
    )


def keep_case(
    key: str,
    *,
    now: dt.datetime,
    state: str = "queue",
    open_facts: Mapping[str, Any] = CLEAN,
    joint: Mapping[str, Any] = JOINT,
    **changed: Any,
) -> DecisionRecord:
    """A case in this state with a decision that is kept; ``changed``: of the application."""
    one = view(key, **changed)
    record = record_of(one, now=now, open_facts=open_facts, joint=joint)
    system = Doer(Actor.SYSTEM, BANK, "desk", lambda _: None)
    with transaction.atomic():
        living = view(key)
        take_in(living, kind="tax", doer=system, now=now)
        keep_decision(record, case=key, by="desk", now=now)
        advice = {
            "limit_fen": record.limit_fen or 0,
            "rate_bp": record.rate_bp or 0,
            "reasons": [],
            "stage": record.stage,
        }
        CaseRow.objects.filter(key=key).update(
            state=state,
            decision=record.digest,
            verdict=record.verdict.value,
            advice=advice,
            due_at=now + dt.timedelta(hours=5),
            complete_at=now,
            view=CaseRow.objects.get(key=key).view if not changed else _told(one),
        )
    return record


def _told(one: ApplicationView) -> dict[str, Any]:
    from shuxin.market.api import to_json

    return to_json(one)


def offer(now: dt.datetime) -> Offer:
    return Offer(
        amount_fen=60_000_000,
        rate_bp=450,
        term_months=12,
        repayment="bullet",
        guarantee="none",
        fees=(),
        subsidy_bp=0,
        apr_bp=456,
        first_payment_fen=225_000,
        total_cost_fen=2_700_000,
        conditions=(),
        valid_until=now + dt.timedelta(days=15),
    )
