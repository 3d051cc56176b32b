"""Products over the API: a lender's own in every state, everybody's that are online."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from ninja.params.functions import Query

from shuxin.kernel.machine import Actor
from shuxin.market import api as market
from shuxin.parties.api import accounts
from shuxin.portal.linking.shapes import built, given, shape
from shuxin.portal.web.market_api.calling import (
    CallKey,
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
    plain,
    states_in,
    stepped,
)

if TYPE_CHECKING:
    from pydantic import BaseModel as ProductOut
    from pydantic import BaseModel as TermsIn
    from pydantic import BaseModel as TermsOut
else:
    ProductOut = shape(market.ProductView)
    TermsIn, TermsOut = given(market.ProductTerms), shape(market.ProductTerms)

products = Router(tags=["products"])
READ = accounts.Scoped(accounts.Scope.MARKET_READ)
WRITE = accounts.Scoped(accounts.Scope.MARKET_WRITE)
ANYBODY = (Actor.LENDER, Actor.ENTERPRISE, Actor.GOVERNMENT, Actor.OPERATOR)
Own = Annotated[bool, Query(description="Only the caller's own products, drafts too.")]
Version = Annotated[int, Query(ge=1, lt=2**31, description="A version that was published.")]


@products.get("", response=Page[ProductOut], auth=READ, operation_id="listProducts")
def list_products(
    request: HttpRequest,
    own: Own = False,  # noqa: FBT002 - a query's parameter
    state: State = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> HttpResponse:
    """Products that are online, or the caller's own in every state."""
    call = called(request, "listProducts", *ANYBODY)
    states = states_in(state, market.PRODUCT.states) if own else ("online",)
    lender = call.party if own else ""
    found = market.products(lender=lender, states=states, viewer=call.party)
    return many(found, key=lambda view: view.key, cursor=cursor, limit=limit)


@products.post("", response={201: MadeOut}, auth=WRITE, operation_id="draftProduct")
def draft_product(
    request: HttpRequest, terms: TermsIn, idempotency_key: CallKey, officer: Officer = ""
) -> HttpResponse:
    """A new product in draft, with its first version; it is offered once the operator approved it."""
    call = called(request, "draftProduct", Actor.LENDER, officer=officer)

    def act() -> MadeOut:
        return MadeOut(
            key=market.draft_product(
                built(market.ProductTerms, terms),
                lender=call.party,
                doer=call.doer,
                now=call.now,
                request_id=call.request_id(idempotency_key),
            )
        )

    return once(request, call, idempotency_key, act)


@products.get("/{key}", response=ProductOut, auth=READ, operation_id="getProduct")
def get_product(request: HttpRequest, key: Key) -> HttpResponse:
    """One product; drafts only for their lender."""
    call = called(request, "getProduct", *ANYBODY)
    return one(market.product(key, viewer=call.party))


@products.get("/{key}/terms", response=TermsOut, auth=READ, operation_id="getProductTerms")
def get_terms(request: HttpRequest, key: Key, version: Version) -> HttpResponse:
    """The terms of a version that was published, also when a newer one has replaced it."""
    called(request, "getProductTerms", *ANYBODY)
    return plain(market.product_terms(key, version))


@products.put("/{key}", response=ProductOut, auth=WRITE, operation_id="editProduct")
def edit_product(
    request: HttpRequest, key: Key, terms: TermsIn, if_match: IfMatch = "*", officer: Officer = ""
) -> HttpResponse:
    """Change the draft; of a published product, begin or change the draft of its next version."""
    call = called(request, "editProduct", Actor.LENDER, officer=officer)
    told: market.ProductTerms = built(market.ProductTerms, terms)
    return stepped(
        read=lambda: _own(key, call.party),
        hold=lambda: market.hold_product(key),
        act=lambda: market.edit_product(key, told, doer=call.doer, now=call.now),
        if_match=if_match,
    )


@products.post("/{key}/steps", response=ProductOut, auth=WRITE, operation_id="stepProduct")
def step_product(
    request: HttpRequest, key: Key, step: StepIn, if_match: IfMatch = "*", officer: Officer = ""
) -> HttpResponse:
    """submit, drop: of the unpublished version; pause, resume, retire: of the product."""
    call = called(request, "stepProduct", Actor.LENDER, officer=officer)
    return stepped(
        read=lambda: _own(key, call.party),
        hold=lambda: market.hold_product(key),
        act=lambda: market.step_product(
            key, step.event, doer=call.doer, now=call.now, reason=step.reason
        ),
        if_match=if_match,
    )


def _own(key: str, party: str) -> market.ProductView:
    """Raises ThingUnknown."""
    found = market.product(key, viewer=party)
    if found.lender != party:
        raise market.ThingUnknown(kind="product")
    return found
