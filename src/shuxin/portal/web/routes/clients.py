"""Clients of the API, on every institution's site: registered, shown, cut off by the system administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.parties.api import accounts
from shuxin.portal.web.access import SYSTEM, open_to
from shuxin.portal.web.parts import Code, Facts, Field, Linked
from shuxin.portal.web.problem import NoSuchPage
from shuxin.portal.web.routes import Group, Link
from shuxin.portal.web.views import clients as shown
from shuxin.portal.web.views.administering import form, listed, one, shown_once

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_CLIENTS = Text(en="Clients of the API", zh="接口客户端")
NAVIGATION = (Link("/clients", _CLIENTS, SYSTEM, Group.RUNNING),)
_TO_CLIENTS = Linked(_CLIENTS, "/clients")
_CUT_OFF = Text(en="The client is cut off, and its tokens with it.", zh="客户端及其令牌均已停用。")


@require_safe
@open_to(SYSTEM)
def client_list(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    return listed(
        request,
        shown.clients_table(request),
        title=_CLIENTS,
        lead=Text(
            en="Systems of institutions that call this site. A client sees only what its party may see.",
            zh="调用本站接口的机构系统。客户端仅可见其所属主体有权查看的内容。",
        ),
        actions=(Linked(Text(en="Register a client", zh="登记客户端"), "/clients/new"),),
        notice=_CUT_OFF if request.GET.get("done") == "revoked" else None,
    )


@require_safe
@open_to(SYSTEM)
def one_client(request: HttpRequest, person: accounts.Person, client_id: str) -> HttpResponse:  # noqa: ARG001
    found = next((each for each in accounts.clients() if each.client_id == client_id), None)
    if found is None:
        raise NoSuchPage
    return one(
        request,
        title=found.name or found.client_id,
        back=_TO_CLIENTS,
        facts=shown.client_facts(found),
        acts=shown.client_acts(found),
    )


@require_POST
@open_to(SYSTEM)
def revoke(request: HttpRequest, person: accounts.Person, client_id: str) -> HttpResponse:  # noqa: ARG001
    accounts.revoke_client(client_id=client_id, now=now_in_china())
    return HttpResponseRedirect("/clients?done=revoked")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SYSTEM)
def new_client(request: HttpRequest, person: accounts.Person) -> HttpResponse:  # noqa: ARG001 - as every page
    if request.method != "POST":
        return _client_form(request)
    try:
        made = accounts.register_client(
            party=request.POST.get("party", "").strip()[:60],
            name=request.POST.get("name", "").strip()[:60],
            scopes=request.POST.getlist("scope"),
            now=now_in_china(),
        )
    except ShuxinError as error:
        return _client_form(request, error)
    return shown_once(
        request,
        title=Text(en="Hand over id and secret", zh="请交付标识与密钥"),
        back=_TO_CLIENTS,
        facts=Facts(
            [
                (Text(en="Client id", zh="客户端标识"), Code(made.client_id)),
                (Text(en="Secret", zh="密钥"), Code(made.secret)),
            ]
        ),
        lead=Text(
            en="The institution enters them with 'shuxin platform join'; the secret goes in by standard input.",
            zh="由对方机构通过 shuxin platform join 录入，密钥经标准输入提供。",
        ),
    )


def _client_form(request: HttpRequest, error: ShuxinError | None = None) -> HttpResponse:
    return form(
        request,
        title=Text(en="Register a client", zh="登记客户端"),
        back=_TO_CLIENTS,
        fields=(
            Field(
                "party", Text(en="Party", zh="所属主体"), value=request.POST.get("party", "uscc:")
            ),
            Field(
                "name", Text(en="Name", zh="名称"), value=request.POST.get("name", ""), longest=60
            ),
            Field(
                "scope",
                Text(en="Scopes", zh="权限范围"),
                kind="some",
                value=request.POST.getlist("scope"),
                choices=shown.scopes(),
            ),
        ),
        submit=Text(en="Register", zh="登记"),
        error=error,
    )


urlpatterns = [
    path("clients", client_list),
    path("clients/new", new_client),
    path("clients/<slug:client_id>", one_client),
    path("clients/<slug:client_id>/revoke", revoke),
]
