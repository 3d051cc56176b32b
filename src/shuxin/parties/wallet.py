"""Private keys on their subject's own device; they never enter the platform's home or database."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from shuxin.kernel.canonical import Json, canonical_json
from shuxin.kernel.errors import NotFound, NotPermitted, Unavailable
from shuxin.kernel.signing import Algorithm, Ed25519Key, base64url, from_base64url
from shuxin.kernel.sm2 import SM2Key
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.statements import Claim, claim_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.signing import PublicKey

STRONG = 1 << 17
"""Memory cost N of scrypt (RFC 7914) with r = 8, p = 1: 128 MiB for a moment."""

_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_PARTS = {"claim", "secret", "salt", "cost", "nonce"}
_LONGEST = 1 << 16

PrivateKey = Ed25519Key | SM2Key


class WalletKeyMissing(NotFound):
    code = "wallet_key_missing"
    what = Text(en="the wallet has no such key, or several", zh="钱包中没有该密钥，或匹配到多个")
    mend = Text(
        en="'shuxin key list' shows the keys; write the first digits of one",
        zh="用“shuxin key list”查看密钥，并写出其编号的前几位",
    )


class WalletDamaged(Unavailable):
    code = "wallet_damaged"
    what = Text(en="the key file {name} is not whole", zh="密钥文件 {name} 不完整")
    mend = Text(
        en="Restore it from your copy, or make a new key and have the old one revoked",
        zh="请从备份恢复，或新建密钥并吊销原密钥",
    )


class WalletOpen(NotPermitted):
    code = "wallet_open"
    what = Text(en="others may read {name}", zh="他人可读取 {name}")
    mend = Text(
        en="Take the others' rights away (chmod go= …); if somebody may have read it, revoke the key",
        zh="请取消他人权限（chmod go= …）；如可能已被读取，请吊销该密钥",
    )


class PassphraseWrong(NotPermitted):
    code = "wallet_passphrase_wrong"
    what = Text(
        en="the key is protected, and this is not its passphrase", zh="该密钥受口令保护，口令不正确"
    )
    mend = Text(
        en="Type it again, or name its file in SHUXIN_WALLET_PASSPHRASE_FILE",
        zh="请重新输入，或在 SHUXIN_WALLET_PASSPHRASE_FILE 中指定口令文件",
    )


@dataclass(frozen=True, slots=True)
class WalletKey:
    """One key of the wallet without its secret."""

    claim: Claim
    is_protected: bool

    @property
    def public(self) -> PublicKey:
        return self.claim.public


def new_private_key(algorithm: Algorithm) -> PrivateKey:
    return SM2Key.generate() if algorithm is Algorithm.SM2 else Ed25519Key.generate()


@dataclass(frozen=True, slots=True)
class Wallet:
    """A folder of keys (密钥钱包), 0700; every key a file, 0600, named after the key."""

    folder: Path

    def keep(
        self, key: PrivateKey, *, claim: Claim, passphrase: bytes | None, cost: int = STRONG
    ) -> None:
        """Write a new key, encrypted when a passphrase is given; durable before it returns."""
        if claim.public != key.public:
            raise ValueError("the claim is of another key")
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _check_closed(self.folder)
        sealed = _sealed(_raw(key), claim=claim, passphrase=passphrase, cost=cost)
        descriptor = os.open(
            self._path(claim.public.key_id), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(canonical_json(sealed) + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def held(self) -> tuple[WalletKey, ...]:
        """By label and key id. Raises WalletDamaged, WalletOpen."""
        if not self.folder.is_dir():
            return ()
        found = [self._read(path)[0] for path in self.folder.glob("*.key")]
        return tuple(sorted(found, key=lambda key: (key.claim.label, key.public.key_id)))

    def find(self, key_id: str) -> WalletKey:
        """By the first digits of its id. Raises WalletKeyMissing."""
        found = [key for key in self.held() if key.public.key_id.startswith(key_id)]
        if len(found) != 1 or not key_id:
            raise WalletKeyMissing
        return found[0]

    def open(self, key: WalletKey, *, passphrase: bytes | None) -> PrivateKey:
        """Raises PassphraseWrong, WalletDamaged, WalletOpen."""
        path = self._path(key.public.key_id)
        kept, parts = self._read(path)
        raw = _opened(parts, claim=kept.claim, passphrase=passphrase, name=path.name)
        algorithm = kept.public.algorithm
        private = SM2Key(raw) if algorithm is Algorithm.SM2 else Ed25519Key(raw)
        if private.public != kept.public:
            raise WalletDamaged(name=path.name)
        return private

    def _path(self, key_id: str) -> Path:
        return self.folder / f"{key_id}.key"

    def _read(self, path: Path) -> tuple[WalletKey, dict[str, Json]]:
        _check_closed(self.folder)
        _check_closed(path)
        try:
            parts = parse_json(path.read_bytes(), longest=_LONGEST)
            if not isinstance(parts, dict) or set(parts) != _PARTS:
                raise WalletDamaged(name=path.name)
            claim = claim_from(parts["claim"])
        except (StatementInvalid, PartyStatementUnreadable) as error:
            raise WalletDamaged(name=path.name) from error
        if f"{claim.public.key_id}.key" != path.name:
            raise WalletDamaged(name=path.name)
        return WalletKey(claim, is_protected=parts["salt"] != ""), parts


def wallet_from(environment: Mapping[str, str], *, home: Path) -> Wallet:
    """``SHUXIN_WALLET``, else ``.shuxin-wallet`` in the person's own home."""
    named = environment.get("SHUXIN_WALLET", "")
    return Wallet(Path(named) if named else home / ".shuxin-wallet")


def _check_closed(path: Path) -> None:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise WalletOpen(name=path.name)


def _raw(key: PrivateKey) -> bytes:
    return key.seed if isinstance(key, Ed25519Key) else key.secret


def _sealed(raw: bytes, *, claim: Claim, passphrase: bytes | None, cost: int) -> dict[str, Json]:
    """Scrypt and AES-256-GCM; the claim is authenticated with the secret."""
    parts: dict[str, Json] = {"claim": claim.body(), "salt": "", "cost": 0, "nonce": ""}
    if passphrase is None:
        return parts | {"secret": base64url(raw)}
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    key = _derived(passphrase, salt=salt, cost=cost)
    secret = AESGCM(key).encrypt(nonce, raw, canonical_json(claim.body()))
    return parts | {
        "secret": base64url(secret),
        "salt": base64url(salt),
        "cost": cost,
        "nonce": base64url(nonce),
    }


def _opened(parts: dict[str, Json], *, claim: Claim, passphrase: bytes | None, name: str) -> bytes:
    texts = [parts[part] for part in ("secret", "salt", "nonce")]
    raws = [from_base64url(text) if isinstance(text, str) else None for text in texts]
    secret, salt, nonce = raws
    if secret is None or salt is None or nonce is None:
        raise WalletDamaged(name=name)
    if not salt:
        if len(secret) != _KEY_BYTES:
            raise WalletDamaged(name=name)
        return secret
    cost = parts["cost"]
    if not isinstance(cost, int) or not 1 < cost <= STRONG or cost & (cost - 1):
        raise WalletDamaged(name=name)
    if len(nonce) != _NONCE_BYTES:
        raise WalletDamaged(name=name)
    if passphrase is None:
        raise PassphraseWrong
    try:
        key = _derived(passphrase, salt=salt, cost=cost)
        return AESGCM(key).decrypt(nonce, secret, canonical_json(claim.body()))
    except InvalidTag as error:
        raise PassphraseWrong from error


def _derived(passphrase: bytes, *, salt: bytes, cost: int) -> bytes:
    return Scrypt(salt=salt, length=_KEY_BYTES, n=cost, r=8, p=1).derive(passphrase)
