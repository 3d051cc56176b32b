"""A bank's customers: search, one firm's own data, portrait, local score, report.

Every page that shows a firm asks the gate first; the use is in the log before anything is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.consent.api import Purpose
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Column, Event, Facts, Filter, Kind, Table, TimeLine
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import bank_firm, bank_home
from shuxin.portal.web.views.bank_attempts import new_key
from shuxin.portal.web.views.bank_days import day_asked
from shuxin.portal.web.views.bank_reading import firm_named

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.fusion.api import Chapter, Portrait
    from shuxin.parties.api import accounts

NAVIGATION = (
    Link("/bank", Text(en="Desk", zh="工作台"), access=BANK_OFFICERS, group=Group.CREDIT),
    Link(
        "/bank/customers", Text(en="Customers", zh="客户"), access=BANK_OFFICERS, group=Group.CREDIT
    ),
)
_DATASETS = (
    Column("title", Text(en="Data set", zh="数据集"), link="url"),
    Column("department", Text(en="Department", zh="来源部门")),
    Column("level", Text(en="Level", zh="分级"), kind=Kind.NUMBER),
    Column("rows", Text(en="Rows", zh="行数"), kind=Kind.NUMBER),
    Column("happened", Text(en="Newest event", zh="最近发生"), kind=Kind.DAY),
    Column("known", Text(en="Known since", zh="最近获知"), kind=Kind.TIME),
    Column("withheld", Text(en="Fields withheld", zh="未读取字段"), kind=Kind.NUMBER),
)
_SPELLINGS = (
    Column("name", Text(en="Name as written", zh="记载名称")),
    Column("code", Text(en="Code as written", zh="记载代码"), kind=Kind.CODE),
    Column("dataset", Text(en="Data set", zh="数据集")),
    Column("rows", Text(en="Rows", zh="行数"), kind=Kind.NUMBER),
    Column("known", Text(en="First known", zh="最早获知"), kind=Kind.TIME),
    Column("basis", Text(en="Placed by", zh="归一依据")),
)
_FEATURES = (
    Column("title", Text(en="Feature", zh="特征")),
    Column("group", Text(en="Group", zh="类别")),
    Column("value", Text(en="Value", zh="取值")),
    Column("window", Text(en="Window", zh="时间窗")),
    Column("empty", Text(en="When empty", zh="无数据时")),
    Column("name", Text(en="Name", zh="名称"), kind=Kind.CODE),
)
_LINES = (
    Column("title", Text(en="Characteristic", zh="特征")),
    Column("value", Text(en="Value", zh="取值")),
    Column("label", Text(en="Range", zh="所在区间")),
    Column("points", Text(en="Points", zh="得分"), kind=Kind.NUMBER),
    Column("best", Text(en="Most possible", zh="最高可得"), kind=Kind.NUMBER),
    Column(
        "reference", Text(en="Near the cut-off", zh="通过线附近均值"), kind=Kind.NUMBER, digits=1
    ),
    Column("fields", Text(en="Made of the fields", zh="来源字段")),
)
_KNOWN = Column("_known", Text(en="Known", zh="获知时间"), kind=Kind.TIME)
_PLACE = Column("_place", Text(en="File : line", zh="文件：行"))
_CODE, _KIND = Text(en="credit code", zh="统一社会信用代码"), Text(en="kind", zh="主体类型")
_NO_MODEL = Text(
    en="The bank has no card of its own in use. Joint scores need none.",
    zh="本行尚无启用的本地评分卡。联合评分无需本地评分卡。",
)
_NO_INVOICES = Text(
    en="The bank's own card scores invoices, and the bank holds none.",
    zh="本行评分卡使用发票数据，本行没有发票数据。",
)
_SPELT = Text(en="spellings in the data", zh="数据中的写法")
_DOUBTS = Text(en="records still to be judged whether they belong to it", zh="待人工判定归属的记录")
_BRANCHES = Text(en="related units", zh="关联机构")
_OBJECTION = Text(en="objection to {field}", zh="对 {field} 的异议")


class FirmNotNamed(InvalidInput):
    code = "firm_not_named"
    what = Text(en="say which firm", zh="请指明企业")
    mend = Text(
        en="Give its credit code, your own number of it, or its whole name",
        zh="请填写统一社会信用代码、行内客户号或企业全称",
    )


@require_safe
@open_to(BANK_OFFICERS)
def home(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the form of a view
    return page(request, "bank/home.html", **bank_home.home_facts(language_of(request)))


@require_safe
@open_to(BANK_OFFICERS)
def customers(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """The search, and the firms that have authorised this bank; of these nothing is read here."""
    typed = request.GET.get("q", "").strip()[:120]
    table = bank_home.granted_firms(request)
    if table.wanted_as_file:
        return table.file()
    facts: dict[str, Any] = {"typed": typed, "table": table}
    if "q" not in request.GET:
        return page(request, "bank/customers.html", **facts)
    if not typed:
        return refused(request, "bank/customers.html", FirmNotNamed(), **facts)
    try:
        found = firm_named(
            typed, person=person, purpose=Purpose.OWN_CUSTOMER_VIEW, now=now_in_china()
        )
    except (NotFound, Conflict) as error:
        return refused(request, "bank/customers.html", error, **facts)
    return HttpResponseRedirect(f"/bank/customers/{quote(found, safe='')}")


@require_safe
@open_to(BANK_OFFICERS)
def firm(request: HttpRequest, person: accounts.Person, identity: str) -> HttpResponse:
    """Own data by dataset, doubts, and what the firm objects to."""
    view = bank_firm.opened(identity, person=person, purpose=Purpose.OWN_CUSTOMER_VIEW)
    found = bank_firm.portrait_of(view)
    table = Table.shown(
        request,
        name="datasets",
        title=Text(en="Own data about this firm", zh="本行持有的该企业数据"),
        columns=_DATASETS,
        rows=bank_firm.dataset_rows(found, url=view.firm.url),
    )
    spellings = Table.shown(
        request,
        name="spellings",
        columns=_SPELLINGS,
        rows=_spellings(found),
        sort="-rows",
        per_page=10,
    )
    for one in (table, spellings):
        if one.wanted_as_file:
            return one.file()
    return page(
        request,
        "bank/firm.html",
        firm=view.firm,
        facts=_identity(found),
        table=table,
        spellings=spellings,
        objections=_objections(identity),
        doubts=found.doubts,
        tab="data",
    )


def _identity(found: Portrait) -> Facts:
    branches = ", ".join(identity for _, identity in found.relations)
    return Facts(
        [
            (_CODE, found.code),
            (_KIND, found.kind or ""),
            (_SPELT, len({(one.name, one.code_as_written) for one in found.aliases})),
            (_DOUBTS, found.doubts),
            *([(_BRANCHES, branches)] if branches else []),
        ]
    )


def _spellings(found: Portrait) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "code": one.code_as_written,
            "dataset": one.dataset,
            "rows": one.rows,
            "known": one.first_known,
            "basis": one.basis if one.bits is None else f"{one.basis} {one.bits:+.1f} bit",
        }
        for one in found.aliases
    ]


def _objections(identity: str) -> TimeLine | None:
    """What the firm disputes or wants shown beside its data; None where there is nothing."""
    from shuxin.consent.api import rights  # noqa: PLC0415 - needs the database

    events = [
        Event(
            note.at,
            Text(
                en=_OBJECTION.say("en", field=f"{note.dataset}.{note.field}"),
                zh=_OBJECTION.say("zh", field=f"{note.dataset}.{note.field}"),
            ),
            detail=note.text,
            tone="warn" if note.disputed else "quiet",
        )
        for note in rights.field_notes(subject=identity)
    ]
    return TimeLine(events) if events else None


@require_safe
@open_to(BANK_OFFICERS)
def dataset(
    request: HttpRequest, person: accounts.Person, identity: str, name: str
) -> HttpResponse:
    """The rows of one dataset about the firm."""
    view = bank_firm.opened(identity, person=person, purpose=Purpose.OWN_CUSTOMER_VIEW)
    found = bank_firm.portrait_of(view)
    chapter = next((one for one in found.chapters if one.dataset == name), None)
    if chapter is None:
        raise NoSuchPage
    table = Table.shown(
        request,
        name="rows",
        columns=_chapter_columns(chapter),
        rows=bank_firm.chapter_rows(chapter),
        sort="-_known",
    )
    if table.wanted_as_file:
        return table.file()
    return page(
        request, "bank/dataset.html", firm=view.firm, chapter=chapter, table=table, tab="data"
    )


def _chapter_columns(chapter: Chapter) -> tuple[Column, ...]:
    """Fields that any row has, by their titles in the contract; when it happened first."""
    from shuxin.catalogue.api import Meaning, contract  # noqa: PLC0415 - needs the database

    agreed = contract(dataset=chapter.dataset)
    used = {name for fact in chapter.facts for name in fact.values}
    fields = [field for field in agreed.fields if field.name in used]
    fields.sort(key=lambda field: field.meaning is not Meaning.EVENT_TIME)
    money = {name for name, unit in chapter.units if unit == "fen"}
    columns = tuple(
        Column(
            field.name,
            Text(en=field.title or field.name, zh=field.title or field.name),
            kind=Kind.FEN if field.name in money else Kind.TEXT,
        )
        for field in fields
    )
    return (*columns, _KNOWN, _PLACE)


@require_safe
@open_to(BANK_OFFICERS)
def portrait(request: HttpRequest, person: accounts.Person, identity: str) -> HttpResponse:
    """Feature values with window and meaning of empty, and the months of trade and account flows."""
    as_of = day_asked(request.GET.get("as_of", ""))
    view = bank_firm.opened(identity, person=person, purpose=Purpose.OWN_CUSTOMER_VIEW)
    business = bank_firm.business_facts(view, as_of=as_of, language=language_of(request))
    table = Table.shown(
        request,
        name="features",
        columns=_FEATURES,
        rows=business.features or [],
        filters=(Filter("group", Text(en="Group", zh="类别")),),
        per_page=50,
    )
    if table.wanted_as_file:
        return table.file()
    return page(
        request,
        "bank/portrait.html",
        firm=view.firm,
        as_of=as_of,
        business=business,
        charts=[*business.charts, *bank_firm.flow_charts(bank_firm.portrait_of(view))],
        table=table,
        tab="portrait",
    )


@require_safe
@open_to(BANK_OFFICERS)
def score(request: HttpRequest, person: accounts.Person, identity: str) -> HttpResponse:
    """Points by characteristic with reasons, and what would improve it."""
    as_of = day_asked(request.GET.get("as_of", ""))
    view = bank_firm.opened(identity, person=person, purpose=Purpose.CREDIT_DECISION)
    facts: dict[str, Any] = {"firm": view.firm, "as_of": as_of, "tab": "score", "key": new_key()}
    try:
        found = bank_firm.scored(view, as_of=as_of)
    except InvalidInput as error:  # such as a day ahead
        return refused(request, "bank/score.html", error, **facts)
    except NotFound as error:
        nothing = _NO_MODEL if error.code == "model_missing" else _NO_INVOICES
        return page(request, "bank/score.html", nothing=nothing, **facts)
    table = Table.shown(
        request,
        name="lines",
        columns=_LINES,
        rows=bank_firm.line_rows(found, language=language_of(request)),
        per_page=50,
    )
    if table.wanted_as_file:
        return table.file()
    facts |= {"score": found, "summary": bank_firm.score_facts(found), "table": table}
    return page(request, "bank/score.html", chart=bank_firm.group_chart(found), **facts)


@require_safe
@open_to(BANK_OFFICERS)
def report(request: HttpRequest, person: accounts.Person, identity: str) -> HttpResponse:
    """The credit report of the newest decision as PDF, in the reader's language or the one asked for."""
    from shuxin.portal.commands.report import FONTS  # noqa: PLC0415 - beside its use
    from shuxin.scoring.api import credit_report, report_pdf  # noqa: PLC0415 - heavy

    view = bank_firm.opened(identity, person=person, purpose=Purpose.CREDIT_DECISION)
    made = credit_report(
        identity, permit=view.permit, settings=settings_from_environment(), now=view.now
    )
    language = language_of(request)
    answer = HttpResponse(
        report_pdf(report=made, language=language, fonts=FONTS), content_type="application/pdf"
    )
    answer["Content-Disposition"] = f'attachment; filename="{made.who.report_id}.{language}.pdf"'
    return answer


urlpatterns = [
    path("bank", home),
    path("bank/customers", customers),
    path("bank/customers/<str:identity>", firm),
    path("bank/customers/<str:identity>/data/<str:name>", dataset),
    path("bank/customers/<str:identity>/portrait", portrait),
    path("bank/customers/<str:identity>/score", score),
    path("bank/customers/<str:identity>/report.pdf", report),
]
