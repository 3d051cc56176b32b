"""Campaigns over the API: a lender reads the firms that were given to it and records its contacts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from django.http import HttpRequest, HttpResponse  # noqa: TC002 - ninja reads the annotations
from ninja import Router
from ninja.params.functions import Query
from pydantic import Field

from shuxin.kernel.machine import Actor
from shuxin.market.api import government
from shuxin.portal.linking.shapes import shape
from shuxin.portal.web.market_api.calling import (
    CallKey,
    Closed,
    Cursor,
    CursorInvalid,
    Key,
    Limit,
    Officer,
    Page,
    called,
    many,
    once,
    page,
)
from shuxin.portal.web.market_api.lists import DoneOut
from shuxin.portal.web.market_api.products import READ, WRITE

if TYPE_CHECKING:
    from pydantic import BaseModel as CampaignOut
    from pydantic import BaseModel as CustomerOut
else:
    CampaignOut = shape(government.LenderCampaign)
    CustomerOut = shape(government.CampaignCustomer)

campaigns = Router(tags=["lists"])
_CURSOR = re.compile(r"[0-9a-f]{32}")
Only = Annotated[str, Query(pattern=r"^([0-9a-f]{32})?$", description="Only this entry.")]


class ContactIn(Closed):
    """What came of one contact; ``amount_fen`` with ``lent`` only, ``note`` stays with the lender."""

    result: government.ContactKind
    amount_fen: Annotated[int, Field(strict=True, ge=0, lt=2**53)] = 0
    note: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] = ""


@campaigns.get("", response=Page[CampaignOut], auth=READ, operation_id="listCampaigns")
def list_campaigns(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> HttpResponse:
    """The campaigns that gave firms to this lender, with its quota and how many of its firms it has contacted."""
    call = called(request, "listCampaigns", Actor.LENDER)
    found = government.lender_campaigns(call.party)
    return many(found, key=lambda one: one.key, cursor=cursor, limit=limit)


@campaigns.get(
    "/{key}/firms", response=Page[CustomerOut], auth=READ, operation_id="listCampaignFirms"
)
def list_campaign_firms(
    request: HttpRequest,
    key: Key,
    only: Only = "",
    cursor: Cursor = "",
    limit: Limit = 50,
    *,
    officer: Officer = "",
) -> HttpResponse:
    """The lender's firms of a campaign, and which of them may be contacted; the log notes the reading."""
    call = called(request, "listCampaignFirms", Actor.LENDER, officer=officer)
    if cursor and not _CURSOR.fullmatch(cursor):
        raise CursorInvalid
    found, rest = government.campaign_customers(
        key, only=only, after=cursor, most=limit, doer=call.doer, now=call.now
    )
    return page(found, rest)


@campaigns.post(
    "/firms/{key}/contacts", response={201: DoneOut}, auth=WRITE, operation_id="recordContact"
)
def record_contact(
    request: HttpRequest,
    key: Key,
    told: ContactIn,
    idempotency_key: CallKey,
    officer: Officer = "",
) -> HttpResponse:
    """A contact with a firm of the lender's share; refused where the firm wants none and did not apply itself."""
    call = called(request, "recordContact", Actor.LENDER, officer=officer)

    def act() -> DoneOut:
        government.record_contact(
            key,
            result=told.result,
            amount_fen=told.amount_fen,
            note=told.note,
            doer=call.doer,
            now=call.now,
            request_id=call.request_id(idempotency_key),
        )
        return DoneOut()

    return once(request, call, idempotency_key, act)
