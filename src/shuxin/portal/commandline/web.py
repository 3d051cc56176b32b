"""The commands of the pages and of accounts, with their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

if TYPE_CHECKING:
    import argparse

_PARTY = "the party, uscc:… or person:… / 主体标识"

_ACTS = {
    "shut": "shut an account, at once / 停用账户(立即生效)",
    "reopen": "open it again; two persons / 恢复账户(双人)",
    "reset": "a code for a new password and second factor; two persons / 重置密码与第二步验证(双人)",
}


def _serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on / 监听地址")
    parser.add_argument(
        "--port", type=int, default=8000, help="0: any free one / 0 表示任一空闲端口"
    )
    parser.add_argument("--certificate", help="TLS certificate chain, PEM / TLS 证书链")
    parser.add_argument("--key", help="private key of the certificate, PEM / 证书私钥")
    parser.add_argument(
        "--proxy",
        metavar="ADDRESS",
        help="reverse proxy whose X-Forwarded-For is believed; commas between several / 可信反向代理地址",
    )


def _account(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    first = acts.add_parser(
        "first", help="invite the first system administrator / 邀请首位系统管理员"
    )
    first.add_argument("--party", required=True, help=_PARTY)
    invited = acts.add_parser("invite", help="invite one person / 邀请一名人员")
    invited.add_argument("--party", required=True, help=_PARTY)
    invited.add_argument(
        "--role", action="append", required=True, help="may stand several times / 可多次指定"
    )
    invited.add_argument(
        "--person",
        default="",
        help="person:…, needed for officers and administrators, whom two persons invite"
        " / 人员标识;邀请工作人员与管理员时必填(双人)",
    )
    acts.add_parser("list", help="accounts and their roles / 列出账户")
    for act, text in _ACTS.items():
        acts.add_parser(act, help=text).add_argument("name", metavar="NAME")
    roles = acts.add_parser("roles", help="other roles; two persons / 变更角色(双人)")
    roles.add_argument("name", metavar="NAME")
    roles.add_argument(
        "--role", action="append", required=True, help="may stand several times / 可多次指定"
    )
    roles.add_argument("--person", default="", help="who it is, when not known / 人员标识")
    events = acts.add_parser("events", help="sign-ins, failures, locks / 登录事件")
    events.add_argument("--name", default="", help="of one account / 指定用户名")
    events.add_argument("--limit", type=int, default=50, help="the newest so many / 最近条数")
    client = acts.add_parser("client", help="register a client of the API / 登记接口客户端")
    client.add_argument("--party", required=True, help=_PARTY)
    client.add_argument("--name", default="", help="what people call it / 名称")
    client.add_argument(
        "--scope", action="append", required=True, help="may stand several times / 可多次指定"
    )
    acts.add_parser("clients", help="list the clients of the API / 列出接口客户端")
    revoked = acts.add_parser("revoke-client", help="cut a client off / 停用接口客户端")
    revoked.add_argument("client_id", metavar="CLIENT")


COMMANDS: dict[str, Command] = {
    "serve": Command(
        help=Text(
            en="serve pages and API (with TLS files, or to this machine only)",
            zh="提供网页与接口服务（需 TLS 证书，否则仅限本机）",
        ),
        module="serve",
        arguments=_serve,
    ),
    "account": Command(
        help=Text(
            en="accounts: invite, list, shut, change, recover, events; clients of the API",
            zh="账户的邀请、列出、停用、变更、重置与登录事件；接口客户端",
        ),
        module="account",
        arguments=_account,
    ),
}
