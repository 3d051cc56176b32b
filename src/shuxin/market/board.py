"""The board of a lender (需求大厅): demands that it may see, and of each no more than it may know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.market.demands import ON_BOARD, SEEING, is_shown_to, terms_for
from shuxin.market.domain.terms import DemandTerms, FirmFacts
from shuxin.market.firms import facts_of, facts_or_bare, masked
from shuxin.market.shelf_models import OPEN_REFERRALS, DemandRow, ProductRow, ReferralRow
from shuxin.market.wire import from_json

if TYPE_CHECKING:
    import datetime as dt


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One demand on a lender's board. mine: this lender's open referral, "" for none; claims: open ones of all lenders.

    is_named: the firm chose to whom it shows the demand, this lender among them. may_claim: it did not decline it or
    let it lapse before, and has nothing open on it.
    """

    key: str
    firm: FirmFacts
    terms: DemandTerms
    state: str
    published_at: dt.datetime
    expires_at: dt.datetime
    claims: int
    mine: str
    is_named: bool
    may_claim: bool


def board(lender: str, *, now: dt.datetime) -> list[BoardLine]:
    """The newest first; what has expired is not shown even before the timers ran.

    No firm is named to a lender without a product online, but of what it has taken: it cannot lend to the firm.
    """
    rows = DemandRow.objects.filter(state__in=ON_BOARD, expires_at__gt=now).order_by("-pk")
    asked = [(row, from_json(DemandTerms, row.terms)) for row in rows]
    shown = [(row, terms) for row, terms in asked if is_shown_to(terms, lender)]
    facts = facts_of(row.firm for row, _ in shown)
    held: dict[int, list[ReferralRow]] = {}
    for one in ReferralRow.objects.filter(demand__state__in=ON_BOARD).order_by("pk"):
        held.setdefault(one.demand_id, []).append(one)
    lends = ProductRow.objects.filter(lender=lender, state="online").exists()
    return [
        _line(row, terms, facts_or_bare(row.firm, facts), held.get(row.pk, []), lender, lends=lends)
        for row, terms in shown
    ]


def _line(
    row: DemandRow,
    terms: DemandTerms,
    facts: FirmFacts,
    referrals: list[ReferralRow],
    lender: str,
    *,
    lends: bool,
) -> BoardLine:
    own = [one for one in referrals if one.lender == lender]
    known = (lends and terms.may_contact) or any(one.state in SEEING for one in own)
    mine = next((one.key for one in own if one.state in OPEN_REFERRALS), "")
    return BoardLine(
        key=row.key,
        firm=facts if known else masked(facts),
        terms=terms_for(terms, lender, known=known),
        state=row.state,
        published_at=row.published_at or row.made_at,
        expires_at=row.expires_at or row.made_at,
        claims=sum(one.mode == "claim" and one.state in OPEN_REFERRALS for one in referrals),
        mine=mine,
        is_named=bool(terms.lenders),
        may_claim=not mine and not any(one.state in ("declined", "lapsed") for one in own),
    )
