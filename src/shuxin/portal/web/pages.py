"""How a page is answered: one template, the reader's language, the navigation of all routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from shuxin.infra.api import development_mode, settings_from_environment
from shuxin.parties.api import accounts
from shuxin.portal.web.figures import speak

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.kernel.text import Language

LANGUAGE_COOKIE = "language"


def page(
    request: HttpRequest, template: str, *, status: int = 200, **facts: object
) -> HttpResponse:
    """The template with ``facts``, ``language``, ``groups`` of the navigation, ``account`` and ``site``.

    ``account`` is None for a stranger, ``site`` while the home is nobody's.
    """
    from shuxin.federation.api import has_node  # noqa: PLC0415 - brings pydantic
    from shuxin.portal.web.access import site  # noqa: PLC0415 - access imports this module
    from shuxin.portal.web.routes import navigation  # noqa: PLC0415 - routes import this module

    language = language_of(request)
    speak(language)
    account, settings = signed_in_account(request), settings_from_environment()
    context = {
        "language": language,
        "other_language": "en" if language == "zh" else "zh",
        "here": request.get_full_path() if request.method == "GET" else "/",
        "groups": navigation(account, site(request), has_node=has_node(settings)),
        "account": account,
        "site": site(request),
        "development": development_mode(settings),
    }
    return render(request, template, context | facts, status=status)


def signed_in_account(request: HttpRequest) -> accounts.Person | None:
    """Who is signed in, None for a stranger."""
    return accounts.person_of(request)


def own_address(wanted: str) -> str:
    """``wanted`` when it is a path of ours, else the first page: nobody is sent on to a stranger."""
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/"


def language_of(request: HttpRequest) -> Language:
    """What the reader chose, else what the browser prefers, else Chinese."""
    chosen = request.COOKIES.get(LANGUAGE_COOKIE)
    if chosen in {"en", "zh"}:
        return cast("Language", chosen)
    for wanted in request.headers.get("Accept-Language", "")[:200].lower().split(","):
        if wanted.strip().startswith(("en", "zh")):
            return cast("Language", wanted.strip()[:2])
    return "zh"
