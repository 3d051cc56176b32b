"""The data account of a subject: who asks for its data, what it granted, and every use.

Grants and withdrawals are signed in the browser with the subject's own key; what arrives here is the signed
statement. Nothing is chosen beforehand: without a choice of data sets there are no words to sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HeldKeys
from shuxin.portal.web.access import SUBJECTS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.views.enterprise import own_keys, speaking_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from shuxin.consent.api import InboxItem, Offer, PastUse
    from shuxin.parties.api import accounts

_OPEN, _RUNNING = ("requested",), ("granted", "suspended")
_ENDED = ("refused", "lapsed", "expired", "exhausted", "withdrawn", "superseded")
_GROUPS = (
    (Text(en="Waiting for your answer", zh="待您答复"), _OPEN),
    (Text(en="In force", zh="生效中"), _RUNNING),
    (Text(en="Ended", zh="已结束"), _ENDED),
)


@require_safe
@open_to(SUBJECTS)
def inbox(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.consent.api import inbox_of  # noqa: PLC0415 - needs the database

    items = inbox_of(subject=person.party, now=now_in_china(), name_of=_names())
    lists = [
        (text, found)
        for text, states in _GROUPS
        if (found := [one for one in items if one.state.value in states])
    ]
    return page(request, "device/inbox.html", lists=lists)


@require_safe
@open_to(SUBJECTS)
def one_request(request: HttpRequest, person: accounts.Person, request_id: str) -> HttpResponse:
    """With ``catalogue`` among the questions: the words to sign for just these."""
    item = _item(request_id, person)
    language = language_of(request)
    keys = own_keys(person.party, settings=settings_from_environment(), now=now_in_china())
    me = {"party": person.party, "keys": speaking_keys(keys)}
    facts: dict[str, Any] = {"item": item, "words": item.wordings[language], "me": me}
    if item.offers:
        chosen = tuple(sorted(set(request.GET.getlist("catalogue"))))
        facts |= {"chosen": chosen, "uses": request.GET.get("uses", ""), "waits": True}
        if chosen:
            offered = _offer(request, item, chosen)
            facts |= {"words": offered.text, "offered": True, "body": offered.terms.body()}
    return page(request, "device/request.html", **facts)


@require_POST
@open_to(SUBJECTS)
def grant(request: HttpRequest, person: accounts.Person, request_id: str) -> HttpResponse:
    """Take the statement that the browser signed."""
    from shuxin.consent import api as consent  # noqa: PLC0415 - needs the database

    _item(request_id, person)
    statement = parse_statement(request.POST.get("statement", ""), kind="authorisation")
    consent.grant(request_id, statement, keys=_keys(), now=now_in_china())
    return HttpResponseRedirect(f"/inbox/{request_id}")


@require_POST
@open_to(SUBJECTS)
def decline(request: HttpRequest, person: accounts.Person, request_id: str) -> HttpResponse:  # noqa: ARG001 - Django's form
    from shuxin.consent import api as consent  # noqa: PLC0415 - needs the database

    consent.decline(request_id, subject=person.party, by=person.name, now=now_in_china())
    return HttpResponseRedirect(f"/inbox/{request_id}")


@require_POST
@open_to(SUBJECTS)
def withdraw(request: HttpRequest, person: accounts.Person, request_id: str) -> HttpResponse:
    from shuxin.consent import api as consent  # noqa: PLC0415 - needs the database

    _item(request_id, person)
    statement = parse_statement(request.POST.get("statement", ""), kind="withdrawal")
    consent.withdraw(statement, keys=_keys(), now=now_in_china())
    return HttpResponseRedirect(f"/inbox/{request_id}")


@require_safe
@open_to(SUBJECTS)
def uses(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Every use of the subject's data in this installation, but those under a legal duty of secrecy."""
    from shuxin.consent.api import entity_of, history_of  # noqa: PLC0415 - needs the database

    found = [_shown(use) for use in history_of(subject=entity_of(person.party))]
    return page(request, "device/uses.html", uses=found)


def _item(request_id: str, person: accounts.Person) -> InboxItem:
    from shuxin.consent.api import RequestUnknown, inbox_item  # noqa: PLC0415 - needs the database

    item: InboxItem = inbox_item(
        request_id, viewer=person.party, now=now_in_china(), name_of=_names()
    )
    if item.terms.subject != person.party:
        raise RequestUnknown
    return item


def _offer(request: HttpRequest, item: InboxItem, chosen: tuple[str, ...]) -> Offer:
    from shuxin.consent import api as consent  # noqa: PLC0415 - needs the database

    proposal = consent.read_proposal(
        consent.asked_statement(item.request_id, viewer=item.terms.subject)
    )
    wanted = request.GET.get("uses", "")
    fewer = int(wanted) if wanted.isdecimal() and len(wanted) < 7 else None  # noqa: PLR2004 - beyond what is asked
    narrowing = consent.Narrowing(catalogues=chosen, max_uses=fewer)
    offered: Offer = consent.offer(
        proposal, language=language_of(request), now=now_in_china(), narrowing=narrowing
    )
    return offered


def _shown(use: PastUse) -> dict[str, Any]:
    from shuxin.consent.api import Purpose  # noqa: PLC0415 - needs the database

    return {
        "at": use.at,
        "reader": use.reader,
        "purpose": Purpose.parse(use.purpose).text,
        "catalogues": use.catalogues,
        "log_index": use.log_index,
        "general": use.general,
    }


def _keys() -> HeldKeys:
    return HeldKeys(settings_from_environment().home)


def _names() -> Callable[[str], str]:
    """As institutions known here are called, else the registered name, "" for a stranger; read once a request."""
    from shuxin.parties.api import PartyNotRegistered, registration  # noqa: PLC0415 - needs the database
    from shuxin.portal.web.views.enterprise import names_known  # noqa: PLC0415 - as above

    known = names_known(settings_from_environment())

    def name_of(party: str) -> str:
        if known.get(party):
            return known[party]
        try:
            return str(registration(party).name)
        except PartyNotRegistered:
            return ""

    return name_of


urlpatterns = [
    path("inbox", inbox),
    path("inbox/uses", uses),
    path("inbox/<slug:request_id>", one_request),
    path("inbox/<slug:request_id>/grant", grant),
    path("inbox/<slug:request_id>/decline", decline),
    path("inbox/<slug:request_id>/withdraw", withdraw),
]
