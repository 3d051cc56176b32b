"""Joint scores: ask the holders of a service about a firm that authorised it, and read what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_safe

from shuxin.consent.api import Purpose
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, InvalidUSCC
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Column, Filter, Kind, State, Table
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import bank_asking, bank_evidence, bank_home, bank_scoring
from shuxin.portal.web.views.bank_attempts import Attempt, Attempts, new_key
from shuxin.portal.web.views.bank_firm import Firm
from shuxin.portal.web.views.bank_reading import permit_for, permit_for_everybody
from shuxin.portal.web.views.bank_waiting import done_fragment, waiting_page

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.consent.api import Permit
    from shuxin.federation.api import KeptScoreLine
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.parties.api import accounts

NAVIGATION = (
    Link(
        "/bank/scores",
        Text(en="Joint scores", zh="联合评分"),
        access=BANK_OFFICERS,
        group=Group.CREDIT,
    ),
)
_LIST = (
    Column("subject", Text(en="Firm", zh="企业"), kind=Kind.CODE, link="url"),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("points", Text(en="Points", zh="评分"), kind=Kind.NUMBER),
    Column("service", Text(en="Service", zh="评分服务")),
    Column("at", Text(en="Asked", zh="询问时间"), kind=Kind.TIME),
)
_NONE = Text(
    en="No firm was scored jointly yet.",
    zh="尚无联合评分。",
)
_SCORES = Text(en="Joint scores of this firm", zh="该企业的联合评分")
_CHOOSE = Text(en="Choose a service.", zh="请选择评分服务。")
PASSED = State(Text(en="reaches the cut-off", zh="达到通过线"), "good")
BELOW = State(Text(en="below the cut-off", zh="低于通过线"), "warn")
REFUSED = State(Text(en="refused by a holder", zh="数据方拒绝"), "bad")
DOWN = State(Text(en="a holder did not answer", zh="数据方未应答"), "bad")


@require_safe
@open_to(BANK_OFFICERS)
def scores(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Points are listed where every holder gave what it has; else the list says why there are none."""
    from shuxin.federation.api import scores_kept  # noqa: PLC0415 - heavy

    permit_for_everybody(person=person, purpose=Purpose.CREDIT_DECISION, now=now_in_china())
    titles = {one.job_id: one.title for one in _services()}
    table = Table.shown(
        request,
        name="scores",
        columns=_LIST,
        rows=score_rows(scores_kept(most=1000), titles),
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=_NONE,
    )
    if table.wanted_as_file:
        return table.file()
    return page(request, "bank/scores.html", table=table, services=titles)


def score_rows(lines: list[KeptScoreLine], titles: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "subject": line.subject,
            "url": f"/bank/scores/{line.score_id}",
            "state": state_of(line),
            "points": line.points if state_of(line) in {PASSED, BELOW} else None,
            "service": titles.get(line.service, line.service[:12]),
            "at": line.at,
        }
        for line in lines
    ]


def state_of(line: KeptScoreLine) -> State:
    """A refusal first, then silence, then the verdict."""
    found = {standing for _, standing in line.standings}
    if "refused" in found:
        return REFUSED
    if "down" in found:
        return DOWN
    return PASSED if line.passes else BELOW


def _services() -> list[bank_asking.Service]:
    try:
        return bank_asking.services_to_ask(settings_from_environment(), now=now_in_china())
    except ShuxinError:  # a home without a node has no services
        return []


@require_safe
@open_to(BANK_OFFICERS)
def of_firm(request: HttpRequest, person: accounts.Person, code: str) -> HttpResponse:
    """What a firm authorised, and its joint scores; it need not be among the bank's own data."""
    from shuxin.federation.api import scores_kept  # noqa: PLC0415 - heavy

    try:
        USCC(code)
    except InvalidUSCC:
        raise NoSuchPage from None
    now = now_in_china()
    permit = permit_for(code, person=person, purpose=Purpose.CREDIT_DECISION, now=now)
    titles = {one.job_id: one.title for one in _services()}
    lines = score_rows(scores_kept(subject=code, most=1000), titles)
    table = Table.shown(
        request, name="scores", title=_SCORES, columns=_LIST, rows=lines, empty=_NONE
    )
    firm = Firm(code, _name(code, permit), code, permit.use_id)
    grants = bank_home.granted_firms(request, subject=code)
    for one in (table, grants):
        if one.wanted_as_file:
            return one.file()
    return page(request, "bank/joint.html", firm=firm, grants=grants, scores=table, tab="joint")


@open_to(BANK_OFFICERS)
def new(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Choose service and firm, see the authorisation, ask; a form asks once however often it is sent."""
    services = _services()
    given = request.POST if request.method == "POST" else request.GET
    firm = given.get("firm", "").strip().upper()[:18]
    wanted = given.get("service", services[0].job_id if len(services) == 1 else "")
    service = next((one for one in services if one.job_id == wanted), None)
    facts: dict[str, Any] = {"services": services, "service": service, "firm": firm}
    facts["key"] = given.get("key") or new_key()
    try:
        if firm:
            USCC(firm)
        held = _held(service, firm) if firm and service else None
    except InvalidUSCC as error:
        return refused(request, "bank/score_new.html", error, **facts)
    facts |= {"held": held, "rows": _held_rows(held)}
    if request.method != "POST":
        return page(request, "bank/score_new.html", **facts)
    if service is None or held is None:
        return page(request, "bank/score_new.html", status=400, missing=_CHOOSE, **facts)
    if not held.by_holder and service.scopes:
        missing = bank_scoring.NoAuthorisation()
        return refused(request, "bank/score_new.html", missing, **facts)
    return _asked(person, facts["key"], service.job_id, firm, held)


def _held(service: bank_asking.Service, firm: str) -> bank_scoring.Held:
    from shuxin.federation.api import open_service  # noqa: PLC0415 - heavy

    now = now_in_china()
    job = open_service(service.job_id, now=now)
    return bank_scoring.held_for(settings_from_environment(), job, subject=firm, now=now)


def _held_rows(held: bank_scoring.Held | None) -> list[dict[str, Any]]:
    """One line a holder: the authorisation at hand."""
    if held is None:
        return []
    names = bank_home.names_here(settings_from_environment())
    return [
        bank_home.grant_row(grant, names) | {"holder": names.get(party, party)}
        for party, grant in held.by_holder.items()
    ]


def _asked(
    person: accounts.Person, key: str, service: str, firm: str, held: bank_scoring.Held
) -> HttpResponse:
    settings = settings_from_environment()
    attempt = _attempts(settings).once(
        key,
        person=person,
        facts={"service": service, "firm": firm},
        work=lambda: bank_scoring.ask_holders(
            settings, person=person, service=service, subject=firm, held=held
        ),
        now=now_in_china,
    )
    return HttpResponseRedirect(f"/bank/scores/attempts/{attempt.key}")


@require_safe
@open_to(BANK_OFFICERS)
def attempted(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """To the score when the holders were heard, else what became of it, with the way to ask again."""
    attempt = _attempts(settings_from_environment()).read(key, person=person)
    if attempt.outcome:
        if fragment := done_fragment(request):
            return fragment
        return HttpResponseRedirect(f"/bank/scores/{attempt.outcome['score']}?attempt={key}")
    asked = attempt.facts
    again = f"/bank/scores/new?service={asked['service']}&firm={asked['firm']}"
    return waiting_page(request, attempt, back=again)


@require_safe
@open_to(BANK_OFFICERS)
def score(request: HttpRequest, person: accounts.Person, score_id: str) -> HttpResponse:
    """Whole scores with everything behind them; a refused or silent holder's page shows no points at all."""
    settings, language = settings_from_environment(), language_of(request)
    data = bank_evidence.evidence_bytes(settings, score_id)
    found = bank_scoring.read_score(settings, score_id, evidence=data)
    subject = found.view.line.subject
    permit = permit_for(subject, person=person, purpose=Purpose.CREDIT_DECISION, now=now_in_china())
    proven = bank_evidence.proven(settings, score_id, data=data, names=found.names)
    attempt = _own_attempt(request, person, score_id)
    facts: dict[str, Any] = {
        "found": found,
        "line": found.view.line,
        "name": _name(subject, permit),
        "holders": bank_scoring.standing_rows(found, _because(attempt, language)),
        "seconds": attempt.seconds if attempt else None,
        "proven": proven,
        "authorisations": bank_evidence.authorisation_facts(settings, proven, language=language),
        "again": f"/bank/scores/new?service={found.view.line.service}&firm={subject}",
    }
    if not found.is_whole:
        return page(request, "bank/score_without.html", **facts)
    facts |= {
        "facts": bank_scoring.summary(found),
        "chart": bank_scoring.contribution_chart(found, language),
        "reasons": bank_scoring.reason_rows(found, language),
    }
    return page(request, "bank/score_page.html", **facts)


def _name(code: str, permit: Permit) -> str:
    """As the bank's own data have it, else ""."""
    from shuxin.fusion.api import names_of  # noqa: PLC0415 - heavy

    return str(names_of([code], permits=[permit]).get(code, ("", ""))[0])


def _own_attempt(request: HttpRequest, person: accounts.Person, score_id: str) -> Attempt | None:
    """Of a score that this person has just asked for."""
    key = request.GET.get("attempt", "")
    if not key:
        return None
    attempt = _attempts(settings_from_environment()).read(key, person=person)
    return attempt if (attempt.outcome or {}).get("score") == score_id else None


def _because(attempt: Attempt | None, language: Language) -> dict[str, list[str]]:
    """What was heard from each holder that gave nothing, by party."""
    found: dict[str, list[str]] = {}
    for party, en, zh in (attempt.outcome or {}).get("because", ()) if attempt else ():
        found.setdefault(party, []).append(zh if language == "zh" else en)
    return found


@require_safe
@open_to(BANK_OFFICERS)
def evidence(request: HttpRequest, person: accounts.Person, score_id: str) -> HttpResponse:  # noqa: ARG001
    """The file that anybody checks with public keys only."""
    content = bank_evidence.evidence_bytes(settings_from_environment(), score_id)
    return _file(content, f"score-{score_id[:16]}.evidence.json")


@require_safe
@open_to(BANK_OFFICERS)
def trust(request: HttpRequest, person: accounts.Person, score_id: str) -> HttpResponse:  # noqa: ARG001
    """Whom this bank trusts, for who checks the file: keys to compare by another way."""
    content = bank_evidence.trust_bytes(settings_from_environment(), score_id)
    return _file(content, f"score-{score_id[:16]}.trust.json")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _attempts(settings: Settings) -> Attempts:
    return Attempts(settings.home / "attempts" / "scores")


urlpatterns = [
    path("bank/scores", scores),
    path("bank/customers/<str:code>/joint", of_firm),
    path("bank/scores/new", new),
    path("bank/scores/attempts/<slug:key>", attempted),
    path("bank/scores/<slug:score_id>", score),
    path("bank/scores/<slug:score_id>/evidence.json", evidence),
    path("bank/scores/<slug:score_id>/trust.json", trust),
]
