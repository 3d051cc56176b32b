"""The receipt of a document: who issued what until when, the salt, the proof of the log, the issuer's key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json, is_plain
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import PublicKey, PublicKeyInvalid, base64url, from_base64url
from shuxin.kernel.statements import Statement, StatementInvalid, parse_json, statement_from
from shuxin.kernel.text import Text
from shuxin.verification.body import (
    HEX32,
    HEX64,
    PARTY,
    WORD,
    members,
    moment,
    one_of,
    whole,
    word,
    word_or_empty,
    written,
)
from shuxin.verification.commitment import (
    JSON_TYPE,
    MEDIA_TYPE,
    SALT_BYTES,
    Canon,
    CommitmentAlgorithm,
    Form,
)
from shuxin.verification.status import PLACES

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.kernel.canonical import Json

DOCUMENT_RECEIPT = "document-receipt"
FORMAT = "shuxin-receipt/1"
LONGEST_RECEIPT = 256 << 10
MOST_KEYS = 64
_PARTS = frozenset({"format", "statement", "salt", "proof", "keys"})
_BODY = frozenset(
    {
        "id",
        "alg",
        "canon",
        "media_type",
        "commitment",
        "template",
        "issuer",
        "issued_at",
        "expires_at",
        "status_list",
        "status_index",
        "supersedes",
        "holder_key",
    }
)


class ReceiptInvalid(InvalidInput):
    code = "receipt_invalid"
    what = Text(en="this is not a receipt: {reason}", zh="这不是有效的回执：{reason}")
    mend = Text(
        en="Ask the person for the receipt file as the issuer gave it",
        zh="请向持有人索取出具方给出的原回执文件",
    )


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the issuer states about a document, without its content. Times are ``[issued_at, expires_at)``."""

    id: str
    form: Form
    commitment: str
    template: str
    issuer: str
    issued_at: datetime
    expires_at: datetime
    status_list: str
    status_index: int
    supersedes: str
    holder_key: str

    def body(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "alg": self.form.algorithm.value,
            "canon": self.form.canon.value,
            "media_type": self.form.media_type,
            "commitment": self.commitment,
            "template": self.template,
            "issuer": self.issuer,
            "issued_at": written(self.issued_at),
            "expires_at": written(self.expires_at),
            "status_list": self.status_list,
            "status_index": self.status_index,
            "supersedes": self.supersedes,
            "holder_key": self.holder_key,
        }

    @classmethod
    def read(cls, value: object) -> DocumentFacts:
        """Raises StatementInvalid."""
        body = members(value, names=_BODY)
        facts = cls(
            id=word(body, "id", form=HEX32),
            form=_form(body),
            commitment=word(body, "commitment", form=HEX64),
            template=word(body, "template", form=WORD),
            issuer=word(body, "issuer", form=PARTY),
            issued_at=moment(body, "issued_at"),
            expires_at=moment(body, "expires_at"),
            status_list=word(body, "status_list", form=HEX32),
            status_index=whole(body, "status_index", most=PLACES - 1),
            supersedes=word_or_empty(body, "supersedes", form=HEX32),
            holder_key=_key(body["holder_key"]),
        )
        if facts.expires_at <= facts.issued_at:
            raise StatementInvalid(reason="expires_at")
        return facts


@dataclass(frozen=True, slots=True, repr=False)
class Receipt:
    """A receipt (回执) as carried by the person. ``proof`` and ``keys`` are still as parsed JSON and statements.

    It never prints its salt.
    """

    statement: Statement
    facts: DocumentFacts
    salt: bytes
    proof: dict[str, Any]
    keys: tuple[Statement, ...]

    def dump(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(
            {
                "format": FORMAT,
                "statement": self.statement.as_json(),
                "salt": base64url(self.salt),
                "proof": self.proof,
                "keys": [key.as_json() for key in self.keys],
            }
        )

    def __repr__(self) -> str:
        return f"Receipt({self.facts.id})"


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt from a stranger. Raises ReceiptInvalid."""
    try:
        value = members(_plain(parse_json(data, longest=LONGEST_RECEIPT)), names=_PARTS)
        statement = statement_from(value["statement"], kind=DOCUMENT_RECEIPT)
        facts = DocumentFacts.read(statement.body)
        keys = tuple(statement_from(key) for key in _list(value["keys"]))
    except StatementInvalid as error:
        raise ReceiptInvalid(reason=str(error.facts["reason"])) from error
    salt = from_base64url(value["salt"]) if isinstance(value["salt"], str) else None
    if value["format"] != FORMAT or not isinstance(value["proof"], dict):
        raise ReceiptInvalid(reason="format")
    if salt is None or len(salt) != SALT_BYTES:
        raise ReceiptInvalid(reason="salt")
    return Receipt(statement, facts, salt, value["proof"], keys)


def _plain(value: object) -> object:
    """Without fractions and such names as sort differently elsewhere: every reader sees the same receipt."""
    try:
        if is_plain(value):
            return value
    except RecursionError as error:
        raise StatementInvalid(reason="nesting") from error
    raise StatementInvalid(reason="numbers")


def _list(value: object) -> list[object]:
    if not isinstance(value, list) or len(value) > MOST_KEYS:
        raise StatementInvalid(reason="keys")
    return value


def _form(body: Any) -> Form:
    algorithm, canon = one_of(body, "alg", CommitmentAlgorithm), one_of(body, "canon", Canon)
    media_type = word(body, "media_type", form=MEDIA_TYPE)
    if canon is Canon.JCS and media_type != JSON_TYPE:
        raise StatementInvalid(reason="canon")
    return Form(algorithm, canon, media_type)


def _key(value: object) -> str:
    if value == "":
        return ""
    try:
        return PublicKey.parse(value).text if isinstance(value, str) else _wrong_key()
    except PublicKeyInvalid:
        return _wrong_key()


def _wrong_key() -> str:
    raise StatementInvalid(reason="holder_key")
