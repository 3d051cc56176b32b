"""``shuxin key``: keys on their subject's own device; needs neither home nor database of an installation."""

from __future__ import annotations

import getpass
import os
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.signing import Algorithm
from shuxin.kernel.text import Text
from shuxin.portal.display import say, show

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Language
    from shuxin.parties.api import Claim, Wallet, WalletKey

PASSPHRASE_FILE = "SHUXIN_WALLET_PASSPHRASE_FILE"  # noqa: S105 - the name of a variable

_HEAD = Text(en="key|label|party|roles|protected", zh="密钥|标签|主体|角色|口令保护")
_YES, _NO = Text(en="yes", zh="是"), Text(en="no", zh="否")
_MADE = Text(
    en="key {key} is in the wallet; take {file} to who proves your identity",
    zh="密钥 {key} 已存入钱包；请将 {file} 交给身份核验方",
)
_ROTATED = Text(
    en="{file} asks to bind the new key {key} and ends the old one; hand it in to be attested",
    zh="{file} 申请绑定新密钥 {key} 并终止旧密钥；请提交核验",
)
_REVOKED = Text(
    en="{file} revokes key {key}; it counts once a holder takes it in",
    zh="{file} 吊销密钥 {key}；数据持有方收入后生效",
)
_LOST = Text(
    en="ask the attester to revoke the lost key too: shuxin party attest {file} --lost {lost} …",
    zh="请核验方同时吊销遗失密钥：shuxin party attest {file} --lost {lost} …",
)
_MANDATE = Text(en="mandate {hash} is in {file}", zh="授权委托 {hash} 已写入 {file}")
_ASK, _AGAIN = Text(en="Passphrase: ", zh="口令："), Text(en="Again: ", zh="再次输入：")


class PassphrasesDiffer(Unavailable):
    code = "wallet_passphrases_differ"
    what = Text(
        en="no passphrase was given, or the two differ", zh="未提供口令，或两次输入的口令不一致"
    )
    mend = Text(
        en="Type the same twice, or name a file in SHUXIN_WALLET_PASSPHRASE_FILE",
        zh="请两次输入相同口令，或在 SHUXIN_WALLET_PASSPHRASE_FILE 中指定口令文件",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    from shuxin.parties.api import wallet_from

    wallet = wallet_from(os.environ, home=Path.home())
    acts = {"new": _new, "list": _list, "rotate": _rotate, "revoke": _revoke}
    acts |= {"recover": _recover, "mandate": _mandate}
    acts[options.act](wallet, options, language)
    return 0


def write_statements(file: str, statements: Sequence[Statement]) -> None:
    """One canonical JSON text a line."""
    Path(file).write_bytes(b"".join(statement.dump() + b"\n" for statement in statements))


def _new(wallet: Wallet, options: argparse.Namespace, language: Language) -> None:
    claim, request = _made(wallet, options, language)
    write_statements(options.out, [request])
    say(_MADE, language, key=claim.public.key_id, file=options.out)


def _recover(wallet: Wallet, options: argparse.Namespace, language: Language) -> None:
    _new(wallet, options, language)
    say(_LOST, language, file=options.out, lost=options.lost)


def _made(
    wallet: Wallet, options: argparse.Namespace, language: Language
) -> tuple[Claim, Statement]:
    """A new key as the options say, kept, and the request to bind it."""
    from shuxin.parties.api import Claim, KeyRole, PartyKind, new_private_key

    key = new_private_key(Algorithm(options.algorithm))
    claim = Claim(
        party=options.party,
        kind=PartyKind(options.kind),
        name=options.name,
        public=key.public,
        label=options.label,
        roles=tuple(sorted(KeyRole(role) for role in set(options.role or ["subject"]))),
        on_behalf=options.mandate,
    )
    return claim, _kept(wallet, key, claim, options, language)


def _kept(
    wallet: Wallet, key: object, claim: Claim, options: argparse.Namespace, language: Language
) -> Statement:
    from shuxin.kernel.signing import Ed25519Key
    from shuxin.kernel.sm2 import SM2Key
    from shuxin.parties.api import read_claim, sign_claim

    if not isinstance(key, (Ed25519Key, SM2Key)):
        raise TypeError("a private key is needed")
    request = sign_claim(claim, signer=key)
    read_claim(request)  # refuses what nobody could attest before anything is written
    passphrase = _new_passphrase(language) if options.protect else None
    wallet.keep(key, claim=claim, passphrase=passphrase)
    return request


def _list(wallet: Wallet, _: argparse.Namespace, language: Language) -> None:
    rows = [
        (
            key.public.key_id,
            key.claim.label,
            key.claim.party,
            ", ".join(key.claim.roles),
            (_YES if key.is_protected else _NO).say(language),
        )
        for key in wallet.held()
    ]
    show("", _HEAD.say(language).split("|"), rows)


def _rotate(wallet: Wallet, options: argparse.Namespace, language: Language) -> None:
    """The old key, which is still good, says that it is superseded from now on."""
    from dataclasses import replace

    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import Reason, Revocation, new_private_key, sign_revocation

    old = wallet.find(options.key)
    signer = wallet.open(old, passphrase=_passphrase(old, language))
    key = new_private_key(Algorithm(options.algorithm))
    claim = replace(old.claim, public=key.public)
    request = _kept(wallet, key, claim, options, language)
    ended = Revocation(claim.party, old.public.key_id, now_in_china(), Reason.SUPERSEDED)
    write_statements(options.out, [request, sign_revocation(ended, signer=signer)])
    say(_ROTATED, language, file=options.out, key=key.public.key_id)


def _revoke(wallet: Wallet, options: argparse.Namespace, language: Language) -> None:
    from shuxin.infra.api import now_in_china
    from shuxin.parties.api import Reason, Revocation, sign_revocation

    by = wallet.find(options.signer or options.key)
    gone = Revocation(by.claim.party, options.key, now_in_china(), Reason(options.reason))
    statement = sign_revocation(gone, signer=wallet.open(by, passphrase=_passphrase(by, language)))
    write_statements(options.out, [statement])
    say(_REVOKED, language, file=options.out, key=options.key)


def _mandate(wallet: Wallet, options: argparse.Namespace, language: Language) -> None:
    from shuxin.parties.api import sign_mandate

    by = wallet.find(options.key)
    statement = sign_mandate(
        party=by.claim.party,
        person=options.person,
        purposes=tuple(options.purpose),
        valid_from=options.start,
        valid_to=options.end,
        signer=wallet.open(by, passphrase=_passphrase(by, language)),
    )
    write_statements(options.out, [statement])
    say(_MANDATE, language, hash=statement.hash, file=options.out)


def _passphrase(key: WalletKey, language: Language) -> bytes | None:
    if not key.is_protected:
        return None
    return _from_file() or getpass.getpass(_ASK.say(language)).encode()


def _new_passphrase(language: Language) -> bytes:
    """Raises PassphrasesDiffer."""
    found = _from_file()
    if found is None:
        found = getpass.getpass(_ASK.say(language)).encode()
        if found != getpass.getpass(_AGAIN.say(language)).encode():
            raise PassphrasesDiffer
    if not found:
        raise PassphrasesDiffer
    return found


def _from_file() -> bytes | None:
    named = os.environ.get(PASSPHRASE_FILE, "")
    return Path(named).read_bytes().rstrip(b"\r\n") if named else None
