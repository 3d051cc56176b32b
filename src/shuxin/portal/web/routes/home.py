"""The first page, and the switches of language and colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.portal.web.access import PUBLIC, open_to, site
from shuxin.portal.web.pages import LANGUAGE_COOKIE, own_address, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

THEME_COOKIE = "theme"
_YEAR = 365 * 24 * 3600


@require_safe
@open_to(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    from shuxin.portal.web.views.front import site_facts  # noqa: PLC0415 - loads the log

    found = site(request)
    return page(request, "home.html", facts=site_facts(found) if found else None)


@require_safe
@open_to(PUBLIC)
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """Remember the language and go back to a page of ours."""
    return _kept(request, LANGUAGE_COOKIE, "en" if language == "en" else "zh")


@require_safe
@open_to(PUBLIC)
def choose_theme(request: HttpRequest, theme: str) -> HttpResponse:
    """Remember light or dark, or to follow the system, and go back to a page of ours."""
    return _kept(request, THEME_COOKIE, theme if theme in {"light", "dark"} else "auto")


def _kept(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    response = HttpResponseRedirect(own_address(request.GET.get("next", "/")))
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return response


urlpatterns = [
    path("", home),
    path("language/<slug:language>", choose_language),
    path("theme/<slug:theme>", choose_theme),
]
