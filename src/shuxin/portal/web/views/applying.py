"""Turning to one lender: which product, how much, what it costs and needs; then referral and application at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.lending.api import open_application, step_application
from shuxin.market import api as market
from shuxin.portal.web.views import financing
from shuxin.portal.web.views import market_words as words
from shuxin.portal.web.views.shelf import OnShelf, Wish, card, read_amount, read_months

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from shuxin.market.api import DemandView, ProductTerms, ReferralView
    from shuxin.portal.web.views.acting import Acting

_OPEN = ("waiting", "taken")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the firm is about to hand in. referral, application: the open ones with this lender, "" before."""

    demand: str
    product: str
    referral: str
    application: str
    card: OnShelf
    terms: ProductTerms
    lender: str
    needs: Sequence[Text]
    why: Text
    wish: Wish
    problems: Mapping[str, Text] = field(default_factory=dict)


def read(given: Mapping[str, str], demand: DemandView, who: Acting) -> Wanted | None:
    """By the referral or the product that is named; None where there is no such thing for this demand."""
    referrals = market.referrals_of_demand(demand.key, viewer=who.firm)
    held = _held(given.get("referral", ""), referrals)
    found = _product(held.product if held else given.get("product", ""))
    if found is None:
        return None
    if held is None:
        held = _of_lender(found.lender, referrals)
    terms = market.product_terms(held.product, held.product_version) if held else found.terms
    problems: dict[str, Text] = {}
    wish = _wish(given, demand, terms, problems)
    names = financing.names()
    return Wanted(
        demand=demand.key,
        product=held.product if held else found.key,
        referral=held.key if held else "",
        application=held.application if held else "",
        card=card(found, wish, names=names),
        terms=terms,
        lender=words.name_of(found.lender, names),
        needs=words.needs(terms, names=names),
        why=words.why_needed(terms.kind),
        wish=wish,
        problems=problems,
    )


def applied(wanted: Wanted, who: Acting, *, form_key: str, now: datetime) -> str:
    """The application's key. The same form sent again leads to the same application."""
    if wanted.wish.amount_fen is None or wanted.wish.term is None:
        raise ValueError("a form with problems is not sent")
    doer = who.doer
    referral = wanted.referral or market.choose(
        wanted.demand, wanted.product, doer=doer, now=now, request_id=form_key
    )
    key: str = open_application(
        referral,
        amount_fen=wanted.wish.amount_fen,
        term_months=wanted.wish.term,
        doer=doer,
        now=now,
        request_id=form_key,
    )
    step_application(key, "submit", doer=doer, now=now)
    return key


def _held(key: str, referrals: Sequence[ReferralView]) -> ReferralView | None:
    return next((one for one in referrals if key and one.key == key), None)


def _of_lender(lender: str, referrals: Sequence[ReferralView]) -> ReferralView | None:
    """With a lender that has the demand before it one goes on, and does not begin anew."""
    mine = [one for one in referrals if one.lender == lender]
    return next((one for one in mine if one.state in {*_OPEN, "applied"}), None)


def _product(key: str) -> market.ProductView | None:
    return next((one for one in market.products() if one.key == key), None)


def _wish(
    given: Mapping[str, str], demand: DemandView, terms: ProductTerms, problems: dict[str, Text]
) -> Wish:
    """What was typed, else what the demand says; it must lie within the product's bands."""
    from shuxin.kernel.money import Unit, amount_text  # noqa: PLC0415 - beside its use

    own = amount_text(demand.terms.amount_fen, unit=Unit.TEN_THOUSAND_YUAN).replace(",", "")
    amount = given.get("amount", own)[:20].strip()
    months = given.get("months", str(demand.terms.term_months))[:5].strip()
    fen, term = read_amount(amount, problems), read_months(months, problems)
    if "amount" not in problems and (fen is None or not terms.amount_fen.holds(fen)):
        problems["amount"] = _within(words.amounts_said(terms.amount_fen))
    if "months" not in problems and (term is None or not terms.term_months.holds(term)):
        problems["months"] = _within(words.months_said(terms.term_months))
    repayment = str(demand.terms.repayments[0]) if demand.terms.repayments else ""
    return Wish(
        amount=amount,
        months=months,
        amount_fen=fen,
        term=term,
        repayment=repayment,
        problems=problems,
    )


def _within(band: Text) -> Text:
    return Text(en=f"This product lends {band.en}", zh=f"该产品可贷范围为 {band.zh}")
