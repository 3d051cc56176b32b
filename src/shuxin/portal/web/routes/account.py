"""Sign-in with one or two factors, one's own account, its sessions, and opening an account by invitation."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import segno
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, accounts
from shuxin.portal.web.access import PUBLIC, SIGNED_IN, open_to
from shuxin.portal.web.pages import own_address, page, signed_in_account
from shuxin.portal.web.problem import refused
from shuxin.portal.web.routes import Group, Link

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

NAVIGATION = (
    Link("/account", Text(en="My account", zh="我的账户"), access=SIGNED_IN, group=Group.ACCOUNT),
)
ROLES = {
    KeyRole.SUBJECT: Text(en="the party itself", zh="主体本人"),
    KeyRole.LEGAL_REPRESENTATIVE: Text(en="legal representative", zh="法定代表人"),
    KeyRole.AGENT: Text(en="agent", zh="经办人"),
    KeyRole.OFFICER: Text(en="officer", zh="工作人员"),
    KeyRole.NODE: Text(en="node", zh="节点"),
    KeyRole.ATTESTER: Text(en="attester", zh="身份核验方"),
    KeyRole.SYSTEM_ADMIN: Text(en="system administrator", zh="系统管理员"),
    KeyRole.SECURITY_ADMIN: Text(en="security administrator", zh="安全管理员"),
    KeyRole.AUDITOR: Text(en="auditor", zh="审计管理员"),
}
WHY = {
    "session_idle": Text(
        en="You were signed out after 20 minutes without activity.",
        zh="您已 20 分钟未操作，系统已退出登录。",
    ),
    "session_too_old": Text(
        en="You were signed out because the session was 12 hours old.",
        zh="会话已满 12 小时，系统已退出登录。",
    ),
    "sessions_ended": Text(en="All your sessions have ended.", zh="您的全部会话均已结束。"),
    "signed_out": Text(en="You are signed out.", zh="您已退出登录。"),
    "opened": Text(en="The account is open. Sign in.", zh="账户已开通，请登录。"),
    "recovered": Text(
        en="The new password counts. Sign in; then set the authenticator anew.",
        zh="新密码已生效。请登录，然后重新设置身份验证器。",
    ),
    "password_changed": Text(
        en="The password is changed; your other sessions have ended.",
        zh="密码已修改，其他会话均已结束。",
    ),
}


@open_to(PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; then the second step, or in."""
    facts: dict[str, Any] = {"next": own_address(_given(request, "next"))}
    if request.method != "POST":
        return page(
            request, "account/sign_in.html", why=WHY.get(request.GET.get("why", "")), **facts
        )
    now = now_in_china()
    try:
        right = accounts.check_password(
            name=_given(request, "name"),
            password=request.POST.get("password", ""),
            address=accounts.address_of(request),
            keys=_keys(),
            now=now,
            device=request.COOKIES.get(_device_cookie(), ""),
        )
    except ShuxinError as error:
        return refused(
            request, "account/sign_in.html", error, name=_given(request, "name"), **facts
        )
    if right.needs_code:
        accounts.await_second_factor(request, account_id=right.account_id, now=now)
        request.session["next"], request.session["name"] = facts["next"], right.name
        return HttpResponseRedirect("/sign-in/code")
    accounts.begin_session(request, account_id=right.account_id, now=now)
    return _knowing(HttpResponseRedirect(facts["next"]), name=right.name, now=now)


@open_to(PUBLIC)
def enter_code(request: HttpRequest) -> HttpResponse:
    """The second step; without the first, back to it."""
    now = now_in_china()
    account_id = accounts.awaited_account(request, now=now)
    if account_id is None:
        return HttpResponseRedirect("/sign-in")
    if request.method != "POST":
        return page(request, "account/code.html")
    try:
        accounts.check_code(
            account_id=account_id,
            code=_given(request, "code"),
            address=accounts.address_of(request),
            keys=_keys(),
            now=now,
        )
    except ShuxinError as error:
        return refused(request, "account/code.html", error)
    back, name = own_address(request.session.get("next", "/")), request.session.get("name", "")
    accounts.begin_session(request, account_id=account_id, now=now)
    return _knowing(HttpResponseRedirect(back), name=name, now=now)


@require_POST
@open_to(PUBLIC)
def sign_out(request: HttpRequest) -> HttpResponse:
    if signed_in_account(request) is not None:
        accounts.sign_out(request, now=now_in_china())
    return HttpResponseRedirect("/sign-in?why=signed_out")


@open_to(PUBLIC)
def open_account(request: HttpRequest) -> HttpResponse:
    """With the code of an invitation."""
    if request.method != "POST":
        return page(request, "account/open.html")
    try:
        accounts.open_account(
            code=_given(request, "code"),
            name=_given(request, "name"),
            password=request.POST.get("password", ""),
            address=accounts.address_of(request),
            now=now_in_china(),
        )
    except ShuxinError as error:
        facts = {"name": _given(request, "name"), "invitation": _given(request, "code")}
        return refused(request, "account/open.html", error, **facts)
    return HttpResponseRedirect("/sign-in?why=opened")


@open_to(PUBLIC)
def recover_account(request: HttpRequest) -> HttpResponse:
    """With the code that two administrators gave: a new password, and no second factor until it is set anew."""
    if request.method != "POST":
        return page(request, "account/recover.html")
    try:
        accounts.recover_account(
            code=_given(request, "code"),
            password=request.POST.get("password", ""),
            address=accounts.address_of(request),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return refused(request, "account/recover.html", error, given_code=_given(request, "code"))
    return HttpResponseRedirect("/sign-in?why=recovered")


@require_safe
@open_to(SIGNED_IN)
def account(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    return page(
        request,
        "account/account.html",
        roles=[ROLES[role] for role in sorted(person.roles)],
        sessions=accounts.sessions_of(request, account_id=person.account_id),
        why=WHY.get(request.GET.get("why", "")),
    )


@open_to(SIGNED_IN)
def second_factor(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """Set or replace the authenticator; the first needs the password again, replacing one a code of the old."""
    secret = accounts.offered_secret(request, owner=person.name, keys=_keys())
    facts: dict[str, Any] = {"person": person, "secret": " ".join(_fours(secret))}
    if request.method != "POST":
        return page(request, "account/second_factor.html", **facts)
    now, address = now_in_china(), accounts.address_of(request)
    try:
        _show_oneself(request, person, now=now)
        codes = accounts.set_second_factor(
            account_id=person.account_id,
            secret=secret,
            code=_given(request, "code"),
            address=address,
            keys=_keys(),
            now=now,
        )
    except ShuxinError as error:
        return refused(request, "account/second_factor.html", error, **facts)
    accounts.renew_session(request, account_id=person.account_id)
    return page(request, "account/recovery.html", codes=codes)


def _show_oneself(request: HttpRequest, person: accounts.Person, *, now: datetime) -> None:
    """That it is still the owner who sits there. Raises SignInRefused, SecondFactorRefused, SignInLocked."""
    facts: dict[str, Any] = {
        "account_id": person.account_id,
        "address": accounts.address_of(request),
        "keys": _keys(),
        "now": now,
    }
    if person.has_second_factor:
        accounts.check_code(code=_given(request, "old_code"), **facts)
    else:
        accounts.confirm_password(password=request.POST.get("password", ""), **facts)


@require_safe
@open_to(SIGNED_IN)
def second_factor_picture(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    """The QR code that the authenticator reads."""
    secret = accounts.offered_secret(request, owner=person.name, keys=_keys())
    drawn = io.BytesIO()
    code = segno.make(accounts.authenticator_uri(secret, name=person.name), error="m")
    code.save(drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


@open_to(SIGNED_IN)
def password(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    if request.method != "POST":
        return page(request, "account/password.html", person=person)
    try:
        accounts.change_password(
            account_id=person.account_id,
            old=request.POST.get("old_password", ""),
            new=request.POST.get("password", ""),
            address=accounts.address_of(request),
            keys=_keys(),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return refused(request, "account/password.html", error, person=person)
    accounts.renew_session(request, account_id=person.account_id)
    return HttpResponseRedirect("/account?why=password_changed")


@require_POST
@open_to(SIGNED_IN)
def end_session(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    accounts.end_session(account_id=person.account_id, handle=_given(request, "handle"))
    return HttpResponseRedirect("/account")


@require_POST
@open_to(SIGNED_IN)
def end_all_sessions(request: HttpRequest, person: accounts.Person) -> HttpResponse:
    accounts.end_all_sessions(
        account_id=person.account_id, address=accounts.address_of(request), now=now_in_china()
    )
    return HttpResponseRedirect("/sign-in?why=sessions_ended")


def _given(request: HttpRequest, name: str) -> str:
    """A short field of the form, else of the address."""
    return (request.POST.get(name) or request.GET.get(name) or "").strip()[:500]


def _device_cookie() -> str:
    return str(settings.SESSION_COOKIE_NAME).replace("session", "device")


def _knowing(response: HttpResponse, *, name: str, now: datetime) -> HttpResponse:
    """The browser keeps that somebody signed in from here, so that strangers cannot lock him out."""
    response.set_cookie(
        _device_cookie(),
        accounts.new_device(name=name, keys=_keys(), now=now),
        max_age=accounts.DEVICE_LASTS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )
    return response


def _fours(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]


def _keys() -> accounts.AccountKeys:
    return accounts.AccountKeys.of(settings_from_environment())


urlpatterns = [
    path("sign-in", sign_in),
    path("sign-in/code", enter_code),
    path("sign-out", sign_out),
    path("account", account),
    path("account/open", open_account),
    path("account/recover", recover_account),
    path("account/password", password),
    path("account/second-factor", second_factor),
    path("account/second-factor/code.svg", second_factor_picture),
    path("account/sessions/end", end_session),
    path("account/sessions/end-all", end_all_sessions),
]
