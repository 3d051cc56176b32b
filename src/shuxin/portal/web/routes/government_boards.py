"""Boards for government: indicators with definition and calibre, whom the market reaches, how many firms there are."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import CHINA, now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.web.access import GOVERNMENT, OPERATORS, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Choice, Column, Field, Kind, Linked, Table
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import government as shown
from shuxin.portal.web.views import government_figures as view
from shuxin.portal.web.views.administering import form

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

_BOARD = Text(en="Indicators", zh="指标看板")
_INCLUSION = Text(en="Whom it reaches", zh="普惠覆盖")
_OFFICERS = Text(en="Officers' regions", zh="辖区设置")
NAVIGATION = (
    Link("/government/board", _BOARD, GOVERNMENT, Group.GOVERNMENT),
    Link("/government/inclusion", _INCLUSION, GOVERNMENT, Group.GOVERNMENT),
    Link("/government/officers", _OFFICERS, OPERATORS, Group.RUNNING),
)


@require_safe
@open_to(GOVERNMENT)
def board(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the same for all officers
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    kept = government.kept_boards(view.all_records, now=now_in_china())
    rows = [
        {"indicator": one.board.indicator, "figure": view.total_said(one.board)} for one in kept
    ]
    at = view.computed_at(kept[0])
    return page(request, "government/board.html", rows=rows, at=at, least=government.LEAST_FIRMS)


@require_safe
@open_to(GOVERNMENT)
def one_indicator(request: HttpRequest, person: accounts.Person, code: str) -> HttpResponse:  # noqa: ARG001 - as above
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if code not in {one.code for one in government.INDICATORS}:
        raise NoSuchPage
    boards = government.kept_boards(view.all_records, now=now_in_china())
    kept = next(one for one in boards if one.board.indicator.code == code)
    found = kept.board
    dimensions = [one for one in government.DIMENSIONS if found.values(one) or one == "month"]
    tables = [view.board_table(request, found, one) for one in dimensions]
    for table in tables:
        if table.wanted_as_file:
            return table.file()
    return page(
        request,
        "government/indicator.html",
        indicator=found.indicator,
        total=view.total_said(found),
        at=view.computed_at(kept),
        chart=view.board_chart(found) if found.values("month") else None,
        tables=tables,
        least=government.LEAST_FIRMS,
    )


@require_safe
@open_to(GOVERNMENT)
def inclusion(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as above
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    before = view.this_month(now_in_china())
    demands, applications = view.complete(view.records(), before=before)
    lines = government.inclusion_of(demands, applications, active=government.active_firms())
    groups = []
    for dimension in government.GROUPED_BY:
        mine = [one for one in lines if one.dimension == dimension]
        table = view.group_table(request, dimension, mine)
        if table.wanted_as_file:
            return table.file()
        has_chart = any(one.approval is not None for one in mine)
        groups.append(
            {
                "table": table,
                "chart": view.gap_chart(dimension, mine) if has_chart else None,
            }
        )
    source = government.population_source()
    return page(
        request,
        "government/inclusion.html",
        by_group=groups,
        source=source,
        least=government.LEAST_FIRMS,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def population(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if request.method != "POST":
        return _population_form(request)
    try:
        try:
            as_of = dt.date.fromisoformat(shown.typed(request, "as_of"))
        except ValueError as error:
            raise shown.wrong(Text(en="as of", zh="统计时点")) from error
        government.import_population(
            shown.file_of(request),
            source=shown.typed(request, "source"),
            as_of=as_of,
            doer=shown.doer_of(person),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _population_form(request, error)
    return HttpResponseRedirect("/government/inclusion")


def _population_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    today = now_in_china().astimezone(CHINA).date().isoformat()
    return form(
        request,
        title=Text(en="How many firms there are", zh="导入在营企业数"),
        back=Linked(_INCLUSION, "/government/inclusion"),
        lead=Text(
            en="A CSV file with the heads 分组, 取值, 在营企业数; groups are 地区 (code), 规模 and 年限.",
            zh="CSV 文件，表头为：分组、取值、在营企业数；分组为地区（六位代码）、规模、年限。",
        ),
        fields=[
            Field("file", Text(en="File", zh="文件"), kind="file", accept=".csv"),
            Field(
                "source",
                Text(en="Who counted them", zh="数据来源"),
                value=request.POST.get("source", ""),
            ),
            Field(
                "as_of",
                Text(en="As of", zh="统计时点"),
                kind="date",
                value=request.POST.get("as_of", today),
            ),
        ],
        submit=Text(en="Take in", zh="导入"),
        error=error,
        takes_file=True,
    )


@require_safe
@open_to(OPERATORS)
def officers(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    return _officers_page(request)


def _officers_page(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    known = shown.names()
    table = Table.shown(
        request,
        name="officers",
        columns=(
            Column("party", Text(en="Office", zh="部门")),
            Column("account", Text(en="Account", zh="账户")),
            Column("region", Text(en="Region", zh="辖区")),
            Column("code", Text(en="Code", zh="代码"), kind=Kind.CODE),
            Column("at", Text(en="Since", zh="设置时间"), kind=Kind.TIME),
        ),
        rows=[
            {
                "party": known.get(party, party),
                "account": account,
                "region": shown.region_name(region),
                "code": region,
                "at": at,
            }
            for party, account, region, at in government.officers()
        ],
        empty=Text(en="No officer has a region yet.", zh="尚未设置任何人员的辖区。"),
    )
    if table.wanted_as_file:
        return table.file()
    offices = [Choice(party, name) for party, name in shown.institutions("department")]
    offices += [Choice(party, name) for party, name in shown.institutions("regulator")]
    fields = (
        Field("party", Text(en="Office", zh="部门"), kind="choice", choices=offices),
        Field("account", Text(en="Account name", zh="账户名")),
        Field(
            "region",
            Text(en="Region code", zh="辖区代码"),
            longest=6,
            required=False,
            hint=Text(
                en="First two, four or six digits of the code; empty ends it",
                zh="行政区划代码前两位、四位或六位；留空表示取消",
            ),
        ),
    )
    facts: dict[str, Any] = {"table": table, "fields": fields}
    if error is not None:
        return refused(request, "government/officers.html", error, **facts)
    return page(request, "government/officers.html", **facts)


@require_POST
@open_to(OPERATORS)
def assign(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import Doer, government  # noqa: PLC0415 - needs the database

    offices = dict(shown.institutions("department") + shown.institutions("regulator"))
    party, account = shown.typed(request, "party"), shown.typed(request, "account")
    journal = journal_of(settings_from_environment())
    try:
        if party not in offices:
            raise shown.wrong(Text(en="office", zh="部门"))
        if not 0 < len(account) <= 200:  # noqa: PLR2004 - as the account's name
            raise shown.wrong(Text(en="account", zh="账户名"))
        government.assign_region(
            party=party,
            account=account,
            region=shown.typed(request, "region"),
            doer=Doer(Actor.OPERATOR, person.party, person.name, journal),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _officers_page(request, error)
    return HttpResponseRedirect("/government/officers")


urlpatterns = [
    path("government/board", board),
    path("government/board/<str:code>", one_indicator),
    path("government/inclusion", inclusion),
    path("government/population", population),
    path("government/officers", officers),
    path("government/officers/assign", assign),
]
