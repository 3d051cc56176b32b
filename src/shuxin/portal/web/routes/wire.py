"""The wire: what this party received in joint jobs, a search over it, and attacks on the protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal import redteam_run
from shuxin.portal.web.access import NODE_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Field
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import wire as shown
from shuxin.portal.web.views.node import SHORT, here, kind_text

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest

    from shuxin.federation.api import Found
    from shuxin.kernel.errors import ShuxinError as Failure
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.node import Here

NAVIGATION = (
    Link("/wire", Text(en="On the wire", zh="通信核查"), access=NODE_OFFICERS, group=Group.JOINT),
)
_VALUE = Text(en="A value that the other party holds", zh="对方持有的某个取值")
_HINT = Text(
    en="A code, name or amount, as its owner told it to you. It is not kept.",
    zh="由持有方告知的代码、名称或金额。所填内容不保存。",
)


@require_safe
@open_to(NODE_OFFICERS)
def wires(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    table = shown.jobs_table(request, here())
    if table.wanted_as_file:
        return table.file()
    return page(request, "wire/jobs.html", table=table)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(NODE_OFFICERS)
def wire(request: HttpRequest, _person: accounts.Person, job_id: str) -> HttpResponse:
    """A search comes by POST, so that the value stands in no address; nothing is written. Raises JobUnknown."""
    from shuxin.federation.api import find_value, job_view  # noqa: PLC0415 - heavy

    job_view(job_id)
    place = here()
    if request.method != "POST":
        return _wire_page(request, place, job_id)
    value = request.POST.get("value", "")
    try:
        found = find_value(job_id, value, services=place.node)
    except ShuxinError as error:
        return _wire_page(request, place, job_id, value=value, error=error)
    return _wire_page(request, place, job_id, value=value, found=found)


def _wire_page(
    request: HttpRequest,
    place: Here,
    job_id: str,
    *,
    value: str = "",
    found: Found | None = None,
    error: Failure | None = None,
) -> HttpResponse:
    from shuxin.federation.api import job_view, received  # noqa: PLC0415 - heavy

    view = job_view(job_id)
    came = received(job_id, services=place.node)
    table = shown.messages_table(request, came, place, job_id=job_id)
    if table.wanted_as_file:
        return table.file()
    field = Field(
        "value",
        _VALUE,
        kind="search",
        value=value[: shown.LONGEST_VALUE],
        hint=_HINT,
        error=error.sentences(language_of(request))[0] if error else None,
    )
    return page(
        request,
        "wire/wire.html",
        status=400 if error else 200,
        line=view.line,
        title=view.line.title or kind_text(view.line.kind),
        short=view.line.job_id[:SHORT],
        table=table,
        natures=shown.natures_table(request, came),
        size=sum(one.size for one in came),
        count=len(came),
        is_kept=any(one.file is not None for one in came),
        field=field,
        found=found,
        spellings=[one.name for one in found.spellings] if found else [],
        by_chance=shown.chance_text(found.by_chance) if found else "",
        hits=shown.hits_table(request, found, place, job_id=job_id)
        if found and found.hits
        else None,
    )


@require_safe
@open_to(NODE_OFFICERS)
def message(request: HttpRequest, _person: accounts.Person, job_id: str) -> HttpResponse:
    """One message as it came. Raises JobUnknown, TranscriptMissing."""
    from shuxin.federation.api import content_of, job_view, received  # noqa: PLC0415 - heavy

    job_view(job_id)
    place = here()
    sender, name = request.GET.get("sender", "")[:100], request.GET.get("name", "")[:100]
    content = content_of(job_id, sender=sender, name=name, services=place.node)
    if request.GET.get("whole"):
        return _download(content, name)
    came = received(job_id, services=place.node)
    one = next((each for each in came if (each.sender, each.name) == (sender, name)), None)
    if one is None:
        raise NoSuchPage
    return page(
        request,
        "wire/message.html",
        one=one,
        job_id=job_id,
        facts=shown.message_facts(one, place),
        lines=list(shown.hex_lines(content)),
        is_cut=len(content) > shown.SHOWN_BYTES,
        shown_bytes=shown.SHOWN_BYTES,
    )


def _download(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/octet-stream")
    plain = "".join(one if one.isalnum() else "-" for one in name)
    answer["Content-Disposition"] = f'attachment; filename="{plain}.bin"'
    return answer


def _folder(place: Here) -> Path:
    return place.node.folder / "redteam"


@require_safe
@open_to(NODE_OFFICERS)
def redteam(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    run = redteam_run.last_run(_folder(here()))
    table = None if run is None else shown.attacks_table(request, run, language_of(request))
    if table is not None and table.wanted_as_file:
        return table.file()
    return page(
        request,
        "wire/redteam.html",
        run=run,
        table=table,
        counts=None if run is None else shown.attack_counts(run),
    )


@require_POST
@open_to(NODE_OFFICERS)
def begin_redteam(_request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """Once: while a run goes on, the same again shows that one."""
    redteam_run.begin(_folder(here()))
    return HttpResponseRedirect("/wire/redteam")


@require_safe
@open_to(NODE_OFFICERS)
def redteam_live(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    run = redteam_run.last_run(_folder(here()))
    return page(
        request,
        "wire/attacks.html",
        run=run,
        table=None if run is None else shown.attacks_table(request, run, language_of(request)),
        counts=None if run is None else shown.attack_counts(run),
    )


urlpatterns = [
    path("wire", wires),
    path("wire/redteam", redteam),
    path("wire/redteam/begin", begin_redteam),
    path("wire/redteam/live", redteam_live),
    path("wire/<slug:job_id>", wire),
    path("wire/<slug:job_id>/message", message),
]
