"""Applications for a loan at the platform (贷款申请): opened from a referral, handed in, claimed, cancelled, read."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from shuxin.lending import closing
from shuxin.lending.application_models import ApplicationRow
from shuxin.lending.application_rows import KIND, locked, move, review_until, seen_by, view
from shuxin.lending.domain.application import (
    ApplicationExists,
    ApplicationOutOfBand,
    QuestionUnanswered,
    ReviewImpossible,
)
from shuxin.lending.domain.lives import APPLICATION
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.kernel.canonical import Json
    from shuxin.lending.domain.application import ApplicationView

ANSWER_WITHIN = timedelta(days=15)
"""A firm that was asked for more has so long."""
LONGEST_ANSWER, MOST_LISTED = 4000, 500


def open_application(
    referral_key: str,
    *,
    amount_fen: int,
    term_months: int,
    doer: market.Doer,
    now: datetime,
    request_id: str,
) -> str:
    """A draft of the firm (or its agent) to the lender of this referral; its key. It counts once it is submitted.

    What the product asked for then holds for it, whatever its lender changes later. The same request again gives the
    same key. Raises ThingUnknown, MandateMissing, ApplicationOutOfBand, ApplicationExists, RequestReused.
    """
    referral = market.referral(referral_key, viewer=doer.party)
    market.for_firm(referral.firm, doer=doer, now=now)
    terms = market.product_terms(referral.product, referral.product_version)
    for where, band, value in (
        ("amount_fen", terms.amount_fen, amount_fen),
        ("term_months", terms.term_months, term_months),
    ):
        if not band.holds(value):
            raise ApplicationOutOfBand(where=where)

    def make(key: str) -> None:
        row = _drafted(key, referral, terms, now)
        row.amount_fen, row.term_months = amount_fen, term_months
        market.begin(row, machine=APPLICATION, doer=doer, now=now)

    asked: dict[str, Json] = {
        "referral": referral_key,
        "amount_fen": amount_fen,
        "term_months": term_months,
    }
    try:
        return market.once(KIND, request_id, make, party=referral.firm, content=asked, now=now)
    except IntegrityError:
        raise ApplicationExists from None


def step_application(
    key: str, event: str, *, doer: market.Doer, now: datetime, reason: str = ""
) -> None:
    """Events: submit, cancel, answer and review (``reason`` is what the firm says), claim and score by the lender.

    What a verdict leads to comes by ``answer_application``, acceptance by ``accept_offer``. The same step by the same
    hand again changes nothing. Raises ThingUnknown, MandateMissing, StepImpossible, StepOfOther, QuestionUnanswered,
    ReviewImpossible.
    """
    closing.cancel_orphan(key, doer=doer, now=now)
    with transaction.atomic():
        row = locked(key, doer=doer, now=now)
        if market.is_repeated(row, event, machine=APPLICATION, doer=doer):
            return
        if event == "submit":
            _submit(row, doer, now)
        elif event == "claim":
            due = market.after_working_hours(now, hours=row.decision_hours)
            move(row, event, doer=doer, now=now, changes={"due_at": due})
        elif event == "score":
            move(row, event, doer=doer, now=now)
        elif event == "answer":
            _answer(row, doer, now, reason.strip())
        elif event == "review":
            _review(row, doer, now, reason.strip())
        elif event == "cancel":
            _cancel(row, doer, now, reason)
        else:
            raise APPLICATION.impossible(event, row.state, actor=doer.actor)


def application(key: str, *, viewer: str) -> ApplicationView:
    """``viewer``: its firm, its lender (not a draft), or THE_OPERATOR. Raises ThingUnknown."""
    return view(seen_by(key, viewer))


def applications_of(firm: str) -> list[ApplicationView]:
    """The newest first, 500 at most."""
    rows = ApplicationRow.objects.filter(firm=firm).order_by("-pk")
    return [view(row) for row in rows[:MOST_LISTED]]


def every_application() -> list[ApplicationView]:
    """All that were handed in, the oldest first: for statistics of the platform, which show no firm."""
    rows = ApplicationRow.objects.exclude(submitted_at=None).order_by("pk")
    return [view(row) for row in rows]


def applications_of_demand(demand: str, *, viewer: str) -> list[ApplicationView]:
    """Those that the viewer may see, the newest first."""
    rows = ApplicationRow.objects.filter(demand=demand).order_by("-pk")
    return [view(row) for row in rows if viewer in {row.firm, row.lender, market.THE_OPERATOR}]


def applications_for(
    lender: str, *, states: Sequence[str] = (), after: str = "", most: int = MOST_LISTED
) -> list[ApplicationView]:
    """Those handed in to this lender, the oldest first; ``after``: the key of the last that is known."""
    rows = ApplicationRow.objects.filter(lender=lender).exclude(state="draft").order_by("pk")
    if states:
        rows = rows.filter(state__in=states)
    if after:
        rows = rows.filter(pk__gt=seen_by(after, lender).pk)
    return [view(row) for row in rows[:most]]


def _drafted(
    key: str, referral: market.ReferralView, terms: market.ProductTerms, now: datetime
) -> ApplicationRow:
    wanted = market.demand(referral.demand, viewer=referral.firm)
    return ApplicationRow(
        key=key,
        demand=referral.demand,
        referral=referral.key,
        product=referral.product,
        product_version=referral.product_version,
        lender=referral.lender,
        firm=referral.firm,
        use=wanted.terms.use.value,
        urgency=wanted.terms.urgency.value,
        facts=market.to_json(wanted.firm),
        needed=[asdict(one) for one in terms.authorisations],
        claim_hours=terms.claim_hours,
        decision_hours=terms.decision_hours,
        made_at=now,
    )


def _submit(row: ApplicationRow, doer: market.Doer, now: datetime) -> None:
    APPLICATION.after(row.state, "submit", actor=doer.actor)  # before anything is logged
    market.link_application(row.referral, row.key, doer=doer, now=now)
    due = market.after_working_hours(now, hours=row.claim_hours)
    move(row, "submit", doer=doer, now=now, changes={"submitted_at": now, "due_at": due})


def _answer(row: ApplicationRow, doer: market.Doer, now: datetime, text: str) -> None:
    if not 0 < len(text) <= LONGEST_ANSWER:
        raise QuestionUnanswered(longest=LONGEST_ANSWER)
    last = {**row.said[-1], "answer": text, "answered_at": now.isoformat()} if row.said else {}
    due = market.after_working_hours(now, hours=row.decision_hours)
    changes = {"said": [*row.said[:-1], last], "due_at": due}
    move(row, "answer", doer=doer, now=now, changes=changes)


def _review(row: ApplicationRow, doer: market.Doer, now: datetime, text: str) -> None:
    until = review_until(row)
    if row.state == "declined" and (until is None or until <= now):
        raise ReviewImpossible
    if not 0 < len(text) <= LONGEST_ANSWER:
        raise QuestionUnanswered(longest=LONGEST_ANSWER)
    due = market.after_working_hours(now, hours=row.decision_hours)
    said = {
        "question": "",
        "asked_at": now.isoformat(),
        "answer": text,
        "answered_at": now.isoformat(),
    }
    changes = {"reviewed_at": now, "due_at": due, "said": [*row.said, said]}
    move(row, "review", doer=doer, now=now, reason=text, changes=changes)


def _cancel(row: ApplicationRow, doer: market.Doer, now: datetime, reason: str) -> None:
    was_draft = row.state == "draft"
    move(row, "cancel", doer=doer, now=now, reason=reason, changes={"due_at": None})
    if not was_draft:
        closing.cancelled(row, doer=doer, now=now, reason=reason)
