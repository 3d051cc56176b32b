"""The API: django-ninja routers of the rooms below /api/, failures as problem+json, the two OAuth endpoints.

Every operation names ``accounts.Scoped(scope)`` or ``accounts.Public()`` as its ``auth``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from ninja import Router, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser

from shuxin.infra.api import now_in_china
from shuxin.kernel.statements import parse_json
from shuxin.parties.api import accounts
from shuxin.portal.web.describing import DescribedAPI
from shuxin.portal.web.middleware import foreseen
from shuxin.portal.web.problem import Broken, NoSuchPage, NotUnderstood, problem_answer

if TYPE_CHECKING:
    from django.http import HttpRequest
    from ninja import NinjaAPI

    from shuxin.kernel.errors import ShuxinError


_LONGEST_BODY = 2 << 20


class Health(Schema):
    """``time`` is the server's clock, ISO 8601, so that a peer can compare its own."""

    status: str
    time: str


class StrictParser(Parser):
    """JSON with each member once, no NaN, numbers that are JSON's."""

    def parse_body(self, request: HttpRequest) -> Any:
        return parse_json(request.body, longest=_LONGEST_BODY)


router = Router(tags=["platform"])


@router.get("/health", response=Health, auth=accounts.Public())
def health(request: HttpRequest) -> Health:  # noqa: ARG001 - ninja's form
    """Whether the platform answers, and what time it has."""
    return Health(status="ok", time=now_in_china().isoformat(timespec="seconds"))


def make_api(routers: dict[str, Router], *, name: str) -> NinjaAPI:
    """``routers`` by their prefix, with our failures."""
    api = DescribedAPI(
        title="Shuxin",
        version="1",
        docs_url=None,
        openapi_url="/openapi.json",
        urls_namespace=name,
        parser=StrictParser(),
    )
    for prefix, found in routers.items():
        api.add_router(prefix, found)
    api.add_exception_handler(Exception, _answered)
    for kind in (AuthenticationError, HttpError, ValidationError, Http404):
        api.add_exception_handler(kind, _answered)
    return api


def _answered(request: HttpRequest, exception: Any) -> HttpResponse:
    """A fault of the software goes on to Django, which writes it down and answers 500."""
    error = foreseen(exception) or _of_ninja(exception)
    if isinstance(error, Broken):
        raise exception
    return problem_answer(request, error)


def _of_ninja(exception: Exception) -> ShuxinError:
    if isinstance(exception, AuthenticationError):
        return accounts.TokenRefused()
    if isinstance(exception, ValidationError):
        places = {".".join(map(str, fault["loc"]))[:80] for fault in exception.errors}
        return NotUnderstood(places=", ".join(sorted(places)[:8]))
    if isinstance(exception, HttpError):
        return NotUnderstood(places="HTTP")
    return NoSuchPage() if isinstance(exception, Http404) else Broken()


@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    return accounts.token_response(request, now=now_in_china())


@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    return accounts.revocation_response(request, now=now_in_china())


oauth_patterns = [path("api/oauth/token", token), path("api/oauth/revoke", revoke)]
