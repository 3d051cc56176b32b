"""Commands over the installation itself: whose it is, and on what bases it works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command, day

if TYPE_CHECKING:
    import argparse

KINDS = (
    "bank",
    "department",
    "utility",
    "guarantee_company",
    "operator",
    "regulator",
    "attester",
    "notary",
)


def _init(command: argparse.ArgumentParser) -> None:
    command.add_argument("code", help="unified social credit code / 统一社会信用代码")
    command.add_argument("name", help="registered name / 登记名称")
    command.add_argument("--kind", default="bank", choices=KINDS, help="机构类别")


def _basis(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", metavar="ACT")
    acts.add_parser("list")
    add = acts.add_parser("add")
    add.add_argument("purpose")
    add.add_argument("kind", choices=("contract", "legal_duty", "public_task"))
    add.add_argument("law", help="article of law / 法条")
    add.add_argument("--years", type=int, default=1, choices=range(1, 11), metavar="1-10")
    add.add_argument(
        "--secret",
        action="store_true",
        help="a law keeps these uses from the subject; they are logged / 依法对主体保密,仍留存日志",
    )
    _joint(acts.add_parser("joint", help="for joint jobs with another party / 与他方联合处理"))
    acts.add_parser("end").add_argument("id")


def _joint(command: argparse.ArgumentParser) -> None:
    command.add_argument("recipient", help="party id of who gets the results / 结果接收方")
    command.add_argument("purpose")
    command.add_argument("kind", choices=("contract", "legal_duty", "public_task"))
    command.add_argument("law", help="article of law / 法条")
    command.add_argument("agreement", help="number of the contract between the two / 协议编号")
    command.add_argument("catalogue", nargs="+")
    command.add_argument("--years", type=int, default=1, choices=range(1, 11), metavar="1-10")
    command.add_argument("--level", type=int, default=2, choices=range(1, 4))
    command.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="PARTY",
        help="another party that may learn which subjects are common / 可获知共同主体的其他方",
    )
    command.add_argument(
        "--secret",
        action="store_true",
        help="a law keeps these uses from the subject; they are logged / 依法对主体保密,仍留存日志",
    )


def _departments(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", metavar="ACT")
    acts.add_parser("list")
    allow = acts.add_parser("allow", help="a department's data for another's work / 允许部门间使用")
    allow.add_argument("owner", help="department of the data / 数据所属部门")
    allow.add_argument("user", help="department that works with them / 使用部门")
    allow.add_argument("purpose", nargs="+")
    allow.add_argument("--years", type=int, default=1, choices=range(1, 11), metavar="1-10")
    acts.add_parser("end").add_argument("id")
    member = acts.add_parser("member", help="where an account of this machine works / 账户所属部门")
    member.add_argument("account")
    member.add_argument("name", nargs="?", default="", help="none: in no department / 留空即解除")


def _request(command: argparse.ArgumentParser) -> None:
    command.add_argument("holder", help="party id of who has the data / 数据持有方")
    command.add_argument("subject", help="party id of whose data / 主体")
    command.add_argument("purpose")
    command.add_argument("catalogue", nargs="+")
    command.add_argument("--level", type=int, default=3, choices=range(1, 4))
    command.add_argument("--from", dest="data_from", type=day, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--to", dest="data_to", type=day, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--person", action="append", default=[], help="owner / 所有人")
    command.add_argument("--out", required=True, metavar="FILE")


def _owners(command: argparse.ArgumentParser) -> None:
    command.add_argument("subject", help="party id of the enterprise / 企业主体标识")
    command.add_argument("person", nargs="+", help="party ids of its owners / 所有人主体标识")


COMMANDS = {
    "init": Command(
        help=Text(
            en="say whose installation this is; makes its key, its log and the bases of its own work",
            zh="登记本安装所属机构；生成机构密钥、日志及自有数据的处理依据",
        ),
        module="init",
        arguments=_init,
    ),
    "request": Command(
        help=Text(
            en="ask another holder for one use of a subject's data, signed with this holder's key",
            zh="向其他数据持有方申请一次数据使用，并用本机构密钥签名",
        ),
        module="request",
        arguments=_request,
    ),
    "owners": Command(
        help=Text(
            en="record whose own consent the personal data beside an enterprise's need",
            zh="登记企业相关个人信息须由哪些个人本人同意",
        ),
        module="owners",
        arguments=_owners,
    ),
    "basis": Command(
        help=Text(
            en="list, add or end the lawful bases of the holder's own work and of joint work with others",
            zh="查看、新增或终止自有数据及联合处理的处理依据",
        ),
        module="basis",
        arguments=_basis,
    ),
    "departments": Command(
        help=Text(
            en="for which purposes a department's data serve another's work, and which account works where",
            zh="部门间数据使用范围，以及各账户所属部门",
        ),
        module="departments",
        arguments=_departments,
    ),
}
