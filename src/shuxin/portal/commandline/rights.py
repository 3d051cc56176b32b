"""Commands about the subject's rights: objection, erasure, retention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

if TYPE_CHECKING:
    import argparse

_NUMBER = "number of the objection / 异议编号"
_REASON = "why, kept here and only committed to in the log / 理由(仅本地保存)"
_OUT = "file to write / 输出文件"


def _objection(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    sign = acts.add_parser("sign", help="on the subject's own device / 在主体本人设备上签署异议")
    sign.add_argument("holder", help="party id of who has the data / 数据持有方")
    sign.add_argument("dataset")
    sign.add_argument("field")
    sign.add_argument(
        "--about",
        default="",
        help="enterprise beside whose data one's personal data stand / 本人信息所在的企业",
    )
    _signed(sign)
    note = acts.add_parser("note", help="the subject's note beside the field / 签署本人声明")
    note.add_argument("number", help=_NUMBER)
    _signed(note)
    take = acts.add_parser("file", help="take in a signed objection or note / 受理异议或声明")
    take.add_argument("file")
    listed = acts.add_parser("list", help="all, those due first / 全部异议,临期在前")
    listed.add_argument("--overdue", action="store_true", help="only late ones / 仅超期")
    forward = acts.add_parser("forward", help="to the source department / 转来源部门")
    answer = acts.add_parser("answer", help="by another person than who forwarded / 由另一人答复")
    close = acts.add_parser("close", help="settle and release the field / 办结并解除标注")
    for act in (forward, answer, close):
        act.add_argument("number", help=_NUMBER)
        act.add_argument("--reason", default="", help=_REASON)
    answer.add_argument("outcome", choices=("corrected", "upheld"))
    notices = acts.add_parser("notices", help="write the notices to readers / 导出更正通知")
    notices.add_argument("number", help=_NUMBER)
    notices.add_argument("--out", required=True, help="folder / 目录")


def _signed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--text", required=True, help="in one's own words / 说明")
    parser.add_argument(
        "--key", required=True, help="first digits of a key of the wallet / 钱包密钥"
    )
    parser.add_argument("--out", required=True, help=_OUT)


def _erase(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    request = acts.add_parser("request", help="ask for an erasure / 申请删除")
    request.add_argument("who", help="credit code, number or name / 代码、编号或名称")
    request.add_argument("--dataset", required=True)
    request.add_argument("--reason", default="", help=_REASON)
    approve = acts.add_parser("approve", help="by another person; then the rows go / 由另一人批准")
    approve.add_argument("number")
    acts.add_parser("list", help="all of them / 全部删除申请")
    acts.add_parser("sweep", help="finish what was cut short; remove rows that came again / 补删")
    proofs = acts.add_parser("proofs", help="write the deletion proofs / 导出删除证明")
    proofs.add_argument("number")
    proofs.add_argument("--out", required=True, help="folder / 目录")


COMMANDS: dict[str, Command] = {
    "objection": Command(
        help=Text(
            en="objections: sign, file, list, forward, answer, close, notices",
            zh="异议：签署、受理、列表、转办、答复、办结、通知",
        ),
        module="objection",
        arguments=_objection,
    ),
    "erase": Command(
        help=Text(
            en="remove a subject's rows from a dataset; needs two persons",
            zh="从数据集中删除某主体的数据；须两人办理",
        ),
        module="erase",
        arguments=_erase,
    ),
    "retention": Command(
        help=Text(
            en="what must go, what may go, and what must be asked for again",
            zh="到期应删除、可删除及需重新查询的数据",
        ),
        module="retention",
    ),
}
