"""Referrals over the API: what a lender was given or took, what a firm chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from pydantic import Field

from shuxin.kernel.machine import Actor
from shuxin.market import api as market
from shuxin.portal.linking.shapes import shape
from shuxin.portal.web.market_api.calling import (
    CallKey,
    Closed,
    Cursor,
    IfMatch,
    Key,
    Limit,
    MadeOut,
    Officer,
    Page,
    State,
    StepIn,
    called,
    many,
    once,
    one,
    states_in,
    stepped,
)
from shuxin.portal.web.market_api.products import READ, WRITE

if TYPE_CHECKING:
    from pydantic import BaseModel as ReferralOut
else:
    ReferralOut = shape(market.ReferralView)

referrals = Router(tags=["referrals"])
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class ChoiceIn(Closed):
    """Which product the firm chooses for which of its demands."""

    demand: Hex32
    product: Hex32


@referrals.get("", response=Page[ReferralOut], auth=READ, operation_id="listReferrals")
def list_referrals(
    request: HttpRequest, state: State = "", cursor: Cursor = "", limit: Limit = 50
) -> HttpResponse:
    """The lender's referrals."""
    call = called(request, "listReferrals", Actor.LENDER)
    states = states_in(state, market.REFERRAL.states)
    found = market.referrals_of_lender(call.party, states=states)
    return many(found, key=lambda view: view.key, cursor=cursor, limit=limit)


@referrals.post("", response={201: MadeOut}, auth=WRITE, operation_id="chooseProduct")
def choose_product(
    request: HttpRequest, choice: ChoiceIn, idempotency_key: CallKey, officer: Officer = ""
) -> HttpResponse:
    """The firm chooses a product for its demand (direct referral)."""
    call = called(request, "chooseProduct", Actor.ENTERPRISE, officer=officer)

    def act() -> MadeOut:
        request_id = call.request_id(idempotency_key)
        made = market.choose(
            choice.demand, choice.product, doer=call.doer, now=call.now, request_id=request_id
        )
        return MadeOut(key=made)

    return once(request, call, idempotency_key, act)


@referrals.get("/{key}", response=ReferralOut, auth=READ, operation_id="getReferral")
def get_referral(request: HttpRequest, key: Key) -> HttpResponse:
    """One referral of the caller's."""
    call = called(request, "getReferral", Actor.LENDER, Actor.ENTERPRISE)
    return one(market.referral(key, viewer=call.party))


@referrals.post("/{key}/steps", response=ReferralOut, auth=WRITE, operation_id="stepReferral")
def step_referral(
    request: HttpRequest, key: Key, step: StepIn, if_match: IfMatch = "*", officer: Officer = ""
) -> HttpResponse:
    """take, decline (with a code or words): by the lender; withdraw: by the firm."""
    call = called(request, "stepReferral", Actor.LENDER, Actor.ENTERPRISE, officer=officer)

    def read() -> market.ReferralView:
        return market.referral(key, viewer=call.party)

    return stepped(
        read=read,
        hold=lambda: market.hold_demand(read().demand),
        act=lambda: market.step_referral(
            key, step.event, doer=call.doer, now=call.now, reason=step.reason, code=step.code
        ),
        if_match=if_match,
    )
