"""The data map (数据地图): search, one page for each dataset, its lineage, its quality and its uses."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.web.access import DATA_OFFICERS, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import datamap, datamap_lineage, datamap_uses
from shuxin.portal.web.views.proposing import quality_url

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

NAVIGATION = (
    Link("/datamap", Text(en="Data map", zh="数据地图"), access=DATA_OFFICERS, group=Group.DATA),
)
_LONGEST_SEARCH = 100


@require_safe
@open_to(DATA_OFFICERS)
def map_of_data(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    now, search = now_in_china(), request.GET.get("q", "")[:_LONGEST_SEARCH]
    table = datamap.datasets_table(request, search=search, now=now)
    fields = datamap.fields_table(request, search=search, now=now)
    for one in (table, fields):
        if one is not None and one.wanted_as_file:
            return one.file()
    return page(request, "datamap/map.html", search=search, table=table, fields=fields)


@require_safe
@open_to(DATA_OFFICERS)
def one_dataset(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:  # noqa: ARG001
    """With ``field`` among the questions: the lineage of this field."""
    from shuxin.catalogue.api import dataset  # noqa: PLC0415 - needs the database

    now = now_in_china()
    view = dataset(name=name, now=now)
    grades = datamap.grades_here(name, now=now)
    tables = (
        datamap.contract_table(request, view.contract, grades=grades),
        datamap.loads_table(request, view.loads),
        datamap_uses.uses_table(request, name),
    )
    for table in tables:
        if table.wanted_as_file:
            return table.file()
    field = request.GET.get("field", "")
    known = {one.name: one.title or one.name for one in view.contract.fields}
    graph = (
        datamap_lineage.field_graph(name, field)
        if field in known
        else datamap_lineage.dataset_graph(name, title=view.contract.title)
    )
    return page(
        request,
        "datamap/dataset.html",
        view=view,
        address=f"/datamap/datasets/{quote(name, safe='')}",
        quality_url=quality_url(name),
        facts=datamap.head_facts(view),
        findings=datamap.findings_shown(view),
        contract=tables[0],
        loads=tables[1],
        uses=tables[2],
        graph=graph,
        field=known.get(field, ""),
        kept=sum(load.rows_rejected for load in view.loads),
        versions=datamap.versions_shown(view),
    )


@require_safe
@open_to(DATA_OFFICERS)
def missing(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:  # noqa: ARG001
    """The shares of missing values: a part of the dataset's page that comes after it."""
    table = datamap.missing_table(request, name)
    if table.wanted_as_file:
        return table.file()
    return page(request, "datamap/missing.html", table=table)


@require_POST
@open_to(DATA_OFFICERS)
def rejects(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:  # noqa: ARG001
    """The rows that were set aside; reading them is a use and is recorded first, so a form asks for it."""
    answer = HttpResponse(
        datamap_uses.kept_rows(name, person=person), content_type="text/csv; charset=utf-8"
    )
    file = quote(f"{name}-{now_in_china():%Y%m%d}.csv", safe="")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{file}"
    return answer


urlpatterns = [
    path("datamap", map_of_data),
    path("datamap/datasets/<str:name>", one_dataset),
    path("datamap/datasets/<str:name>/missing", missing),
    path("datamap/datasets/<str:name>/rejects", rejects),
]
