"""Administration of a site, on every institution's: accounts, background tasks, sign-ins.

The three administrators are separate: the system's opens and shuts, the security's is the second person and shuts too,
the auditor reads who came through the door and changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, accounts
from shuxin.portal.bootstrap import holder
from shuxin.portal.web.access import SYSTEM, RoleNeeded, open_to
from shuxin.portal.web.parts import Choice, Field, Linked
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.routes.account import ROLES
from shuxin.portal.web.views import administration as shown
from shuxin.portal.web.views.administering import (
    AUDIT,
    OFFICE,
    SECURITY_ADMINS,
    SYSTEM_ADMINS,
    form,
    listed,
    of_every_site,
    one,
)
from shuxin.portal.web.views.second_person import Agreement, hand_of, told

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


ADMINISTRATORS = of_every_site(SYSTEM_ADMINS, SECURITY_ADMINS)
WATCHERS = of_every_site(SECURITY_ADMINS, AUDIT)
WORKERS = of_every_site(SYSTEM_ADMINS, OFFICE)
_ACCOUNTS, _TASKS = Text(en="Accounts", zh="账户管理"), Text(en="Background tasks", zh="后台任务")
_SIGN_INS = Text(en="Sign-ins", zh="登录审计")
NAVIGATION = (
    Link("/accounts", _ACCOUNTS, ADMINISTRATORS, Group.RUNNING),
    Link("/tasks", _TASKS, WORKERS, Group.RUNNING),
    Link("/sign-ins", _SIGN_INS, WATCHERS, Group.RUNNING),
)
_TO_ACCOUNTS = Linked(_ACCOUNTS, "/accounts")
_NOTICES = {
    "done": Text(
        en="Done. The account's sessions have ended.", zh="已生效，该账户的会话均已结束。"
    ),
    "waiting": Text(
        en="Noted. It takes effect when another person agrees within seven days.",
        zh="已记录，须另一人在七日内复核后生效。",
    ),
    "agreed": Text(en="Agreed; it has taken effect.", zh="已复核，即时生效。"),
}


@require_safe
@open_to(ADMINISTRATORS)
def account_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    invites = (Linked(Text(en="Invite somebody", zh="邀请人员"), "/invitations"),)
    return listed(
        request,
        shown.accounts_table(request),
        title=_ACCOUNTS,
        lead=Text(
            en="Whatever gives somebody more than before needs two persons; shutting an account is at once.",
            zh="凡增加权限的操作均须双人复核；停用账户即时生效。",
        ),
        actions=invites if person.roles & SYSTEM_ADMINS else (),
        notice=_NOTICES.get(request.GET.get("done", "")),
    )


@require_safe
@open_to(ADMINISTRATORS)
def one_account(request: HttpRequest, person: accounts.Person, name: str) -> HttpResponse:
    return _account_page(request, person, name)


def _account_page(
    request: HttpRequest, person: accounts.Person, name: str, error: ShuxinError | None = None
) -> HttpResponse:
    found = next((each for each in accounts.all_accounts() if each.name == name), None)
    if found is None:
        raise NoSuchPage
    return one(
        request,
        title=found.name,
        back=_TO_ACCOUNTS,
        facts=shown.account_facts(found),
        acts=shown.account_acts(found, person),
        sections=((Text(en="Newest sign-ins", zh="最近登录"), shown.sign_ins(request, name=name)),),
        notice=_NOTICES.get(request.GET.get("done", "")),
        error=error,
    )


@require_POST
@open_to(ADMINISTRATORS)
def change_account(
    request: HttpRequest, person: accounts.Person, name: str, act: str
) -> HttpResponse:
    """shut: at once, by either administrator; reopen, roles, reset: stated by the system's, then by a second person."""
    if act not in {"shut", "reopen", "roles", "reset"}:
        raise NoSuchPage
    if act != "shut" and not person.roles & SYSTEM_ADMINS:
        raise RoleNeeded
    try:
        if act == "shut":
            accounts.shut_account(name=name, hand=hand_of(person))
            return HttpResponseRedirect(f"/accounts/{name}?done=done")
        agreement = _stated(request, person, name, act)
    except ShuxinError as error:
        return _account_page(request, person, name, error)
    return told(request, agreement, back=Linked(_ACCOUNTS, f"/accounts/{name}"))


def _stated(request: HttpRequest, person: accounts.Person, name: str, act: str) -> Agreement:
    hand = hand_of(person)
    if act == "reset":
        return Agreement.of_code(accounts.reset_account(name=name, hand=hand), reset=True)
    if act == "roles":
        roles = request.POST.getlist("role")
        step = accounts.change_roles(name=name, roles=roles, person="", hand=hand)
    else:
        step = accounts.reopen_account(name=name, hand=hand)
    return Agreement.of_step(step)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SYSTEM)
def invite(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """People of this institution: two persons; an account for an enterprise's own people: at once."""
    if request.method != "POST":
        return _invite_form(request)
    try:
        agreement = shown.invited(
            party=request.POST.get("party", "").strip()[:60],
            roles=request.POST.getlist("role"),
            who=request.POST.get("person", "")[:60],
            hand=hand_of(person),
        )
    except ShuxinError as error:
        return _invite_form(request, error)
    return told(request, agreement, back=_TO_ACCOUNTS)


def _invite_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    own = holder(settings_from_environment()).party
    people = [Choice("new", Text(en="somebody new", zh="新人员")), *shown.people()]
    return form(
        request,
        title=Text(en="Invite somebody", zh="邀请人员"),
        back=_TO_ACCOUNTS,
        lead=Text(
            en="Officers and administrators need a second person; nobody is two of the three administrators.",
            zh="工作人员与管理员须经第二人复核；系统、安全、审计三员不得由同一人兼任。",
        ),
        fields=(
            Field(
                "party", Text(en="Acts for", zh="所属主体"), value=request.POST.get("party", own)
            ),
            Field(
                "role",
                Text(en="As", zh="角色"),
                kind="some",
                value=request.POST.getlist("role"),
                choices=[
                    Choice(role.value, text)
                    for role, text in ROLES.items()
                    if role is not KeyRole.NODE
                ],
            ),
            Field(
                "person",
                Text(en="Who it is", zh="人员"),
                kind="choice",
                value=request.POST.get("person", "new"),
                choices=people,
                hint=Text(
                    en="One person keeps one number in the institution, whatever its accounts are called.",
                    zh="同一人在本机构使用同一人员编号，与账户名无关。",
                ),
            ),
        ),
        submit=Text(en="Invite", zh="邀请"),
        error=error,
    )


@require_safe
@open_to(WORKERS)
def task_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    return listed(
        request,
        shown.tasks_table(request),
        title=_TASKS,
        lead=Text(
            en="Work that runs beside the pages: what waits, runs, was done or failed.",
            zh="在后台执行的工作：排队、执行、完成与失败情况。",
        ),
    )


@require_safe
@open_to(WATCHERS)
def sign_ins(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    return listed(
        request,
        shown.sign_ins(request),
        shown.account_roles(request),
        title=_SIGN_INS,
        lead=Text(
            en="Who came in, who was turned away, and who may do what. No data of any enterprise is here.",
            zh="登录与被拒记录，以及各账户的权限。本页不含任何企业数据。",
        ),
        note=Text(
            en="Acts of administration stand in the institution's log, each with a proof.",
            zh="管理操作均已记入本机构日志，逐条可验证。",
        ),
    )


urlpatterns = [
    path("accounts", account_list),
    path("invitations", invite),
    path("accounts/<str:name>", one_account),
    path("accounts/<str:name>/<slug:act>", change_account),
    path("tasks", task_list),
    path("sign-ins", sign_ins),
]
