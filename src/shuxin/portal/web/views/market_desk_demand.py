"""One demand as the operator sees it, and what the operator does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.lending.api import applications_of_demand
from shuxin.market import api as market
from shuxin.portal.web.parts import Facts
from shuxin.portal.web.views import financing, firm_form, matched
from shuxin.portal.web.views import financing_form as form
from shuxin.portal.web.views import market_words as words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.market.api import Doer

ASSIGNABLE_SHOWN = 20
_ASSIGNABLE = frozenset({"published", "matched"})


def facts(key: str, *, now: datetime) -> dict[str, Any]:
    """Everything of the page. Raises ThingUnknown."""
    view = market.demand(key, viewer=market.THE_OPERATOR)
    referrals = list(reversed(market.referrals_of_demand(key, viewer=market.THE_OPERATOR)))
    applications = {
        one.referral: one for one in applications_of_demand(key, viewer=market.THE_OPERATOR)
    }
    matching = market.matching_of(key, viewer=market.THE_OPERATOR)
    shelf = financing.online()
    named = Facts([*form.said(view.terms, financing.lenders_of(shelf.values()))])
    return {
        "demand": view,
        "state": words.state_of(view.state, market.STATE_TEXTS),
        "said": named,
        "firm": Facts(firm_form.said(view.firm)),
        "age": (now - view.made_at).days,
        "takers": financing.takers(referrals, applications),
        "choices": financing.choosable(
            matching, view, referrals, shelf=shelf, most=ASSIGNABLE_SHOWN
        ),
        "left_out": financing.left_out(matching, shelf=shelf),
        "matching": matching,
        "is_screening": view.state == "screening",
        "may_assign": view.state in _ASSIGNABLE,
        "key": market.new_key(),
        "steps": financing.time_line("demand", key, market.STATE_TEXTS, names_shown=True),
        "now": now,
    }


def done(key: str, act: str, given: Mapping[str, str], *, doer: Doer, now: datetime) -> None:
    """publish, reject, assign or match. Raises what the market raises."""
    reason = given.get("reason", "")[:1000]
    if act == "assign":
        product, form_key = given.get("product", "")[:120], given.get("key", "")[:64]
        market.assign(key, product, doer=doer, now=now, request_id=form_key)
        return
    if act != "match":
        market.step_demand(key, act, doer=doer, now=now, reason=reason)
    matched.match_when_published(market.demand(key, viewer=market.THE_OPERATOR), now=now)
