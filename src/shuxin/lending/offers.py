"""Offers (授信报价): made of a product's terms and a decision's figures, with the whole cost. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shuxin.lending.domain.offers import Offer
from shuxin.market import api as market

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

VALID_FOR = timedelta(days=15)
CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of another machine may be ahead."""
_COSTS = ("apr_bp", "first_payment_fen", "total_cost_fen")


def make_offer(
    *,
    terms: market.ProductTerms,
    amount_fen: int,
    rate_bp: int,
    term_months: int,
    now: datetime,
    repayment: market.Repayment | None = None,
    guarantee: market.Guarantee | None = None,
    subsidy_bp: int = 0,
    conditions: Sequence[str] = (),
) -> Offer:
    """An offer under these terms, valid for 15 days.

    repayment, guarantee: the product's first ones unless named. What lies outside the product's bands is brought to
    the nearest end of the rate's; amount and term are the caller's matter. Raises TermsInvalid.
    """
    way = repayment or terms.repayments[0]
    rate = min(max(rate_bp, terms.rate_bp.least), terms.rate_bp.most)
    cost = market.all_in_apr_bp(
        amount_fen=amount_fen,
        months=term_months,
        rate_bp=rate,
        repayment=way,
        fees=terms.fees,
        subsidy_bp=subsidy_bp,
    )
    return Offer(
        amount_fen=amount_fen,
        rate_bp=rate,
        term_months=term_months,
        repayment=way.value,
        guarantee=(guarantee or terms.guarantees[0]).value,
        fees=terms.fees,
        subsidy_bp=subsidy_bp,
        apr_bp=cost.apr_bp,
        first_payment_fen=cost.first_payment_fen,
        total_cost_fen=cost.total_cost_fen,
        conditions=tuple(conditions),
        valid_until=now + VALID_FOR,
    )


def refused_for(offer: Offer, *, terms: market.ProductTerms, asked_fen: int, now: datetime) -> str:
    """The term for which the platform refuses this offer now (报价不符项), as ``outside``; "" where it takes it.

    asked_fen: what the firm applied for.
    """
    if not now < offer.valid_until <= now + VALID_FOR + CLOCK_SKEW:
        return "valid_until"
    if offer.amount_fen > asked_fen:
        return "amount_fen"
    return outside(offer, terms=terms)


def outside(offer: Offer, *, terms: market.ProductTerms) -> str:
    """The first field in which an offer is not what the product says, or costs other than it says; "" if none."""
    bands = {
        "amount_fen": (terms.amount_fen, offer.amount_fen),
        "rate_bp": (terms.rate_bp, offer.rate_bp),
        "term_months": (terms.term_months, offer.term_months),
    }
    wrong = [name for name, (band, value) in bands.items() if not band.holds(value)]
    if offer.repayment not in terms.repayments:
        wrong.append("repayment")
    if offer.guarantee not in terms.guarantees:
        wrong.append("guarantee")
    if offer.fees != terms.fees:
        wrong.append("fees")
    if wrong:
        return wrong[0]
    same = make_offer(
        terms=terms,
        amount_fen=offer.amount_fen,
        rate_bp=offer.rate_bp,
        term_months=offer.term_months,
        now=offer.valid_until - VALID_FOR,
        repayment=market.Repayment(offer.repayment),
        guarantee=market.Guarantee(offer.guarantee),
        subsidy_bp=offer.subsidy_bp,
        conditions=offer.conditions,
    )
    return next((name for name in _COSTS if getattr(same, name) != getattr(offer, name)), "")
