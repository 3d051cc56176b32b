"""Uses of data here, and this institution's log with its proofs; auditors see the log, not the subjects."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.web.access import NODE_OFFICERS, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Facts
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import log as shown
from shuxin.portal.web.views.node import LOG_READERS, place

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.ledger.api import Log
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.node import Place

NAVIGATION = (
    Link("/uses", Text(en="Uses of data", zh="数据使用"), access=NODE_OFFICERS, group=Group.TRUST),
    Link("/log", Text(en="Log and proofs", zh="日志与证明"), access=LOG_READERS, group=Group.TRUST),
)
_TYPE = "application/json"


def _log(site: Place) -> Log:
    from shuxin.portal.bootstrap import own_log  # noqa: PLC0415 - heavy

    return own_log(site.settings)


@require_safe
@open_to(NODE_OFFICERS)
def uses(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    parts = shown.uses_parts(request, now=now_in_china())
    if parts["table"].wanted_as_file:
        answer: HttpResponse = parts["table"].file()
        return answer
    return page(request, "log/uses.html", days=shown.DAYS, **parts)


@require_safe
@open_to(NODE_OFFICERS)
def uses_of_day(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """The single uses behind one line of the page before. Raises NoSuchPage."""
    from shuxin.consent.api import ALL_SUBJECTS, uses_on  # noqa: PLC0415 - heavy

    asked = {name: request.GET.get(name, "")[:200] for name in ("day", "reader", "purpose", "job")}
    try:
        day = dt.date.fromisoformat(asked["day"])
    except ValueError:
        raise NoSuchPage from None
    found = uses_on(
        day=day,
        reader=asked["reader"],
        purpose=asked["purpose"],
        job=asked["job"],
        most=shown.MOST_USES,
    )
    if not found:
        raise NoSuchPage
    table = shown.subjects_table(request, found, everybody=ALL_SUBJECTS)
    if table.wanted_as_file:
        return table.file()
    return page(
        request,
        "log/day.html",
        table=table,
        day=day,
        reader=asked["reader"],
        purpose=shown.purpose_text(asked["purpose"]),
        is_cut=len(found) == shown.MOST_USES,
    )


@require_safe
@open_to(LOG_READERS)
def entries(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    site = place()
    log = _log(site)
    size = log.size
    start, stop = shown.window_of(size, request.GET.get("before", ""))
    table = shown.entries_table(request, log, site, start=start, stop=stop)
    if table.wanted_as_file:
        return table.file()
    return page(
        request,
        "log/log.html",
        table=table,
        size=size,
        first=start,
        last=stop - 1,
        older=start or None,
        newer=min(size, stop + shown.WINDOW) if stop < size else None,
        about=_about(site, log),
    )


def _about(site: Place, log: Log) -> Facts:
    from shuxin.ledger.api import own_witness  # noqa: PLC0415 - heavy

    witness = own_witness(site.settings, logs=())
    return Facts(
        [
            (Text(en="Entries", zh="条目数"), log.size),
            (Text(en="Key of the log", zh="日志公钥"), log.key.text),
            (
                Text(en="Key of this node as a witness of others", zh="本节点作为见证方的公钥"),
                witness.key.text,
            ),
        ]
    )


@require_safe
@open_to(LOG_READERS)
def entry(request: HttpRequest, _person: accounts.Person, index: int) -> HttpResponse:
    """Raises NoSuchPage."""
    site = place()
    log = _log(site)
    if index >= log.size:
        raise NoSuchPage
    (found,) = log.entries(index, index + 1)
    return page(
        request,
        "log/entry.html",
        index=index,
        kind=shown.kind_of_entry(found.kind),
        facts=shown.entry_facts(index, found, site),
        job=found.facts.get("job", ""),
        before=index - 1 if index else None,
        after=index + 1 if index + 1 < log.size else None,
    )


@require_safe
@open_to(LOG_READERS)
def proof(_request: HttpRequest, _person: accounts.Person, index: int) -> HttpResponse:
    """That the entry stands in the log: what 'shuxin verify' and the public page read. Raises EntryMissing."""
    return _file(_log(place()).proof(index).dump(), f"log-{index}.proof", _TYPE)


@require_safe
@open_to(LOG_READERS)
def checkpoint(_request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """The signed note over all entries now."""
    note = _log(place()).checkpoint()
    return _file(note.encode(), "checkpoint.txt", "text/plain; charset=utf-8")


@require_safe
@open_to(LOG_READERS)
def consistency(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """That the log only grew since it had so many entries. Raises NoSuchPage, EntryMissing."""
    log = _log(place())
    since = shown.index_of(request.GET.get("since", ""), log.size)
    if since is None or not since:
        raise NoSuchPage
    return _file(log.consistency(since).dump(), f"log-since-{since}.proof", _TYPE)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


urlpatterns = [
    path("uses", uses),
    path("uses/day", uses_of_day),
    path("log", entries),
    path("log/checkpoint.txt", checkpoint),
    path("log/consistency", consistency),
    path("log/<int:index>", entry),
    path("log/<int:index>/proof", proof),
]
