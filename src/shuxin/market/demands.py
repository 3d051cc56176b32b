"""Demands of firms (融资需求): drafted, checked, published, expired, withdrawn; who sees how much of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.machine import Actor
from shuxin.market.acting import THE_OPERATOR, for_firm, is_repeated, of_platform
from shuxin.market.domain.lives import DEMAND
from shuxin.market.domain.terms import DemandTerms, FirmFacts
from shuxin.market.domain.words import Channel
from shuxin.market.firms import facts_of, facts_or_bare, masked
from shuxin.market.moves import locked_demand, move_demand, move_referral
from shuxin.market.once import once
from shuxin.market.products import lenders_offering
from shuxin.market.screening import FINDINGS, Finding, screen
from shuxin.market.shelf_models import OPEN_REFERRALS, DemandRow, ProductRow, ReferralRow
from shuxin.market.step_models import StepRow
from shuxin.market.steps import StepNeedsReason, ThingUnknown, Told, begin, take_step
from shuxin.market.wire import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shuxin.market.steps import Doer

DEMAND_DAYS = 30
ON_BOARD = ("published", "matched")
LIVING = ("screening", *ON_BOARD, "in_application")
SEEING = ("taken", "applied", "closed")
"""States of a referral in which its lender knows whose demand it is."""
_CAUSED = frozenset({"match", "apply", "reopen", "expire"})
"""By a ranking, an application, its end, the clock."""


@dataclass(frozen=True, slots=True)
class DemandView:
    """A demand as its viewer sees it (需求); ``firm`` without name and code for a lender that has not taken it.

    expires_at: None until it is published. referrals: how many there have been.
    """

    key: str
    firm: FirmFacts
    terms: DemandTerms
    state: str
    version: int
    made_at: dt.datetime
    expires_at: dt.datetime | None
    findings: tuple[Finding, ...]
    referrals: int


def draft_demand(
    terms: DemandTerms, *, firm: str, doer: Doer, now: dt.datetime, request_id: str
) -> str:
    """A new demand in draft; the same request again gives the same key.

    Raises MandateMissing, ThingUnknown, RequestReused.
    """
    mandate = _of_firm(firm, doer, now)
    said = to_json(_through(terms, doer))

    def make(key: str) -> None:
        row = DemandRow(key=key, firm=firm, terms=said, digest=content_hash(said), made_at=now)
        begin(row, machine=DEMAND, doer=doer, now=now, evidence=mandate)

    return once("demand", request_id, make, party=firm, content=said, now=now)


def edit_demand(key: str, terms: DemandTerms, *, doer: Doer, now: dt.datetime) -> None:
    """Change a draft. Raises ThingUnknown, MandateMissing, StepImpossible."""
    said = to_json(_through(terms, doer))
    with transaction.atomic():
        row = locked_demand(key)
        _of_firm(row.firm, doer, now)
        if row.state != "draft":
            raise DEMAND.impossible("edit", row.state, actor=doer.actor)
        DemandRow.objects.filter(pk=row.pk).update(terms=said, digest=content_hash(said))


def submit_demand(key: str, *, doer: Doer, now: dt.datetime) -> DemandView:
    """Hand it in: checked at once, and published when nothing speaks against it; else it waits for the operator.

    Raises ThingUnknown, MandateMissing, StepImpossible, StepOfOther.
    """
    with transaction.atomic():
        row = locked_demand(key)
        mandate = _of_firm(row.firm, doer, now)
        if not _is_handed_in(row, doer):
            found = _screened(row)
            doubtful = [Told(THE_OPERATOR, {"findings": [one.code for one in found]})]
            take_step(
                row,
                "submit",
                machine=DEMAND,
                doer=doer,
                now=now,
                evidence=mandate or row.digest,
                tell=doubtful if found else (),
                changes={"findings": [one.code for one in found]},
            )
            if not found:
                _publish(row, doer=of_platform(doer), now=now, reason="")
    return demand(key, viewer=THE_OPERATOR)


def step_demand(key: str, event: str, *, doer: Doer, now: dt.datetime, reason: str = "") -> None:
    """submit, publish, reject, withdraw, fund; the last two end its referrals, the others have causes of their own.

    Raises ThingUnknown, MandateMissing, StepImpossible, StepOfOther, StepNeedsReason.
    """
    if event == "submit":
        submit_demand(key, doer=doer, now=now)
        return
    if event == "reject" and not reason.strip():
        raise StepNeedsReason
    with transaction.atomic():
        row = locked_demand(key)
        if doer.actor in {Actor.LENDER, Actor.GOVERNMENT}:
            raise ThingUnknown(kind="demand")
        if event in _CAUSED:
            raise DEMAND.impossible(event, row.state, actor=doer.actor)
        mandate = for_firm(row.firm, doer=doer, now=now)
        if is_repeated(row, event, machine=DEMAND, doer=doer):
            return
        if event == "publish":
            _publish(row, doer=doer, now=now, reason=reason)
        else:
            move_demand(row, event, doer=doer, now=now, reason=reason, evidence=mandate)
        _end_referrals(row, event, doer=of_platform(doer), now=now)


def demand(key: str, *, viewer: str) -> DemandView:
    """``viewer``: a party, or THE_OPERATOR. Raises ThingUnknown, also of what is not for this viewer."""
    row = DemandRow.objects.filter(key=key).first()
    if row is None:
        raise ThingUnknown(kind="demand")
    view = _views([row])[0]
    if viewer in {row.firm, THE_OPERATOR}:
        return view
    return _for_lender(view, row, viewer)


def demands_of(firm: str) -> list[DemandView]:
    """All of one firm, the newest first."""
    return _views(DemandRow.objects.filter(firm=firm).order_by("-pk"))


def demands(*, states: Sequence[str] = LIVING) -> list[DemandView]:
    """Of all firms, the oldest first, with their names: for the operator and the platform's own work."""
    return _views(DemandRow.objects.filter(state__in=states).order_by("pk"))


def is_shown_to(terms: DemandTerms, lender: str) -> bool:
    return not terms.lenders or lender in terms.lenders


def terms_for(terms: DemandTerms, lender: str, *, known: bool) -> DemandTerms:
    """As a lender reads them: no other lenders' names; the firm's own words once it is known who it is."""
    named = (lender,) if terms.lenders else ()
    return replace(terms, lenders=named, note=terms.note if known else "")


def _for_lender(view: DemandView, row: DemandRow, lender: str) -> DemandView:
    held = set(row.referrals.filter(lender=lender).values_list("state", flat=True))
    on_board = row.state in ON_BOARD and is_shown_to(view.terms, lender)
    if not (on_board and _is_lender(lender)) and not held & {"waiting", *SEEING}:
        raise ThingUnknown(kind="demand")
    known = view.terms.may_contact or bool(held & set(SEEING))
    return replace(
        view,
        firm=view.firm if known else masked(view.firm),
        terms=terms_for(view.terms, lender, known=known),
        findings=(),
        referrals=row.referrals.filter(lender=lender).count(),
    )


def _is_lender(party: str) -> bool:
    return ProductRow.objects.filter(lender=party, state="online").exists()


def _views(rows: Iterable[DemandRow]) -> list[DemandView]:
    listed = list(rows)
    facts = facts_of(row.firm for row in listed)
    counted = dict(
        ReferralRow.objects.filter(demand__in=listed)
        .values_list("demand")
        .annotate(Count("pk"))
        .values_list("demand", "pk__count")
    )
    return [
        DemandView(
            key=row.key,
            firm=facts_or_bare(row.firm, facts),
            terms=from_json(DemandTerms, row.terms),
            state=row.state,
            version=row.version,
            made_at=row.made_at,
            expires_at=row.expires_at,
            findings=tuple(Finding(code, FINDINGS[code]) for code in row.findings),
            referrals=counted.get(row.pk, 0),
        )
        for row in listed
    ]


def _of_firm(firm: str, doer: Doer, now: dt.datetime) -> str:
    DEMAND.after("draft", "submit", actor=doer.actor)
    return for_firm(firm, doer=doer, now=now)


def _through(terms: DemandTerms, doer: Doer) -> DemandTerms:
    """Entered by an agent when an agent enters it, and only then."""
    if doer.actor is Actor.AGENT:
        return replace(terms, channel=Channel.AGENT)
    return replace(terms, channel=Channel.PAGE) if terms.channel is Channel.AGENT else terms


def _is_handed_in(row: DemandRow, doer: Doer) -> bool:
    """Whether this person handed it in just before: the platform's own ``publish`` may have come after."""
    return (
        row.state != "draft"
        and StepRow.objects.filter(
            kind=DEMAND.name, thing=row.key, event="submit", party=doer.party, by=doer.by[:200]
        )
        .filter(version__gte=row.version - 1)
        .exists()
    )


def _screened(row: DemandRow) -> tuple[Finding, ...]:
    others = DemandRow.objects.filter(firm=row.firm, state__in=LIVING).exclude(pk=row.pk)
    online = ProductRow.objects.filter(state="online").values_list("lender", flat=True)
    return screen(
        from_json(DemandTerms, row.terms),
        facts_or_bare(row.firm, facts_of([row.firm])),
        others=[from_json(DemandTerms, one.terms) for one in others],
        lenders=frozenset(online),
    )


def _publish(row: DemandRow, *, doer: Doer, now: dt.datetime, reason: str) -> None:
    terms = from_json(DemandTerms, row.terms)
    fitting = lenders_offering(amount_fen=terms.amount_fen, term_months=terms.term_months)
    shown = [lender for lender in fitting if is_shown_to(terms, lender)]
    take_step(
        row,
        "publish",
        machine=DEMAND,
        doer=doer,
        now=now,
        reason=reason,
        tell=[Told(one) for one in (row.firm, *shown)],
        changes={"published_at": now, "expires_at": now + dt.timedelta(days=DEMAND_DAYS)},
    )


def _end_referrals(row: DemandRow, event: str, *, doer: Doer, now: dt.datetime) -> None:
    """Withdrawn: all of them; financed: those without an application, the others their parties end themselves."""
    ending = {"withdraw": OPEN_REFERRALS, "fund": ("waiting", "taken")}.get(event, ())
    for referral in row.referrals.filter(state__in=ending).order_by("pk"):
        move_referral(referral, "withdraw", doer=doer, now=now, reason=event)
