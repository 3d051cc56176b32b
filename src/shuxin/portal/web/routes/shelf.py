"""The public shelf of financial products on the platform: filters, all-in cost, side by side, one product in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.text import Text
from shuxin.parties.api import PartyKind
from shuxin.portal.web.access import Access, open_to
from shuxin.portal.web.pages import page, signed_in_account
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Link

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from shuxin.portal.web.views.shelf import Wish

SHELF = Access(kinds=frozenset({PartyKind.OPERATOR}), public=True)
NAVIGATION = (Link("/shelf", Text(en="Loan products", zh="融资产品"), access=SHELF),)


@require_safe
@open_to(SHELF)
def shelf(request: HttpRequest) -> HttpResponse:
    from shuxin.market.api import Borrower, Guarantee, ProductKind, products  # noqa: PLC0415
    from shuxin.portal.web.views import shelf as view  # noqa: PLC0415 - heavy: reads the market

    wish, names = view.read(request.GET.dict()), _names()
    found = view.shelf(products(), wish, names=names)
    pages = max(1, -(-len(found) // view.PER_PAGE))
    at = _page(request.GET.get("page", ""), pages)
    shown = found[(at - 1) * view.PER_PAGE : at * view.PER_PAGE]
    facts: dict[str, Any] = {
        "wish": wish,
        "cards": [view.card(one, wish, names=names) for one in shown],
        "found": len(found),
        "at": at,
        "pages": pages,
        "before": _other_page(request, at - 1) if at > 1 else "",
        "next": _other_page(request, at + 1) if at < pages else "",
        "kinds": view.choices(ProductKind),
        "borrowers": view.choices(Borrower),
        "guarantees": view.choices(Guarantee),
        "sorts": view.SORTS,
        "most": view.MOST_COMPARED,
    }
    return page(request, "shelf/shelf.html", **facts)


@require_safe
@open_to(SHELF)
def compare(request: HttpRequest) -> HttpResponse:
    from shuxin.market.api import Repayment, products  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import shelf as view  # noqa: PLC0415 - heavy

    wish = view.read(request.GET.dict())
    found = view.compared(products(), request.GET.getlist("p"), wish, names=_names())
    facts: dict[str, Any] = {
        "wish": wish,
        "cards": found,
        "best": view.cheapest(found),
        "repayments": view.choices(Repayment),
    }
    return page(request, "shelf/compare.html", **facts)


@require_safe
@open_to(SHELF)
def product(request: HttpRequest, key: str) -> HttpResponse:
    """Of products that are online; others do not exist for the public."""
    from shuxin.market.api import products  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import market_words as words  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import shelf as view  # noqa: PLC0415 - heavy

    found = next((one for one in products() if one.key == key), None)
    if found is None:
        raise NoSuchPage
    wish, names = view.read(request.GET.dict()), _names()
    facts: dict[str, Any] = {
        "one": view.card(found, wish, names=names),
        "view": found,
        "wish": wish,
        "conditions": words.conditions(found.terms.eligibility),
        "needs": words.needs(found.terms, names=names),
        "why": words.why_needed(found.terms.kind),
        "apply": _apply_url(key, wish),
        "person": signed_in_account(request),
    }
    return page(request, "shelf/product.html", **facts)


def _names() -> dict[str, str]:
    from shuxin.portal.web.views.enterprise import names_known  # noqa: PLC0415 - needs the database

    return names_known(settings_from_environment())


def _page(text: str, pages: int) -> int:
    known = text.isascii() and text.isdigit() and len(text) < 7  # noqa: PLR2004 - no such page
    return min(max(int(text), 1), pages) if known else 1


def _other_page(request: HttpRequest, number: int) -> str:
    kept = {key: value for key, value in request.GET.items() if value and key not in {"page", "p"}}
    return f"?{urlencode(kept | {'page': str(number)})}"


def _apply_url(key: str, wish: Wish) -> str:
    """Where a firm begins a demand for this product, with what was typed here."""
    typed = {"amount": wish.amount, "months": wish.months, "product": key}
    return f"/financing/new?{urlencode({name: value for name, value in typed.items() if value})}"


urlpatterns = [
    path("shelf", shelf),
    path("shelf/compare", compare),
    path("shelf/<slug:key>", product),
]
