"""Campaigns (百行进万企): firms by tax grade shared among banks, a questionnaire by link or code, the funnel."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import segno
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china, secret_key, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind, accounts
from shuxin.portal.web.access import GOVERNMENT, Access, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Choice, Code, Facts, Field, Linked
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import government as shown
from shuxin.portal.web.views import government_campaigns as view
from shuxin.portal.web.views.administering import Act, Several, form, listed, one

if TYPE_CHECKING:
    from django.http import HttpRequest

ANYBODY_HERE = Access(kinds=frozenset({PartyKind.OPERATOR}), public=True)
NAVIGATION = (Link("/government/campaigns", view.CAMPAIGNS_TITLE, GOVERNMENT, Group.GOVERNMENT),)
_BACK = Linked(view.CAMPAIGNS_TITLE, "/government/campaigns")
_DONE = Text(en="Done, and in the log.", zh="已办理并记入日志。")
_KEY_FILE = "questionnaire.key"


@require_safe
@open_to(GOVERNMENT)
def campaigns(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found = government.campaigns(shown.region_of(person))
    return listed(
        request,
        view.campaigns_table(request, found, government.CAMPAIGN_TEXTS),
        title=view.CAMPAIGNS_TITLE,
        lead=Text(
            en="Firms of a list are shared among banks by quota, in an order that nobody can choose.",
            zh="按银行名额分配名单企业，顺序由抽签确定，任何人不能干预。",
        ),
        actions=(Linked(Text(en="New campaign", zh="新建活动"), "/government/campaigns/new"),),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def new_campaign(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    region = shown.region_of(person)
    if request.method != "POST":
        return _campaign_form(request, region)
    try:
        key = government.draft_campaign(
            title=shown.typed(request, "title"),
            region=shown.typed(request, "region"),
            grades="".join(request.POST.getlist("grades")),
            quotas=view.quotas_of(request),
            doer=shown.doer_of(person),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _campaign_form(request, region, error)
    return HttpResponseRedirect(f"/government/campaigns/{key}")


def _campaign_form(
    request: HttpRequest, region: str, error: ShuxinError | None = None
) -> HttpResponse:
    return form(
        request,
        title=Text(en="New campaign", zh="新建活动"),
        back=_BACK,
        fields=view.campaign_fields(request, region),
        submit=Text(en="Go on", zh="下一步"),
        error=error,
    )


@require_safe
@open_to(GOVERNMENT)
def one_campaign(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    return _campaign_page(request, person, key)


def _campaign_page(
    request: HttpRequest, person: accounts.Person, key: str, error: ShuxinError | None = None
) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    doer = shown.doer_of(person)
    found = government.campaign(key, doer=doer)
    firms = government.campaign_firms(key, doer=doer, now=now_in_china())
    known = shown.names()
    quotas = [f"{known.get(party, party)}: {n}" for party, n in sorted(found.quotas.items())]
    sections: list[tuple[Text, object]] = []
    if firms:
        sections = [
            (
                Text(en="How far they came", zh="转化情况"),
                view.funnel_chart(government.funnel_of(firms)),
            ),
            (
                Text(en="Firms", zh="企业名单"),
                view.firms_table(request, key, firms, government.SHARE_WHY),
            ),
        ]
    return one(
        request,
        title=found.title,
        back=_BACK,
        facts=Facts(
            [
                (Text(en="State", zh="状态"), government.CAMPAIGN_TEXTS[found.state]),
                (Text(en="Place", zh="地区"), shown.region_name(found.region)),
                (Text(en="Tax grades", zh="纳税信用级别"), Several(list(found.grades))),
                (Text(en="Quotas", zh="银行名额"), Several(quotas)),
                (Text(en="Firms", zh="企业数"), len(firms) if firms else _next_step(found)),
            ]
        ),
        acts=_campaign_acts(found),
        sections=sections,
        notice=_DONE if request.GET.get("done") else None,
        error=error,
    )


def _next_step(found: Any) -> Linked:
    words = Text(en="None yet: take the list in and share it", zh="尚无：导入名单并分配")
    return Linked(words, f"/government/campaigns/{found.key}/share")


def _campaign_acts(found: Any) -> list[Act]:
    acts = []
    if found.state != "ended":
        acts.append(
            Act(
                name="end",
                url=f"/government/campaigns/{found.key}/end",
                button=Text(en="End it", zh="结束活动"),
                title=Text(en="End the campaign", zh="结束活动"),
                text=Text(en="Links to the questionnaire end too.", zh="问卷链接同时失效。"),
                danger=True,
            )
        )
    return acts


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def share(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found = government.campaign(key, doer=shown.doer_of(person))
    if request.method != "POST":
        return _share_form(request, found)
    try:
        government.share_campaign(
            key, shown.file_of(request), doer=shown.doer_of(person), now=now_in_china()
        )
    except ShuxinError as error:
        return _share_form(request, found, error)
    return HttpResponseRedirect(f"/government/campaigns/{key}?done=share")


@require_POST
@open_to(GOVERNMENT)
def end(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    try:
        government.end_campaign(key, doer=shown.doer_of(person), now=now_in_china())
    except ShuxinError as error:
        return _campaign_page(request, person, key, error)
    return HttpResponseRedirect(f"/government/campaigns/{key}?done=end")


@require_safe
@open_to(GOVERNMENT)
def firm_link(request: HttpRequest, person: accounts.Person, key: str, firm: str) -> HttpResponse:
    """The link and the code that a bank hands to the firm; a new token each time, good for 60 days."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    doer, now = shown.doer_of(person), now_in_china()
    found = next(iter(government.campaign_firms(key, only=firm, doer=doer, now=now)), None)
    if found is None:
        raise NoSuchPage
    token = government.link_token(firm, key=_link_key(), now=now_in_china())
    address = f"{view.public_origin()}/questionnaire/{token}"
    return page(
        request,
        "government/link.html",
        firm=found,
        key=key,
        lender=shown.names().get(found.lender, found.lender),
        address=Code(address),
        picture=f"/questionnaire/{token}/code.svg",
        answers=_answered(found.answers),
    )


def _answered(answers: Any) -> Facts | None:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if not answers:
        return None
    return Facts([(q.text, dict(q.answers)[answers[q.code]]) for q in government.QUESTIONS])


def _link_key() -> bytes:
    return secret_key(settings_from_environment(), _KEY_FILE)


def _limit(request: HttpRequest) -> None:
    who = f"questionnaire {accounts.address_of(request)}"
    accounts.take(who, rate=accounts.TRIES_BY_ADDRESS, now=now_in_china())


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYBODY_HERE)
def questionnaire(request: HttpRequest, token: str) -> HttpResponse:
    """Closed questions; nothing of the firm is shown, and nothing but the chosen answers is kept."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    now = now_in_china()
    if request.method == "POST":
        _limit(request)
    title, is_answered = government.questionnaire_of(token, key=_link_key(), now=now)
    facts: dict[str, Any] = {"heading": title, "fields": _questions(request), "done": is_answered}
    if request.method != "POST":
        return page(request, "government/questionnaire.html", **facts)
    try:
        government.keep_reply(token, request.POST.dict(), key=_link_key(), now=now)
    except ShuxinError as error:
        return refused(request, "government/questionnaire.html", error, **facts)
    return HttpResponseRedirect(f"/questionnaire/{token}")


def _questions(request: HttpRequest) -> list[Field]:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    return [
        Field(
            each.code,
            each.text,
            kind="one",
            value=request.POST.get(each.code, ""),
            choices=[Choice(code, text) for code, text in each.answers],
        )
        for each in government.QUESTIONS
    ]


@require_safe
@open_to(ANYBODY_HERE)
def link_picture(request: HttpRequest, token: str) -> HttpResponse:  # noqa: ARG001 - as every page
    """The link as a QR code, to show or to print."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    government.questionnaire_of(token, key=_link_key(), now=now_in_china())
    drawn = io.BytesIO()
    code = segno.make(f"{view.public_origin()}/questionnaire/{token}", error="m")
    code.save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def _share_form(request: HttpRequest, found: Any, error: ShuxinError | None = None) -> HttpResponse:
    return form(
        request,
        title=Text(en="Take firms in and share", zh="导入名单并分配"),
        back=Linked(found.title, f"/government/campaigns/{found.key}"),
        lead=Text(
            en="A CSV file with the heads 统一社会信用代码, 企业名称, 行政区划代码, 纳税信用级别, 开户银行."
            " The firms are shared among the banks at once; with one wrong line nothing is kept.",
            zh="CSV 文件，表头为：统一社会信用代码、企业名称、行政区划代码、纳税信用级别、开户银行。导入后立即分配；"
            "任何一行有误则全部不导入。",
        ),
        fields=[Field("file", Text(en="File", zh="文件"), kind="file", accept=".csv")],
        submit=Text(en="Take in and share", zh="导入并分配"),
        error=error,
        takes_file=True,
    )


urlpatterns = [
    path("government/campaigns", campaigns),
    path("government/campaigns/new", new_campaign),
    path("government/campaigns/<str:key>", one_campaign),
    path("government/campaigns/<str:key>/share", share),
    path("government/campaigns/<str:key>/end", end),
    path("government/campaigns/<str:key>/firms/<str:firm>", firm_link),
    path("questionnaire/<str:token>", questionnaire),
    path("questionnaire/<str:token>/code.svg", link_picture),
]
