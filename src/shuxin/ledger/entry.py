"""Entries of the log: what happened, when, by whom; metadata and salted commitments, never content."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text
from shuxin.ledger.tiles import LONGEST_ENTRY

if TYPE_CHECKING:
    from collections.abc import Mapping

LEAST_SALT = 16
MOST_FACTS = 32
MOST_COMMITMENTS = 256
LARGEST = (1 << 53) - 1
_KIND = re.compile(r"[a-z][a-z0-9-]{1,39}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TOKEN = re.compile(r"[A-Za-z0-9._:/@+-]{1,160}")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_PARTS = {"kind", "at", "actor", "facts", "commitments"}
_DOMAIN = b"shuxin/commitment/v1\n"


class EntryInvalid(InvalidInput):
    code = "log_entry_invalid"
    what = Text(en="this cannot be an entry of the log: {part}", zh="这不能作为日志条目：{part}")
    mend = Text(
        en="Entries hold short plain names, identifiers, whole numbers and salted commitments; keep content out",
        zh="条目只含短名称、标识、整数和加盐承诺；不要写入内容",
    )


class SaltTooShort(InvalidInput):
    code = "salt_too_short"
    what = Text(en="the salt is shorter than 128 bits", zh="盐值不足 128 位")
    mend = Text(
        en="Use 16 or more random bytes; what is guessable is else found by trying",
        zh="请使用至少 16 个随机字节；否则可被猜测的内容会被穷举得到",
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the log (日志条目). Raises EntryInvalid.

    ``facts`` are names with identifiers or whole numbers: no free text, so that no content slips in.
    ``commitments`` are made by ``commitment``.
    """

    kind: str
    at: datetime
    actor: str
    facts: Mapping[str, str | int]
    commitments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not _KIND.fullmatch(self.kind):
            raise EntryInvalid(part="kind")
        if self.at.tzinfo is None:
            raise EntryInvalid(part="at")
        if not _TOKEN.fullmatch(self.actor):
            raise EntryInvalid(part="actor")
        if len(self.facts) > MOST_FACTS or not all(map(_is_fact, self.facts.items())):
            raise EntryInvalid(part="facts")
        if len(self.commitments) > MOST_COMMITMENTS or not all(
            map(_COMMITMENT.fullmatch, self.commitments)
        ):
            raise EntryInvalid(part="commitments")

    @property
    def data(self) -> bytes:
        """The bytes that the tree's leaf is hashed from: canonical JSON. Raises EntryInvalid when too long."""
        data = canonical_json(
            {
                "kind": self.kind,
                "at": self.at.isoformat(),
                "actor": self.actor,
                "facts": dict(self.facts),
                "commitments": list(self.commitments),
            }
        )
        if len(data) > LONGEST_ENTRY:
            raise EntryInvalid(part="length")
        return data


def _is_fact(item: tuple[object, object]) -> bool:
    name, value = item
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return False
    if isinstance(value, int):
        return not isinstance(value, bool) and abs(value) <= LARGEST
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def parse_entry(data: bytes) -> Entry:
    """Read an entry from its bytes, which must be exactly those that it gives again. Raises EntryInvalid."""
    try:
        entry = entry_from(parse_json(data, longest=LONGEST_ENTRY))
    except StatementInvalid as error:
        raise EntryInvalid(part="JSON") from error
    if entry.data != data:
        raise EntryInvalid(part="canonical JSON")
    return entry


def entry_from(value: object) -> Entry:
    """The same from parsed JSON, as where an entry stands inside a proof. Raises EntryInvalid."""
    if not isinstance(value, dict) or set(value) != _PARTS:
        raise EntryInvalid(part=", ".join(sorted(_PARTS)))
    facts, commitments = value["facts"], value["commitments"]
    if not isinstance(value["kind"], str) or not isinstance(value["actor"], str):
        raise EntryInvalid(part="kind, actor")
    if not isinstance(facts, dict) or not isinstance(commitments, list):
        raise EntryInvalid(part="facts, commitments")
    if not all(isinstance(one, str) for one in commitments):
        raise EntryInvalid(part="commitments")
    at = _moment(value["at"])
    return Entry(value["kind"], at, value["actor"], facts, tuple(commitments))


def _moment(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError as error:
        raise EntryInvalid(part="at") from error
    if moment is None or moment.isoformat() != value:
        raise EntryInvalid(part="at")
    return moment


def commitment(salt: bytes, value: bytes) -> str:
    """A salted commitment (加盐承诺): HMAC-SHA-256 under the salt, 64 hexadecimal digits. Raises SaltTooShort.

    Whoever has both salt and value can show that this value was meant; without the salt it says nothing.
    """
    if len(salt) < LEAST_SALT:
        raise SaltTooShort
    return hmac.new(salt, _DOMAIN + value, hashlib.sha256).hexdigest()
