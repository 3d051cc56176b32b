"""``shuxin account``: invitations, the accounts themselves, what happened at the door, and clients of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import now_in_china
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import journal_of, operator, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language
    from shuxin.parties.api import Step, accounts

_CODE = Text(
    en="invitation code, shown once, good for one account within the hour: {code}",
    zh="邀请码（仅显示一次，一小时内可开通一个账户）：{code}",
)
_OPEN = Text(
    en="open the page /account/open of this platform and enter it there",
    zh="请在本平台 /account/open 页面输入",
)
_RESET = Text(
    en="recovery code of {name}, shown once, good for one hour: {code}",
    zh="{name} 的重置码（仅显示一次，一小时内有效）：{code}",
)
_RECOVER = Text(
    en="the person enters it on the page /account/recover; password and second factor are set anew",
    zh="请本人在 /account/recover 页面输入，并重新设置密码与第二步验证",
)
_WAITING = Text(
    en="noted; another person must give the same command within seven days",
    zh="已记录；须由另一人在七日内执行相同命令",
)
_DONE = Text(en="done; its sessions have ended", zh="已生效，其会话均已结束")
_CLIENT = Text(en="client id: {client_id}", zh="客户端标识：{client_id}")
_SECRET = Text(
    en="secret, shown once: {secret}",
    zh="密钥（仅显示一次）：{secret}",
)
_REVOKED = Text(
    en="client {client_id} is cut off, and its tokens with it",
    zh="客户端 {client_id} 及其令牌均已停用",
)
_CLIENTS = Text(
    en="client|party|name|scopes|since|cut off", zh="客户端|主体|名称|权限范围|登记时间|停用时间"
)
_ACCOUNTS = Text(
    en="name|party|person|roles|second factor|opened|state",
    zh="用户名|主体|人员|角色|第二步验证|开通时间|状态",
)
_YES, _NO = Text(en="set", zh="已启用"), Text(en="not set", zh="未启用")
_ACTIVE, _SHUT = Text(en="open", zh="启用"), Text(en="shut", zh="已停用")
_EVENTS = Text(en="time|event|name|address", zh="时间|事件|用户名|地址")


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    acts = {
        "first": _first,
        "invite": _invite,
        "list": _list,
        "shut": _shut,
        "reopen": _reopen,
        "roles": _roles,
        "reset": _reset,
        "events": _events,
        "client": _client,
        "clients": _clients,
        "revoke-client": _revoke_client,
    }
    acts[options.act](settings, options, language)
    return 0


def _first(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    _invited(accounts.invite_first(party=options.party, hand=_hand(settings)), language)


def _invite(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    code: str | None
    if options.person:
        code = accounts.invite_privileged(
            party=options.party,
            person=options.person,
            roles=options.role,
            hand=_hand(settings),
        )
    else:
        code = accounts.invite(
            party=options.party, roles=options.role, by=operator(), now=now_in_china()
        )
    _invited(code, language)


def _invited(code: str | None, language: Language) -> None:
    if code is None:
        say(_WAITING, language)
        return
    say(_CODE, language, code=code)
    say(_OPEN, language)


def _list(_: Settings, __: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    rows = [
        (
            one.name,
            one.party,
            one.person,
            " ".join(one.roles),
            (_YES if one.has_second_factor else _NO).say(language),
            china_time(one.opened_at),
            (_ACTIVE if one.is_active else _SHUT).say(language),
        )
        for one in accounts.all_accounts()
    ]
    show("", _ACCOUNTS.say(language).split("|"), rows)


def _shut(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    accounts.shut_account(name=options.name, hand=_hand(settings))
    say(_DONE, language)


def _reopen(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    _say_step(accounts.reopen_account(name=options.name, hand=_hand(settings)), language)


def _roles(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    step = accounts.change_roles(
        name=options.name, roles=options.role, person=options.person, hand=_hand(settings)
    )
    _say_step(step, language)


def _reset(settings: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    code = accounts.reset_account(name=options.name, hand=_hand(settings))
    if code is None:
        say(_WAITING, language)
        return
    say(_RESET, language, name=options.name, code=code)
    say(_RECOVER, language)


def _events(_: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    rows = [
        (f"{china_time(event.at)}", event.kind, event.name, event.address)
        for event in accounts.door_events(limit=options.limit, name=options.name)
    ]
    show("", _EVENTS.say(language).split("|"), rows)


def _client(_: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    new = accounts.register_client(
        party=options.party, name=options.name, scopes=options.scope, now=now_in_china()
    )
    say(_CLIENT, language, client_id=new.client_id)
    say(_SECRET, language, secret=new.secret)


def _clients(_: Settings, __: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    rows = [
        (
            client.client_id,
            client.party,
            client.name,
            " ".join(client.scopes),
            china_time(client.made_at),
            china_time(client.revoked_at) if client.revoked_at else "",
        )
        for client in accounts.clients()
    ]
    show("", _CLIENTS.say(language).split("|"), rows)


def _revoke_client(_: Settings, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import accounts

    accounts.revoke_client(client_id=options.client_id, now=now_in_china())
    say(_REVOKED, language, client_id=options.client_id)


def _say_step(step: Step, language: Language) -> None:
    say(_DONE if step.value == "done" else _WAITING, language)


def _hand(settings: Settings) -> accounts.Hand:
    from shuxin.parties.api import accounts

    return accounts.Hand(by=operator(), journal=journal_of(settings), now=now_in_china())
