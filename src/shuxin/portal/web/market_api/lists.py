"""Lists and recommendations over the API: offices record visits, lenders read whom they are recommended and report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from pydantic import BaseModel, Field

from shuxin.kernel.machine import Actor
from shuxin.market import api as market
from shuxin.market.api import government
from shuxin.parties.api import accounts
from shuxin.portal.linking.shapes import built, given, shape
from shuxin.portal.web.market_api.calling import (
    CallKey,
    Closed,
    Cursor,
    Key,
    Limit,
    Officer,
    Page,
    called,
    many,
    once,
    page,
)
from shuxin.portal.web.market_api.products import READ, WRITE

if TYPE_CHECKING:
    from pydantic import BaseModel as ListedOut
    from pydantic import BaseModel as RecommendedOut
    from pydantic import BaseModel as VisitIn
else:
    RecommendedOut, ListedOut = shape(market.Recommended), shape(government.RecommendedFirm)
    VisitIn = given(government.Visit)

lists, recommendations = Router(tags=["lists"]), Router(tags=["lists"])
LISTS = accounts.Scoped(accounts.Scope.LISTS_WRITE)


class VisitedOut(BaseModel):
    """``listing``: the entry on the declared list, "" where the firm needs nothing."""

    listing: str


class ResultIn(Closed):
    """What came of a recommended firm: credited and lent with an amount, refused with a reason."""

    result: government.ResultKind
    amount_fen: Annotated[int, Field(strict=True, ge=0, lt=2**53)] = 0
    rate_bp: Annotated[int, Field(strict=True, ge=0, le=10_000)] | None = None
    reason: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""


class DoneOut(BaseModel):
    """``done`` is true."""

    done: bool = True


@recommendations.get(
    "", response=Page[RecommendedOut], auth=READ, operation_id="listRecommendations"
)
def list_recommendations(
    request: HttpRequest, limit: Limit = 50, officer: Officer = ""
) -> HttpResponse:
    """Firms that the lender may turn to, the most fitting first: they agreed, or an office recommended them."""
    call = called(request, "listRecommendations", Actor.LENDER, officer=officer)
    found = market.recommended_firms(call.party, now=call.now, doer=call.doer)
    return page(found[:limit], "")


@lists.get("/recommended", response=Page[ListedOut], auth=READ, operation_id="listRecommended")
def list_recommended(
    request: HttpRequest, cursor: Cursor = "", limit: Limit = 50, officer: Officer = ""
) -> HttpResponse:
    """The firms of government's lists that are recommended to this lender; the log notes who read of each."""
    call = called(request, "listRecommended", Actor.LENDER, officer=officer)
    found = government.recommended_list(call.party, doer=call.doer, now=call.now)
    return many(found, key=lambda firm: firm.key, cursor=cursor, limit=limit)


@lists.post(
    "/recommended/{key}/results", response={201: DoneOut}, auth=WRITE, operation_id="reportResult"
)
def report_result(
    request: HttpRequest, key: Key, told: ResultIn, idempotency_key: CallKey, officer: Officer = ""
) -> HttpResponse:
    """What came of a firm that was recommended to this lender."""
    call = called(request, "reportResult", Actor.LENDER, officer=officer)

    def act() -> DoneOut:
        government.report_credited(
            key,
            result=told.result,
            amount_fen=told.amount_fen,
            rate_bp=told.rate_bp,
            reason=told.reason,
            doer=call.doer,
            now=call.now,
            request_id=call.request_id(idempotency_key),
        )
        return DoneOut()

    return once(request, call, idempotency_key, act)


@lists.post("/visits", response={201: VisitedOut}, auth=LISTS, operation_id="recordVisit")
def record_visit(request: HttpRequest, visit: VisitIn, idempotency_key: CallKey) -> HttpResponse:
    """An office's record of a visit; a firm that needs money is declared. The client needs a region of its own."""
    call = called(request, "recordVisit", Actor.GOVERNMENT)
    told: government.Visit = built(government.Visit, visit)

    def act() -> VisitedOut:
        request_id = call.request_id(idempotency_key)
        made = government.record_visit(told, doer=call.doer, now=call.now, request_id=request_id)
        return VisitedOut(listing=made or "")

    return once(request, call, idempotency_key, act)
