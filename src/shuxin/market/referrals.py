"""Referrals (对接): claimed by a lender, assigned by the operator, or chosen by the firm; taken or declined in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.machine import Actor, StepOfOther
from shuxin.kernel.text import Text
from shuxin.market.acting import THE_OPERATOR, for_firm, for_lender, is_repeated, of_platform
from shuxin.market.demands import ON_BOARD, SEEING, is_shown_to
from shuxin.market.domain.hours import after_working_hours
from shuxin.market.domain.lives import DEMAND, REFERRAL
from shuxin.market.domain.terms import MOST_CLAIMS, DemandTerms
from shuxin.market.domain.words import DeclineCode
from shuxin.market.firms import facts_of, facts_or_bare
from shuxin.market.moves import locked_demand, move_demand, move_referral, reopen_if_idle
from shuxin.market.once import once
from shuxin.market.products import offered
from shuxin.market.shelf_models import OPEN_REFERRALS, DemandRow, ReferralRow
from shuxin.market.steps import StepNeedsReason, ThingUnknown, Told, begin
from shuxin.market.wire import from_json

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from shuxin.kernel.canonical import Json
    from shuxin.market.domain.terms import FirmFacts, ProductTerms
    from shuxin.market.shelf_models import ProductRow
    from shuxin.market.steps import Doer

CLAIM, ASSIGN, DIRECT = "claim", "assign", "direct"
HOURS_TO_APPLY = 24
"""Working hours that the firm has to apply once a lender has taken its demand."""
_OPEN_TO_FIRM = (*ON_BOARD, "in_application")
_SPENT = ("declined", "lapsed")


class AlreadyReferred(Conflict):
    code = "market_already_referred"
    what = Text(en="this lender already has this demand before it", zh="该银行已在处理这笔融资需求")
    mend = Text(en="Go on with the referral that is open", zh="请继续办理已有的对接")


class ClaimsFull(Conflict):
    code = "market_claims_full"
    what = Text(en="as many lenders as may have claimed this demand", zh="抢单名额已满")
    mend = Text(
        en="Claim it when a place is free again, or another demand",
        zh="请等待名额释放，或选择其他需求",
    )


class ClaimSpent(Conflict):
    code = "market_claim_spent"
    what = Text(
        en="this lender declined this demand or let it lapse before",
        zh="该银行曾婉拒或超时未办理该需求",
    )
    mend = Text(
        en="The firm may still choose the lender, or the operator assign it",
        zh="可由企业指定或由运营方派单",
    )


class ProductNotFitting(Conflict):
    code = "market_product_not_fitting"
    what = Text(en="the product is not for this amount or term", zh="该产品不适用于此金额或期限")
    mend = Text(en="Use a product whose bands hold both", zh="请选择金额和期限均符合的产品")


class ApplicationDiffers(Conflict):
    code = "market_application_differs"
    what = Text(en="this referral has another application", zh="该对接已关联其他申请")
    mend = Text(en="Go on with that application", zh="请继续办理已关联的申请")


class DeclineCodeUnknown(InvalidInput):
    code = "market_decline_code_unknown"
    what = Text(en="'{given}' is not a reason to decline", zh="“{given}”不是有效的婉拒原因代码")
    mend = Text(en="Use one of: {known}", zh="可用代码：{known}")


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral as its viewer sees it (对接). firm, firm_name: "" for a lender until it has taken it.

    firm_name: "" too of a firm that nobody named.

    due_at: by when the lender takes it, or the firm applies; None when nothing is waited for.
    """

    key: str
    demand: str
    product: str
    product_version: int
    lender: str
    firm: str
    mode: str
    state: str
    version: int
    due_at: dt.datetime | None
    made_at: dt.datetime
    reason: str
    application: str
    reason_code: str = ""
    firm_name: str = ""


def claim(demand: str, product: str, *, doer: Doer, now: dt.datetime, request_id: str = "") -> str:
    """A lender takes a demand from the board (抢单). The same request again gives the same key.

    Raises ThingUnknown, StepOfOther, StepImpossible, AlreadyReferred, ClaimsFull, ClaimSpent, ProductNotFitting.
    """
    _only(doer, Actor.LENDER, event=CLAIM)

    def make(key: str) -> None:
        wanted = _wanted(demand, ON_BOARD, event=CLAIM, lender=doer.party)
        if wanted.expires_at is None or wanted.expires_at <= now:
            raise ThingUnknown(kind="demand")
        shelf, terms = offered(product, lender=doer.party)
        if wanted.referrals.filter(lender=doer.party, state__in=_SPENT).exists():
            raise ClaimSpent
        claimed = wanted.referrals.filter(mode=CLAIM, state__in=OPEN_REFERRALS).count()
        _require_free(wanted, shelf)
        if claimed >= min(terms.claim_cap, MOST_CLAIMS):
            raise ClaimsFull
        row = _begin(key, wanted, shelf, terms, mode=CLAIM, doer=doer, now=now)
        _take(row, doer=doer, now=now)

    asked: dict[str, Json] = {"demand": demand, "product": product}
    return once(CLAIM, request_id, make, party=doer.party, content=asked, now=now)


def assign(demand: str, product: str, *, doer: Doer, now: dt.datetime, request_id: str = "") -> str:
    """The operator gives a demand to a lender (派单), also one whose claim lapsed. Raises as ``claim``."""
    _only(doer, Actor.OPERATOR, event=ASSIGN)

    def make(key: str) -> None:
        wanted = _wanted(demand, _OPEN_TO_FIRM, event=ASSIGN)
        _refer(key, wanted, product, mode=ASSIGN, doer=doer, now=now)

    asked: dict[str, Json] = {"demand": demand, "product": product}
    return once(ASSIGN, request_id, make, party=THE_OPERATOR, content=asked, now=now)


def choose(demand: str, product: str, *, doer: Doer, now: dt.datetime, request_id: str = "") -> str:
    """The firm, or its agent, turns to a lender (指名). Raises as ``claim``, and MandateMissing."""
    _only(doer, Actor.ENTERPRISE, Actor.AGENT, event="choose")

    def make(key: str) -> None:
        wanted = _wanted(demand, _OPEN_TO_FIRM, event="choose", firm=doer.party)
        mandate = for_firm(wanted.firm, doer=doer, now=now)
        _refer(key, wanted, product, mode=DIRECT, doer=doer, now=now, evidence=mandate)

    asked: dict[str, Json] = {"demand": demand, "product": product}
    return once(DIRECT, request_id, make, party=doer.party, content=asked, now=now)


def step_referral(
    key: str, event: str, *, doer: Doer, now: dt.datetime, reason: str = "", code: str = ""
) -> None:
    """Any step but ``apply``. A decline names a DeclineCode in ``code``; ``other`` and no code need words.

    Ending the last application of a demand opens the demand again.
    Raises ThingUnknown, StepImpossible, StepOfOther, StepNeedsReason, DeclineCodeUnknown, MandateMissing.
    """
    declined = _decline_code(code, reason) if event == "decline" else ""
    with transaction.atomic():
        wanted, row = _locked(key, doer)
        if event == "apply":
            raise REFERRAL.impossible(event, row.state, actor=doer.actor)
        mandate = for_firm(row.firm, doer=doer, now=now) if _is_firm(doer) else ""
        if is_repeated(row, event, machine=REFERRAL, doer=doer):
            return
        if event == "take":
            _take(row, doer=doer, now=now)
            return
        move_referral(
            row, event, doer=doer, now=now, reason=reason, code=declined, evidence=mandate
        )
        reopen_if_idle(wanted, doer=doer, now=now)


def link_application(referral: str, application: str, *, doer: Doer, now: dt.datetime) -> None:
    """The firm applies: the referral is ``applied`` and the demand in application. Again with the same key: nothing.

    Raises ThingUnknown, MandateMissing, StepImpossible, StepOfOther, ApplicationDiffers.
    """
    with transaction.atomic():
        wanted, row = _locked(referral, doer)
        mandate = for_firm(row.firm, doer=doer, now=now)
        if row.application:
            if row.application != application:
                raise ApplicationDiffers
            return
        changes = {"application": application}
        move_referral(row, "apply", doer=doer, now=now, evidence=mandate, changes=changes)
        if wanted.state != "in_application":
            move_demand(wanted, "apply", doer=doer, now=now, evidence=mandate)


def referral(key: str, *, viewer: str) -> ReferralView:
    """``viewer``: a party, or THE_OPERATOR. Raises ThingUnknown, also of what is not for this viewer."""
    row = ReferralRow.objects.select_related("demand", "product").filter(key=key).first()
    if row is None or viewer not in {row.lender, row.firm, THE_OPERATOR}:
        raise ThingUnknown(kind="referral")
    return _views([row], viewer)[0]


def referrals_of_demand(demand: str, *, viewer: str) -> list[ReferralView]:
    """The oldest first; a lender sees its own. Empty where the viewer has none."""
    rows = _rows(demand__key=demand)
    mine = [row for row in rows if viewer in {row.lender, row.firm, THE_OPERATOR}]
    return _views(mine, viewer)


def referrals_of_lender(lender: str, *, states: Sequence[str] = ()) -> list[ReferralView]:
    """As that lender sees them, the oldest first; all states when none is named."""
    chosen: dict[str, Any] = {"state__in": states} if states else {}
    return _views(_rows(lender=lender, **chosen), lender)


def _only(doer: Doer, *actors: Actor, event: str) -> None:
    if doer.actor not in actors:
        raise StepOfOther(event=event)


def _wanted(
    key: str, states: Iterable[str], *, event: str, lender: str = "", firm: str = ""
) -> DemandRow:
    """The demand, locked. What this lender or firm may not see is unknown to it."""
    row = locked_demand(key)
    hidden = lender and not is_shown_to(from_json(DemandTerms, row.terms), lender)
    if hidden or (firm and row.firm != firm):
        raise ThingUnknown(kind="demand")
    if row.state not in states:
        if lender:
            raise ThingUnknown(kind="demand")
        raise DEMAND.impossible(event, row.state, actor=Actor.ENTERPRISE)
    return row


def _refer(
    key: str,
    wanted: DemandRow,
    product: str,
    *,
    mode: str,
    doer: Doer,
    now: dt.datetime,
    evidence: str = "",
) -> None:
    shelf, terms = offered(product)
    if not is_shown_to(from_json(DemandTerms, wanted.terms), shelf.lender):
        raise ThingUnknown(kind="product")
    _require_free(wanted, shelf)
    _begin(key, wanted, shelf, terms, mode=mode, doer=doer, now=now, evidence=evidence)


def _require_free(wanted: DemandRow, shelf: ProductRow) -> None:
    if wanted.referrals.filter(lender=shelf.lender, state__in=OPEN_REFERRALS).exists():
        raise AlreadyReferred


def _begin(
    key: str,
    wanted: DemandRow,
    shelf: ProductRow,
    terms: ProductTerms,
    *,
    mode: str,
    doer: Doer,
    now: dt.datetime,
    evidence: str = "",
) -> ReferralRow:
    asked = from_json(DemandTerms, wanted.terms)
    if not terms.amount_fen.holds(asked.amount_fen) or not terms.term_months.holds(
        asked.term_months
    ):
        raise ProductNotFitting
    row = ReferralRow(
        key=key,
        demand=wanted,
        product=shelf,
        product_number=shelf.number,
        lender=shelf.lender,
        firm=wanted.firm,
        mode=mode,
        made_at=now,
        due_at=after_working_hours(now, hours=terms.claim_hours),
    )
    tell = [Told(one, {"demand": wanted.key, "mode": mode}) for one in (shelf.lender, wanted.firm)]
    begin(row, machine=REFERRAL, doer=doer, now=now, evidence=evidence, tell=tell)
    return row


def _take(row: ReferralRow, *, doer: Doer, now: dt.datetime) -> None:
    due = after_working_hours(now, hours=HOURS_TO_APPLY)
    move_referral(row, "take", doer=doer, now=now, changes={"due_at": due})


def _decline_code(code: str, reason: str) -> str:
    if not code and not reason.strip():
        raise StepNeedsReason
    head = code or reason.partition(":")[0].strip()
    if head in list(DeclineCode):
        if head == DeclineCode.OTHER and not reason.strip():
            raise StepNeedsReason
        return head
    if code:
        raise DeclineCodeUnknown(given=code, known=", ".join(DeclineCode))
    return DeclineCode.OTHER.value


def _is_firm(doer: Doer) -> bool:
    return doer.actor in {Actor.ENTERPRISE, Actor.AGENT}


def _locked(key: str, doer: Doer) -> tuple[DemandRow, ReferralRow]:
    """The demand first, then its referral: always in this order."""
    found = ReferralRow.objects.select_related("demand").filter(key=key).first()
    if found is None or (_is_firm(doer) and doer.party != found.firm):
        raise ThingUnknown(kind="referral")
    for_lender(found.lender, doer=doer, kind="referral")
    wanted = locked_demand(found.demand.key)
    row = ReferralRow.objects.select_for_update().get(pk=found.pk)
    row.demand = wanted
    return wanted, row


def _rows(**chosen: Any) -> Iterable[ReferralRow]:
    return ReferralRow.objects.select_related("demand", "product").filter(**chosen).order_by("pk")


def _views(rows: Iterable[ReferralRow], viewer: str) -> list[ReferralView]:
    shown = [(row, _knows(viewer, row)) for row in rows]
    facts = facts_of(row.firm for row, known in shown if known)
    return [_view(row, facts_or_bare(row.firm, facts) if known else None) for row, known in shown]


def _knows(viewer: str, row: ReferralRow) -> bool:
    """Whether it may know which firm it is."""
    return bool(viewer != row.lender or row.state in SEEING or row.demand.terms.get("may_contact"))


def _view(row: ReferralRow, firm: FirmFacts | None) -> ReferralView:
    return ReferralView(
        key=row.key,
        demand=row.demand.key,
        product=row.product.key,
        product_version=row.product_number,
        lender=row.lender,
        firm=row.firm if firm else "",
        firm_name=firm.name if firm else "",
        mode=row.mode,
        state=row.state,
        version=row.version,
        due_at=row.due_at,
        made_at=row.made_at,
        reason=row.reason,
        application=row.application,
        reason_code=row.reason_code,
    )


def lapse_referral(key: str, *, doer: Doer, now: dt.datetime) -> bool:
    """Its time is over: the lender was silent, or the firm did not apply. Whether the demand opened again by it.

    For this room's timers. Raises StepImpossible when somebody acted meanwhile.
    """
    with transaction.atomic():
        wanted, row = _locked(key, doer)
        if row.due_at is None or row.due_at > now:
            raise REFERRAL.impossible("lapse", row.state, actor=doer.actor)
        move_referral(row, "lapse", doer=of_platform(doer), now=now)
        return reopen_if_idle(wanted, doer=doer, now=now)
