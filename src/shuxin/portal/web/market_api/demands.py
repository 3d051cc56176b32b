"""Demands over the API: the board of a lender, and a firm's own through its own system."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from pydantic import Field

from shuxin.kernel.machine import Actor
from shuxin.market import api as market
from shuxin.portal.linking.shapes import built, given, shape
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
    StepIn,
    called,
    many,
    once,
    one,
    stepped,
)
from shuxin.portal.web.market_api.products import READ, WRITE

if TYPE_CHECKING:
    from pydantic import BaseModel as BoardOut
    from pydantic import BaseModel as DemandOut
    from pydantic import BaseModel as TermsIn
else:
    BoardOut, DemandOut = shape(market.BoardLine), shape(market.DemandView)
    TermsIn = given(market.DemandTerms)

demands = Router(tags=["demands"])
Hex32 = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]


class ProductIn(Closed):
    """With which product."""

    product: Hex32


@demands.get("/board", response=Page[BoardOut], auth=READ, operation_id="listBoard")
def list_board(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> HttpResponse:
    """Published demands that the lender may see; of the firm no more than it may know before it takes one."""
    call = called(request, "listBoard", Actor.LENDER)
    lines = market.board(call.party, now=call.now)
    return many(lines, key=lambda line: line.key, cursor=cursor, limit=limit)


@demands.post("/{key}/claim", response={201: MadeOut}, auth=WRITE, operation_id="claimDemand")
def claim_demand(
    request: HttpRequest,
    key: Key,
    wanted: ProductIn,
    idempotency_key: CallKey,
    officer: Officer = "",
) -> HttpResponse:
    """Take a demand from the board with one of the lender's own products: the key of the referral."""
    call = called(request, "claimDemand", Actor.LENDER, officer=officer)

    def act() -> MadeOut:
        request_id = call.request_id(idempotency_key)
        made = market.claim(
            key, wanted.product, doer=call.doer, now=call.now, request_id=request_id
        )
        return MadeOut(key=made)

    return once(request, call, idempotency_key, act)


@demands.get("", response=Page[DemandOut], auth=READ, operation_id="listDemands")
def list_demands(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> HttpResponse:
    """The firm's own demands."""
    call = called(request, "listDemands", Actor.ENTERPRISE)
    found = market.demands_of(call.party)
    return many(found, key=lambda view: view.key, cursor=cursor, limit=limit)


@demands.post("", response={201: MadeOut}, auth=WRITE, operation_id="draftDemand")
def draft_demand(
    request: HttpRequest, terms: TermsIn, idempotency_key: CallKey, officer: Officer = ""
) -> HttpResponse:
    """A demand of the firm in draft; the step `submit` hands it in."""
    call = called(request, "draftDemand", Actor.ENTERPRISE, officer=officer)
    wanted: market.DemandTerms = built(market.DemandTerms, terms)

    def act() -> MadeOut:
        made = market.draft_demand(
            replace(wanted, channel=market.Channel.API),
            firm=call.party,
            doer=call.doer,
            now=call.now,
            request_id=call.request_id(idempotency_key),
        )
        return MadeOut(key=made)

    return once(request, call, idempotency_key, act)


@demands.get("/{key}", response=DemandOut, auth=READ, operation_id="getDemand")
def get_demand(request: HttpRequest, key: Key) -> HttpResponse:
    """One demand, as far as the caller may see it."""
    call = called(request, "getDemand", Actor.LENDER, Actor.ENTERPRISE)
    return one(market.demand(key, viewer=call.party))


@demands.post("/{key}/steps", response=DemandOut, auth=WRITE, operation_id="stepDemand")
def step_demand(
    request: HttpRequest, key: Key, step: StepIn, if_match: IfMatch = "*", officer: Officer = ""
) -> HttpResponse:
    """submit, withdraw."""
    call = called(request, "stepDemand", Actor.ENTERPRISE, officer=officer)
    return stepped(
        read=lambda: market.demand(key, viewer=call.party),
        hold=lambda: market.hold_demand(key),
        act=lambda: market.step_demand(
            key, step.event, doer=call.doer, now=call.now, reason=step.reason
        ),
        if_match=if_match,
    )
