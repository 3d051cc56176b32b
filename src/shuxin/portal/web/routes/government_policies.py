"""Policies (惠企政策): an officer writes one, another publishes it; every enterprise sees which are for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.market.api import steps_of
from shuxin.portal.web.access import GOVERNMENT, open_to
from shuxin.portal.web.pages import page
from shuxin.portal.web.parts import Linked
from shuxin.portal.web.problem import NoSuchPage, refused
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import government as shown
from shuxin.portal.web.views import government_policies as view
from shuxin.portal.web.views.administering import form, listed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.api import accounts

NAVIGATION = (Link("/government/policies", view.POLICIES_TITLE, GOVERNMENT, Group.GOVERNMENT),)
_BACK = Linked(view.POLICIES_TITLE, "/government/policies")
_DONE = Text(en="Done, and in the log.", zh="已办理并记入日志。")
_STEPS = frozenset({"submit", "return", "publish", "end", "drop"})


@require_safe
@open_to(GOVERNMENT)
def policies(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    return listed(
        request,
        view.policies_table(request, government.policies(), government.POLICY_TEXTS),
        title=view.POLICIES_TITLE,
        lead=Text(
            en="Each version is written by one officer and published by another. Firms see at once which are for them.",
            zh="每个版本由一人编写、另一人复核发布；发布后企业可立即看到是否符合。",
        ),
        actions=(Linked(Text(en="New policy", zh="新建政策"), "/government/policies/new"),),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def new_policy(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if request.method != "POST":
        return _form(request, is_new=True)
    try:
        doer, now = shown.doer_of(person), now_in_china()
        key = government.draft_policy(view.terms_of(request), doer=doer, now=now)
    except ShuxinError as error:
        return _form(request, is_new=True, error=error)
    return HttpResponseRedirect(f"/government/policies/{key}?done=new")


def _form(
    request: HttpRequest,
    *,
    is_new: bool,
    key: str = "",
    terms: object = None,
    error: ShuxinError | None = None,
) -> HttpResponse:
    back = Linked(view.POLICIES_TITLE, f"/government/policies/{key}" if key else _BACK.url)
    return form(
        request,
        title=Text(en="Write a policy", zh="编写政策"),
        back=back,
        fields=view.policy_fields(request.POST, terms=terms, is_new=is_new),
        submit=Text(en="Keep the draft", zh="保存草稿"),
        error=error,
    )


@require_safe
@open_to(GOVERNMENT)
def one_policy(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    return _policy_page(request, person, key)


def _policy_page(
    request: HttpRequest, person: accounts.Person, key: str, error: ShuxinError | None = None
) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found = government.policy(key)
    facts: dict[str, Any] = {
        "policy": found,
        "facts": view.policy_facts(found, government.POLICY_TEXTS),
        "acts": view.steps_for(found, f"{person.party} {person.name}"[:200]),
        "history": shown.history(steps_of("policy", key), view.STEP_WORDS, known=shown.names()),
        "notice": _DONE if request.GET.get("done") else None,
    }
    if error is not None:
        return refused(request, "government/policy.html", error, **facts)
    return page(request, "government/policy.html", **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(GOVERNMENT)
def edit(request: HttpRequest, person: accounts.Person, key: str) -> HttpResponse:
    """A draft is changed; of a version in force the next one is begun."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    found = government.policy(key)
    if found.state not in {"draft", "in_force"}:
        raise NoSuchPage
    if request.method != "POST":
        return _form(request, is_new=False, key=key, terms=found.terms)
    doer, now = shown.doer_of(person), now_in_china()
    try:
        terms = view.terms_of(request, name=found.terms.name)
        if found.state == "draft":
            government.edit_policy(key, terms, doer=doer, now=now)
        else:
            key = government.draft_policy(terms, doer=doer, now=now)
    except ShuxinError as error:
        return _form(request, is_new=False, key=key, terms=found.terms, error=error)
    return HttpResponseRedirect(f"/government/policies/{key}?done=edit")


@require_POST
@open_to(GOVERNMENT)
def step(request: HttpRequest, person: accounts.Person, key: str, event: str) -> HttpResponse:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if event not in _STEPS:
        raise NoSuchPage
    doer, reason = shown.doer_of(person), shown.typed(request, "reason")
    try:
        government.step_policy(key, event, doer=doer, now=now_in_china(), reason=reason)
    except ShuxinError as error:
        return _policy_page(request, person, key, error)
    return HttpResponseRedirect(f"/government/policies/{key}?done={event}")


urlpatterns = [
    path("government/policies", policies),
    path("government/policies/new", new_policy),
    path("government/policies/<str:key>", one_policy),
    path("government/policies/<str:key>/edit", edit),
    path("government/policies/<str:key>/<str:event>", step),
]
