"""Cases of this bank: the queue, one case with its decision step by step, and what officers decide; all of it local."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.consent.api import Purpose, entity_of
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import NotFound, ShuxinError
from shuxin.kernel.machine import Actor
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder, journal_of
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import (
    bank_board,
    bank_case_forms,
    bank_cases,
    bank_evidence,
    bank_market,
)
from shuxin.portal.web.views.bank_reading import permit_for

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.lending.api import CaseView
    from shuxin.market.api import Doer, ProductTerms
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.bank_decided import Decided

NAVIGATION = (
    Link(
        "/bank/cases",
        Text(en="Cases", zh="审批件"),
        access=BANK_OFFICERS,
        group=Group.MARKET,
    ),
)
_DONE = {
    "take": Text(en="The case is yours.", zh="已领取。"),
    "release": Text(en="The case is in the queue again.", zh="已退回队列。"),
    "decide": Text(
        en="Your decision is kept; the platform is told.", zh="审批意见已留存，并将送达平台。"
    ),
    "agree": Text(en="You agreed; the platform is told.", zh="复核同意，结果将送达平台。"),
    "send-back": Text(
        en="It is in the queue again, with your reason.", zh="已退回队列，并附理由。"
    ),
    "feedback": Text(en="The platform will be told.", zh="放款结果将送达平台。"),
}


@require_safe
@open_to(BANK_OFFICERS)
def cases(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - the form of a view
    from shuxin.lending.api import cases as all_cases  # noqa: PLC0415 - needs the database

    firm = request.GET.get("firm", "")[:120]
    table = bank_cases.cases_table(request, all_cases(firm=firm), now=now_in_china())
    if table.wanted_as_file:
        return table.file()
    return page(request, "bank_market/cases.html", table=table, firm=firm.removeprefix("uscc:"))


@require_safe
@open_to(BANK_OFFICERS)
def one_case(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    return _page(request, person, key)


def _page(
    request: HttpRequest,
    person: accounts.Person,
    key: str,
    *,
    failed: ShuxinError | None = None,
    ruling: dict[str, Text] | None = None,
    feedback: dict[str, Text] | None = None,
) -> HttpResponse:
    """With what is wrong with the form that was sent, if one was."""
    from shuxin.lending.api import case, term_text  # noqa: PLC0415 - needs the database
    from shuxin.market.api import steps_of  # noqa: PLC0415 - needs the database

    one, now, language = case(key), now_in_china(), language_of(request)
    shown = _decided(request, person, one)
    given = request.POST if request.method == "POST" else None
    decides = one.state == "queue" and one.taken_by == person.name
    facts: dict[str, Any] = {
        "case": one,
        "firm": one.application.firm.name or one.application.firm.party,
        "customer": entity_of(one.application.firm.party),
        "state": bank_cases.case_state(one.state),
        "summary": bank_cases.summary(one, now=now),
        "firm_facts": bank_board.firm_facts(one.application.firm),
        "acts": bank_cases.case_acts(one, officer=person.name),
        "officers": bank_cases.officers_line(one, language),
        "history": bank_cases.history(steps_of("case", key), language),
        "decided": shown,
        "replayed": _replayed(one, request) if shown and "replay" in request.GET else None,
        "proven": _proven(one) if shown and "replay" in request.GET else None,
        "fields": bank_case_forms.ruling_fields(
            one, _terms(request, one), given if ruling is not None else None, ruling or {}
        )
        if decides
        else None,
        "refused_term": term_text(one.refused_where) if _was_refused(one) else None,
        "feedback": bank_case_forms.feedback_fields(
            one, given if feedback is not None else None, feedback or {}
        )
        if _may_tell(one)
        else None,
        "report": bank_cases.report_facts(one),
        "notice": _DONE.get(request.GET.get("done", "")),
        "meanwhile": bank_market.MEANWHILE if "meanwhile" in request.GET else None,
    }
    if failed is not None:
        return refused(request, "bank_market/case.html", failed, **facts)
    wrong = bool(ruling or feedback)
    table = next(
        (s.caps for s in (shown.steps if shown else ()) if s.caps and s.caps.wanted_as_file), None
    )
    if table is not None:
        return table.file()
    return page(request, "bank_market/case.html", status=400 if wrong else 200, **facts)


def _was_refused(one: CaseView) -> bool:
    """Whether it came back because the platform refused the offer."""
    from shuxin.lending.api import OfferOutsideTerms  # noqa: PLC0415 - beside its use

    return one.state == "queue" and one.refused == OfferOutsideTerms.code


def _terms(request: HttpRequest, one: CaseView) -> ProductTerms | None:
    """Of the version applied for; None while the platform, which keeps them, cannot be asked."""
    view = one.application
    nothing: ProductTerms | None = None
    found, _ = bank_market.asked(
        lambda platform: platform.product_terms(view.product, view.product_version),
        empty=nothing,
        language=language_of(request),
    )
    return found


def _may_tell(one: CaseView) -> bool:
    """Whether the platform waits to hear what became of the loan."""
    return one.application.accepted and one.application.feedback is None


def _decided(request: HttpRequest, person: accounts.Person, one: CaseView) -> Decided | None:
    """The engine's record; that it is read is in the log first."""
    from shuxin.lending.api import decision_record  # noqa: PLC0415 - needs the database
    from shuxin.portal.web.views.bank_decided import decided  # noqa: PLC0415 - heavy

    if not one.decision:
        return None
    entity = entity_of(one.application.firm.party)
    permit_for(entity, person=person, purpose=Purpose.CREDIT_DECISION, now=now_in_china())
    return decided(request, decision_record(one.decision), language=language_of(request))


def _replayed(one: CaseView, request: HttpRequest) -> dict[str, Any]:
    """Computed anew from the record alone."""
    from shuxin.lending.api import decision_record, kept_models, replay  # noqa: PLC0415 - heavy

    try:
        again = replay(decision_record(one.decision).content, models=kept_models)
    except ShuxinError as error:
        what, mend = error.sentences(language_of(request))
        return {"holds": False, "what": what, "mend": mend, "code": error.code}
    return {"holds": again.digest == one.decision, "digest": again.digest}


def _proven(one: CaseView) -> bank_evidence.Proven | None:
    """Every link of its evidence, checked as a stranger would; None where a part of it is no longer kept."""
    try:
        return bank_evidence.strategy_proven(settings_from_environment(), one.decision)
    except NotFound:
        return None


@require_safe
@open_to(BANK_OFFICERS)
def record(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:  # noqa: ARG001
    """The record that is computed anew anywhere."""
    from shuxin.lending.api import decision_record  # noqa: PLC0415 - needs the database

    one = _decided_case(key, person)
    return _file(decision_record(one.decision).content, f"decision-{one.decision[:16]}.json")


@require_safe
@open_to(BANK_OFFICERS)
def evidence(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """The file that is walked with public keys only, or the keys that this bank trusts about it."""
    one = _decided_case(key, person)
    data, trust = bank_evidence.strategy_bytes(settings_from_environment(), one.decision)
    if request.path.endswith("/trust.json"):
        return _file(trust, f"decision-{one.decision[:16]}.trust.json")
    return _file(data, f"decision-{one.decision[:16]}.evidence.json")


def _decided_case(key: str, person: accounts.Person) -> CaseView:
    """That it is read is in the log first. Raises ThingUnknown, NoSuchPage."""
    from shuxin.lending.api import case  # noqa: PLC0415 - needs the database

    one = case(key)
    if not one.decision:
        raise NoSuchPage
    entity = entity_of(one.application.firm.party)
    permit_for(entity, person=person, purpose=Purpose.CREDIT_DECISION, now=now_in_china())
    return one


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@open_to(BANK_OFFICERS)
def step(request: HttpRequest, person: accounts.Person, key: str, event: str) -> HttpResponse:
    """take, release, agree, send-back."""
    from shuxin.lending import api as lending  # noqa: PLC0415 - needs the database

    now, reason = now_in_china(), bank_market.reason_in(request)
    acts: dict[str, Any] = {
        "take": lambda: lending.take_case(key, officer=person.name, now=now),
        "release": lambda: lending.release_case(key, officer=person.name),
        "agree": lambda: lending.agree_case(key, reason=reason, doer=_doer(person), now=now),
        "send-back": lambda: lending.send_back_case(
            key, reason=reason, doer=_doer(person), now=now
        ),
    }
    if event not in acts:
        raise NoSuchPage
    return bank_market.stepped(f"/bank/cases/{key}", acts[event], done=event)


def _doer(person: accounts.Person) -> Doer:
    from shuxin.market.api import Doer  # noqa: PLC0415 - needs the database

    settings = settings_from_environment()
    return Doer(Actor.LENDER, holder(settings).party, person.name, journal_of(settings))


@require_POST
@open_to(BANK_OFFICERS)
def decide(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """An officer's own decision; it stands beside the engine's advice."""
    from shuxin.lending.api import (  # noqa: PLC0415 - needs the database
        case,
        override_case,
        second_above_fen,
    )

    read = bank_case_forms.ruled(request.POST)
    if read.ruling is None:
        return _page(request, person, key, ruling=dict(read.problems))
    view = case(key).application
    try:
        terms = bank_market.platform().product_terms(view.product, view.product_version)
        doer = _doer(person)
        override_case(
            key,
            read.ruling,
            terms=terms,
            doer=doer,
            now=now_in_china(),
            second_above_fen=second_above_fen(terms.kind.value, party=doer.party),
        )
    except ShuxinError as error:
        return _page(request, person, key, failed=error, ruling={})
    return HttpResponseRedirect(f"/bank/cases/{key}?done=decide")


@require_POST
@open_to(BANK_OFFICERS)
def feedback(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """Lent or not; the outbox tells the platform."""
    from shuxin.lending.api import case, report_later  # noqa: PLC0415 - needs the database

    said, problems = bank_case_forms.fed_back(request.POST)
    if said is None:
        return _page(request, person, key, feedback=problems)
    if not _may_tell(case(key)):
        return HttpResponseRedirect(f"/bank/cases/{key}?meanwhile=1")
    report_later(key, said, by=person.name, now=now_in_china())
    return HttpResponseRedirect(f"/bank/cases/{key}?done=feedback")


urlpatterns = [
    path("bank/cases", cases),
    path("bank/cases/<slug:key>", one_case),
    path("bank/cases/<slug:key>/record.json", record),
    path("bank/cases/<slug:key>/evidence.json", evidence),
    path("bank/cases/<slug:key>/trust.json", evidence),
    path("bank/cases/<slug:key>/decide", decide),
    path("bank/cases/<slug:key>/feedback", feedback),
    path("bank/cases/<slug:key>/<slug:event>", step),
]
