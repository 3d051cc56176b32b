"""What happens around every request: headers that bind the browser, failures that explain themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import OperationalError
from django.http import HttpResponseRedirect

from shuxin.infra.api import (
    database_failures_explained,
    development_mode,
    now_in_china,
    settings_from_environment,
)
from shuxin.kernel.errors import ShuxinError
from shuxin.parties.api import accounts
from shuxin.portal.web.problem import answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    Answer = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # not "no-referrer": browsers would then send "Origin: null" with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
}
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}


def headers(get_response: Answer) -> Answer:
    """Every response, the failures too, bears the headers; pages are not kept by anyone on the way."""
    always = HEADERS | (TLS_HEADERS if settings.SESSION_COOKIE_SECURE else {})

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in always.items():
            response[name] = value
        response.setdefault("Cache-Control", "no-store")
        return response

    return answered


def session_limits(get_response: Answer) -> Answer:
    """Idle and old sessions end; officers without a second factor go and set one first."""

    def answered(request: HttpRequest) -> HttpResponse:
        who = accounts.person_of(request)
        if who is not None:
            ended = accounts.keep_alive(request, now=now_in_china())
            if ended:
                return HttpResponseRedirect(f"/sign-in?why={ended.value}")
            if (
                who.must_set_second_factor
                and not _open_without_second_factor(request.path)
                and not development_mode(settings_from_environment())
            ):
                return HttpResponseRedirect("/account/second-factor")
        return get_response(request)

    return answered


def _open_without_second_factor(path: str) -> bool:
    return path.startswith(
        ("/account/second-factor", "/sign-out", "/language/", "/theme/", "/static/")
    )


class Failures:
    """Foreseen failures become pages or problem+json; the others go on to Django, which answers 500."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        error = foreseen(exception)
        return answer(request, error) if error else None


def foreseen(exception: Exception) -> ShuxinError | None:
    """The exception itself, a busy database in our words, or None for a fault in the software."""
    if isinstance(exception, ShuxinError):
        return exception
    if isinstance(exception, OperationalError):
        try:
            with database_failures_explained():
                raise exception
        except ShuxinError as error:
            return error
    return None
