"""The demand board of a bank, what was referred to it, and firms it may turn to: all asked of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import Conflict, ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Linked
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import bank_board, bank_listed, bank_market
from shuxin.portal.web.views.bank_attempts import new_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from shuxin.lending.api import Marketplace
    from shuxin.market.api import BoardLine, ProductView, ReferralView
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.bank_market import Away

_BOARD = Text(en="Demand board", zh="需求大厅")
_REFERRALS = Text(en="Referrals", zh="对接单")
_RECOMMENDED = Text(en="Recommended firms", zh="推荐企业")
NAVIGATION = (
    Link("/bank/board", _BOARD, access=BANK_OFFICERS, group=Group.MARKET),
    Link("/bank/referrals", _REFERRALS, access=BANK_OFFICERS, group=Group.MARKET),
    Link(
        "/bank/recommended",
        _RECOMMENDED,
        access=BANK_OFFICERS,
        group=Group.MARKET,
    ),
)
_DONE = {
    "claimed": Text(
        en="The demand is with this bank. The firm may apply now.",
        zh="已受理，企业可提交申请。",
    ),
    "take": Text(en="It is taken. The firm may apply now.", zh="已受理，企业可提交申请。"),
    "decline": Text(en="It is declined, with the reason.", zh="已婉拒，原因已告知企业。"),
}


@require_safe
@open_to(BANK_OFFICERS)
def board(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the form of a view
    nothing: list[BoardLine] = []
    lines, away = bank_market.asked(
        lambda market: list(market.board()), empty=nothing, language=language_of(request)
    )
    table = bank_board.board_table(request, lines)
    if table.wanted_as_file:
        return table.file()
    return page(request, "bank_market/board.html", table=table, away=away)


@require_safe
@open_to(BANK_OFFICERS)
def demand(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:  # noqa: ARG001
    found, away = _one_demand(request, key)
    if away is not None:
        return _without(request, away, _BOARD, "/bank/board")
    return page(request, "bank_market/demand.html", **found)


def _one_demand(request: HttpRequest, key: str) -> tuple[dict[str, Any], Away | None]:
    """Raises NoSuchPage."""

    def question(market: Marketplace) -> tuple[list[BoardLine], list[ProductView]]:
        return list(market.board()), list(market.products())

    nothing: tuple[list[BoardLine], list[ProductView]] = ([], [])
    (lines, products), away = bank_market.asked(
        question, empty=nothing, language=language_of(request)
    )
    if away:
        return {}, away
    line = next((one for one in lines if one.key == key), None)
    if line is None:
        raise NoSuchPage
    choices = bank_board.fitting(products, line.terms)
    return {
        "line": line,
        "firm": bank_board.firm_facts(line.firm),
        "wanted": bank_board.demand_facts(line.terms),
        "choices": choices,
        "field": bank_board.product_field(choices),
        "hidden": not line.firm.party,
    }, None


def _without(request: HttpRequest, away: Away, title: Text, url: str) -> HttpResponse:
    facts: dict[str, Any] = {"away": away, "title": title, "back": Linked(title, url)}
    return page(request, "bank_market/away.html", status=503, **facts)


@require_POST
@open_to(BANK_OFFICERS)
def claim(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """Another lender may have been quicker: then the page says so."""
    product = request.POST.get("product", "")[:64]
    try:
        made = bank_market.platform().claim(key, product, by=person.name)
    except Conflict as error:
        found, away = _one_demand(request, key)
        if away is not None:
            raise
        return refused(request, "bank_market/demand.html", error, **found)
    return HttpResponseRedirect(f"/bank/referrals/{made}?done=claimed")


@require_safe
@open_to(BANK_OFFICERS)
def referrals(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001
    found, lines, names, away = _referred(request)
    table = bank_board.referrals_table(
        request, found, demands=lines, products=names, now=now_in_china()
    )
    if table.wanted_as_file:
        return table.file()
    return page(request, "bank_market/referrals.html", table=table, away=away)


def _referred(
    request: HttpRequest,
) -> tuple[list[ReferralView], dict[str, BoardLine], dict[str, str], Away | None]:
    """Referrals, the demands of them that still stand on the board, and names of products."""

    def question(market: Marketplace) -> tuple[list[Any], list[Any], list[Any]]:
        return list(market.referrals()), list(market.board()), list(market.products())

    nothing: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    (found, lines, products), away = bank_market.asked(
        question, empty=nothing, language=language_of(request)
    )
    demands = {one.key: one for one in lines}
    return found, demands, {one.key: one.terms.name for one in products}, away


@require_safe
@open_to(BANK_OFFICERS)
def referral(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:  # noqa: ARG001
    found, lines, names, away = _referred(request)
    if away:
        return _without(request, away, _REFERRALS, "/bank/referrals")
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise NoSuchPage
    line = lines.get(one.demand)
    return page(
        request,
        "bank_market/referral.html",
        one=one,
        title=bank_board.title_of(one, line),
        facts=bank_board.referral_facts(
            one, product=names.get(one.product, one.product), now=now_in_china()
        ),
        line=line,
        firm=bank_board.firm_facts(line.firm) if line else None,
        wanted=bank_board.demand_facts(line.terms) if line else None,
        customer=one.firm.removeprefix("uscc:"),
        acts=bank_board.referral_acts(one),
        notice=_DONE.get(request.GET.get("done", "")),
        meanwhile=bank_market.MEANWHILE if "meanwhile" in request.GET else None,
    )


@require_POST
@open_to(BANK_OFFICERS)
def step(request: HttpRequest, person: accounts.Person, key: str, event: str) -> HttpResponse:
    if event not in {"take", "decline"}:
        raise NoSuchPage
    reason = bank_market.reason_in(request)
    said: dict[str, str] = {"reason": reason}
    if event == "decline":
        said["code"] = request.POST.get("code", "")[:24]
    return bank_market.stepped(
        f"/bank/referrals/{key}",
        lambda: bank_market.platform().step_referral(key, event, by=person.name, **said),
        done=event,
    )


@require_safe
@open_to(BANK_OFFICERS)
def recommended(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Firms that agreed to be found, or that open data show, and why each is here; those on offices' lists."""

    def question(market: Marketplace) -> tuple[list[Any], list[Any], list[Any]]:
        found = list(market.recommended(by=person.name))
        return found, list(market.products()), list(market.listed(by=person.name))

    nothing: tuple[list[Any], list[Any], list[Any]] = ([], [], [])
    (found, products, offices), away = bank_market.asked(
        question, empty=nothing, language=language_of(request)
    )
    names = {one.key: one.terms.name for one in products}
    table = bank_board.recommended_table(request, found, products=names)
    listed = bank_listed.listed_table(request, offices)
    for each in (table, listed):
        if each.wanted_as_file:
            return each.file()
    return page(request, "bank_market/recommended.html", table=table, listed=listed, away=away)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def listed_firm(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """One firm of an office's list; sent, what came of it."""
    if request.method != "POST":
        return _listed_page(request, person, key)
    said = bank_listed.reported(request.POST)
    if said.problems:
        return _listed_page(request, person, key, problems=said.problems)
    try:
        _report(key, said, by=person.name, once=request.POST.get("key", "")[:64])
    except ShuxinError as error:
        return _listed_page(request, person, key, failed=error)
    return HttpResponseRedirect(f"/bank/recommended/{key}?done=1")


def _report(key: str, said: bank_listed.Reported, *, by: str, once: str) -> None:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    bank_market.platform().report_result(
        key,
        result=government.ResultKind(said.result),
        amount_fen=said.amount_fen,
        rate_bp=said.rate_bp,
        reason=said.reason,
        by=by,
        request_id=once or new_key(),
    )


def _listed_page(
    request: HttpRequest,
    person: accounts.Person,
    key: str,
    *,
    problems: Mapping[str, Text] | None = None,
    failed: ShuxinError | None = None,
) -> HttpResponse:
    """Raises NoSuchPage."""
    nothing: list[Any] = []
    found, away = bank_market.asked(
        lambda market: list(market.listed(by=person.name)),
        empty=nothing,
        language=language_of(request),
    )
    if away is not None:
        return _without(request, away, _RECOMMENDED, "/bank/recommended")
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise NoSuchPage
    given = request.POST.dict() if request.method == "POST" else {}
    facts: dict[str, Any] = {
        "one": one,
        "facts": bank_listed.listed_facts(one),
        "customer": one.firm.removeprefix("uscc:"),
        "fields": bank_listed.result_fields(given, problems or {}),
        "key": given.get("key", "")[:64] or new_key(),
        "done": "done" in request.GET,
    }
    if failed is not None:
        return refused(request, "bank_market/listed_firm.html", failed, **facts)
    return page(request, "bank_market/listed_firm.html", status=400 if problems else 200, **facts)


urlpatterns = [
    path("bank/board", board),
    path("bank/board/<slug:key>", demand),
    path("bank/board/<slug:key>/claim", claim),
    path("bank/referrals", referrals),
    path("bank/referrals/<slug:key>", referral),
    path("bank/referrals/<slug:key>/<slug:event>", step),
    path("bank/recommended", recommended),
    path("bank/recommended/<slug:key>", listed_firm),
]
