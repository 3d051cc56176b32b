"""The commands of the link between a platform and the homes that follow it, with their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

if TYPE_CHECKING:
    import argparse

_CA = "certificates to trust instead of the machine's, PEM / 站点证书所依据的根证书(PEM)"


def _platform(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    joined = acts.add_parser(
        "join", help="follow a platform; the secret comes by standard input / 接入平台"
    )
    joined.add_argument("url", metavar="URL", help="https://…")
    joined.add_argument(
        "--client", required=True, metavar="ID", help="as the platform printed it / 客户端标识"
    )
    joined.add_argument(
        "--secret-file", metavar="FILE", help="else standard input / 密钥文件,默认读标准输入"
    )
    joined.add_argument("--ca", metavar="FILE", help=_CA)
    joined.add_argument(
        "--every",
        type=float,
        default=2.0,
        metavar="SECONDS",
        help="between two contacts / 轮询间隔(秒)",
    )
    acts.add_parser("show", help="how the link stands / 查看对接状态")
    acts.add_parser("leave", help="follow no more / 解除对接")
    followed = acts.add_parser(
        "follow", help="'node run' does it by itself / 同步(node run 会自动进行)"
    )
    followed.add_argument("--once", action="store_true", help="one round / 仅同步一次")
    _holder(acts)


def _holder(acts: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """At the platform."""
    holder = acts.add_parser("holder", help="at the platform: sites of holders / 登记数据来源站点")
    what = holder.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = what.add_parser("add", help="or change / 登记或变更")
    add.add_argument("party", metavar="PARTY", help="uscc:…")
    add.add_argument("url", metavar="URL", help="https://…")
    add.add_argument("--ca", metavar="FILE", help=_CA)
    what.add_parser("list", help="all / 列出")
    what.add_parser("remove", help="no more questions go there / 删除").add_argument(
        "party", metavar="PARTY"
    )


COMMANDS = {
    "platform": Command(
        help=Text(
            en="the link to the platform: withdrawals, keys and authorisations arrive by themselves",
            zh="与平台对接：自动接收撤回、密钥目录与授权书",
        ),
        module="platform",
        arguments=_platform,
    ),
}
