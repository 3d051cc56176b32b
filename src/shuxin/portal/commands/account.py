"""``shuxin account``: the first administrator, invitations, and clients of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import operator, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.kernel.text import Language

_CODE = Text(
    en="invitation code, shown once, good for one account within the hour: {code}",
    zh="邀请码(仅显示一次,一小时内可开通一个账户):{code}",
)
_OPEN = Text(
    en="open the page /account/open of this platform and enter it there",
    zh="请在本平台 /account/open 页面输入",
)
_CLIENT = Text(en="client id: {client_id}", zh="客户端标识:{client_id}")
_SECRET = Text(
    en="secret, shown once: {secret}",
    zh="密钥(仅显示一次):{secret}",
)
_REVOKED = Text(
    en="client {client_id} is cut off, and its tokens with it",
    zh="客户端 {client_id} 及其令牌均已停用",
)
_HEAD = Text(
    en="client|party|name|scopes|since|cut off", zh="客户端|主体|名称|权限范围|登记时间|停用时间"
)


def run(options: argparse.Namespace, language: Language) -> int:
    start()
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import accounts

    now = now_in_china()
    if options.act == "first":
        _invited(accounts.invite_first(party=options.party, by=operator(), now=now), language)
    elif options.act == "invite":
        code = accounts.invite(party=options.party, roles=options.role, by=operator(), now=now)
        _invited(code, language)
    elif options.act == "client":
        new = accounts.register_client(
            party=options.party, name=options.name, scopes=options.scope, now=now
        )
        say(_CLIENT, language, client_id=new.client_id)
        say(_SECRET, language, secret=new.secret)
    elif options.act == "revoke-client":
        accounts.revoke_client(client_id=options.client_id, now=now)
        say(_REVOKED, language, client_id=options.client_id)
    else:
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
        show("", _HEAD.say(language).split("|"), rows)
    return 0


def _invited(code: str, language: Language) -> None:
    say(_CODE, language, code=code)
    say(_OPEN, language)
