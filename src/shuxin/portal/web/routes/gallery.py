"""The gallery: every part of the pages in every state, with made-up words; for those who build pages, and the tests."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from shuxin.infra.api import development_mode, settings_from_environment
from shuxin.portal.web.access import PUBLIC, open_to
from shuxin.portal.web.pages import page, signed_in_account

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

LAST_STEP = 5


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(PUBLIC)
def gallery(request: HttpRequest) -> HttpResponse:
    """For signed-in people, in development for everybody. What its form sends is not looked at."""
    from shuxin.portal.web.views import gallery as made  # noqa: PLC0415 - rarely asked for

    if signed_in_account(request) is None and not development_mode(settings_from_environment()):
        return HttpResponseRedirect(f"/sign-in?next={quote(request.get_full_path())}")
    if request.method == "POST":
        return HttpResponseRedirect("/gallery#form")
    table = made.table(request)
    if table.wanted_as_file:
        return table.file()
    return page(
        request,
        "gallery/gallery.html",
        table=table,
        empty_table=made.empty_table(request),
        charts=made.charts(),
        graph=made.graph(),
        facts=made.facts(),
        time_line=made.time_line(),
        steps=made.steps(),
        cards=made.cards(),
        fields=made.fields(),
        live_url=f"/gallery/live/{int(time.time())}",
        last=LAST_STEP,
        **made.figures(),
    )


@require_safe
@open_to(PUBLIC)
def live(request: HttpRequest, begun: int) -> HttpResponse:
    """A fragment that counts the seconds since ``begun`` to five."""
    step = min(max(int(time.time()) - begun, 0), LAST_STEP)
    return page(request, "gallery/live.html", step=step, last=LAST_STEP)


urlpatterns = [path("gallery", gallery), path("gallery/live/<int:begun>", live)]
