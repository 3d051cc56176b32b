"""The guided tour of the demo (导览): on the platform's site, in development mode only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import development_facts, development_mode, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.parties.api import PartyKind
from shuxin.portal.web.access import PUBLIC, Access, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.problem import NoSuchPage, refused

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.infra.api import Settings

PLATFORM = Access(kinds=frozenset({PartyKind.OPERATOR}), public=True)
_DAY = 24 * 3600


@require_safe
@open_to(PLATFORM)
def tour(request: HttpRequest) -> HttpResponse:
    return _shown(request, _demo(), "tour/tour.html")


@require_safe
@open_to(PLATFORM)
def tour_steps(request: HttpRequest) -> HttpResponse:
    """The steps alone, polled by the page."""
    return _shown(request, _demo(), "tour/steps.html")


@require_safe
@open_to(PUBLIC)
def here(_: HttpRequest) -> HttpResponse:
    """What happened in this home: counts and yes or no, for the tour of the platform."""
    from shuxin.portal.web.views import tour as made  # noqa: PLC0415 - in a demo only

    return JsonResponse(made.here(_demo()))


@require_safe
@open_to(PLATFORM)
def messy_file(_: HttpRequest) -> HttpResponse:
    """Raises NoSuchPage."""
    from shuxin.portal.web.views import tour as made  # noqa: PLC0415 - in a demo only

    file = made.file_to_import(_demo())
    if file is None:
        raise NoSuchPage
    response = HttpResponse(file.read_bytes(), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.name)}"
    return response


@require_POST
@open_to(PLATFORM)
def counter(request: HttpRequest) -> HttpResponse:
    """A request to bind the key of the person's firm, as a file or as text."""
    from shuxin.portal.web.views import tour as made  # noqa: PLC0415 - in a demo only

    settings = _demo()
    sent = request.FILES.get("request")
    content = sent.read(made.LONGEST_REQUEST) if sent else request.POST.get("text", "").encode()
    try:
        made.attest_at_counter(content[: made.LONGEST_REQUEST], settings=settings)
    except ShuxinError as error:
        return refused(request, "tour/tour.html", error, **_facts(request, settings))
    return HttpResponseRedirect("/tour#step-2")


@require_POST
@open_to(PLATFORM)
def verified(_: HttpRequest) -> HttpResponse:
    """The person says so: verification tells nobody."""
    from shuxin.portal.web.views import tour as made  # noqa: PLC0415 - in a demo only

    _demo()
    response = HttpResponseRedirect("/tour#step-6")
    response.set_cookie(made.VERIFIED_COOKIE, "1", max_age=_DAY, httponly=True, samesite="Strict")
    return response


def _demo() -> Settings:
    """Raises NoSuchPage outside of a demo."""
    settings = settings_from_environment()
    if not development_mode(settings):
        raise NoSuchPage
    return settings


def _shown(request: HttpRequest, settings: Settings, template: str) -> HttpResponse:
    return page(request, template, **_facts(request, settings))


def _facts(request: HttpRequest, settings: Settings) -> dict[str, Any]:
    """What both templates show."""
    from shuxin.portal.web.views import tour as made  # noqa: PLC0415 - in a demo only

    is_verified = request.COOKIES.get(made.VERIFIED_COOKIE) == "1"
    found = made.steps(settings, is_verified=is_verified)
    state, sites = made.demo_state(settings), development_facts(settings)["sites"]
    return {
        "steps": found,
        "done": sum(bool(step.is_done) for step in found),
        "firm": state["firm_name"],
        "firm_code": state["firm"],
        "sites": sites,
        "windows": (f"{sites['bank']}/bank/customers/{state['firm']}/joint", "/inbox"),
    }


urlpatterns = [
    path("tour", tour),
    path("tour/steps", tour_steps),
    path("tour/here.json", here),
    path("tour/file", messy_file),
    path("tour/counter", counter),
    path("tour/verified", verified),
]
