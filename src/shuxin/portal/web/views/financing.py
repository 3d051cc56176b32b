"""What an enterprise's financing pages gather: its demands, one demand with its ranking, who took it up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.market import api as market
from shuxin.portal.web.parts import Event, State, TimeLine
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.views import market_words as words
from shuxin.portal.web.views.shelf import OnShelf, Wish, card

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from shuxin.lending.api import ApplicationView
    from shuxin.market.api import DemandView, Matching, ProductView, Ranked, ReferralView
    from shuxin.portal.web.views.acting import Acting
    from shuxin.portal.web.views.enterprise import Need

OPEN_DEMANDS = ("draft", "screening", "published", "matched", "in_application")
MAY_APPLY = frozenset({"published", "matched", "in_application"})
SHOWN_AT_FIRST = 8
_OPEN_STATES = frozenset({"waiting", "taken", "applied"})
_ACTORS = {
    Actor.ENTERPRISE: Text(en="the enterprise", zh="企业"),
    Actor.AGENT: Text(en="an agent, in the enterprise's name", zh="代办人员（以企业名义）"),
    Actor.LENDER: Text(en="the lender", zh="银行"),
    Actor.OPERATOR: Text(en="the platform's staff", zh="平台工作人员"),
    Actor.GOVERNMENT: Text(en="a department", zh="政府部门"),
    Actor.SYSTEM: Text(en="the platform", zh="平台系统"),
}


@dataclass(frozen=True, slots=True)
class DemandShown:
    """One of the reader's demands in a list."""

    key: str
    amount_fen: int
    months: int
    use: Text
    state: State
    made_at: datetime
    offers: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Choosable:
    """A ranked product with its card. above: why before the next one. mine: the open referral to its lender."""

    ranked: Ranked
    card: OnShelf
    above: Sequence[Text] = ()
    mine: ReferralView | None = None


@dataclass(frozen=True, slots=True)
class Taker:
    """A lender that has the demand before it, or had. reason: why it ended, where somebody said so."""

    referral: ReferralView
    name: str
    product: Text
    state: State
    url: str
    action: Text | None
    reason: Text | None = None


def names() -> dict[str, str]:
    return words.lender_names(settings_from_environment())


def online() -> dict[str, ProductView]:
    """What is on the shelf now, by key."""
    return {one.key: one for one in market.products()}


def lenders_of(products: Iterable[ProductView]) -> dict[str, str]:
    """Their lenders' names by party, in the order of names."""
    known = names()
    found = {one.lender: words.name_of(one.lender, known) for one in products}
    return dict(sorted(found.items(), key=lambda pair: pair[1]))


def demands_shown(
    demands: Iterable[DemandView], applications: Iterable[ApplicationView]
) -> list[DemandShown]:
    offers: dict[str, int] = {}
    for one in applications:
        offers[one.demand] = offers.get(one.demand, 0) + (one.state == "approved")
    return [
        DemandShown(
            key=one.key,
            amount_fen=one.terms.amount_fen,
            months=one.terms.term_months,
            use=one.terms.use.text,
            state=words.state_of(one.state, market.STATE_TEXTS),
            made_at=one.made_at,
            offers=offers.get(one.key, 0),
            is_open=one.state in OPEN_DEMANDS,
        )
        for one in demands
    ]


def own_demand(key: str, who: Acting) -> DemandView:
    """Of this enterprise; others do not exist for it. Raises NoSuchPage."""
    found = market.demand(key, viewer=who.firm)
    if found.firm.party != who.firm:
        raise NoSuchPage
    return found


def choosable(
    matching: Matching | None,
    demand: DemandView,
    referrals: Sequence[ReferralView],
    *,
    shelf: Mapping[str, ProductView],
    by_cost: Any = False,
    most: int | None = None,
) -> list[Choosable]:
    """Products with a place that are still online, in the order of the ranking, or by cost alone; ``most`` of them."""
    if matching is None:
        return []
    ranked = [one for one in matching.ranked if one.place]
    if by_cost:
        ranked = market.by_cost(ranked)
    ranked = [one for one in ranked if one.product in shelf]
    mine = {one.lender: one for one in referrals if one.state in _OPEN_STATES}
    wish, known = _wish(demand), names()
    found = []
    for at, one in enumerate(ranked[:most]):
        below = ranked[at + 1] if at + 1 < len(ranked) and not by_cost else None
        found.append(
            Choosable(
                ranked=one,
                card=card(shelf[one.product], wish, names=known),
                above=market.why_above(one, below) if below else (),
                mine=mine.get(one.lender),
            )
        )
    return found


def left_out(
    matching: Matching | None, *, shelf: Mapping[str, ProductView]
) -> list[tuple[str, Text, Sequence[Text]]]:
    """Products that do not fit: key, name, and what would have to change."""
    if matching is None:
        return []
    return [
        (one.product, title(shelf[one.product]), one.excluded)
        for one in matching.ranked
        if not one.place and one.product in shelf
    ]


def title(product: ProductView) -> Text:
    return Text(
        en=words.braced(product.terms.name_en or product.terms.name),
        zh=words.braced(product.terms.name),
    )


def takers(
    referrals: Sequence[ReferralView], applications: Mapping[str, ApplicationView]
) -> list[Taker]:
    """Who has or had the demand, the newest first; ``applications`` by referral."""
    known = names()
    return [_taker(one, applications.get(one.key), known) for one in referrals]


def _taker(one: ReferralView, application: ApplicationView | None, known: dict[str, str]) -> Taker:
    from shuxin.lending.api import STATE_TEXTS  # noqa: PLC0415 - heavy

    state = words.state_of(one.state, market.STATE_TEXTS)
    url, action = "", None
    if application is not None:
        state = words.state_of(application.state, STATE_TEXTS)
        url, action = f"/financing/applications/{application.key}", _OPEN
    elif one.state in {"taken", "waiting"}:
        url, action = f"/financing/demands/{one.demand}/apply?referral={one.key}", _APPLY
    product = market.product_terms(one.product, one.product_version)
    name = Text(en=words.braced(product.name_en or product.name), zh=words.braced(product.name))
    return Taker(one, words.name_of(one.lender, known), name, state, url, action, _why_ended(one))


def _why_ended(one: ReferralView) -> Text | None:
    """The code of a decline in words, and what the lender wrote itself."""
    if one.reason in _ENDED_BY:
        return _ENDED_BY[one.reason]
    said = words.braced(one.reason)
    code = next((each.text for each in market.DeclineCode if each == one.reason_code), None)
    if code is None or (said and one.reason_code == market.DeclineCode.OTHER):
        return Text(en=said, zh=said) if said else None
    return Text(en=f"{code.en}: {said}", zh=f"{code.zh}：{said}") if said else code


_ENDED_BY = {
    "withdraw": Text(en="The demand was withdrawn.", zh="融资需求已撤回。"),
    "fund": Text(en="The demand was financed by another lender.", zh="该需求已由其他银行放款。"),
}
"""What the market itself writes as the reason."""
_CODES = re.compile(r"[a-z_]+(, [a-z_]+)*")
"""Reasons for programs; for people they stand in the letter, in words."""
_OPEN = Text(en="Open the application", zh="查看申请")
_APPLY = Text(en="Apply", zh="提交申请")


def time_line(
    kind: str, key: str, texts: Mapping[str, Text], *, names_shown: bool = False
) -> TimeLine:
    """Every step with who took it, the newest first; accounts are named only to the operator."""
    steps = [one for one in reversed(market.steps_of(kind, key)) if one.source != one.to]
    return TimeLine(
        [
            Event(
                one.at,
                texts.get(one.to, words.literal(one.to)),
                detail=_detail(one, names_shown),
                tone=words.tone_of(one.to),
            )
            for one in steps
        ]
    )


def _detail(step: Any, names_shown: bool) -> Text:  # noqa: FBT001 - handed through
    who = _ACTORS.get(Actor(step.actor), words.literal(step.actor))
    by = f" · {words.braced(step.by)}" if names_shown and step.by else ""
    reason = "" if _CODES.fullmatch(step.reason) else words.braced(step.reason)
    return Text(
        en=f"{who.en}{by}" + (f": {reason}" if reason else ""),
        zh=f"{who.zh}{by}" + (f"：{reason}" if reason else ""),
    )


def _wish(demand: DemandView) -> Wish:
    """The demand's own amount and term, to cost products by."""
    terms = demand.terms
    repayment = str(terms.repayments[0]) if terms.repayments else ""
    return Wish(amount_fen=terms.amount_fen, term=terms.term_months, repayment=repayment)


def needs_of(firm: str) -> list[Need]:
    """What needs the enterprise now: an offer, a question, a lender that took its demand."""
    from shuxin.lending.api import applications_of  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views.enterprise import Need  # noqa: PLC0415 - loads this room's pages

    known = names()
    found = []
    for one in applications_of(firm):
        if one.state in _WAITS:
            text, detail = _WAITS[one.state]
            name = words.braced(words.name_of(one.lender, known))
            said = Text(en=text.say("en", name=name), zh=text.say("zh", name=name))
            found.append(Need(said, detail, f"/financing/applications/{one.key}", "busy"))
    return found


_WAITS = {
    "approved": (
        Text(en="{name} makes you an offer", zh="{name} 已批准您的贷款申请"),
        Text(
            en="Look at it and accept it before its time is over", zh="请查看报价，并在有效期内接受"
        ),
    ),
    "need_information": (
        Text(en="{name} asks you something", zh="{name} 需要您补充说明"),
        Text(en="It goes on once you have answered", zh="答复后继续审批"),
    ),
}
