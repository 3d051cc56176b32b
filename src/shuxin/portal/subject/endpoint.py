"""``POST /api/subject`` of a holder's site. The signature in the body is what counts; whoever carries it is nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from ninja import Router

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.parties.api import accounts
from shuxin.portal.subject.answering import answer

if TYPE_CHECKING:
    from django.http import HttpRequest

router = Router(tags=["subject"])


@router.post("", auth=accounts.Public())
def post_subject(request: HttpRequest) -> HttpResponse:
    """Answer a subject's signed question, sealed to the key that it names, or take its signed objection."""
    made = answer(request.body, settings=settings_from_environment(), now=now_in_china())
    return HttpResponse(made, content_type="application/json")
