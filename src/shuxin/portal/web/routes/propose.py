"""How a bank proposes a joint job: three steps; the last shows what its own policy says before anything is sent."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import NotFound, ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import NotUnderstood, refused
from shuxin.portal.web.views import job_form as form
from shuxin.portal.web.views import job_values
from shuxin.portal.web.views import jobs as shown
from shuxin.portal.web.views.job_form import Start
from shuxin.portal.web.views.job_grants import brought_to
from shuxin.portal.web.views.node import by, here, kind_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest, HttpResponse

    from shuxin.consent.api import Purpose
    from shuxin.federation.api import CardSummary, Input, Job
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.node import Here


class NoCardHere(NotFound):
    code = "job_without_own_card"
    what = Text(
        en="this job left no card of this party as label party",
        zh="该任务未在本方留下标签方评分卡分片",
    )
    mend = Text(
        en="Only the label party of a joint scorecard puts it into service",
        zh="仅联合评分卡的标签方可将其投入服务",
    )


@require_safe
@open_to(BANK_OFFICERS)
def begin(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """The first step; going on without all choices shows it again with what is missing."""
    place, start = here(), Start.of(request.GET)
    datasets, checked = own_datasets(), "kind" in request.GET
    if checked and not form.start_errors(start, place, datasets=datasets):
        return HttpResponseRedirect(f"/jobs/propose/data?{urlencode(start.query())}")
    fields = form.start_fields(start, place, datasets=datasets, checked=checked)
    peers = len(place.names) > 1
    return page(
        request,
        "jobs/propose.html",
        status=400 if checked else 200,
        steps=form.steps(0),
        fields=fields,
        can_begin=peers and bool(datasets),
        has_peers=peers,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def data(request: HttpRequest, _person: accounts.Person) -> HttpResponse:
    """The second step; what fits goes on to the third in the same answer, and nothing is kept yet."""
    place, start = here(), Start.of(request.GET)
    if form.start_errors(start, place, datasets=own_datasets()):
        return HttpResponseRedirect(f"/jobs/propose?{urlencode(start.query())}")
    if request.method != "POST":
        return _data_page(
            request, place, start, form.new_data(start, place, known=earlier_inputs()), {}
        )
    typed, language, now = job_values.typed_in(request.POST), language_of(request), now_in_china()
    values, errors = job_values.job_values(
        start, place, typed, language, cipher=_cipher(place), now=now
    )
    if errors:
        return _data_page(request, place, start, typed, errors)
    return _checked(
        request,
        place,
        values,
        again=lambda wrong: _data_page(request, place, start, typed, wrong),
    )


def _data_page(
    request: HttpRequest,
    place: Here,
    start: Start,
    typed: Mapping[str, Any],
    errors: Mapping[str, Text],
) -> HttpResponse:
    sections = form.data_fields(
        start,
        place,
        typed,
        language_of(request),
        own_fields=own_fields(start.dataset),
        bases=own_bases(place),
        known=earlier_inputs(),
        errors=errors,
    )
    return page(
        request,
        "jobs/propose_data.html",
        status=400 if errors else 200,
        steps=form.steps(1),
        kind=kind_text(start.kind),
        about=sections.pop("about"),
        own=sections.pop("own"),
        own_name=place.name(place.party),
        own_dataset=start.dataset,
        parameters=sections.pop("parameters"),
        holders=list(sections.items()),
        other_error=errors.get(""),
        has_errors=bool(errors),
        parameters_open=any(name.startswith(("parameters.", "limits.")) for name in errors),
        back=f"/jobs/propose?{urlencode(start.query())}",
        action=f"/jobs/propose/data?{urlencode(start.query())}",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def service(request: HttpRequest, _person: accounts.Person, job_id: str) -> HttpResponse:
    """To put the card of a job into service. Raises JobUnknown, NoCardHere."""
    place = here()
    job, card = own_card(place, job_id)
    if request.method != "POST":
        return _service_page(request, place, card, {}, job_id=job_id, errors={})
    typed, language, now = job_values.typed_in(request.POST), language_of(request), now_in_china()
    values, errors = job_values.service_values(
        job, card, place, typed, language, job_id=job_id, now=now
    )
    if errors:
        return _service_page(request, place, card, typed, job_id=job_id, errors=errors)
    return _checked(
        request,
        place,
        values,
        again=lambda wrong: _service_page(request, place, card, typed, job_id=job_id, errors=wrong),
    )


def _service_page(
    request: HttpRequest,
    place: Here,
    card: CardSummary,
    typed: Mapping[str, Any],
    *,
    job_id: str,
    errors: Mapping[str, Text],
) -> HttpResponse:
    fields = form.service_fields(
        typed, language_of(request), bases=own_bases(place, scoring=True), errors=errors
    )
    return page(
        request,
        "jobs/propose_service.html",
        status=400 if errors else 200,
        steps=form.steps(1),
        card=card,
        holders=place.listed(card.parties, language_of(request)),
        fields=fields,
        other_error=errors.get(""),
        job_id=job_id,
    )


def _checked(
    request: HttpRequest, place: Here, values: dict[str, Any], *, again: Any
) -> HttpResponse:
    """The third step: the whole job, and every rule of the own policy; or the form again where it is no job."""
    from shuxin.federation.api import JobInvalid  # noqa: PLC0415 - heavy

    try:
        return _check_page(request, place, {"nonce": secrets.token_hex(16), **values})
    except JobInvalid as error:
        kind = values["parameters"]["kind"]
        answer: HttpResponse = again({job_values.field_of(error, kind): job_values.wrong(error)})
        return answer


def _check_page(
    request: HttpRequest, place: Here, values: dict[str, Any], error: ShuxinError | None = None
) -> HttpResponse:
    """Raises JobInvalid."""
    from shuxin.federation.api import would_be  # noqa: PLC0415 - heavy

    language = language_of(request)
    job, rules = would_be(values, services=place.node)
    facts: dict[str, Any] = {
        "steps": form.steps(2),
        "title": job.title or kind_text(job.parameters.kind),
        "graph": shown.parties_graph(job, place),
        "inputs": shown.inputs_table(request, job, place, language),
        "learns": shown.learns_table(request, job, place),
        "parameters": shown.parameters_facts(job, language),
        **shown.rules_tables(request, rules, language),
        "allowed": all(one.passes for one in rules),
        "brought": brought_to(job, place),
        "values": json.dumps(values, ensure_ascii=False),
    }
    if error is not None:
        return refused(request, "jobs/propose_check.html", error, **facts)
    return page(request, "jobs/propose_check.html", **facts)


@require_POST
@open_to(BANK_OFFICERS)
def send(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Signed and queued, once however often it is sent. Raises NotUnderstood, JobInvalid."""
    place = here()
    try:
        values = json.loads(request.POST.get("job", ""))
    except ValueError:
        raise NotUnderstood(places="job") from None
    if not isinstance(values, dict):
        raise NotUnderstood(places="job")
    try:
        job_id = _propose(values, place, account=by(person))
    except ShuxinError as error:
        return _check_page(request, place, values, error)
    return HttpResponseRedirect(f"/jobs/{job_id}")


def _propose(values: dict[str, Any], place: Here, *, account: str) -> str:
    """The job and the authorisations that it brings are kept together, or neither."""
    from django.db import transaction  # noqa: PLC0415 - beside its use

    from shuxin.federation.api import job_view, propose  # noqa: PLC0415 - heavy
    from shuxin.portal.node_services import keep_grants  # noqa: PLC0415 - heavy

    with transaction.atomic():
        job_id = propose(values, by=account, services=place.node)
        job = job_view(job_id).job
        brought = None if job is None else brought_to(job, place)
        if brought is not None:
            keep_grants(place.settings, job_id, brought=brought)
    return job_id


def own_datasets() -> list[str]:
    """Names in this party's catalogue."""
    from shuxin.catalogue.api import datasets  # noqa: PLC0415 - heavy

    return [one.name for one in datasets(now=now_in_china())]


def own_fields(dataset: str) -> list[str]:
    """Those that may be an outcome or a feature: all but who the subject is."""
    from shuxin.catalogue.api import SUBJECT_MEANINGS, contract  # noqa: PLC0415 - heavy

    fields = contract(dataset=dataset).fields
    return [one.name for one in fields if one.meaning not in SUBJECT_MEANINGS]


def own_bases(place: Here, *, scoring: bool = False) -> list[tuple[str, str]]:
    """Recorded bases on which this party may read its own data for such a job: id, and what it says."""
    from shuxin.consent.api import bases  # noqa: PLC0415 - heavy

    purposes: Sequence[Purpose] = form.SCORING if scoring else form.TRAINING
    found = [
        one
        for purpose in purposes
        for one in bases(holder=place.party, purpose=purpose, keys=place.node.keys)
    ]
    return [(one.basis_id, f"{one.basis_id} · {one.law}") for one in found]


def earlier_inputs() -> dict[str, list[Input]]:
    """What parties entered in jobs that were done, by party, the newest first, each dataset once."""
    from shuxin.federation.api import State, job_view, jobs  # noqa: PLC0415 - heavy

    found: dict[str, list[Input]] = {}
    for line in [one for one in jobs() if one.state is State.DONE][:50]:
        job = job_view(line.job_id).job
        for one in () if job is None or not job.enters_rows else job.inputs:
            entered = found.setdefault(one.party, [])
            if one.dataset not in {each.dataset for each in entered}:
                entered.append(one)
    return found


def own_card(place: Here, job_id: str) -> tuple[Job, CardSummary]:
    """Raises JobUnknown, NoCardHere, CardAltered."""
    from shuxin.federation.api import Role, job_view, summary_of  # noqa: PLC0415 - heavy

    view = job_view(job_id)
    file = place.node.results_folder(view.line.job_id) / "card"
    if view.job is None or view.job.role_of(place.party) is not Role.LABEL or not file.is_file():
        raise NoCardHere
    return view.job, summary_of(file.read_bytes(), role=Role.LABEL)


def _cipher(place: Here) -> str:
    from shuxin.federation.api import read_config  # noqa: PLC0415 - heavy

    return read_config(place.node.folder).cipher


urlpatterns = [
    path("jobs/propose", begin),
    path("jobs/propose/data", data),
    path("jobs/propose/send", send),
    path("models/<slug:job_id>/service", service),
]
