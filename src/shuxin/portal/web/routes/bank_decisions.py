"""Decisions of a bank by its own card: the list, one with every step, its replay, and a new one.

A decision on a joint score does not exist here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.consent.api import Purpose
from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.web.access import BANK_OFFICERS, open_to
from shuxin.portal.web.pages import language_of, page
from shuxin.portal.web.parts import Column, Filter, Kind, Table
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import bank_deciding, bank_evidence, bank_firm
from shuxin.portal.web.views.bank_days import day_asked
from shuxin.portal.web.views.bank_reading import permit_for_everybody
from shuxin.portal.web.views.bank_waiting import done_fragment, waiting_page
from shuxin.portal.web.views.typed import amount_fen

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

NAVIGATION = (
    Link(
        "/bank/decisions",
        Text(en="Decisions", zh="授信决策"),
        access=BANK_OFFICERS,
        group=Group.CREDIT,
    ),
)
_LIST = (
    Column("entity", Text(en="Firm", zh="企业"), kind=Kind.CODE, link="url"),
    Column("outcome", Text(en="Advice", zh="审批建议"), kind=Kind.STATE),
    Column("limit", Text(en="Limit", zh="额度"), kind=Kind.FEN),
    Column("rate", Text(en="Rate a year", zh="年利率"), kind=Kind.PERCENT, digits=2),
    Column("as_of", Text(en="Features as of", zh="特征截止日"), kind=Kind.DAY),
    Column("at", Text(en="Decided", zh="决策时间"), kind=Kind.TIME),
    Column("by", Text(en="By", zh="经办人")),
)
_CAPS = (
    Column("name", Text(en="Cap", zh="额度上限")),
    Column("amount", Text(en="Amount", zh="金额"), kind=Kind.FEN),
    Column("formula", Text(en="How", zh="计算方式")),
    Column("state", Text(en="Effect", zh="作用"), kind=Kind.STATE),
)
_POINTS = (
    Column("title", Text(en="Characteristic", zh="特征")),
    Column("value", Text(en="Value", zh="取值")),
    Column("label", Text(en="Range", zh="所在区间")),
    Column("points", Text(en="Points", zh="得分"), kind=Kind.NUMBER),
    Column(
        "reference", Text(en="Near the cut-off", zh="通过线附近均值"), kind=Kind.NUMBER, digits=1
    ),
)
_NONE = Text(
    en="No decision was made here yet. Open a firm's local score to make one.",
    zh="尚无授信决策。可在企业的本地评分页作出决策。",
)


class AmountInvalid(InvalidInput):
    code = "page_amount_invalid"
    what = Text(en="this is not an amount", zh="金额有误")
    mend = Text(
        en="Write a number of 万元, or leave it empty", zh="请填写以万元为单位的数字，或留空"
    )


@require_safe
@open_to(BANK_OFFICERS)
def decisions(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.scoring.api import kept_decisions  # noqa: PLC0415 - heavy

    permit = permit_for_everybody(
        person=person, purpose=Purpose.CREDIT_DECISION, now=now_in_china()
    )
    table = Table.shown(
        request,
        name="decisions",
        columns=_LIST,
        rows=bank_deciding.list_rows(kept_decisions(permit=permit)),
        filters=(Filter("outcome", Text(en="Advice", zh="审批建议")),),
        empty=_NONE,
    )
    return (
        table.file() if table.wanted_as_file else page(request, "bank/decisions.html", table=table)
    )


@require_safe
@open_to(BANK_OFFICERS)
def decision(
    request: HttpRequest, person: accounts.Person, identity: str, digest: str
) -> HttpResponse:
    """Computed anew out of its evidence for every reader; with ``replay`` the page says so in figures."""
    view = bank_firm.opened(identity, person=person, purpose=Purpose.CREDIT_DECISION)
    found, language = bank_deciding.shown(digest, view), language_of(request)
    decided, replayed = found.found.decision, "replay" in request.GET
    caps = Table.shown(
        request, name="caps", columns=_CAPS, rows=bank_deciding.cap_rows(found), per_page=50
    )
    rows = bank_deciding.point_rows(found, language)
    points = Table.shown(request, name="points", columns=_POINTS, rows=rows, per_page=50)
    for one in (caps, points):
        if one.wanted_as_file:
            return one.file()
    return page(
        request,
        "bank/decision.html",
        firm=view.firm,
        found=found,
        decision=decided,
        kept=found.found.kept,
        policy=found.found.policy,
        outcome=bank_deciding.OUTCOMES[found.found.kept.outcome],
        facts=bank_deciding.summary(found),
        rate=f"{(decided.rate_bp or 0) / 100:.2f}%",
        pd=f"{decided.assessment.pd:.2%}",
        ratings=bank_deciding.rating_text(found),
        reasons=bank_deciding.reason_rows(found, language),
        caps=caps,
        points=points,
        proven=bank_evidence.decision_proven(settings_from_environment(), digest)
        if replayed
        else None,
        replayed=replayed,
        tab="decisions",
    )


@require_safe
@open_to(BANK_OFFICERS)
def evidence(
    request: HttpRequest,  # noqa: ARG001 - the form of a view
    person: accounts.Person,
    identity: str,
    digest: str,
) -> HttpResponse:
    """The file that 'shuxin replay' computes anew anywhere."""
    from shuxin.scoring.api import replayed_decision  # noqa: PLC0415 - heavy

    view = bank_firm.opened(identity, person=person, purpose=Purpose.CREDIT_DECISION)
    content = replayed_decision(digest, entity=identity, permit=view.permit).content
    return _file(content, f"decision-{digest[:16]}.json")


@require_safe
@open_to(BANK_OFFICERS)
def proof(
    request: HttpRequest,
    person: accounts.Person,
    identity: str,
    digest: str,
) -> HttpResponse:
    """The file that 'shuxin verify' walks with public keys only, or the keys that this bank trusts about it."""
    from shuxin.scoring.api import replayed_decision  # noqa: PLC0415 - heavy

    view = bank_firm.opened(identity, person=person, purpose=Purpose.CREDIT_DECISION)
    replayed_decision(digest, entity=identity, permit=view.permit)  # that it is this firm's
    data, trust = bank_evidence.decision_bytes(settings_from_environment(), digest)
    if request.path.endswith("/trust.json"):
        return _file(trust, f"decision-{digest[:16]}.trust.json")
    return _file(data, f"decision-{digest[:16]}.evidence.json")


def _file(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
@open_to(BANK_OFFICERS)
def decide(request: HttpRequest, person: accounts.Person, identity: str) -> HttpResponse:
    """Once for each form that was sent."""
    settings = settings_from_environment()
    as_of, requested = day_asked(request.POST.get("as_of", "")), _amount(request)

    def work() -> dict[str, str]:
        view = bank_firm.opened(identity, person=person, purpose=Purpose.CREDIT_DECISION)
        return bank_deciding.decide_once(view, as_of=as_of, requested_fen=requested, person=person)

    attempt = bank_deciding.attempts(settings, "decisions").once(
        request.POST.get("key", ""),
        person=person,
        facts={"identity": identity, "as_of": as_of.isoformat()},
        work=work,
        now=now_in_china,
    )
    return HttpResponseRedirect(f"/bank/decisions/attempts/{attempt.key}")


@require_safe
@open_to(BANK_OFFICERS)
def attempted(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """To the decision when it is made, else what became of it."""
    attempt = bank_deciding.attempts(settings_from_environment(), "decisions").read(
        key, person=person
    )
    identity = attempt.facts["identity"]
    if attempt.outcome:
        if fragment := done_fragment(request):
            return fragment
        digest = attempt.outcome["decision"]
        return HttpResponseRedirect(f"/bank/customers/{identity}/decisions/{digest}")
    return waiting_page(request, attempt, back=f"/bank/customers/{identity}/score")


def _amount(request: HttpRequest) -> int | None:
    """Raises AmountInvalid."""
    typed = request.POST.get("requested", "").strip()
    if not typed:
        return None
    fen = amount_fen(typed)
    if fen is None:
        raise AmountInvalid
    return fen


urlpatterns = [
    path("bank/decisions", decisions),
    path("bank/decisions/attempts/<slug:key>", attempted),
    path("bank/customers/<str:identity>/decide", decide),
    path("bank/customers/<str:identity>/decisions/<slug:digest>", decision),
    path("bank/customers/<str:identity>/decisions/<slug:digest>/evidence.json", evidence),
    path("bank/customers/<str:identity>/decisions/<slug:digest>/proof.json", proof),
    path("bank/customers/<str:identity>/decisions/<slug:digest>/trust.json", proof),
]
