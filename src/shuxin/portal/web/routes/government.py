"""Government's lists of firms (小微企业融资协调工作机制): visits, five standards, declared, recommended, credited."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.market.api import LoanUse, new_key, steps_of, to_json
from shuxin.portal.web.access import GOVERNMENT, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Card, Cards, Choice, Facts, Field, Linked
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import government as shown
from shuxin.portal.web.views.administering import Act, form, listed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

NAVIGATION = (
    Link("/government", Text(en="My region", zh="辖区工作"), GOVERNMENT, Group.GOVERNMENT),
    Link("/government/lists", shown.LISTS_TITLE, GOVERNMENT, Group.GOVERNMENT),
    Link("/government/visits", shown.VISITS_TITLE, GOVERNMENT, Group.GOVERNMENT),
)
_NOTICES = {
    "declared": Text(
        en="Recorded; the firm is on the declared list.", zh="已记录，该企业已列入申报清单。"
    ),
    "visited": Text(en="The visit is recorded.", zh="走访已记录。"),
    "judged": Text(en="The answers are kept.", zh="核查结果已保存。"),
    "recommended": Text(
        en="Recommended; the lenders see it now.", zh="已列入推荐清单，银行即可查看。"
    ),
    "closed": Text(en="Taken off the lists.", zh="已移出清单。"),
    "imported": Text(en="The file is taken in.", zh="文件已导入。"),
}
_MANDATE = Text(
    en="Firms of your region. Each time you open a list it is recorded who saw which firms.",
    zh="仅显示本人辖区内的企业；每次查阅均记录查阅人和所涉企业。",
)


def _notice(request: HttpRequest) -> Text | None:
    return _NOTICES.get(request.GET.get("done", ""))


@require_safe
@open_to(GOVERNMENT)
def home(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    region = shown.region_of(person)
    counts = government.counts_of(region)
    cards = [
        Card(
            text, figure=f"{counts.get(state, 0):,}", url=f"/government/lists?lists-state={text.en}"
        )
        for state, text in government.LISTING_TEXTS.items()
        if state != "closed"
    ]
    totals = government.totals_of(region)
    facts = Facts(
        [
            (Text(en="Firms visited", zh="走访企业数"), totals.visited),
            (Text(en="Credit granted", zh="累计授信"), shown.amount(totals.credited_fen)),
            (Text(en="Lent", zh="累计放款"), shown.amount(totals.lent_fen)),
        ]
    )
    return page(
        request,
        "government/home.html",
        cards=Cards(cards),
        facts=facts,
        region=shown.region_name(region),
    )


@require_safe
@open_to(GOVERNMENT)
def lists(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found = government.listed_firms(shown.region_of(person))
    _note([one.firm for one in found], "lists", person)
    return listed(
        request,
        shown.lists_table(request, found, government.LISTING_TEXTS),
        title=shown.LISTS_TITLE,
        lead=_MANDATE,
        actions=(
            Linked(Text(en="Record a visit", zh="登记走访"), "/government/visits/new"),
            Linked(Text(en="Take a file in", zh="导入文件"), "/government/visits/import"),
        ),
        notice=_notice(request),
    )


def _note(firms: list[str], what: str, person: accounts.Person) -> None:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    government.note_reading(
        firms,
        what=what,
        ground=government.Ground.MANDATE,
        doer=shown.doer_of(person),
        now=now_in_china(),
    )


@require_safe
@open_to(GOVERNMENT)
def one_firm(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    return _firm_page(request, person, key)


def _firm_page(
    request: HttpRequest, person: accounts.Person, key: str, error: ShuxinError | None = None
) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    firm = government.listed_firm(key, doer=shown.doer_of(person))
    _note([firm.firm], "entry", person)
    known = shown.names()
    facts: dict[str, Any] = {
        "firm": firm,
        "facts": shown.firm_facts(firm, government.LISTING_TEXTS, known),
        "standards": _standards(firm),
        "may_judge": firm.state in {"declared", "recommended"},
        "acts": _acts(firm, key),
        "results": shown.results_table(request, firm, known),
        "history": shown.history(steps_of("listing", key), shown.STEP_WORDS, known=known),
        "notice": _notice(request),
    }
    if error is not None:
        return refused(request, "government/firm.html", error, **facts)
    return page(request, "government/firm.html", **facts)


def _standards(firm: Any) -> list[dict[str, Any]]:
    """Each of the five with its last answer."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    judged = {one.standard: one for one in firm.judged}
    return [
        {"standard": one, "text": one.text, "judged": judged.get(one)}
        for one in government.Standard
    ]


def _acts(firm: Any, key: str) -> list[Act]:
    found = []
    if firm.state == "declared" and not firm.failing:
        lenders = [Choice(party, name) for party, name in shown.institutions("bank")]
        found.append(
            Act(
                name="recommend",
                url=f"/government/lists/{key}/recommend",
                button=Text(en="Recommend", zh="列入推荐清单"),
                title=Text(en="Recommend to lenders", zh="向银行推荐"),
                text=Text(
                    en="With no lender ticked, all of them see the firm.",
                    zh="不勾选任何银行时，全部银行均可查看。",
                ),
                fields=(
                    Field(
                        "lenders",
                        Text(en="Lenders", zh="银行"),
                        kind="some",
                        value=(),
                        choices=lenders,
                        required=False,
                    ),
                ),
            )
        )
    if firm.state != "closed":
        found.append(
            Act(
                name="close",
                url=f"/government/lists/{key}/close",
                button=Text(en="Take off the lists", zh="移出清单"),
                title=Text(en="Take the firm off the lists", zh="将企业移出清单"),
                fields=(Field("reason", Text(en="Reason", zh="原因"), kind="long", longest=300),),
                danger=True,
            )
        )
    return found


@require_POST
@open_to(GOVERNMENT)
def judge(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    answers = {
        one: (
            request.POST[f"{one.value}-holds"] == "yes",
            shown.typed(request, f"{one.value}-note"),
        )
        for one in government.Standard
        if request.POST.get(f"{one.value}-holds") in {"yes", "no"}
    }
    try:
        government.judge(key, answers, doer=shown.doer_of(person), now=now_in_china())
    except ShuxinError as error:
        return _firm_page(request, person, key, error)
    return HttpResponseRedirect(f"/government/lists/{key}?done=judged")


@require_POST
@open_to(GOVERNMENT)
def recommend(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    known = {party for party, _ in shown.institutions("bank")}
    chosen = [one for one in request.POST.getlist("lenders") if one in known]
    if len(chosen) != len(request.POST.getlist("lenders")):
        raise NoSuchPage
    try:
        government.recommend(key, lenders=chosen, doer=shown.doer_of(person), now=now_in_china())
    except ShuxinError as error:
        return _firm_page(request, person, key, error)
    return HttpResponseRedirect(f"/government/lists/{key}?done=recommended")


@require_POST
@open_to(GOVERNMENT)
def close(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    doer, reason = shown.doer_of(person), shown.typed(request, "reason")
    try:
        government.close_listing(key, reason=reason, doer=doer, now=now_in_china())
    except ShuxinError as error:
        return _firm_page(request, person, key, error)
    return HttpResponseRedirect("/government/lists?done=closed")


@require_safe
@open_to(GOVERNMENT)
def visits(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found = government.visits(shown.region_of(person))
    _note([one.firm for one in found], "visits", person)
    return listed(
        request,
        shown.visits_table(request, found),
        title=shown.VISITS_TITLE,
        lead=_MANDATE,
        actions=(
            Linked(Text(en="Record a visit", zh="登记走访"), "/government/visits/new"),
            Linked(Text(en="Take a file in", zh="导入文件"), "/government/visits/import"),
        ),
        notice=_notice(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def new_visit(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    if request.method != "POST":
        shown.region_of(person)
        return _visit_form(request)
    try:
        key = _recorded(request, person)
    except ShuxinError as error:
        return _visit_form(request, error)
    if key:
        return HttpResponseRedirect(f"/government/lists/{key}?done=declared")
    return HttpResponseRedirect("/government/visits?done=visited")


def _recorded(request: HttpRequest, person: accounts.Person) -> str | None:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    has_needs = request.POST.get("needs") == "yes"
    use, day = shown.typed(request, "use"), shown.typed(request, "visited_on")
    try:
        visited_on = dt.date.fromisoformat(day)
    except ValueError as error:
        raise shown.wrong(Text(en="day of the visit", zh="走访日期")) from error
    amount = shown.fen_of(request, "amount", Text(en="amount", zh="需求金额"))
    visit = government.Visit(
        firm=shown.typed(request, "firm").upper(),
        name=shown.typed(request, "name"),
        region=shown.typed(request, "region"),
        visited_on=visited_on,
        visitor=shown.typed(request, "visitor"),
        found_needs=has_needs,
        amount_fen=amount if has_needs else 0,
        use=LoanUse(use) if has_needs and use in set(LoanUse) else None,
        note=shown.typed(request, "note"),
    )
    asked = shown.request_key(person, once=_once(request), **to_json(visit))
    key: str | None = government.record_visit(
        visit, doer=shown.doer_of(person), now=now_in_china(), request_id=asked
    )
    return key


def _once(request: HttpRequest) -> str:
    """Of this form: sent twice it is one visit, opened anew it is another one, also with the same content."""
    return request.POST.get("once", "")[:64] or new_key()


def _visit_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    return form(
        request,
        title=Text(en="Record a visit", zh="登记走访"),
        back=shown.VISITS,
        lead=Text(
            en="Write down what the firm itself says. A firm that needs money comes onto the declared list.",
            zh="如实记录企业自述情况；有融资需求的企业自动列入申报清单。",
        ),
        fields=shown.visit_fields(request, now=now_in_china()),
        submit=Text(en="Record", zh="登记"),
        error=error,
        once=_once(request),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def import_visits(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if request.method != "POST":
        shown.region_of(person)
        return _import_form(request)
    try:
        government.import_visits(
            shown.file_of(request), doer=shown.doer_of(person), now=now_in_china()
        )
    except ShuxinError as error:
        return _import_form(request, error)
    return HttpResponseRedirect("/government/visits?done=imported")


def _import_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    return form(
        request,
        title=Text(en="Take visits in from a file", zh="导入走访记录"),
        back=shown.VISITS,
        lead=Text(
            en="A CSV file with the template's heads, 5,000 lines at most. With one wrong line nothing is kept.",
            zh="请使用模板表头的 CSV 文件，最多 5000 行；任何一行有误则全部不导入。",
        ),
        fields=[
            Field(
                "file",
                Text(en="File", zh="文件"),
                kind="file",
                accept=".csv",
                hint=Text(
                    en="The template is at /government/visits/template.csv",
                    zh="模板下载地址：/government/visits/template.csv",
                ),
            )
        ],
        submit=Text(en="Take in", zh="导入"),
        error=error,
        takes_file=True,
    )


@require_safe
@open_to(GOVERNMENT)
def template_file(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    answer = HttpResponse(government.visit_template(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="visits.csv"'
    return answer


urlpatterns = [
    path("government", home),
    path("government/lists", lists),
    path("government/lists/<str:key>", one_firm),
    path("government/lists/<str:key>/judge", judge),
    path("government/lists/<str:key>/recommend", recommend),
    path("government/lists/<str:key>/close", close),
    path("government/visits", visits),
    path("government/visits/new", new_visit),
    path("government/visits/import", import_visits),
    path("government/visits/template.csv", template_file),
]
