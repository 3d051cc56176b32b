"""The page of work that was begun by a form and has no result yet: it runs, was broken off, or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.portal.web.pages import language_of, page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.portal.web.views.bank_attempts import Attempt


def waiting_page(request: HttpRequest, attempt: Attempt, *, back: str) -> HttpResponse:
    """``back``: where to try again. While it runs the page asks for itself each second, and gets the fragment."""
    running, language = attempt.is_running(now=now_in_china()), language_of(request)
    if request.headers.get("HX-Request"):
        return page(request, "bank/attempt_running.html", running=running)
    said = attempt.failure
    failure = {"code": said.get("code", "")}
    failure |= {name: said.get(f"{name}_{language}", "") for name in ("what", "mend")}
    facts: dict[str, Any] = {
        "attempt": attempt,
        "running": running,
        "failure": failure,
        "back": back,
    }
    return page(request, "bank/attempt.html", **facts)


def done_fragment(request: HttpRequest) -> HttpResponse | None:
    """For a page that waits for work that is done: that it load itself anew; None for a reader."""
    if not request.headers.get("HX-Request"):
        return None
    return page(request, "bank/attempt_running.html", running=False)
