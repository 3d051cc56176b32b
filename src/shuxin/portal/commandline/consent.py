"""Commands about authorisations: on the subject's device, on the platform, at the holder."""

from __future__ import annotations

import argparse
import datetime as dt

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command, day

_PARTY = "uscc:… or person:… / 主体标识"
_KEY = "first digits of a key of the wallet / 钱包密钥编号前几位"
_OUT = "file to write / 输出文件"
_REASON = "shown to the subject / 向主体公示的理由"
_DAYS = range(1, 1831)


def _moment(value: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError("2026-01-01T08:00:00+08:00")
    return moment


def _authorise(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", help="the recipient's request / 使用方的申请")
    command.add_argument("--key", default="", help=_KEY)
    command.add_argument("--catalogue", action="append", help="only this one / 仅授权该目录")
    command.add_argument("--level", type=int, choices=(1, 2, 3), help="a lower level / 更低级别")
    command.add_argument(
        "--data-from", type=day, metavar="YYYY-MM-DD", help="later start / 更晚起点"
    )
    command.add_argument("--until", type=_moment, metavar="TIME", help="an earlier end / 更早到期")
    command.add_argument("--uses", type=int, help="fewer uses / 更少次数")
    command.add_argument("--yes", action="store_true", help="do not ask / 不再询问")
    command.add_argument("--out", required=True, help=_OUT)


def _withdraw(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", help="the authorisation / 授权书")
    command.add_argument("--key", default="", help=_KEY)
    command.add_argument("--out", required=True, help=_OUT)


def _inbox(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    _draft(acts.add_parser("draft", help="sign a request as recipient / 使用方签署授权申请"))
    acts.add_parser("ask", help="take a request in / 接收申请").add_argument("file")
    listing = acts.add_parser("list", help="requests to a subject / 主体收到的申请")
    listing.add_argument("party", help=_PARTY)
    listing.add_argument(
        "--asked", action="store_true", help="requests by this recipient / 该使用方提出的申请"
    )
    listing.add_argument(
        "--out", help="folder for the open requests, or for what was granted / 输出目录"
    )
    grant = acts.add_parser("grant", help="take the signed authorisation in / 接收授权书")
    grant.add_argument("id")
    grant.add_argument("file")
    decline = acts.add_parser("decline", help="the subject refuses / 主体拒绝")
    decline.add_argument("id")
    decline.add_argument("subject", help=_PARTY)
    acts.add_parser("withdraw", help="take a withdrawal in / 接收撤回").add_argument("file")
    for name, words in (
        ("suspend", "put on hold / 暂停授权"),
        ("release", "end the hold / 恢复授权"),
    ):
        hold = acts.add_parser(name, help=words)
        hold.add_argument("id", help="id of the authorisation / 授权编号")
        hold.add_argument("--reason", required=True, help=_REASON)


def _draft(command: argparse.ArgumentParser) -> None:
    command.add_argument("--about", required=True, help=_PARTY)
    command.add_argument("--holder", required=True, help="source of the data / 数据持有方")
    command.add_argument("--purpose", required=True)
    command.add_argument("--catalogue", action="append", required=True)
    command.add_argument("--level", type=int, default=3, choices=(1, 2, 3))
    command.add_argument("--data-from", type=day, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--data-to", type=day, required=True, metavar="YYYY-MM-DD")
    command.add_argument(
        "--days", type=int, default=90, choices=_DAYS, metavar="1-1830", help="有效天数"
    )
    command.add_argument("--uses", type=int, default=1)
    command.add_argument("--reason", required=True, help=_REASON)
    command.add_argument("--replaces", default="", help="an earlier authorisation / 被替代的授权")
    command.add_argument("--out", required=True, help=_OUT)


def _status(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    publish = acts.add_parser("publish", help="sign the next list / 发布新清单")
    publish.add_argument("--out", required=True, help=_OUT)
    acts.add_parser("take", help="take a list in / 接收清单").add_argument("file")


def _uses(command: argparse.ArgumentParser) -> None:
    command.add_argument("who", help=_PARTY)


def _may(command: argparse.ArgumentParser) -> None:
    command.add_argument("reader", help=_PARTY)
    command.add_argument("--about", required=True, help=_PARTY)
    command.add_argument(
        "--with",
        dest="brought",
        action="append",
        default=[],
        metavar="FILE",
        help="an authorisation that the reader has / 使用方持有的授权书",
    )


COMMANDS: dict[str, Command] = {
    "authorise": Command(
        help=Text(
            en="read a request on your own device and sign the authorisation, or less of it",
            zh="在本人设备上查看授权申请，按申请或更小范围签署授权书",
        ),
        module="authorise",
        arguments=_authorise,
    ),
    "withdraw": Command(
        help=Text(en="sign the withdrawal of an authorisation", zh="签署撤回授权声明"),
        module="authorise",
        arguments=_withdraw,
    ),
    "inbox": Command(
        help=Text(
            en="requests for authorisation: draft, take in, list, grant, decline, withdraw, suspend",
            zh="授权申请：起草、接收、查看、授权、拒绝、撤回、暂停",
        ),
        module="inbox",
        arguments=_inbox,
    ),
    "status": Command(
        help=Text(
            en="publish, or take in, the list of authorisations that hold no more",
            zh="发布或接收授权状态清单",
        ),
        module="status",
        arguments=_status,
    ),
    "uses": Command(
        help=Text(
            en="every use of a subject's data here, and every refused try",
            zh="查看本处对某主体数据的每次使用及被拒绝的尝试",
        ),
        module="uses",
        arguments=_uses,
    ),
    "may": Command(
        help=Text(
            en="what a recipient could read about a subject here today, and why not the rest",
            zh="预览某使用方今天可读取某主体的哪些数据，以及其余不可读取的原因",
        ),
        module="may",
        arguments=_may,
    ),
}
