"""Metering over the API: at a holder's own site the statement of the caller's uses, at a platform its calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from ninja.params.functions import Query
from pydantic import BaseModel, Field

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.market import api as market
from shuxin.parties.api import accounts
from shuxin.portal.bootstrap import holder, journal_of, own_signer
from shuxin.portal.linking.shapes import modelled, shape
from shuxin.portal.web.market_api.calling import plain

if TYPE_CHECKING:
    from pydantic import BaseModel as CallsOut
    from pydantic import BaseModel as PriceOut
else:
    CallsOut, PriceOut = shape(market.CallsOfMonth), shape(market.Price)

meters = Router(tags=["metering"])
USES = accounts.Scoped(accounts.Scope.USES_READ)
Month = Annotated[
    str, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="YYYY-MM, in China.")
]


class StatementOut(BaseModel):
    """A statement of kind `meter-statement` that the holder's key signed over the canonical JSON of ``body``."""

    kind: str
    body: dict[str, Any]
    algorithm: str
    key_id: str
    signature: Annotated[str, Field(max_length=200)]


@meters.get("/statement", response=StatementOut, auth=USES, operation_id="getMeterStatement")
def get_statement(request: HttpRequest, month: Month) -> HttpResponse:
    """What the caller's party used of this holder's data in a month, priced by the tariff of each use's moment."""
    settings, caller = settings_from_environment(), _caller(request)
    made = market.meter_statement(
        holder=holder(settings).party,
        caller=caller.party,
        month=market.month_named(month),
        signer=own_signer(settings),
        journal=journal_of(settings),
        now=now_in_china(),
    )
    return HttpResponse(made.dump(), content_type="application/json")


@meters.get("/tariff", response=list[PriceOut], auth=USES, operation_id="listPrices")
def list_prices(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """What one use of this holder's data costs: all prices that were ever set, the oldest first."""
    return plain([_shown(price) for price in market.prices()])


@meters.get("/calls", response=list[CallsOut], auth=USES, operation_id="listCalls")
def list_calls(request: HttpRequest, month: Month) -> HttpResponse:
    """How often the clients of the caller's party called each operation of the marketplace here in a month."""
    found = market.calls_of(month=market.month_named(month), party=_caller(request).party)
    return plain([_shown(one) for one in found])


def _caller(request: HttpRequest) -> accounts.Caller:
    found: accounts.Caller = request.auth  # type: ignore[attr-defined] # set by Scoped
    return found


def _shown(value: object) -> dict[str, Any]:
    return modelled(value).model_dump(mode="json")
