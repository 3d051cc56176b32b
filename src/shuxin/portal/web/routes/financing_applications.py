"""One application of an enterprise: live progress, authorisations to sign, questions, the offer, the letter."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.statements import LONGEST_STATEMENT, StatementInvalid, parse_statement
from shuxin.portal.bootstrap import HeldKeys
from shuxin.portal.web.access import open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import NoSuchPage, status_of
from shuxin.portal.web.routes.enterprise import MINE
from shuxin.portal.web.routes.financing import for_firm

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.kernel.statements import Statement
    from shuxin.lending.api import ApplicationView
    from shuxin.portal.web.views.acting import Acting

MOST_AT_ONCE = 20
LONGEST_ANSWER = 4000
_DECIDED = frozenset({"approved", "accepted", "declined"})


@require_safe
@open_to(MINE)
@for_firm
def one(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    return _page(request, who, _own(key, who))


@require_safe
@open_to(MINE)
@for_firm
def progress(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """The fragment that the page asks for each second; once something moved the page loads itself anew."""
    from shuxin.portal.web.views import application_page as view  # noqa: PLC0415 - heavy

    found, now = _own(key, who), now_in_china()
    requests = view.requests_of(found, who, now=now)
    moved = view.mark(found, requests) != request.GET.get("seen", "")
    facts: dict[str, Any] = {
        "moved": moved,
        "said": view.now_said(found, requests),
        "is_moving": found.state in view.MOVING,
    }
    return page(request, "financing/progress.html", one=found, **facts)


@require_POST
@open_to(MINE)
@for_firm
def submit(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """Hand in one that was left as a draft."""
    return _stepped(request, who, key, "submit")


@require_POST
@open_to(MINE)
@for_firm
def cancel(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    return _stepped(request, who, key, "cancel", reason=request.POST.get("reason", "")[:300])


@require_POST
@open_to(MINE)
@for_firm
def answer(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """What the lender asked for, in the firm's own words."""
    said = request.POST.get("answer", "")[:LONGEST_ANSWER]
    return _stepped(request, who, key, "answer", reason=said)


@require_POST
@open_to(MINE)
@for_firm
def review(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """A person shall look at what a system declined."""
    return _stepped(request, who, key, "review", reason=request.POST.get("reason", "")[:1000])


@require_POST
@open_to(MINE)
@for_firm
def grant(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """Take the authorisations that the browser signed, each to a request of this application's lender."""
    from shuxin.consent import api as consent  # noqa: PLC0415 - needs the database
    from shuxin.portal.web.views import application_page as view  # noqa: PLC0415 - heavy

    found, now = _own(key, who), now_in_china()
    waiting = {item.request_id: item for item in view.requests_of(found, who, now=now)}
    keys = HeldKeys(settings_from_environment().home)
    try:
        for number, statement in _signed(request.POST.get("statements", "")):
            if number not in waiting:
                raise NoSuchPage
            if waiting[number].state is consent.RequestState.REQUESTED:
                consent.grant(number, statement, keys=keys, now=now)
    except ShuxinError as error:
        return _page(request, who, found, error=error)
    return HttpResponseRedirect(f"/financing/applications/{key}")


@require_POST
@open_to(MINE)
@for_firm
def accept(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """Take the statement that the firm's device signed over just this offer."""
    from shuxin.lending.api import ACCEPTANCE, accept_offer  # noqa: PLC0415 - heavy

    found, now = _own(key, who), now_in_china()
    if found.state == "accepted":  # a second click
        return HttpResponseRedirect(f"/financing/applications/{key}")
    keys = HeldKeys(settings_from_environment().home)
    try:
        statement = parse_statement(request.POST.get("statement", ""), kind=ACCEPTANCE)
        accept_offer(key, statement=statement, doer=who.doer, now=now, keys=keys)
    except ShuxinError as error:
        return _page(request, who, found, error=error)
    return HttpResponseRedirect(f"/financing/applications/{key}")


@require_safe
@open_to(MINE)
@for_firm
def letter(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """Why it was declined, what would change it, and how to object."""
    from shuxin.lending.api import decline_letter  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import application_page as view  # noqa: PLC0415 - heavy

    found = _declined(key, who)
    text, zh = decline_letter(key, viewer=who.firm), language_of(request) == "zh"
    changes = [one.change_zh if zh else one.change_en for one in text.reasons]
    (line,) = view.listed([found])
    facts: dict[str, Any] = {"letter": text, "changes": [one for one in changes if one]}
    return page(request, "financing/letter.html", who=who, one=found, line=line, **facts)


@require_safe
@open_to(MINE)
@for_firm
def letter_file(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """The letter as PDF, in the reader's language."""
    from shuxin.lending.api import decline_letter, letter_pdf  # noqa: PLC0415 - heavy
    from shuxin.portal.commands.report import FONTS  # noqa: PLC0415 - beside its use
    from shuxin.portal.web.views import application_page as view  # noqa: PLC0415 - heavy

    (line,) = view.listed([_declined(key, who)])
    content = letter_pdf(
        decline_letter(key, viewer=who.firm),
        lender=line.lender,
        language=language_of(request),
        fonts=FONTS,
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="decision-{key[:12]}.pdf"'
    return answer


def _declined(key: str, who: Acting) -> ApplicationView:
    """Raises NoSuchPage of one that was not declined."""
    found = _own(key, who)
    if found.state != "declined":
        raise NoSuchPage
    return found


def _own(key: str, who: Acting) -> ApplicationView:
    """Of this enterprise; others do not exist for it."""
    from shuxin.lending.api import application  # noqa: PLC0415 - heavy

    found: ApplicationView = application(key, viewer=who.firm)
    if found.firm.party != who.firm:
        raise NoSuchPage
    return found


def _stepped(
    request: HttpRequest, who: Acting, key: str, event: str, *, reason: str = ""
) -> HttpResponse:
    from shuxin.lending.api import step_application  # noqa: PLC0415 - heavy

    found = _own(key, who)
    try:
        step_application(key, event, doer=who.doer, now=now_in_china(), reason=reason.strip())
    except ShuxinError as error:
        return _page(request, who, found, error=error)
    return HttpResponseRedirect(f"/financing/applications/{key}")


def _signed(text: str) -> list[tuple[str, Statement]]:
    """Pairs of a request's id and the statement that grants it. Raises StatementInvalid."""
    try:
        pairs = json.loads(text) if len(text) <= LONGEST_STATEMENT else None
    except ValueError:
        pairs = None
    if not isinstance(pairs, list) or not 0 < len(pairs) <= MOST_AT_ONCE:
        raise StatementInvalid(reason="no list of signed authorisations")
    found = []
    for pair in pairs:
        if not isinstance(pair, list) or [type(one) for one in pair] != [str, str]:
            raise StatementInvalid(reason="no pair of request and statement")
        found.append((pair[0], parse_statement(pair[1], kind="authorisation")))
    return found


def _page(
    request: HttpRequest, who: Acting, found: ApplicationView, *, error: ShuxinError | None = None
) -> HttpResponse:
    from shuxin.lending.api import APPLICATION, STATE_TEXTS  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import application_page as view  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views.enterprise import own_keys, speaking_keys  # noqa: PLC0415
    from shuxin.portal.web.views.market_words import rate_said  # noqa: PLC0415 - heavy

    now, language = now_in_china(), language_of(request)
    requests = view.requests_of(found, who, now=now)
    keys = own_keys(who.firm, settings=settings_from_environment(), now=now)
    (line,) = view.listed([found])
    offer = found.offer if found.state in {"approved", "accepted"} else None
    facts: dict[str, Any] = {
        "who": who,
        "one": found,
        "line": line,
        "stages": view.stages(found),
        "said": view.now_said(found, requests),
        "is_moving": found.state in view.MOVING,
        "is_over": found.state in view.ENDED,
        "mark": view.mark(found, requests),
        "needs": view.needs(found, requests),
        "to_sign": view.to_sign(requests, language) if found.state in view.MOVING else [],
        "me": {"party": who.firm, "keys": speaking_keys(keys)},
        "may_cancel": "cancel" in APPLICATION.events(found.state, actor=who.doer.actor),
        "offer": offer,
        "offer_facts": view.offer_facts(offer) if offer else [],
        "plan": view.plan(offer) if offer else [],
        "all_in": rate_said(offer.apr_bp) if offer else "",
        "paid": view.paid(offer) if offer else (),
        "answered": [said for said in found.answers if said.answer],
        "is_decided": found.state in _DECIDED and found.decided_in_seconds is not None,
        "may_review": found.may_review_until,
        "decided": f"{found.decided_in_seconds or 0:.1f}",
        "acceptance": view.acceptance(found, now=now) if found.state == "approved" else None,
        "steps": financing.time_line("application", found.key, STATE_TEXTS),
        "refusal": _sentences(error, language) if error else None,
    }
    status = status_of(error) if error else 200
    return page(request, "financing/application.html", status=status, **facts)


def _sentences(error: ShuxinError, language: Any) -> dict[str, str]:
    what, mend = error.sentences(language)
    return {"code": error.code, "what": what, "mend": mend}


urlpatterns = [
    path("financing/applications/<slug:key>", one),
    path("financing/applications/<slug:key>/now", progress),
    path("financing/applications/<slug:key>/submit", submit),
    path("financing/applications/<slug:key>/cancel", cancel),
    path("financing/applications/<slug:key>/answer", answer),
    path("financing/applications/<slug:key>/review", review),
    path("financing/applications/<slug:key>/grant", grant),
    path("financing/applications/<slug:key>/accept", accept),
    path("financing/applications/<slug:key>/letter", letter),
    path("financing/applications/<slug:key>/letter.pdf", letter_file),
]
