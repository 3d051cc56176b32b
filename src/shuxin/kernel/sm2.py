"""SM2 signatures (GB/T 32918) over SM3, through gmssl; only loaded for a key that says ``sm2``."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.signing import Algorithm, PublicKey
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_ORDER = int("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123", 16)


class SM2NotInstalled(Unavailable):
    code = "sm2_not_installed"
    what = Text(
        en="a key of SM2 is used, and its provider is not installed", zh="未安装 SM2 算法组件"
    )
    mend = Text(en="Install shuxin with its extra 'sm'", zh="请安装 shuxin 的 sm 扩展")


@dataclass(frozen=True, slots=True, repr=False)
class SM2Key:
    """A private SM2 key of 32 bytes, with the default user id 1234567812345678; it never prints itself."""

    secret: bytes

    @classmethod
    def generate(cls) -> SM2Key:
        return cls((secrets.randbelow(_ORDER - 2) + 1).to_bytes(32, "big"))

    @property
    def public(self) -> PublicKey:
        curve = _provider("")
        point = curve._kg(int(self.secret.hex(), 16), curve.ecc_table["g"])  # noqa: SLF001 - gmssl offers no other way
        return PublicKey(Algorithm.SM2, bytes.fromhex(point))

    def sign(self, message: bytes, /) -> bytes:
        signer = _provider(self.public.raw.hex(), private=self.secret.hex())
        nonce = secrets.randbelow(_ORDER - 1) + 1  # gmssl's own is predictable
        return bytes.fromhex(signer.sign_with_sm3(message, f"{nonce:064x}"))

    def __repr__(self) -> str:
        return f"SM2Key({self.public.key_id})"


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether (r, s), 32 bytes each, signs SM3(Z || message). Raises SM2NotInstalled."""
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
    if not (0 < r < _ORDER and 0 < s < _ORDER):
        return False
    curve = _provider(public.hex())
    if not _is_on(curve.ecc_table, public):
        return False
    try:
        return bool(curve.verify_with_sm3(signature.hex(), message))
    except TypeError:  # gmssl slices None at the point at infinity, where no signature leads
        return False


def _is_on(table: Mapping[str, str], public: bytes) -> bool:
    """Whether (x, y) is a point of the curve."""
    p, a, b = (int(table[name], 16) for name in "pab")
    x, y = (int.from_bytes(part, "big") for part in (public[:32], public[32:]))
    return x < p and y < p and (y * y - x * x * x - a * x - b) % p == 0


def _provider(public: str, *, private: str = "") -> Any:
    try:
        from gmssl import sm2  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise SM2NotInstalled from error
    return sm2.CryptSM2(private_key=private, public_key=public)
