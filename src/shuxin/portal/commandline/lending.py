"""The command of a lender's desk, with its arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

if TYPE_CHECKING:
    import argparse


def _lending(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    run = acts.add_parser("run", help="hear, claim, decide, answer / 受理、审批并答复")
    run.add_argument(
        "--every",
        type=float,
        default=0.5,
        metavar="SECONDS",
        help="between two rounds / 轮询间隔(秒)",
    )
    acts.add_parser("status", help="cases, queue, what is not told yet / 查看案件与待发送结果")


COMMANDS = {
    "lending": Command(
        help=Text(
            en="a lender's desk: takes applications from the platform, decides and answers them",
            zh="银行审批台：受理平台转来的贷款申请，审批并答复",
        ),
        module="lending",
        arguments=_lending,
    ),
}
