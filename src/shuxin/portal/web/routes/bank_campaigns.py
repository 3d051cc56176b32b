"""Campaigns (百行进万企) on a bank's site: its firms, whom it may call, what came of it; asked of the platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_safe

from shuxin.kernel.errors import ShuxinError
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Linked
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import bank_campaigns as view
from shuxin.portal.web.views import bank_market
from shuxin.portal.web.views.bank_attempts import new_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpRequest

    from shuxin.kernel.text import Text
    from shuxin.lending.api import Marketplace
    from shuxin.market.api import government
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.bank_market import Away

    Share = tuple[government.LenderCampaign, list[government.CampaignCustomer]]

NAVIGATION = (Link("/bank/campaigns", view.CAMPAIGNS, access=BANK_OFFICERS, group=Group.MARKET),)


@require_safe
@open_to(BANK_OFFICERS)
def campaigns(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the form of a view
    nothing: list[government.LenderCampaign] = []
    found, away = bank_market.asked(
        lambda market: list(market.campaigns()), empty=nothing, language=language_of(request)
    )
    table = view.campaigns_table(request, found)
    if table.wanted_as_file:
        return table.file()
    return page(request, "bank_market/campaigns.html", table=table, away=away)


def _share(
    request: HttpRequest, person: accounts.Person, key: str, only: str = ""
) -> tuple[Share | None, Away | None]:
    """The campaign with its firms, or only one of them; the platform logs the reading. Raises NoSuchPage."""

    def question(market: Marketplace) -> Share | None:
        one = next((each for each in market.campaigns() if each.key == key), None)
        if one is None:
            return None
        return one, list(market.campaign_firms(key, only=only, by=person.name))

    nothing: Share | None = None
    found, away = bank_market.asked(question, empty=nothing, language=language_of(request))
    if away is None and (found is None or (only and not found[1])):
        raise NoSuchPage
    return found, away


def _without(request: HttpRequest, away: Away | None) -> HttpResponse:
    back = Linked(view.CAMPAIGNS, "/bank/campaigns")
    facts: dict[str, Any] = {"away": away, "title": view.CAMPAIGNS, "back": back}
    return page(request, "bank_market/away.html", status=503, **facts)


@require_safe
@open_to(BANK_OFFICERS)
def campaign(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    found, away = _share(request, person, key)
    if found is None:
        return _without(request, away)
    one, firms = found
    table, unwanted = view.calling_table(request, key, firms), view.unwanted_table(request, firms)
    for each in (table, unwanted):
        if each is not None and each.wanted_as_file:
            return each.file()
    return page(
        request,
        "bank_market/campaign.html",
        one=one,
        facts=view.campaign_facts(one, firms),
        table=table,
        unwanted=unwanted,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(BANK_OFFICERS)
def firm(request: HttpRequest, person: accounts.Person, key: str, firm: str) -> HttpResponse:
    """One firm and its contacts; sent, the record of one more contact."""
    if request.method != "POST":
        return _firm_page(request, person, key, firm)
    told = view.told(request.POST)
    if told.problems:
        return _firm_page(request, person, key, firm, problems=told.problems)
    try:
        _record(told, firm, by=person.name, request_id=request.POST.get("key", "")[:64])
    except ShuxinError as error:
        return _firm_page(request, person, key, firm, failed=_in_words(error))
    return HttpResponseRedirect(f"/bank/campaigns/{key}/{firm}?done=1")


def _record(told: view.Told, firm: str, *, by: str, request_id: str) -> None:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    bank_market.platform().record_contact(
        firm,
        result=government.ContactKind(told.result),
        amount_fen=told.amount_fen,
        note=told.note,
        by=by,
        request_id=request_id or new_key(),
    )


def _in_words(error: ShuxinError) -> ShuxinError:
    """The platform's refusal of an unwanted contact in this site's own words."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    is_unwanted = getattr(error, "refusal", "") == government.ContactUnwanted.code
    return government.ContactUnwanted() if is_unwanted else error


def _firm_page(
    request: HttpRequest,
    person: accounts.Person,
    key: str,
    firm: str,
    *,
    problems: Mapping[str, Text] | None = None,
    failed: ShuxinError | None = None,
) -> HttpResponse:
    found, away = _share(request, person, key, only=firm)
    if found is None:
        return _without(request, away)
    campaign, (one, *_) = found
    contacts = view.contacts_table(request, one)
    if contacts is not None and contacts.wanted_as_file:
        return contacts.file()
    given = request.POST.dict() if request.method == "POST" else {}
    facts: dict[str, Any] = {
        "campaign": campaign,
        "one": one,
        "facts": view.firm_facts(one),
        "answers": view.answers(one),
        "replied": view.replied(one),
        "contacts": contacts,
        "customer": one.firm.removeprefix("uscc:"),
        "fields": view.contact_fields(given, problems or {}),
        "key": given.get("key", "")[:64] or new_key(),
        "done": "done" in request.GET,
    }
    if failed is not None:
        return refused(request, "bank_market/campaign_firm.html", failed, **facts)
    status = 400 if problems else 200
    return page(request, "bank_market/campaign_firm.html", status=status, **facts)


urlpatterns = [
    path("bank/campaigns", campaigns),
    path("bank/campaigns/<slug:key>", campaign),
    path("bank/campaigns/<slug:key>/<slug:firm>", firm),
]
