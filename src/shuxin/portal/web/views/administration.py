"""What the pages of administration tell and do: accounts, tasks, sign-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.parties.api import KeyRole, accounts
from shuxin.portal.web.parts import Choice, Code, Column, Facts, Field, Filter, Kind, State, Table
from shuxin.portal.web.routes.account import ROLES
from shuxin.portal.web.views.administering import (
    OFFICE,
    SECURITY_ADMINS,
    SYSTEM_ADMINS,
    Act,
    Several,
)
from shuxin.portal.web.views.second_person import TITLES, Agreement, role_texts

if TYPE_CHECKING:
    from django.http import HttpRequest


MOST_EVENTS = 1000
_OPEN = State(Text(en="open", zh="启用"), "good")
_SHUT = State(Text(en="shut", zh="已停用"), "bad")
_WITH, _WITHOUT = Text(en="set", zh="已启用"), Text(en="not set", zh="未启用")
_EVENTS = {
    "account_opened": State(Text(en="account opened", zh="开通账户"), "good"),
    "signed_in": State(Text(en="signed in", zh="登录成功"), "good"),
    "password_wrong": State(Text(en="wrong password", zh="密码错误"), "bad"),
    "name_unknown": State(Text(en="unknown name", zh="用户名不存在"), "bad"),
    "code_wrong": State(Text(en="wrong code", zh="验证码错误"), "bad"),
    "code_replayed": State(Text(en="code used again", zh="验证码重复使用"), "bad"),
    "recovery_code_used": State(Text(en="recovery code used", zh="使用恢复码"), "warn"),
    "locked": State(Text(en="locked", zh="已锁定"), "bad"),
    "signed_out": State(Text(en="signed out", zh="退出登录")),
    "session_idle": State(Text(en="ended idle", zh="闲置退出")),
    "session_too_old": State(Text(en="ended by age", zh="超时退出")),
    "sessions_ended": State(Text(en="all sessions ended", zh="结束全部会话"), "warn"),
    "second_factor_set": State(Text(en="second factor set", zh="设置第二步验证"), "warn"),
    "password_changed": State(Text(en="password changed", zh="修改密码"), "warn"),
    "account_recovered": State(Text(en="account recovered", zh="账户重置"), "warn"),
}
_TASK_TONES = {"waiting": "quiet", "running": "busy", "done": "good", "failed": "bad"}
_TASK_KINDS = {"import": Text(en="import of files", zh="导入文件")}


def accounts_table(request: HttpRequest) -> Table:
    rows = [
        {
            "name": one.name,
            "url": f"/accounts/{one.name}",
            "party": one.party,
            "roles": role_texts(one.roles),
            "factor": _WITH if one.has_second_factor else _WITHOUT,
            "state": _OPEN if one.is_active else _SHUT,
            "at": one.opened_at,
        }
        for one in accounts.all_accounts()
    ]
    return Table.shown(
        request,
        name="accounts",
        columns=(
            Column("name", Text(en="Account", zh="账户"), link="url"),
            Column("party", Text(en="Acts for", zh="所属主体"), kind=Kind.CODE),
            Column("roles", Text(en="As", zh="角色")),
            Column("factor", Text(en="Second factor", zh="第二步验证")),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("at", Text(en="Opened", zh="开通时间"), kind=Kind.TIME),
        ),
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
    )


def account_roles(request: HttpRequest) -> Table:
    """Who may do what, without links: an auditor changes nothing."""
    table = accounts_table(request)
    columns = tuple(
        Column(each.name, each.label, each.kind) for each in table.columns if each.name != "factor"
    )
    return Table.shown(
        request,
        name="roles",
        title=Text(en="Who may do what", zh="账户权限"),
        columns=columns,
        rows=list(table.found),
    )


def account_facts(found: accounts.AccountView) -> Facts:
    return Facts(
        [
            (Text(en="Acts for", zh="所属主体"), Code(found.party)),
            (Text(en="Who it is", zh="人员编号"), Code(found.person) if found.person else ""),
            (Text(en="As", zh="角色"), Several(role_texts(found.roles))),
            (
                Text(en="Second factor", zh="第二步验证"),
                _WITH if found.has_second_factor else _WITHOUT,
            ),
            (Text(en="State", zh="状态"), _OPEN if found.is_active else _SHUT),
            (Text(en="Opened", zh="开通时间"), found.opened_at),
        ]
    )


def account_acts(found: accounts.AccountView, person: accounts.Person) -> list[Act]:
    """Shutting for both administrators, the rest for the system's; of one's own account only shutting."""
    url, acts = f"/accounts/{found.name}", []
    both = Text(en="It takes effect when a second person agrees.", zh="须由第二人复核后生效。")
    changes = bool(person.roles & SYSTEM_ADMINS) and person.name != found.name
    if changes and found.is_active:
        acts += [_roles_act(found, url, both), _reset_act(url, both)]
    elif changes:
        title = Text(en="Open this account again?", zh="恢复该账户？")
        acts.append(Act("reopen", f"{url}/reopen", TITLES["account-reopen"], title, both))
    if found.is_active:
        acts.append(_shut_act(url))
    return acts


def _roles_act(found: accounts.AccountView, url: str, both: Text) -> Act:
    choices = [Choice(r.value, text) for r, text in ROLES.items() if r is not KeyRole.NODE]
    field = Field(
        "role",
        Text(en="As", zh="角色"),
        kind="some",
        value=list(found.roles),
        choices=choices,
    )
    button = Text(en="Change roles", zh="变更角色")
    return Act("roles", f"{url}/roles", button, TITLES["account-roles"], both, (field,))


def _reset_act(url: str, both: Text) -> Act:
    button = Text(en="Help back in", zh="重置登录")
    return Act("reset", f"{url}/reset", button, TITLES["account-reset"], both)


def _shut_act(url: str) -> Act:
    return Act(
        name="shut",
        url=f"{url}/shut",
        button=Text(en="Shut the account", zh="停用账户"),
        title=Text(en="Shut this account now?", zh="立即停用该账户？"),
        text=Text(
            en="Its sessions and unused codes end at once. To open it again needs two persons.",
            zh="其会话与未使用的邀请码即时失效；恢复须双人复核。",
        ),
        danger=True,
    )


def people() -> list[Choice]:
    """Persons of this institution who have an account, by the names of their accounts."""
    names: dict[str, list[str]] = {}
    for one in accounts.all_accounts():
        if one.person:
            names.setdefault(one.person, []).append(one.name)
    return [Choice(person, ", ".join(found)) for person, found in sorted(names.items())]


def invited(*, party: str, roles: list[str], who: str, hand: accounts.Hand) -> Agreement:
    """An account of an enterprise's own people at once; of officers and administrators after a second person.

    Raises PartyInvalid, RolesInvalid, RolesNotSeparate, SamePerson.
    """
    from shuxin.parties.api import new_person_id  # noqa: PLC0415 - one use

    privileged = {*SYSTEM_ADMINS, *SECURITY_ADMINS, *OFFICE, KeyRole.AUDITOR, KeyRole.ATTESTER}
    if not set(roles) & privileged:
        code = accounts.invite(party=party, roles=roles, by=hand.by, now=hand.now)
        return Agreement.of_code(code)
    person = new_person_id() if who in {"", "new"} else who
    made = accounts.invite_privileged(party=party, person=person, roles=roles, hand=hand)
    return Agreement.of_code(made)


def tasks_table(request: HttpRequest) -> Table:
    from shuxin.infra.api import tasks  # noqa: PLC0415 - needs the database

    rows = [
        {
            "number": one.number,
            "kind": _TASK_KINDS.get(one.kind, Text(en=one.kind, zh=one.kind)),
            "state": State(one.state.text, _TASK_TONES.get(one.state.value, "warn")),  # type: ignore[arg-type]
            "share": one.done / one.total if one.total else None,
            "why": one.failure[1] if one.failure else "",
            "by": one.by,
            "asked": one.asked_at,
            "ended": one.ended_at,
        }
        for one in tasks(now=now_in_china())
    ]
    return Table.shown(
        request,
        name="tasks",
        columns=(
            Column("number", Text(en="Number", zh="编号"), kind=Kind.NUMBER),
            Column("kind", Text(en="Work", zh="工作")),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("share", Text(en="Done", zh="进度"), kind=Kind.PERCENT),
            Column("why", Text(en="What went wrong", zh="失败原因")),
            Column("by", Text(en="Asked by", zh="提交人")),
            Column("asked", Text(en="Asked", zh="提交时间"), kind=Kind.TIME),
            Column("ended", Text(en="Ended", zh="结束时间"), kind=Kind.TIME),
        ),
        rows=rows,
        filters=(Filter("state", Text(en="State", zh="状态")),),
        empty=Text(en="No work was ever asked for here.", zh="暂无后台任务。"),
    )


def sign_ins(request: HttpRequest, *, name: str = "") -> Table:
    rows = [
        {
            "at": one.at,
            "what": _EVENTS.get(one.kind, State(one.kind)),
            "name": one.name,
            "address": one.address,
        }
        for one in accounts.door_events(limit=MOST_EVENTS, name=name)
    ]
    return Table.shown(
        request,
        name="events",
        columns=(
            Column("at", Text(en="Time", zh="时间"), kind=Kind.TIME),
            Column("what", Text(en="Event", zh="事件"), kind=Kind.STATE),
            Column("name", Text(en="Account", zh="账户")),
            Column("address", Text(en="From", zh="来源地址"), kind=Kind.CODE),
        ),
        rows=rows,
        filters=(Filter("what", Text(en="Event", zh="事件")),),
        empty=Text(en="Nobody has signed in yet.", zh="暂无登录记录。"),
    )
