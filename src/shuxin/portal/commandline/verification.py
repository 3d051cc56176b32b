"""Commands about documents by hash, credentials, and transfers that a person carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

if TYPE_CHECKING:
    import argparse

_TEMPLATES = (
    *("personal_asset_proof", "enterprise_asset_proof", "account_statement"),
    *("credit_report", "kyc_report", "admission_letter"),
)
_REASONS = (*("issued_in_error", "content_changed", "holder_request", "fraud", "key_compromised"),)
_STEPS = (
    *("identity_verified", "source_issued", "carried", "submitted"),
    *("passed", "failed", "closed"),
)
_PARTY = "uscc:… or person:… / 主体标识"
_KEY = "first digits of a key of the wallet / 钱包密钥编号前几位"
_TRUST = "trusted keys / 信任文件"


def _issue(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", help="any file / 任意文件")
    command.add_argument("--template", required=True, choices=_TEMPLATES, help="模板")
    command.add_argument("--to", required=True, metavar="FOLDER", help="输出目录")
    command.add_argument("--subject", default="", help=_PARTY)
    command.add_argument(
        "--holder-key", default="", help="public key that may present it / 持有人公钥"
    )
    command.add_argument("--days", type=int, default=0, help="validity / 有效天数")
    command.add_argument("--media-type", default="", help="else by the name / 媒体类型")
    command.add_argument("--sm3", action="store_true", help="commit with SM3 / 使用 SM3 承诺")
    command.add_argument("--supersedes", default="", help="id of the document it replaces")
    command.add_argument(
        "--codes", action="store_true", help="QR codes of the receipt / 回执二维码"
    )


def _demand(command: argparse.ArgumentParser) -> None:
    command.add_argument("--trust", required=True, metavar="FILE", help=_TRUST)
    command.add_argument(
        "--status", action="append", default=[], metavar="FILE", help="status list / 状态列表"
    )
    command.add_argument("--audience", default="", help="party it must be presented to / 受众")
    command.add_argument("--nonce", default="", help="that it must answer / 随机数")
    command.add_argument(
        "--presented",
        action="store_true",
        help="must answer a nonce of 'document ask', once; recorded / 须回应本机构给出的随机数",
    )


def _document(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    verify = acts.add_parser("verify", help="a package, or file and receipt / 核验")
    verify.add_argument("file")
    verify.add_argument("--receipt", metavar="FILE", help="receipt, else a package / 回执")
    verify.add_argument("--codes", metavar="FILE", help="scanned QR codes, one a line / 二维码文本")
    verify.add_argument("--presentation", metavar="FILE", help="出示声明")
    verify.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        metavar="FILE",
        help="signed one that you had of the issuer's log before / 此前取得的日志检查点",
    )
    verify.add_argument("--record", action="store_true", help="in this node's log / 记入本机日志")
    verify.add_argument("--json", action="store_true")
    _demand(verify)
    revoke = acts.add_parser("revoke", help="it counts no longer / 撤销")
    revoke.add_argument("id")
    revoke.add_argument("--reason", required=True, choices=_REASONS)
    acts.add_parser("publish", help="sign the status lists / 发布状态列表").add_argument(
        "--to", required=True, metavar="FOLDER"
    )
    acts.add_parser("list", help="issued here / 已出具").add_argument(
        "--limit", type=int, default=20
    )
    acts.add_parser("status", help="by commitment / 按承诺值查询").add_argument("commitment")
    acts.add_parser("ask", help="a nonce to be answered once / 生成一次性随机数")
    acts.add_parser("card", help="this issuer's public keys / 本机构公钥卡").add_argument(
        "--out", required=True, metavar="FILE"
    )
    trust = acts.add_parser("trust", help="a trust file from cards / 由公钥卡生成信任文件")
    trust.add_argument("cards", nargs="+", metavar="CARD")
    trust.add_argument(
        "--party", action="append", default=[], help=f"whose keys to include, too; {_PARTY}"
    )
    trust.add_argument("--threshold", type=int, default=0, help="witnesses needed / 所需见证数")
    trust.add_argument("--out", required=True, metavar="FILE")
    witnessed = acts.add_parser(
        "witnessed", help="put a cosigned checkpoint into a receipt / 将联署检查点写入回执"
    )
    witnessed.add_argument("file", help="package or receipt / 数据包或回执")
    witnessed.add_argument("--checkpoint", required=True, metavar="FILE")
    witnessed.add_argument("--out", required=True, metavar="FILE")
    archive = acts.add_parser("archive", help="own documents with proofs / 数字档案")
    archive.add_argument("--add", metavar="FILE", help="package or receipt / 数据包或回执")
    archive.add_argument("--subject", required=True, help=_PARTY)


def _present(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", help="package / 数据包")
    command.add_argument("--audience", required=True, help=_PARTY)
    command.add_argument("--nonce", required=True, help="from the recipient / 接收方给出的随机数")
    command.add_argument("--key", required=True, help=_KEY)
    command.add_argument("--out", required=True, metavar="FILE")


def _credential(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("templates", help="templates and their fields / 模板与字段")
    issue = acts.add_parser("issue", help="from a JSON file of values / 由字段值文件签发")
    issue.add_argument("values", metavar="FILE")
    issue.add_argument("--template", required=True, choices=_TEMPLATES)
    issue.add_argument("--holder-key", required=True, help="持有人公钥")
    issue.add_argument("--subject", default="", help=_PARTY)
    issue.add_argument("--out", required=True, metavar="FILE")
    present = acts.add_parser("present", help="show chosen claims / 出示所选字段")
    present.add_argument("file")
    present.add_argument("--show", default="", help="claims, by commas / 字段,逗号分隔")
    present.add_argument("--audience", required=True, help=_PARTY)
    present.add_argument("--nonce", required=True)
    present.add_argument("--key", required=True, help=_KEY)
    present.add_argument("--out", required=True, metavar="FILE")
    verify = acts.add_parser("verify", help="check a presentation / 核验出示")
    verify.add_argument("file")
    _demand(verify)


def _transfer(command: argparse.ArgumentParser) -> None:
    acts = command.add_subparsers(dest="act", required=True, metavar="ACT")
    start = acts.add_parser("start", help="the person's order / 本人发起")
    for name in ("person", "source", "target"):
        start.add_argument(f"--{name}", required=True, help=_PARTY)
    start.add_argument("--kind", action="append", required=True, choices=_TEMPLATES)
    start.add_argument("--field", action="append", required=True, help="字段")
    start.add_argument("--purpose", required=True, help="使用目的")
    start.add_argument(
        "--open-target", action="store_true", help="the source may know / 告知来源方"
    )
    start.add_argument("--key", required=True, help=_KEY)
    start.add_argument("--out", required=True, metavar="FILE")
    step = acts.add_parser("step", help="take the next step / 执行下一步")
    step.add_argument("chain", metavar="FILE")
    step.add_argument("step", choices=_STEPS)
    step.add_argument(
        "--key", default="", help=f"{_KEY}; else this installation's key / 或本机构密钥"
    )
    step.add_argument("--receipt", metavar="FILE", help="of the document, when issued / 回执")
    step.add_argument("--secret", metavar="FILE", help="of the order, when submitted / 快递单密值")
    step.add_argument("--trust", required=True, metavar="FILE", help=_TRUST)
    step.add_argument("--out", required=True, metavar="FILE")
    show = acts.add_parser("show", help="where it stands / 查看状态")
    show.add_argument("chain", metavar="FILE")
    show.add_argument("--trust", required=True, metavar="FILE", help=_TRUST)


COMMANDS = {
    "issue": Command(
        help=Text(
            en="issue a document: a receipt by salted hash, in this node's log; the file stays with the person",
            zh="出具文件：加盐哈希回执并记入本机日志，文件由本人携带",
        ),
        module="issue",
        arguments=_issue,
    ),
    "document": Command(
        help=Text(
            en="verify, revoke and list documents by hash; verifying works offline",
            zh="按哈希核验、撤销、查看文件；核验可离线进行",
        ),
        module="document",
        arguments=_document,
    ),
    "present": Command(
        help=Text(
            en="bind a carried document to one recipient, with the holder's key",
            zh="用持有人密钥将所携带文件绑定到一个接收方",
        ),
        module="present",
        arguments=_present,
    ),
    "credential": Command(
        help=Text(
            en="credentials of which the holder shows single claims",
            zh="可由持有人选择性出示字段的凭证",
        ),
        module="credential",
        arguments=_credential,
    ),
    "transfer": Command(
        help=Text(
            en="data express: a transfer that the person starts and carries",
            zh="数据快递：由本人发起并携带的数据传递",
        ),
        module="transfer",
        arguments=_transfer,
    ),
}
