"""Commands over the log of this node, and the offline check of what others bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

if TYPE_CHECKING:
    import argparse


def _log(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    parts.add_parser("head", help="sign and print the checkpoint of now / 签署并输出当前检查点")
    parts.add_parser("check", help="read every byte, name all damage / 逐字节检查并列出损坏")
    listed = parts.add_parser("list", help="the last entries / 最近的条目")
    listed.add_argument("--limit", type=int, default=20)
    prove = parts.add_parser("prove", help="a proof of one entry as a file / 导出一条目的证明")
    prove.add_argument("index", type=int)
    prove.add_argument("--checkpoint", metavar="FILE", help="a cosigned one / 已联署的检查点")
    prove.add_argument("--out", metavar="FILE", required=True)
    consistency = parts.add_parser(
        "consistency", help="a proof that the log only grew / 导出仅追加的证明"
    )
    consistency.add_argument("old", type=int, help="earlier size / 较早规模")
    consistency.add_argument("new", type=int, nargs="?", help="later size, else now / 较晚规模")
    consistency.add_argument("--out", metavar="FILE", required=True)
    witness = parts.add_parser(
        "witness", help="cosign the checkpoint of another log / 联署另一日志的检查点"
    )
    witness.add_argument("note", help="its checkpoint / 其检查点文件")
    witness.add_argument("--trust", metavar="FILE", required=True, help="its key / 其公钥")
    witness.add_argument("--proof", metavar="FILE", help="consistency proof / 一致性证明")
    witness.add_argument("--out", metavar="FILE", required=True)
    parts.add_parser("key", help="verifier keys of log and witness / 日志与见证的验证公钥")


def _verify(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files", nargs="+", metavar="FILE", help="or the folder of a log / 或日志目录"
    )
    command.add_argument("--trust", metavar="FILE", required=True, help="trusted keys / 信任文件")


def _evidence(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "score",
        nargs="?",
        metavar="SCORE",
        help="number of a score, or hash of a decision / 评分编号或决策哈希",
    )
    command.add_argument("--out", metavar="FILE", help="the evidence file / 证据文件")
    command.add_argument(
        "--trust-out", metavar="FILE", help="the keys that it is checked with / 核验所需公钥"
    )
    command.add_argument("--list", action="store_true", help="the scores kept here / 已留存的评分")
    command.add_argument("--subject", default="", metavar="CODE", help="of one subject / 指定主体")


COMMANDS = {
    "log": Command(
        help=Text(
            en="the append-only log of this node: checkpoint, check, proofs, witnessing",
            zh="本节点的仅追加日志：检查点、检查、证明、见证",
        ),
        module="log",
        arguments=_log,
    ),
    "verify": Command(
        help=Text(
            en="check evidence, proofs, checkpoints and logs of others, offline, with public keys only",
            zh="离线核验他方的证据、证明、检查点与日志，只需公钥",
        ),
        module="verify",
        arguments=_verify,
    ),
    "evidence": Command(
        help=Text(
            en="one file that proves a joint score or a decision to a stranger, link by link",
            zh="导出联合评分或授信决策的证据文件，逐环节可核验",
        ),
        module="evidence",
        arguments=_evidence,
    ),
}
