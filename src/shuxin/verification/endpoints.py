"""The API of documents: by commitment only, so that nobody here ever sees a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from django.http import HttpResponse
from ninja import Router, Schema
from pydantic import StringConstraints

from shuxin.infra.api import now_in_china
from shuxin.parties.api import accounts
from shuxin.verification.service import answer_by_commitment, published_status

if TYPE_CHECKING:
    from django.http import HttpRequest

router = Router(tags=["documents"])
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Hex64 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class CommitmentIn(Schema):
    """The commitment as in the receipt: 64 lower-case hexadecimal digits."""

    commitment: Hex64


class StatusOut(Schema):
    """``state``: unknown, valid, expired, revoked (``detail``: why) or superseded (``detail``: by which receipt)."""

    known: bool
    state: str
    detail: str
    expires_at: str


@router.post("/status", response=StatusOut, auth=accounts.Public())
def post_status(request: HttpRequest, asked: CommitmentIn) -> StatusOut:  # noqa: ARG001 - ninja's form
    """What this issuer says of a document that somebody else holds."""
    answer = answer_by_commitment(asked.commitment, now=now_in_china())
    until = answer.expires_at.isoformat() if answer.expires_at else ""
    return StatusOut(known=answer.known, state=answer.state, detail=answer.detail, expires_at=until)


@router.get("/status-lists/{list_id}", auth=accounts.Public())
def get_status_list(request: HttpRequest, list_id: Hex32) -> HttpResponse:  # noqa: ARG001 - ninja's form
    """The newest signed status list: fetched whole, it does not tell which document is looked at."""
    return HttpResponse(published_status(list_id), content_type="application/json")
