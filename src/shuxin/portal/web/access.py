"""Pages for signed-in people only."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast
from urllib.parse import quote

from django.http import HttpResponseRedirect

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text
from shuxin.portal.web.pages import signed_in_account

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from shuxin.parties.api import KeyRole, accounts

P = ParamSpec("P")


class RoleNeeded(NotPermitted):
    code = "role_needed"
    what = Text(en="this page is for other roles", zh="您的角色无权访问该页面")
    mend = Text(
        en="Sign in with an account that has the role, or ask the system administrator",
        zh="请使用具有相应角色的账户登录,或联系系统管理员",
    )


def signed_in(
    view: Callable[Concatenate[HttpRequest, accounts.Person, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view gets the person as its second argument; strangers sign in first and come back."""

    @wraps(view)
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        person = signed_in_account(request)
        if person is None:
            back = quote(request.get_full_path() if request.method == "GET" else "/")
            return HttpResponseRedirect(f"/sign-in?next={back}")
        return view(request, person, *args, **kwargs)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", answered)


def require_role(person: accounts.Person, *roles: KeyRole) -> None:
    """Raises RoleNeeded unless the person has one of these."""
    if not person.roles & set(roles):
        raise RoleNeeded
