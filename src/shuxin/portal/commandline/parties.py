"""Commands about who there is: keys on one's own device, parties, and whom this holder trusts."""

from __future__ import annotations

import argparse
import datetime as dt

from shuxin.kernel.text import Text
from shuxin.portal.commandline.command import Command

KINDS = (
    *(
        "department",
        "bank",
        "guarantee_company",
        "utility",
        "operator",
        "regulator",
        "attester",
        "notary",
    ),
    *("enterprise", "individual_business", "person"),
)
ROLES = (
    *("subject", "legal_representative", "agent", "officer", "node"),
    *("system_admin", "security_admin", "auditor"),
)
METHODS = ("counter", "face", "bank_card_elements", "licence", "development")
REASONS = ("superseded", "role_ended", "lost", "compromised")
_PARTY = "uscc:… or person:… / 主体标识"
_KEY = "first digits of a key of the wallet / 钱包密钥编号前几位"
_OUT = "file to write / 输出文件"


def _moment(value: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise argparse.ArgumentTypeError("2026-01-01T08:00:00+08:00")
    return moment


def _claim(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--party", required=True, help=_PARTY)
    parser.add_argument("--kind", required=True, choices=KINDS, help="主体类别")
    parser.add_argument("--name", default="", help="registered name, none for persons / 登记名称")
    parser.add_argument("--role", action="append", choices=ROLES, help="default: subject / 角色")
    parser.add_argument("--label", default="", help="what you call this key / 密钥标签")
    parser.add_argument("--mandate", default="", help="an agent's mandate, its hash / 授权委托哈希")
    _protected(parser)


def _protected(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--algorithm", default="ed25519", choices=("ed25519", "sm2"))
    parser.add_argument(
        "--protect", action="store_true", help="encrypt the key with a passphrase / 用口令加密密钥"
    )
    parser.add_argument("--out", required=True, help=_OUT)


def _key(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    _claim(
        acts.add_parser("new", help="make a key and the request to bind it / 新建密钥与绑定申请")
    )
    acts.add_parser("list", help="the keys of the wallet / 列出钱包密钥")
    rotate = acts.add_parser("rotate", help="a new key in place of an old one / 更换密钥")
    rotate.add_argument("key", help=_KEY)
    _protected(rotate)
    revoke = acts.add_parser("revoke", help="say that a key counts no more / 吊销密钥")
    revoke.add_argument("key", help="the key's whole id / 完整密钥编号")
    revoke.add_argument("--reason", required=True, choices=REASONS, help="吊销原因")
    revoke.add_argument("--with", dest="signer", default="", help=_KEY)
    revoke.add_argument("--out", required=True, help=_OUT)
    recover = acts.add_parser(
        "recover", help="a new key after a loss; the attester revokes the old one / 密钥遗失后重建"
    )
    recover.add_argument("--lost", required=True, help="the lost key's id / 遗失密钥编号")
    _claim(recover)
    mandate = acts.add_parser("mandate", help="appoint an agent / 委托经办人")
    mandate.add_argument("key", help=_KEY)
    mandate.add_argument("--person", required=True, help="person:…")
    mandate.add_argument("--purpose", action="append", required=True, help="目的,可多次指定")
    mandate.add_argument("--from", dest="start", required=True, type=_moment, help="生效时间")
    mandate.add_argument("--to", dest="end", required=True, type=_moment, help="失效时间")
    mandate.add_argument("--out", required=True, help=_OUT)


def _party(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    register = acts.add_parser("register", help="register a party here / 登记主体")
    register.add_argument("code", nargs="?", default="", help="credit code / 统一社会信用代码")
    register.add_argument("name", nargs="?", default="", help="registered name / 登记名称")
    register.add_argument("--kind", choices=KINDS, default="enterprise", help="主体类别")
    register.add_argument(
        "--register", default="", help="CSV file 'code,name' to compare with / 登记簿 CSV 文件"
    )
    register.add_argument(
        "--confirm", action="store_true", help="the licence was seen and compared / 已查验执照"
    )
    attest = acts.add_parser(
        "attest", help="bind a key after proving its owner's identity / 核验身份并绑定密钥"
    )
    attest.add_argument("request", help="file of 'shuxin key new' / 绑定申请文件")
    attest.add_argument(
        "--method", choices=METHODS, default="", help="none: own officer / 核验方式"
    )
    attest.add_argument("--evidence", default="", help="record of the check / 核验记录文件")
    attest.add_argument("--days", type=int, default=365, help="validity / 有效天数")
    attest.add_argument("--lost", default="", help="revoke this lost key too / 同时吊销遗失密钥")
    attest.add_argument("--mandate", default="", help="of an agent's key / 经办人的委托文件")
    attest.add_argument("--person", default="", help="person:… checked for an agent / 经办人")
    attest.add_argument("--out", required=True, help=_OUT)
    take = acts.add_parser("take", help="take signed statements or a directory in / 收入声明或目录")
    take.add_argument("files", nargs="+", metavar="FILE")
    acts.add_parser("list", help="parties and their keys / 列出主体")
    show = acts.add_parser("show", help="one party's keys / 查看一个主体的密钥")
    show.add_argument("party", help=_PARTY)
    publish = acts.add_parser("publish", help="write the next signed directory / 发布目录")
    publish.add_argument("--out", required=True, help=_OUT)


def _trust(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="ACT")
    acts.add_parser("list", help="whom this holder trusts / 列出信任锚")
    found = acts.add_parser(
        "found", help="trust cards of others, before anything is kept here / 创设时信任其他主体"
    )
    found.add_argument("cards", nargs="+", metavar="CARD")
    add = acts.add_parser(
        "add", help="trust somebody; needs two persons who say the same / 新增信任锚(双人)"
    )
    what = add.add_subparsers(dest="what", required=True, metavar="WHAT")
    attester = what.add_parser("attester", help="who proves identities / 身份核验方")
    attester.add_argument("party", help=_PARTY)
    attester.add_argument("key", help="ed25519:… or sm2:…")
    attester.add_argument("--for", dest="kinds", action="append", required=True, choices=KINDS)
    pinned = what.add_parser("key", help="an institution's own key / 机构密钥")
    pinned.add_argument("party", help=_PARTY)
    pinned.add_argument("key", help="ed25519:… or sm2:…")
    pinned.add_argument("name", help="registered name / 登记名称")
    pinned.add_argument("--kind", required=True, choices=KINDS, help="机构类别")
    pinned.add_argument("--from", dest="start", required=True, type=_moment, help="生效时间")
    pinned.add_argument("--to", dest="end", required=True, type=_moment, help="失效时间")
    method = what.add_parser("method", help="a way to prove identity / 核验方式")
    method.add_argument("method", choices=METHODS)
    removed = acts.add_parser("remove", help="trust somebody no longer; two persons / 移除信任锚")
    removed.add_argument("key", help="the key's whole id / 完整密钥编号")


COMMANDS: dict[str, Command] = {
    "key": Command(
        help=Text(
            en="keys on your own device: make, list, rotate, revoke, recover; appoint an agent",
            zh="本人设备上的密钥：新建、查看、更换、吊销、重建；委托经办人",
        ),
        module="key",
        arguments=_key,
    ),
    "party": Command(
        help=Text(
            en="parties and the keys that speak for them: register, attest, take in, show, publish",
            zh="主体及其密钥：登记、核验、收入、查看、发布",
        ),
        module="party",
        arguments=_party,
    ),
    "trust": Command(
        help=Text(
            en="whom this holder trusts without proof by others; changed by two persons",
            zh="本机构的信任锚；由两人共同修改",
        ),
        module="trust",
        arguments=_trust,
    ),
}
