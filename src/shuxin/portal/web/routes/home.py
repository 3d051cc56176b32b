"""The first page, and the switch of language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.portal.web.access import PUBLIC, open_to
from shuxin.portal.web.pages import LANGUAGE_COOKIE, own_address, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_YEAR = 365 * 24 * 3600


@require_safe
@open_to(PUBLIC)
def home(request: HttpRequest) -> HttpResponse:
    return page(request, "home.html")


@require_safe
@open_to(PUBLIC)
def choose_language(request: HttpRequest, language: str) -> HttpResponse:
    """Remember the language and go back to a page of ours."""
    response = HttpResponseRedirect(own_address(request.GET.get("next", "/")))
    response.set_cookie(
        LANGUAGE_COOKIE,
        "en" if language == "en" else "zh",
        max_age=_YEAR,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return response


urlpatterns = [path("", home), path("language/<slug:language>", choose_language)]
