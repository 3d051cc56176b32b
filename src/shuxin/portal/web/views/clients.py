"""Clients of the API as pages show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.parties.api import accounts
from shuxin.portal.web.parts import Choice, Code, Column, Facts, Filter, Kind, State, Table
from shuxin.portal.web.views.administering import Act, Several

if TYPE_CHECKING:
    from django.http import HttpRequest

_IN_USE = State(Text(en="in use", zh="使用中"), "good")
_CUT_OFF = State(Text(en="cut off", zh="已停用"), "bad")
_SCOPES = {
    "verify": Text(en="verify documents", zh="核验文件"),
    "requests:write": Text(en="ask for authorisations", zh="提出授权申请"),
    "grants:read": Text(
        en="follow: withdrawals, directory, own authorisations",
        zh="同步撤回清单、密钥目录与本方授权",
    ),
    "uses:read": Text(en="see own uses", zh="查询本方使用记录"),
    "log:read": Text(en="read the log with proofs", zh="读取日志与证明"),
}


def clients_table(request: HttpRequest) -> Table:
    rows = [
        {
            "name": one.name or one.client_id,
            "url": f"/clients/{one.client_id}",
            "client": one.client_id,
            "party": one.party,
            "scopes": [_scope(each) for each in one.scopes],
            "state": _CUT_OFF if one.revoked_at else _IN_USE,
            "at": one.made_at,
        }
        for one in accounts.clients()
    ]
    return Table.shown(
        request,
        name="clients",
        columns=(
            Column("name", Text(en="Name", zh="名称"), link="url"),
            Column("party", Text(en="Party", zh="所属主体"), kind=Kind.CODE),
            Column("scopes", Text(en="Scopes", zh="权限范围")),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("at", Text(en="Since", zh="登记时间"), kind=Kind.TIME),
            Column("client", Text(en="Client id", zh="客户端标识"), kind=Kind.CODE),
        ),
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=Text(en="No client is registered.", zh="暂无接口客户端。"),
    )


def client_facts(found: accounts.ClientView) -> Facts:
    return Facts(
        [
            (Text(en="Client id", zh="客户端标识"), Code(found.client_id)),
            (Text(en="Party", zh="所属主体"), Code(found.party)),
            (Text(en="Scopes", zh="权限范围"), Several([_scope(one) for one in found.scopes])),
            (Text(en="Since", zh="登记时间"), found.made_at),
            (Text(en="State", zh="状态"), _CUT_OFF if found.revoked_at else _IN_USE),
            (Text(en="Cut off", zh="停用时间"), found.revoked_at),
        ]
    )


def client_acts(found: accounts.ClientView) -> list[Act]:
    if found.revoked_at:
        return []
    return [
        Act(
            name="revoke",
            url=f"/clients/{found.client_id}/revoke",
            button=Text(en="Cut it off", zh="停用客户端"),
            title=Text(en="Cut this client off now?", zh="立即停用该客户端？"),
            text=Text(
                en="Its tokens end with it. A home that follows with it goes silent; it needs a new client.",
                zh="其令牌同时失效；使用该客户端同步的机构将失联，须重新登记。",
            ),
            danger=True,
        )
    ]


def scopes() -> list[Choice]:
    return [Choice(one.value, _scope(one.value)) for one in accounts.Scope]


def _scope(name: str) -> Text:
    return _SCOPES.get(name, Text(en=name, zh=name))
