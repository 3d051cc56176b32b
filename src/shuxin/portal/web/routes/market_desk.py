"""The operator's market desk: products to review, demands to check and assign, time limits, lenders' answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import journal_of
from shuxin.portal.web.access import OPERATORS, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Card, Cards, Filter, Table
from shuxin.portal.web.problem import refused
from shuxin.portal.web.routes import Group, Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.market.api import Doer
    from shuxin.parties.api import accounts

NAVIGATION = (
    Link("/market-desk", Text(en="Market desk", zh="撮合工作台"), OPERATORS, Group.MARKET),
    Link(
        "/market-desk/products", Text(en="Product reviews", zh="产品审核"), OPERATORS, Group.MARKET
    ),
    Link("/market-desk/demands", Text(en="Demands", zh="需求管理"), OPERATORS, Group.MARKET),
    Link(
        "/market-desk/lenders", Text(en="Lenders' answers", zh="银行响应"), OPERATORS, Group.MARKET
    ),
)
PRODUCT_ACTS = frozenset({"approve", "return", "pause", "resume", "retire"})
DEMAND_ACTS = frozenset({"publish", "reject", "assign", "match"})


@require_safe
@open_to(OPERATORS)
def desk(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - a view's form
    """What needs somebody now."""
    from shuxin.market.api import THE_OPERATOR, demands, products  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import market_desk as view  # noqa: PLC0415 - heavy

    now = now_in_china()
    listed = products(states=view.ALL_PRODUCTS, viewer=THE_OPERATOR)
    living = demands()
    overdue = view.overdue_rows(*view.everybody(), now=now)
    counts = (
        (_REVIEWS, sum(view.waits_for_review(one) for one in listed), "/market-desk/products"),
        (_CHECKS, sum(one.state == "screening" for one in living), "/market-desk/demands"),
        (_NOBODY, sum(_is_alone(one) for one in living), "/market-desk/demands"),
        (_LATE, len(overdue), ""),
    )
    cards = Cards([Card(text, figure=str(number), url=url) for text, number, url in counts])
    table = Table.shown(
        request, name="overdue", columns=view.OVERDUE, rows=overdue, empty=_NOT_LATE
    )
    if table.wanted_as_file:
        return table.file()
    return page(request, "market_desk/desk.html", cards=cards, table=table)


_REVIEWS = Text(en="products to review", zh="待审核产品")
_CHECKS = Text(en="demands to check", zh="待审核需求")
_NOBODY = Text(en="demands that no lender has", zh="无银行对接的需求")
_LATE = Text(en="time limits passed", zh="已超时事项")
_NOT_LATE = Text(en="No time limit has passed.", zh="没有超时事项。")


def _is_alone(demand: Any) -> bool:
    return demand.state in {"published", "matched"} and not demand.referrals


@require_safe
@open_to(OPERATORS)
def product_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    from shuxin.market.api import THE_OPERATOR, products  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import market_desk as view  # noqa: PLC0415 - heavy

    rows = view.product_rows(products(states=view.ALL_PRODUCTS, viewer=THE_OPERATOR))
    table = Table.shown(
        request,
        name="products",
        columns=view.PRODUCTS,
        rows=rows,
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("lender", Text(en="Lender", zh="银行")),
        ),
        empty=Text(en="No lender has handed in a product yet.", zh="暂无银行提交的产品。"),
    )
    if table.wanted_as_file:
        return table.file()
    waiting = sum(bool(row["waits"]) for row in rows)
    return page(request, "market_desk/products.html", table=table, waiting=waiting)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(OPERATORS)
def one_product(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """The version to review against the one before; what is approved is just what was shown."""
    from shuxin.market.api import THE_OPERATOR, product, step_product  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import market_desk as view  # noqa: PLC0415 - heavy

    found = product(key, viewer=THE_OPERATOR)
    facts: dict[str, Any] = view.product_facts(found)
    act = request.POST.get("act", "")
    if request.method != "POST" or act not in PRODUCT_ACTS:
        return page(request, "market_desk/product.html", **facts)
    try:
        step_product(
            key,
            act,
            doer=_doer(person),
            now=now_in_china(),
            reason=request.POST.get("reason", "")[:1000],
            seen=request.POST.get("seen", "") if act == "approve" else "",
        )
    except ShuxinError as error:
        again = view.product_facts(product(key, viewer=THE_OPERATOR))
        return refused(request, "market_desk/product.html", error, **again)
    return HttpResponseRedirect(f"/market-desk/products/{key}")


@require_safe
@open_to(OPERATORS)
def demand_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    from shuxin.market.api import demands  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import market_desk as view  # noqa: PLC0415 - heavy

    rows = view.demand_rows(demands(states=view.ALL_DEMANDS), now=now_in_china())
    table = Table.shown(
        request,
        name="demands",
        columns=view.DEMANDS,
        rows=rows,
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("channel", Text(en="Came by", zh="渠道")),
        ),
        empty=Text(en="No firm has published a demand yet.", zh="暂无企业发布融资需求。"),
    )
    if table.wanted_as_file:
        return table.file()
    waiting = sum(bool(row["waits"]) for row in rows)
    return page(request, "market_desk/demands.html", table=table, waiting=waiting)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(OPERATORS)
def one_demand(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """Facts, findings, who has it, the ranking at hand; publish, reject, assign to a lender."""
    from shuxin.portal.web.views import market_desk_demand as view  # noqa: PLC0415 - heavy

    act, now = request.POST.get("act", ""), now_in_china()
    if request.method == "POST" and act in DEMAND_ACTS:
        try:
            view.done(key, act, request.POST, doer=_doer(person), now=now)
        except ShuxinError as error:
            return refused(request, "market_desk/demand.html", error, **view.facts(key, now=now))
        return HttpResponseRedirect(f"/market-desk/demands/{key}")
    return page(request, "market_desk/demand.html", **view.facts(key, now=now))


@require_safe
@open_to(OPERATORS)
def lenders(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    from shuxin.portal.web.views import market_desk as view  # noqa: PLC0415 - heavy

    rows = view.lender_rows(*view.everybody(), now=now_in_china())
    table = Table.shown(
        request,
        name="lenders",
        columns=view.LENDERS,
        rows=rows,
        empty=Text(en="No lender has a product yet.", zh="暂无银行上架产品。"),
    )
    if table.wanted_as_file:
        return table.file()
    return page(request, "market_desk/lenders.html", table=table)


def _doer(person: accounts.Person) -> Doer:
    from shuxin.market.api import Doer  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    return Doer(Actor.OPERATOR, person.party, person.name, journal_of(settings))


urlpatterns = [
    path("market-desk", desk),
    path("market-desk/products", product_list),
    path("market-desk/products/<slug:key>", one_product),
    path("market-desk/demands", demand_list),
    path("market-desk/demands/<slug:key>", one_demand),
    path("market-desk/lenders", lenders),
]
