"""The commands of the marketplace at a platform, and of what the use of data costs at a holder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command, day

if TYPE_CHECKING:
    import argparse


def _market(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("run", help="clocks, matching and webhooks, each second / 运行后台任务")
    acts.add_parser("status", help="how it stands / 查看运行情况")
    lists = acts.add_parser(
        "open-list", help="load an open list of bad debtors / 载入公开失信、欠税、严重违法名单"
    )
    lists.add_argument("kind", choices=("dishonest", "tax_arrears", "offenders"))
    lists.add_argument("file", help="CSV with the columns uscc, since, until / CSV 文件")
    lists.add_argument("--source", required=True, help="who publishes it / 发布单位")
    networks = acts.add_parser(
        "networks", help="inner networks to which webhooks may go / 事件推送可达的内部网段"
    )
    what = networks.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("list", help="all / 列出")
    for name, text in (("add", "open one / 开放"), ("remove", "close it / 关闭")):
        what.add_parser(name, help=text).add_argument("network", metavar="CIDR")


def _tariff(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    price = acts.add_parser(
        "set", help="what one use costs, once a second person agrees / 设定使用单价，须另一人复核"
    )
    price.add_argument("--catalogue", default="*", help="* for any / 目录,* 表示不限")
    price.add_argument("--purpose", default="*", help="* for any / 目的,* 表示不限")
    price.add_argument("--fen", type=int, required=True, help="for one use / 每次使用的价格(分)")
    price.add_argument(
        "--from", dest="valid_from", type=day, metavar="YYYY-MM-DD", help="else today / 默认今天"
    )
    acts.add_parser("waiting", help="prices that wait for a second person / 待复核单价")
    agree = acts.add_parser("agree", help="by another person: in force from now on / 由另一人复核")
    agree.add_argument("number", type=int, help="as 'waiting' lists it / 编号")
    acts.add_parser("show", help="all prices that were ever set / 历次单价")
    statement = acts.add_parser("statement", help="a month of each caller / 月度账单")
    statement.add_argument("month", metavar="YYYY-MM")
    statement.add_argument("--caller", default="", metavar="PARTY", help="else all / 默认全部")
    statement.add_argument(
        "--out", metavar="FOLDER", help="signed, as JSON, a file each / 导出已签名的账单(JSON)"
    )


COMMANDS = {
    "market": Command(
        help=Text(
            en="the marketplace's background work at a platform: clocks, matching, webhooks",
            zh="平台融资服务的后台任务：时限、匹配、事件推送",
        ),
        module="market",
        arguments=_market,
    ),
    "tariff": Command(
        help=Text(
            en="what the use of this holder's data costs, and the monthly statement of each caller",
            zh="本方数据的使用单价与各使用方的月度账单",
        ),
        module="tariff",
        arguments=_tariff,
    ),
}
