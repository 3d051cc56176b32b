"""The bank's own products on the platform's shelf: drafted, edited, handed in, suspended, retired, over the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.market.api import STATE_TEXTS
from shuxin.parties.api import PartyKind, read_trust
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Linked
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import (
    bank_market,
    bank_product_fields,
    bank_product_form,
    bank_products,
)
from shuxin.portal.web.views.bank_attempts import new_key
from shuxin.portal.web.views.bank_home import names_here

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from shuxin.market.api import ProductTerms, ProductView
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.bank_market import Away

_PRODUCTS = Text(en="Products", zh="信贷产品")
NAVIGATION = (Link("/bank/products", _PRODUCTS, access=BANK_OFFICERS, group=Group.MARKET),)
_EDITABLE = {"draft", "online", "paused"}  # and a version in review is not touched
_HOLDING = {PartyKind.DEPARTMENT, PartyKind.UTILITY, PartyKind.BANK}
_TABLES = {
    "needed": Text(en="Authorisations needed", zh="所需授权"),
    "fees": Text(en="Fees", zh="费用"),
}
_DONE = {
    "kept": Text(
        en="The draft is kept. Hand it in when it is ready.", zh="草稿已保存，完成后请提交审核。"
    ),
    "submit": Text(en="It waits for the operator's review.", zh="已提交，等待平台审核。"),
    "pause": Text(en="It is suspended.", zh="已暂停受理。"),
    "resume": Text(en="It is on the shelf again.", zh="已恢复上架。"),
    "drop": Text(en="The new version is dropped.", zh="新版本已放弃。"),
    "retire": Text(en="It is retired.", zh="已下架。"),
}


@require_safe
@open_to(BANK_OFFICERS)
def products(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the form of a view
    found, away = _own(request)
    table = bank_products.products_table(request, found)
    if table.wanted_as_file:
        return table.file()
    return page(request, "bank_market/products.html", table=table, away=away)


def _own(request: HttpRequest) -> tuple[list[ProductView], Away | None]:
    nothing: list[ProductView] = []
    return bank_market.asked(
        lambda market: list(market.products()), empty=nothing, language=language_of(request)
    )


@require_safe
@open_to(BANK_OFFICERS)
def product(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:  # noqa: ARG001
    found, away = _own(request)
    if away:
        return _without(request, away)
    one = _one(found, key)
    language = language_of(request)
    return page(
        request,
        "bank_market/product.html",
        product=one,
        state=bank_market.state_of(one.state, STATE_TEXTS),
        preparing=bank_market.state_of(one.draft_state, STATE_TEXTS),
        rows=bank_products.term_rows(one, names=_names(), language=language),
        drafted=bool(one.version) and one.draft is not None,
        may_edit=one.state in _EDITABLE and one.draft_state != "review",
        acts=bank_products.acts_of(one),
        notice=_DONE.get(request.GET.get("done", "")),
        meanwhile=bank_market.MEANWHILE if "meanwhile" in request.GET else None,
    )


def _one(found: list[ProductView], key: str) -> ProductView:
    """Raises NoSuchPage."""
    one = next((each for each in found if each.key == key), None)
    if one is None:
        raise NoSuchPage
    return one


def _without(request: HttpRequest, away: Away) -> HttpResponse:
    back = Linked(_PRODUCTS, "/bank/products")
    facts: dict[str, Any] = {"away": away, "title": _PRODUCTS, "back": back}
    return page(request, "bank_market/away.html", status=503, **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def draft(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """A new product, or one like another."""
    like: ProductTerms | None = None
    if key := request.GET.get("from", ""):
        found, _ = _own(request)
        like = next((each.draft or each.terms for each in found if each.key == key), None)
    return _form(request, person, like, key="", back="/bank/products")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def edit(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """The version in preparation, else the one that stands."""
    found, away = _own(request)
    if away:
        return _without(request, away)
    one = _one(found, key)
    return _form(request, person, one.draft or one.terms, key=key, back=f"/bank/products/{key}")


def _form(
    request: HttpRequest,
    person: accounts.Person,
    terms: ProductTerms | None,
    *,
    key: str,
    back: str,
) -> HttpResponse:
    sent, language = request.method == "POST", language_of(request)
    holders = bank_products.holder_choices(_names(), terms)
    typed = bank_product_form.typed_from(terms) if terms else bank_product_form.fresh()
    if sent:
        typed = bank_product_form.Typed.of(request.POST)
    facts: dict[str, Any] = {
        "key": request.POST.get("key") or new_key(),
        "back": back,
        "editing": terms.name if key and terms else "",
    }
    read = bank_product_form.Read()
    failed: ShuxinError | None = None
    if sent:
        read = bank_product_form.read(
            typed, holders=[each.value for each in holders], language=language
        )
        if read.terms is not None:
            try:
                saved = bank_market.platform().save_product(
                    read.terms, key=key, by=person.name, request_id=facts["key"]
                )
                return HttpResponseRedirect(f"/bank/products/{saved or key}?done=kept")
            except ShuxinError as error:
                failed = error
    facts |= _parts(typed, read.problems, holders)
    if failed is not None:
        return refused(request, "bank_market/product_form.html", failed, **facts)
    status = 400 if read.problems else 200
    return page(request, "bank_market/product_form.html", status=status, **facts)


def _parts(
    typed: bank_product_form.Typed, problems: Mapping[str, Any], holders: list[Any]
) -> dict[str, Any]:
    needed, fees = bank_product_fields.small_tables(typed, problems, holders=holders)
    shown = bank_product_fields.sections(typed, problems)
    tables = {"sections": shown, "needed": needed, "fees": fees, "names": _TABLES}
    return {**tables, "wrong": len(problems)}


def _names() -> dict[str, str]:
    """Institutions with data by the names under which this bank knows them: of its node, and that it trusts."""
    settings = settings_from_environment()
    trusted = {
        one.party: one.name for one in read_trust(settings.home).pinned if one.kind in _HOLDING
    }
    return trusted | names_here(settings)


@require_POST
@open_to(BANK_OFFICERS)
def step(request: HttpRequest, person: accounts.Person, key: str, event: str) -> HttpResponse:
    if event not in _DONE or event == "kept":
        raise NoSuchPage
    reason = bank_market.reason_in(request)
    return bank_market.stepped(
        f"/bank/products/{key}",
        lambda: bank_market.platform().step_product(key, event, by=person.name, reason=reason),
        done=event,
    )


urlpatterns = [
    path("bank/products", products),
    path("bank/products/new", draft),
    path("bank/products/<slug:key>", product),
    path("bank/products/<slug:key>/edit", edit),
    path("bank/products/<slug:key>/<slug:event>", step),
]
