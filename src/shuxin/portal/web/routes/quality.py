"""Data quality (数据质量): scorecards, trends, and loads kept aside with what an officer decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.web.access import DATA_OFFICERS, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.problem import refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import quality
from shuxin.portal.web.views.proposing import quality_url

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.parties.api import accounts

NAVIGATION = (
    Link(
        "/datamap/quality",
        Text(en="Data quality", zh="数据质量"),
        access=DATA_OFFICERS,
        group=Group.DATA,
    ),
)
_LIST, _ONE = "datamap/quality.html", "datamap/quality_of.html"


@require_safe
@open_to(DATA_OFFICERS)
def all_datasets(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    found = quality.summaries(now=now_in_china())
    table = quality.datasets_table(request, found)
    if table.wanted_as_file:
        return table.file()
    waiting = sum(one.waiting for one in found)
    return page(request, _LIST, table=table, waiting=waiting, weights=quality.weights())


@require_safe
@open_to(DATA_OFFICERS)
def one_dataset(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:
    """With ``rule`` among the questions: the trend of this rule."""
    shown = quality.dataset_facts(request, name, person=person, now=now_in_china())
    for table in (shown["rules"], shown["decided"]):
        if table.wanted_as_file:
            answer: HttpResponse = table.file()
            return answer
    return page(request, _ONE, done=request.GET.get("done", ""), **shown)


@require_POST
@open_to(DATA_OFFICERS)
def release(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:
    """The load comes into force; where a rule that stops is broken, once a second person has said the same."""
    from shuxin.catalogue.api import release_load  # noqa: PLC0415 - needs the database

    try:
        state = release_load(
            number=number,
            by=person.name,
            reason=request.POST.get("reason", ""),
            journal=journal_of(settings_from_environment()),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _again(request, error, person=person, number=number)
    return _back(number, done=state.value)


@require_POST
@open_to(DATA_OFFICERS)
def reject(request: HttpRequest, person: accounts.Person, number: int) -> HttpResponse:
    from shuxin.catalogue.api import reject_load  # noqa: PLC0415 - needs the database

    try:
        reject_load(
            number=number,
            by=person.name,
            reason=request.POST.get("reason", ""),
            journal=journal_of(settings_from_environment()),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _again(request, error, person=person, number=number)
    return _back(number, done="rejected")


def _again(
    request: HttpRequest, error: ShuxinError, *, person: accounts.Person, number: int
) -> HttpResponse:
    """The dataset's page with what was refused and what was typed. Raises HeldLoadUnknown."""
    now = now_in_china()
    name = quality.dataset_of(number, now=now)
    facts = quality.dataset_facts(request, name, person=person, now=now)
    typed = request.POST.get("reason", "")
    return refused(request, _ONE, error, typed=typed, typed_for=number, **facts)


def _back(number: int, *, done: str) -> HttpResponse:
    name = quality.dataset_of(number, now=now_in_china())
    return HttpResponseRedirect(f"{quality_url(name)}?done={done}")


urlpatterns = [
    path("datamap/quality", all_datasets),
    path("datamap/quality/<str:name>", one_dataset),
    path("datamap/quality/loads/<int:number>/release", release),
    path("datamap/quality/loads/<int:number>/reject", reject),
]
