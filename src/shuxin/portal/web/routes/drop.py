"""Drop your own Excel (试读): a visitor's file is read, explained and forgotten."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from django.urls import path
from django.views.decorators.http import require_http_methods

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind, accounts
from shuxin.portal.web.access import Access, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import refused
from shuxin.portal.web.routes import Link
from shuxin.portal.web.uploads import LARGEST, MIB, TRY_PATH, the_file
from shuxin.portal.web.views.drop import TURNS, whole_story

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

EVERYBODY_ON_THE_PLATFORM = Access(kinds=frozenset({PartyKind.OPERATOR}), public=True)
NAVIGATION = (
    Link(
        TRY_PATH,
        Text(en="Try your own file", zh="用自己的表格试一试"),
        access=EVERYBODY_ON_THE_PLATFORM,
    ),
)
_PAGE = "drop/drop.html"


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(EVERYBODY_ON_THE_PLATFORM)
def drop(request: HttpRequest) -> HttpResponse:
    """The form; with a file, what it says. The answer is not kept, so loading it again sends the file again."""
    limits = {"largest": LARGEST[TRY_PATH], "largest_mib": LARGEST[TRY_PATH] // MIB}
    if request.method != "POST":
        return page(request, _PAGE, **limits)
    try:
        return _looked_at(request, limits)
    except (InvalidInput, Unavailable, accounts.TooOften) as error:
        return refused(request, _PAGE, error, **limits)


def _looked_at(request: HttpRequest, limits: dict[str, int]) -> HttpResponse:
    from shuxin.fusion.api import try_file  # noqa: PLC0415 - loads the room

    now, address = now_in_china(), accounts.network_of(accounts.address_of(request))
    accounts.take(f"try:{address}", rate=accounts.TRIES_BY_ADDRESS, now=now)
    file, language = the_file(request, "file"), language_of(request)
    name = file.name or ""
    began = time.monotonic()
    with TURNS.turn(address):
        tried = try_file(
            file.path, name=name, folder=file.folder.path, language=language, today=now.date()
        )
    status = 200 if tried.tables else 400
    return page(
        request,
        _PAGE,
        status=status,
        name=name,
        seconds=time.monotonic() - began,
        **whole_story(tried, language=language),
        **limits,
    )


urlpatterns = [path(TRY_PATH.removeprefix("/"), drop)]
