"""Keys and signatures behind one small interface: Ed25519, and SM2 with SM3 (国密) where its provider is installed.

Every key says its algorithm, so no verifier ever guesses one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

_KEY_ID_DIGITS = 32


class Algorithm(StrEnum):
    """Signature algorithms (签名算法)."""

    ED25519 = "ed25519"
    SM2 = "sm2"


_PUBLIC_BYTES = {Algorithm.ED25519: 32, Algorithm.SM2: 64}
SIGNATURE_BYTES = 64


class PublicKeyInvalid(InvalidInput):
    code = "public_key_invalid"
    what = Text(en="this is not a public key", zh="这不是公钥")
    mend = Text(
        en="A public key reads ed25519: or sm2: and then base64url without padding",
        zh="公钥以 ed25519：或 sm2：开头，其后为不带填充的 base64url",
    )


class Signer(Protocol):
    """Something that signs with one private key, which need not be in this process."""

    @property
    def public(self) -> PublicKey: ...

    def sign(self, message: bytes, /) -> bytes:
        """64 bytes."""
        ...


@dataclass(frozen=True, slots=True, order=True)
class PublicKey:
    """A public key (公钥): 32 bytes for Ed25519, 64 (x and y) for SM2. Raises PublicKeyInvalid."""

    algorithm: Algorithm
    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != _PUBLIC_BYTES[self.algorithm]:
            raise PublicKeyInvalid

    @property
    def key_id(self) -> str:
        """32 hexadecimal digits that name the key: the head of SHA-256 over its text."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:_KEY_ID_DIGITS]

    @property
    def text(self) -> str:
        return f"{self.algorithm}:{base64url(self.raw)}"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """Raises PublicKeyInvalid."""
        name, _, rest = text.partition(":")
        raw = from_base64url(rest)
        if name not in set(Algorithm) or raw is None:
            raise PublicKeyInvalid
        return cls(Algorithm(name), raw)

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` over exactly ``message`` was made with this key's private half."""
        if len(signature) != SIGNATURE_BYTES:
            return False
        if self.algorithm is Algorithm.SM2:
            from shuxin.kernel import sm2  # noqa: PLC0415 - its provider is an extra

            return sm2.verifies(self.raw, signature, message)
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class Ed25519Key:
    """A private Ed25519 key of 32 bytes, RFC 8032; it never prints itself."""

    seed: bytes

    @classmethod
    def generate(cls) -> Ed25519Key:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> PublicKey:
        return PublicKey(Algorithm.ED25519, self._private().public_key().public_bytes_raw())

    def sign(self, message: bytes, /) -> bytes:
        return self._private().sign(message)

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    def __repr__(self) -> str:
        return f"Ed25519Key({self.public.key_id})"


def base64url(raw: bytes) -> str:
    """Without padding, RFC 4648 section 5."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes | None:
    """None unless ``text`` is the one right spelling of its bytes."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64url(raw) == text else None
