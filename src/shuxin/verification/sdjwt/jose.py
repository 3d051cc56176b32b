"""Just enough of JOSE: compact signatures with EdDSA (Ed25519) or ES256, and public keys as JWK.

Only the algorithms named here exist: ``none`` and everything else is refused before any key is looked at, and
a key is only used with its own algorithm (RFC 8725, sections 3.1 and 3.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import Algorithm, PublicKey, base64url, from_base64url
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

LONGEST_TOKEN = 256 << 10
_COORDINATE = 32
_HEADER = frozenset({"alg", "typ", "kid"})


class TokenInvalid(InvalidInput):
    code = "credential_invalid"
    what = Text(en="this is not a credential: {reason}", zh="这不是有效的凭证：{reason}")
    mend = Text(
        en="Ask its holder for the whole, unchanged credential",
        zh="请向持有人索取完整且未改动的凭证",
    )


class JoseAlgorithm(StrEnum):
    """Signature algorithms of tokens."""

    EDDSA = "EdDSA"
    ES256 = "ES256"


@dataclass(frozen=True, slots=True)
class Jwk:
    """A public key as JSON Web Key: Ed25519 (RFC 8037) or P-256. ``raw`` is x, or x and y."""

    algorithm: JoseAlgorithm
    raw: bytes

    @classmethod
    def of(cls, public: PublicKey) -> Jwk:
        """Raises TokenInvalid: SM2 has no place in JOSE."""
        if public.algorithm is not Algorithm.ED25519:
            raise TokenInvalid(reason="only Ed25519 and P-256 keys sign tokens")
        return cls(JoseAlgorithm.EDDSA, public.raw)

    @classmethod
    def read(cls, value: object) -> Jwk:
        """Raises TokenInvalid."""
        if not isinstance(value, dict):
            raise TokenInvalid(reason="jwk")
        match value:
            case {"kty": "OKP", "crv": "Ed25519", "x": str(x)} if "d" not in value:
                return cls(JoseAlgorithm.EDDSA, _coordinate(x))
            case {"kty": "EC", "crv": "P-256", "x": str(x), "y": str(y)} if "d" not in value:
                return cls(JoseAlgorithm.ES256, _coordinate(x) + _coordinate(y))
        raise TokenInvalid(reason="jwk")

    def as_json(self) -> dict[str, Json]:
        x, y = self.raw[:_COORDINATE], self.raw[_COORDINATE:]
        if self.algorithm is JoseAlgorithm.EDDSA:
            return {"kty": "OKP", "crv": "Ed25519", "x": base64url(x)}
        return {"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)}

    def verifies(self, signature: bytes, message: bytes) -> bool:
        if self.algorithm is JoseAlgorithm.EDDSA:
            return PublicKey(Algorithm.ED25519, self.raw).verifies(signature, message)
        if len(signature) != 2 * _COORDINATE:
            return False
        r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
        try:
            key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + self.raw)
            key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Jws:
    """A compact signature, parsed and not yet verified."""

    text: str
    header: Mapping[str, Any]
    payload: dict[str, Any]
    signature: bytes

    def signed_by(self, key: Jwk) -> bool:
        message = self.text.rpartition(".")[0].encode()
        return self.header["alg"] == key.algorithm.value and key.verifies(self.signature, message)


def parse_jws(text: str, *, types: frozenset[str]) -> Jws:
    """Read a compact signature of one of ``types`` from a stranger. Raises TokenInvalid."""
    parts = text.split(".")
    decoded = [from_base64url(part) for part in parts]
    if len(text) > LONGEST_TOKEN or len(parts) != 3 or None in decoded:  # noqa: PLR2004 - head, body, signature
        raise TokenInvalid(reason="form")
    head, body, signature = (part or b"" for part in decoded)
    header = json_object(head)
    if set(header) - _HEADER or not all(isinstance(value, str) for value in header.values()):
        raise TokenInvalid(reason="header")
    if header.get("alg") not in set(JoseAlgorithm) or header.get("typ") not in types:
        raise TokenInvalid(reason="alg, typ")
    return Jws(text, header, json_object(body), signature)


def sign_jws(payload: Mapping[str, Json], *, kind: str, signer: Signer, key_id: str = "") -> str:
    """A compact EdDSA signature over ``payload``. Raises TokenInvalid for a key that is not Ed25519."""
    header: dict[str, Json] = {"alg": Jwk.of(signer.public).algorithm.value, "typ": kind}
    if key_id:
        header["kid"] = key_id
    parts = (base64url(canonical_json(part)) for part in (header, dict(payload)))
    message = ".".join(parts)
    return f"{message}.{base64url(signer.sign(message.encode()))}"


def json_object(data: bytes) -> dict[str, Any]:
    """Raises TokenInvalid."""
    try:
        value = parse_json(data, longest=LONGEST_TOKEN)
    except StatementInvalid as error:
        raise TokenInvalid(reason="JSON") from error
    if not isinstance(value, dict):
        raise TokenInvalid(reason="JSON")
    return value


def _coordinate(text: str) -> bytes:
    raw = from_base64url(text)
    if raw is None or len(raw) != _COORDINATE:
        raise TokenInvalid(reason="jwk")
    return raw
