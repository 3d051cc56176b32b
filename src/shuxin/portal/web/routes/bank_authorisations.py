"""Ask firms for authorisations, and see what they answered: the platform keeps the requests, this bank the grants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.consent.api import Purpose, entity_of, wording
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import holder
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Column, Facts, Filter, Kind, Linked, State, Table
from shuxin.portal.web.problem import NoSuchPage, status_of
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import bank_asking, bank_home
from shuxin.portal.web.views.bank_attempts import Attempts, new_key
from shuxin.portal.web.views.bank_home import names_here
from shuxin.portal.web.views.bank_waiting import done_fragment, waiting_page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.consent.api import Authorisation
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.parties.api import accounts
    from shuxin.portal.linking.api import Asked

NAVIGATION = (
    Link(
        "/bank/authorisations",
        Text(en="Authorisations", zh="客户授权"),
        access=BANK_OFFICERS,
        group=Group.CREDIT,
    ),
)
_REQUESTS = (
    Column("firm", Text(en="Firm", zh="企业"), kind=Kind.CODE, link="url"),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("holders", Text(en="From", zh="数据来源")),
    Column("purpose", Text(en="For", zh="目的")),
    Column("catalogues", Text(en="Data sets", zh="数据集")),
    Column("asked", Text(en="Asked", zh="申请时间"), kind=Kind.TIME),
    Column("until", Text(en="Until", zh="有效期至"), kind=Kind.DAY),
)
_NONE = Text(en="Nobody was asked yet.", zh="尚未发起授权申请。")


@require_safe
@open_to(BANK_OFFICERS)
def authorisations(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - a view's form
    """As the platform knows them now; while it does not answer, the authorisations that are kept here."""
    from shuxin.portal.linking.api import my_requests  # noqa: PLC0415 - beside its use

    settings = settings_from_environment()
    problem: ShuxinError | None = None
    rows: list[dict[str, Any]] = []
    try:
        names = names_here(settings)
        rows = [_row(one, names) for one in my_requests(settings)]
    except ShuxinError as error:
        problem = error
    table = Table.shown(
        request,
        name="requests",
        columns=_REQUESTS,
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=_NONE,
    )
    if table.wanted_as_file:
        return table.file()
    kept = bank_home.granted_firms(request) if problem else None
    if kept is not None and kept.wanted_as_file:
        return kept.file()
    facts: dict[str, Any] = {
        "table": table,
        "kept": kept,
        "problem": said(problem, language_of(request)),
    }
    return page(request, "bank/authorisations.html", **facts)


def said(error: ShuxinError | None, language: Language) -> dict[str, str] | None:
    """An error's code and sentences for the part that shows them."""
    if error is None:
        return None
    what, mend = error.sentences(language)
    return {"code": error.code, "what": what, "mend": mend}


def _row(one: Asked, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "firm": entity_of(one.subject),
        "url": f"/bank/authorisations/{one.request_id}",
        "state": State(one.state_text, bank_home.tone_of(one.state)),
        "holders": [names.get(party, party) for party in one.holders],
        "purpose": Purpose.parse(one.purpose).text,
        "catalogues": list(one.catalogues),
        "asked": one.asked_at,
        "until": one.valid_to,
    }


@require_safe
@open_to(BANK_OFFICERS)
def one_request(request: HttpRequest, person: accounts.Person, request_id: str) -> HttpResponse:  # noqa: ARG001
    """What was asked, what became of it, and once granted the words that the firm signed."""
    from shuxin.portal.linking.api import my_requests  # noqa: PLC0415 - beside its use

    settings, language = settings_from_environment(), language_of(request)
    found = next((one for one in my_requests(settings) if one.request_id == request_id), None)
    if found is None:
        raise NoSuchPage
    kept = [
        one
        for one in bank_home.grants_here(settings, now_in_china())
        if found.auth_id and one.terms.auth_id == found.auth_id
    ]
    words = wording(kept[0].terms, language=language) if kept else ""
    names = names_here(settings)
    return page(
        request,
        "bank/authorisation.html",
        asked=found,
        firm=entity_of(found.subject),
        facts=_facts(found, names),
        words=words,
    )


def _facts(found: Asked, names: Mapping[str, str]) -> Facts:
    entity = entity_of(found.subject)
    facts: Sequence[tuple[Text, Any]] = (
        (Text(en="state", zh="状态"), State(found.state_text, bank_home.tone_of(found.state))),
        (Text(en="firm", zh="企业"), Linked(entity, f"/bank/customers/{entity}/joint")),
        (Text(en="from", zh="数据来源"), [names.get(one, one) for one in found.holders]),
        (Text(en="for", zh="使用目的"), Purpose.parse(found.purpose).text),
        (Text(en="data sets", zh="数据集"), list(found.catalogues)),
        (Text(en="highest level", zh="最高分级"), found.level_max),
        (Text(en="uses at most", zh="最多使用次数"), found.max_uses),
        (Text(en="reason given", zh="申请理由"), found.reason),
        (Text(en="asked", zh="申请时间"), found.asked_at),
        (Text(en="answer until", zh="答复期限"), found.lapses_at),
        (Text(en="valid until", zh="有效期至"), found.valid_to),
        (Text(en="authorisation", zh="授权编号"), found.auth_id),
    )
    return Facts(facts)


@open_to(BANK_OFFICERS)
def ask(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """The form; sent, one signed request for each holder goes to the platform."""
    settings, now, language = settings_from_environment(), now_in_china(), language_of(request)
    sent = request.method == "POST"
    given = request.POST if sent else request.GET
    services = _services(settings)
    likely = services[0].job_id if len(services) == 1 and not sent else ""
    wanted = given.get("service", likely)
    service = next((one for one in services if one.job_id == wanted), None)
    parties = _parties(settings, service)
    before = bank_asking.fresh(now=now, service=service, language=language)
    typed = bank_asking.Typed.of(given, before=before, sent=sent)
    if service is not None:
        typed = bank_asking.bound(typed, service)
    read = bank_asking.Read()
    if sent:
        own = holder(settings).party
        offered = tuple(parties)
        read = bank_asking.read(
            typed, grantee=own, offered=offered, service=service, language=language, now=now
        )
        if not read.problems:
            job_id = service.job_id if service else ""
            sending = _Sending(given.get("key", ""), read.terms, typed, job_id)
            return _sent(settings, person, sending)
    fields = bank_asking.form_fields(
        typed, parties=parties, service=service, problems=read.problems
    )
    status = 400 if read.problems else 200
    facts: dict[str, Any] = {
        "services": services,
        "service": service,
        "fields": fields,
        "parties": parties,
    }
    facts |= {"scopes": _scopes(service, parties), "firm": typed.subject}
    key = given.get("key") or new_key()
    return page(request, "bank/ask.html", status=status, key=key, **facts)


def _scopes(
    service: bank_asking.Service | None, parties: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What the service needs of each holder, for people."""
    return [
        {
            "name": parties[one.holder],
            "catalogues": list(one.catalogues),
            "level": one.level,
            "data_from": one.data_from,
            "data_to": one.data_to,
        }
        for one in (service.scopes if service else ())
    ]


def _services(settings: Settings) -> list[bank_asking.Service]:
    try:
        return bank_asking.services_to_ask(settings, now=now_in_china())
    except ShuxinError:  # a home without a node has no services
        return []


def _parties(settings: Settings, service: bank_asking.Service | None) -> dict[str, str]:
    """Whom one may be asked about: the holders of the service, else all peers that hold data."""
    from shuxin.federation.api import peers  # noqa: PLC0415 - heavy

    names = names_here(settings)
    if service is not None:
        return {one.holder: names.get(one.holder, one.holder) for one in service.scopes}
    holding = {"department", "utility", "bank"}
    return {one.party: one.card.name for one in peers() if one.card.kind.value in holding}


@dataclass(frozen=True, slots=True)
class _Sending:
    """A form that can be sent: its key, the terms to ask for, what was typed, and the service or ""."""

    key: str
    terms: Sequence[Authorisation]
    typed: bank_asking.Typed
    service: str


def _sent(settings: Settings, person: accounts.Person, sending: _Sending) -> HttpResponse:
    """Each holder's request is tried, so that one refusal does not keep the others back."""
    from shuxin.portal.linking.api import ask as ask_subject  # noqa: PLC0415 - beside its use

    def work() -> dict[str, Any]:
        done: list[dict[str, str]] = []
        for one in sending.terms:
            outcome = {"holder": one.holders[0]}
            try:
                outcome["request"] = ask_subject(
                    settings, terms=one, reason=sending.typed.reason, now=one.signed_at
                )
            except ShuxinError as error:
                for language in ("en", "zh"):
                    what, mend = error.sentences("en" if language == "en" else "zh")
                    outcome |= {f"what_{language}": what, f"mend_{language}": mend}
                outcome |= {"code": error.code, "status": str(status_of(error))}
            done.append(outcome)
        return {"asked": done}

    facts = {"subject": sending.typed.subject, "service": sending.service}
    attempt = _attempts(settings).once(
        sending.key, person=person, facts=facts, work=work, now=now_in_china
    )
    return HttpResponseRedirect(f"/bank/authorisations/attempts/{attempt.key}")


@require_safe
@open_to(BANK_OFFICERS)
def attempted(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """Which requests reached the platform, and which did not."""
    settings = settings_from_environment()
    attempt, language = _attempts(settings).read(key, person=person), language_of(request)
    if not attempt.outcome:
        return waiting_page(request, attempt, back="/bank/authorisations/new")
    if fragment := done_fragment(request):
        return fragment
    names = names_here(settings)
    asked = [
        {
            "name": names.get(one["holder"], one["holder"]),
            "holder": one["holder"],
            "request": one.get("request", ""),
            "what": one.get(f"what_{language}", ""),
            "mend": one.get(f"mend_{language}", ""),
            "code": one.get("code", ""),
        }
        for one in attempt.outcome["asked"]
    ]
    failed = [one for one in asked if not one["request"]]
    facts: dict[str, Any] = {"asked": asked, "failed": failed, "firm": attempt.facts["subject"]}
    return page(request, "bank/asked.html", service=attempt.facts["service"], **facts)


def _attempts(settings: Settings) -> Attempts:
    return Attempts(settings.home / "attempts" / "authorisations")


urlpatterns = [
    path("bank/authorisations", authorisations),
    path("bank/authorisations/new", ask),
    path("bank/authorisations/attempts/<slug:key>", attempted),
    path("bank/authorisations/<slug:request_id>", one_request),
]
