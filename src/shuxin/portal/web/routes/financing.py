"""Financing, for an enterprise on the platform: what it states of itself, its demands, whom it turns to."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.portal.web.access import open_to
from shuxin.portal.web.pages import own_address, page
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.routes.enterprise import MINE

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from shuxin.lending.api import ApplicationView
    from shuxin.market.api import DemandView
    from shuxin.parties.api import accounts
    from shuxin.portal.web.views.acting import Acting

    View = Callable[..., HttpResponse]

NAVIGATION = (
    Link("/financing", Text(en="My financing", zh="我的融资"), MINE, Group.MARKET),
    Link("/financing/new", Text(en="New demand", zh="发布融资需求"), MINE, Group.MARKET),
    Link("/financing/firm", Text(en="My firm", zh="企业基本信息"), MINE, Group.MARKET),
)


def for_firm(view: View) -> View:
    """Above a view of an enterprise: its second argument says in whose name; agents choose first."""

    @wraps(view)
    def answered(
        request: HttpRequest, person: accounts.Person, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        from shuxin.portal.web.views.acting import NobodyChosen, acting  # noqa: PLC0415 - heavy

        try:
            who = acting(request, person, now=now_in_china())
        except NobodyChosen:
            return HttpResponseRedirect("/financing/for")
        return view(request, who, *args, **kwargs)

    return answered


@require_safe
@open_to(MINE)
@for_firm
def overview(request: HttpRequest, who: Acting) -> HttpResponse:
    from shuxin.lending.api import applications_of  # noqa: PLC0415 - heavy
    from shuxin.market.api import demands_of  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import application_page, financing  # noqa: PLC0415 - heavy

    applications = applications_of(who.firm)
    facts: dict[str, Any] = {
        "who": who,
        "demands": financing.demands_shown(demands_of(who.firm), applications),
        "applications": application_page.listed(applications),
    }
    return page(request, "financing/overview.html", **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(MINE)
def act_for(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """An agent says for which enterprise it acts; without a mandate it is refused."""
    from shuxin.portal.web.views.acting import choose_firm, is_owner  # noqa: PLC0415 - heavy

    if is_owner(person):
        return HttpResponseRedirect("/financing")
    code = request.POST.get("code", "")[:40]
    if request.method == "POST":
        try:
            choose_firm(request, person, code, now=now_in_china())
        except ShuxinError as error:
            return refused(request, "financing/for.html", error, code=code)
        return HttpResponseRedirect("/financing")
    return page(request, "financing/for.html", code="")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(MINE)
@for_firm
def firm(request: HttpRequest, who: Acting) -> HttpResponse:
    """What the enterprise states of itself; what came from data is shown with its source and not typed over."""
    from shuxin.market.api import keep_firm  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import firm_form as form  # noqa: PLC0415 - heavy

    back = own_address(request.GET.get("next", "/financing"))
    held = form.held(who.firm, name=who.name)
    if request.method != "POST":
        return page(request, "financing/firm.html", who=who, form=form.shown(held), back=back)
    read = form.read(request.POST, held)
    if read.facts is None:
        shown = form.shown(held, typed=request.POST, problems=read.problems)
        return page(request, "financing/firm.html", status=400, who=who, form=shown, back=back)
    keep_firm(read.facts, source="declared", by=who.person.name, now=now_in_china())
    return HttpResponseRedirect(back)


@require_safe
@open_to(MINE)
@for_firm
def new(request: HttpRequest, who: Acting) -> HttpResponse:
    """Three steps; nothing is kept before the last, and the back button works."""
    from shuxin.market.api import firm_facts, new_key  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing, firm_form  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing_form as form  # noqa: PLC0415 - heavy

    typed = form.Typed.of(request.GET)
    if not typed.begun:
        typed = form.begin(typed, new_key())
    lenders = financing.lenders_of(financing.online().values())
    read = form.read(typed, lenders=lenders, is_agent=who.is_agent)
    wanted = request.GET.get("step", "1")
    step = form.step_of(wanted, read.problems)
    problems = form.shown_problems(wanted, step, read.problems)
    facts: dict[str, Any] = {
        "who": who,
        "typed": typed,
        "steps": form.head(step, typed),
        "step": step,
    }
    known = firm_facts(who.firm)
    facts |= {"missing": firm_form.missing(known), "here": typed.url(step)}
    if read.terms is not None and step == form.LAST:
        facts |= {
            "said": form.said(read.terms, lenders),
            "firm": firm_form.said(known),
            "may_contact": read.terms.may_contact,
            "pairs": typed.pairs(),
            "first": typed.url(1),
        }
        return page(request, "financing/review.html", **facts)
    asked = form.FIRST if step == 1 else form.SECOND
    facts |= {
        "fields": form.fields(step, typed, problems, lenders=lenders),
        "pairs": typed.pairs(but=asked),
        "before": typed.url(step - 1) if step > 1 else "",
    }
    return page(request, "financing/new.html", **facts)


@require_POST
@open_to(MINE)
@for_firm
def publish(request: HttpRequest, who: Acting) -> HttpResponse:
    """Keep the demand and hand it in; the same form sent again leads to the same demand."""
    from shuxin.market.api import demand, draft_demand, submit_demand  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing, matched  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing_form as form  # noqa: PLC0415 - heavy

    now, typed = now_in_china(), form.Typed.of(request.POST)
    lenders = financing.lenders_of(financing.online().values())
    read = form.read(typed, lenders=lenders, is_agent=who.is_agent)
    if read.terms is None:
        return HttpResponseRedirect(typed.url(form.LAST))
    key = draft_demand(
        read.terms, firm=who.firm, doer=who.doer, now=now, request_id=typed.request_id
    )
    view = demand(key, viewer=who.firm)
    if view.state == "draft":
        view = submit_demand(key, doer=who.doer, now=now)
    matched.match_when_published(view, now=now)
    after = f"/apply?product={typed.product}" if typed.product and view.state != "screening" else ""
    return HttpResponseRedirect(f"/financing/demands/{key}{after}")


@require_safe
@open_to(MINE)
@for_firm
def demand(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """One demand: what becomes of it, who took it, and the products that fit, each with why it stands where it does."""
    from shuxin.market.api import (  # noqa: PLC0415 - heavy
        DEMAND,
        STATE_TEXTS,
        matching_of,
        referrals_of_demand,
    )
    from shuxin.portal.web.views import financing  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing_form as form  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views.market_words import state_of  # noqa: PLC0415 - heavy

    view = financing.own_demand(key, who)
    referrals = list(reversed(referrals_of_demand(key, viewer=who.firm)))
    matching = matching_of(key, viewer=who.firm)
    by_cost = request.GET.get("sort") == "cost"
    most = None if request.GET.get("all") == "1" else financing.SHOWN_AT_FIRST
    shelf = financing.online()
    chosen = financing.choosable(matching, view, referrals, shelf=shelf, by_cost=by_cost, most=most)
    facts: dict[str, Any] = {
        "who": who,
        "demand": view,
        "state": state_of(view.state, STATE_TEXTS),
        "said": form.said(view.terms, financing.lenders_of(shelf.values())),
        "takers": financing.takers(referrals, _applications(view, who)),
        "choices": chosen,
        "more": len(matching.possible) - len(chosen) if matching and most else 0,
        "by_cost": by_cost,
        "left_out": financing.left_out(matching, shelf=shelf),
        "matching": matching,
        "may_apply": view.state in financing.MAY_APPLY,
        "may_withdraw": "withdraw" in DEMAND.events(view.state, actor=who.doer.actor),
        "steps": financing.time_line("demand", key, STATE_TEXTS),
    }
    return page(request, "financing/demand.html", **facts)


@require_POST
@open_to(MINE)
@for_firm
def match(request: HttpRequest, who: Acting, key: str) -> HttpResponse:  # noqa: ARG001 - a view's form
    """Rank the products that are on the shelf now."""
    from shuxin.portal.web.views import financing, matched  # noqa: PLC0415 - heavy

    matched.match_when_published(financing.own_demand(key, who), now=now_in_china())
    return HttpResponseRedirect(f"/financing/demands/{key}#products")


@require_POST
@open_to(MINE)
@for_firm
def withdraw(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    from shuxin.market.api import step_demand  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import financing  # noqa: PLC0415 - heavy

    financing.own_demand(key, who)
    reason = request.POST.get("reason", "")[:300].strip()
    step_demand(key, "withdraw", doer=who.doer, now=now_in_china(), reason=reason)
    return HttpResponseRedirect(f"/financing/demands/{key}")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(MINE)
@for_firm
def apply(request: HttpRequest, who: Acting, key: str) -> HttpResponse:
    """Turn to one lender: with a product of the ranking, or where a lender took the demand up itself."""
    from shuxin.market.api import new_key  # noqa: PLC0415 - heavy
    from shuxin.portal.web.views import applying, financing  # noqa: PLC0415 - heavy

    view = financing.own_demand(key, who)
    if view.state not in financing.MAY_APPLY:
        return HttpResponseRedirect(f"/financing/demands/{key}")
    given = request.POST if request.method == "POST" else request.GET
    wanted = applying.read(given, view, who)
    if wanted is None:
        raise NoSuchPage
    if wanted.application:
        return HttpResponseRedirect(f"/financing/applications/{wanted.application}")
    form_key = given.get("key", "")[:64] or new_key()
    facts: dict[str, Any] = {"who": who, "demand": view, "wanted": wanted, "key": form_key}
    if request.method != "POST":
        return page(request, "financing/apply.html", **facts)
    if wanted.problems:
        return page(request, "financing/apply.html", status=400, **facts)
    try:
        made = applying.applied(wanted, who, form_key=form_key, now=now_in_china())
    except ShuxinError as error:
        return refused(request, "financing/apply.html", error, **facts)
    return HttpResponseRedirect(f"/financing/applications/{made}")


def _applications(view: DemandView, who: Acting) -> dict[str, ApplicationView]:
    """Of this demand, by referral."""
    from shuxin.lending.api import applications_of_demand  # noqa: PLC0415 - heavy

    return {one.referral: one for one in applications_of_demand(view.key, viewer=who.firm)}


urlpatterns = [
    path("financing", overview),
    path("financing/for", act_for),
    path("financing/firm", firm),
    path("financing/new", new),
    path("financing/demands", publish),
    path("financing/demands/<slug:key>", demand),
    path("financing/demands/<slug:key>/match", match),
    path("financing/demands/<slug:key>/withdraw", withdraw),
    path("financing/demands/<slug:key>/apply", apply),
]
