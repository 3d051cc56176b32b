"""Joint jobs at this party: the list, one job with its live progress, and what a person decides about it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import NODE_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import jobs as shown
from shuxin.portal.web.views.job_progress import progress_parts
from shuxin.portal.web.views.node import NODE_READERS, SHORT, by, choice_text, here, kind_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from shuxin.federation.api import JobView, NodeServices
    from shuxin.kernel.errors import ShuxinError as Failure
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.node import Here

    Act = Callable[[str, NodeServices], None]

NAVIGATION = (
    Link("/jobs", Text(en="Joint jobs", zh="联合任务"), access=NODE_READERS, group=Group.JOINT),
    Link("/policy", Text(en="Policy", zh="本地策略"), access=NODE_READERS, group=Group.JOINT),
)


@require_safe
@open_to(NODE_READERS)
def job_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    place = here()
    table = shown.jobs_table(request, place)
    if table.wanted_as_file:
        return table.file()
    return page(request, "jobs/list.html", table=table, proposes=_may_propose(person, request))


def _may_propose(person: accounts.Person, request: HttpRequest) -> bool:
    from shuxin.portal.web.access import BANK_OFFICERS, site  # noqa: PLC0415 - one use

    return BANK_OFFICERS.admits(person, site(request))


@require_safe
@open_to(NODE_READERS)
def one_job(request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    """Raises JobUnknown: also where there is no node, which has no job."""
    from shuxin.federation.api import job_view  # noqa: PLC0415 - heavy

    view = job_view(job_id)
    return _job_page(request, person, view, here())


def _job_page(
    request: HttpRequest,
    person: accounts.Person,
    view: JobView,
    place: Here,
    error: Failure | None = None,
) -> HttpResponse:
    facts = _facts(request, view, place)
    facts["decides"] = NODE_OFFICERS.roles & person.roles
    if error is not None:
        return refused(request, "jobs/job.html", error, **facts)
    return page(request, "jobs/job.html", **facts)


def _facts(request: HttpRequest, view: JobView, place: Here) -> dict[str, Any]:
    from shuxin.federation.api import job_progress, judgement, say_reason  # noqa: PLC0415 - heavy

    language, line = language_of(request), view.line
    facts: dict[str, Any] = {
        "line": line,
        "title": line.title or kind_text(line.kind),
        "short": line.job_id[:SHORT],
        "heading": shown.heading(view, place),
        "can": shown.actions(view),
        "words": shown.words_line(view, place, language),
        "waits_for": place.listed(view.waits_for, language),
        "undelivered": [
            (place.name(one.peer), one.problem) for one in view.undelivered if one.problem
        ],
        "why": say_reason(line.reason, language) if line.reason else "",
        "about": view.about,
        "ended_by": place.name(view.ended_by) if view.ended_by else "",
        "to_release": [(one, place.name(one.to), choice_text(one.name)) for one in view.to_release],
        "released": [(one, place.name(one.to), choice_text(one.name)) for one in view.released],
        "has_result": _has_result(view, place),
        "live_url": f"/jobs/{line.job_id}/live?seen={_seen(view)}",
        "is_open": not line.state.is_end,
    }
    if view.job is not None:
        facts |= {
            "graph": shown.parties_graph(view.job, place),
            "inputs": shown.inputs_table(request, view.job, place, language),
            "learns": shown.learns_table(request, view.job, place),
            "parameters": shown.parameters_facts(view.job, language),
        }
        if not line.state.is_end:
            rules = judgement(line.job_id, services=place.node)
            facts |= shown.rules_tables(request, rules, language)
    progress = job_progress(line.job_id, services=place.node)
    return facts | progress_parts(request, progress, place, language)


def _seen(view: JobView) -> str:
    """What else than the progress a page of the job shows, in short."""
    return f"{view.line.state.value}-{len(view.said)}-{len(view.to_release)}"


def _has_result(view: JobView, place: Here) -> bool:
    return place.node.results_folder(view.line.job_id).is_dir()


@require_safe
@open_to(NODE_READERS)
def live(request: HttpRequest, _person: accounts.Person, job_id: str) -> HttpResponse:
    """The progress of a moment; it asks for the whole page again once the job has changed its state."""
    from shuxin.federation.api import job_progress, job_view  # noqa: PLC0415 - heavy

    view, place = job_view(job_id), here()
    progress = job_progress(job_id, services=place.node)
    parts = progress_parts(request, progress, place, language_of(request))
    return page(
        request,
        "jobs/progress.html",
        line=view.line,
        moved=request.GET.get("seen") != _seen(view),
        is_open=not view.line.state.is_end,
        **parts,
    )


@require_POST
@open_to(NODE_OFFICERS)
def approve(request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    from shuxin.federation.api import approve as approving  # noqa: PLC0415 - heavy

    def act(job: str, node: NodeServices) -> None:
        approving(job, by=by(person), services=node)

    return _acted(
        request, person, job_id, act, done=lambda view, me: _said(view, me, "job-approval")
    )


@require_POST
@open_to(NODE_OFFICERS)
def refuse(request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    from shuxin.federation.api import refuse as refusing  # noqa: PLC0415 - heavy

    def act(job: str, node: NodeServices) -> None:
        refusing(job, by=by(person), why=request.POST.get("why", "")[:200], services=node)

    return _acted(
        request, person, job_id, act, done=lambda view, me: _said(view, me, "job-refusal")
    )


@require_POST
@open_to(NODE_OFFICERS)
def stop(request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    from shuxin.federation.api import stop as stopping  # noqa: PLC0415 - heavy

    def act(job: str, node: NodeServices) -> None:
        stopping(job, by=by(person), services=node)

    return _acted(request, person, job_id, act, done=lambda view, me: _said(view, me, "job-stop"))


@require_POST
@open_to(NODE_OFFICERS)
def release(request: HttpRequest, person: accounts.Person, job_id: str) -> HttpResponse:
    from shuxin.federation.api import release_output  # noqa: PLC0415 - heavy

    name, to = request.POST.get("output", ""), request.POST.get("to", "")

    def act(job: str, node: NodeServices) -> None:
        release_output(job, name=name, to=to, by=by(person), services=node)

    def done(view: JobView, _me: str) -> bool:
        declared = () if view.job is None else view.job.outputs
        waits = (name, to) in {(one.name, one.to) for one in view.to_release}
        return not waits and (name, to) in {(one.name, one.to) for one in declared}

    return _acted(request, person, job_id, act, done=done)


def _said(view: JobView, me: str, kind: str) -> bool:
    return any(one.party == me and one.kind == kind for one in view.said)


def _acted(
    request: HttpRequest,
    person: accounts.Person,
    job_id: str,
    act: Act,
    *,
    done: Callable[[JobView, str], bool],
) -> HttpResponse:
    """To the job's page; the same again changes nothing. A refusal is shown on that page."""
    from shuxin.federation.api import job_view  # noqa: PLC0415 - heavy

    job_view(job_id)
    place = here()
    try:
        act(job_id, place.node)
    except ShuxinError as error:
        view = job_view(job_id)
        if not done(view, place.party):
            return _job_page(request, person, view, place, error)
    return HttpResponseRedirect(f"/jobs/{job_id}")


@require_safe
@open_to(NODE_READERS)
def policy(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """The file as it is, line by line; it is changed in the file alone."""
    from shuxin.federation.api import LineKind, policy_lines, read_policy  # noqa: PLC0415 - heavy

    place = here()
    text, problem = "", None
    with suppress(OSError, UnicodeDecodeError):
        text = (place.node.folder / "policy.toml").read_text(encoding="utf-8")
    try:
        read_policy(place.node.folder)
    except ShuxinError as error:
        problem = error
    return page(
        request,
        "jobs/policy.html",
        lines=[
            (line, [name for party, name in place.names.items() if party in line.text])
            for line in policy_lines(text)
            if line.kind is not LineKind.COMMENT
        ],
        whole=text,
        problem=problem,
    )


urlpatterns = [
    path("jobs", job_list),
    path("jobs/<slug:job_id>", one_job),
    path("jobs/<slug:job_id>/live", live),
    path("jobs/<slug:job_id>/approve", approve),
    path("jobs/<slug:job_id>/refuse", refuse),
    path("jobs/<slug:job_id>/stop", stop),
    path("jobs/<slug:job_id>/release", release),
    path("policy", policy),
]
