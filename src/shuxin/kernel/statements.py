"""Signed statements (签名声明): a kind, a body of canonical JSON, and one party's signature over both.

Key bindings, authorisations, withdrawals, status lists, receipts and the rest all travel in this shape. The
kind is part of what is signed, so a statement of one kind never passes for another.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import NotCanonical, canonical_json, content_hash, is_plain
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import SIGNATURE_BYTES, Algorithm, base64url, from_base64url
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import PublicKey, Signer

LONGEST_STATEMENT = 1 << 20
YEARS = range(1900, 9000)
"""In which moments of statements may lie: far from the calendar's ends, so that adding a period always works."""

_KIND = re.compile(r"[a-z][a-z0-9-]{1,39}")
_KEY_ID = re.compile(r"[0-9a-f]{32}")
_PARTS = {"kind", "body", "algorithm", "key_id", "signature"}


class StatementInvalid(InvalidInput):
    code = "statement_invalid"
    what = Text(en="this is not a signed statement: {reason}", zh="这不是有效的签名声明：{reason}")
    mend = Text(
        en="Ask its sender for the whole, unchanged file", zh="请向出具方索取完整且未改动的文件"
    )


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody signed. Parsed is not verified: ask ``signed_by`` with a key that one has reason to trust."""

    kind: str
    body: Mapping[str, Json]
    algorithm: Algorithm
    key_id: str
    signature: bytes

    def signed_by(self, key: PublicKey) -> bool:
        """Whether this very statement was signed with ``key``."""
        return (
            key.key_id == self.key_id
            and key.algorithm is self.algorithm
            and key.verifies(self.signature, signing_bytes(self.kind, self.body))
        )

    @property
    def hash(self) -> str:
        """64 hexadecimal digits over kind, body, key and signature."""
        return content_hash(self.as_json())

    def as_json(self) -> dict[str, Json]:
        return {
            "kind": self.kind,
            "body": dict(self.body),
            "algorithm": self.algorithm.value,
            "key_id": self.key_id,
            "signature": base64url(self.signature),
        }

    def dump(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(self.as_json())


def signing_bytes(kind: str, body: Mapping[str, Json]) -> bytes:
    """What a signature covers: ``shuxin/<kind>/v1``, a line feed, the canonical JSON of the body."""
    return b"shuxin/" + kind.encode() + b"/v1\n" + canonical_json(dict(body))


def sign_statement(kind: str, body: Mapping[str, Json], *, signer: Signer) -> Statement:
    """Raises NotCanonical when the body has no canonical JSON."""
    if not _KIND.fullmatch(kind):
        raise ValueError("a kind is lower-case letters, digits and hyphens")
    key = signer.public
    signature = signer.sign(signing_bytes(kind, body))
    return Statement(kind, dict(body), key.algorithm, key.key_id, signature)


def parse_statement(data: bytes | str, *, kind: str = "") -> Statement:
    """Read a statement from a stranger; of ``kind`` when one is named. Raises StatementInvalid."""
    raw = data.encode(errors="surrogatepass") if isinstance(data, str) else data
    return statement_from(parse_json(raw), kind=kind)


def statement_from(value: object, *, kind: str = "") -> Statement:
    """The same from parsed JSON, as where statements travel inside another. Raises StatementInvalid."""
    if not isinstance(value, dict) or set(value) != _PARTS:
        raise StatementInvalid(reason=f"it needs just {', '.join(sorted(_PARTS))}")
    body, algorithm, key_id = value["body"], value["algorithm"], value["key_id"]
    signature = from_base64url(value["signature"]) if isinstance(value["signature"], str) else None
    if not isinstance(value["kind"], str) or not _KIND.fullmatch(value["kind"]):
        raise StatementInvalid(reason="kind")
    if kind and value["kind"] != kind:
        raise StatementInvalid(reason=f"kind is '{value['kind']}', not '{kind}'")
    if not isinstance(body, dict):
        raise StatementInvalid(reason="body")
    if (
        not isinstance(algorithm, str)
        or algorithm not in set(Algorithm)
        or not isinstance(key_id, str)
        or not _KEY_ID.fullmatch(key_id)
    ):
        raise StatementInvalid(reason="algorithm, key_id")
    if signature is None or len(signature) != SIGNATURE_BYTES:
        raise StatementInvalid(reason="signature")
    try:
        whole = is_plain(body)
        canonical_json(body)
    except (NotCanonical, RecursionError) as error:
        raise StatementInvalid(reason="body") from error
    if not whole:
        raise StatementInvalid(reason="body: whole numbers and text only")
    return Statement(value["kind"], body, Algorithm(algorithm), key_id, signature)


def parse_json(data: bytes, *, longest: int = LONGEST_STATEMENT) -> Any:
    """Strict JSON from a stranger: UTF-8, bounded, no duplicate keys, no NaN. Raises StatementInvalid."""
    if len(data) > longest:
        raise StatementInvalid(reason=f"longer than {longest} bytes")
    try:
        return json.loads(
            data.decode(), object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_whole
        )
    except (ValueError, RecursionError) as error:
        raise StatementInvalid(reason="JSON") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _no_constant(_: str) -> Any:
    raise ValueError("not a number of JSON")


def _whole(digits: str) -> int:
    if len(digits) > 17:  # noqa: PLR2004 - beyond 2^53 in any case
        raise ValueError("a whole number beyond JSON")
    return int(digits)
