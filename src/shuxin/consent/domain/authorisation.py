"""The authorisation (授权书) and what ends it, as signed statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from shuxin.consent.domain.purpose import LONGEST_DAYS, Purpose
from shuxin.consent.domain.reading import Body
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.kernel.text import Language, Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

AUTHORISATION, WITHDRAWAL = "authorisation", "withdrawal"
MOST_USES = 100_000
_ID_DIGITS = 32
_FIELDS = frozenset(
    {"auth_id", "subject", "grantee", "holders", "purpose", "catalogues", "level_max", "data_from", "data_to",
     "valid_from", "valid_to", "max_uses", "redisclosure", "text_hash", "language", "signed_at",
     "supersedes"}
)  # fmt: skip
_WITHDRAWAL_FIELDS = frozenset({"auth_id", "subject", "at"})


class AuthorisationInvalid(InvalidInput):
    code = "authorisation_invalid"
    what = Text(en="the authorisation contradicts itself: {reason}", zh="授权书内容有误：{reason}")
    mend = Text(en="Ask for a new one with terms that hold together", zh="请重新申请条款一致的授权")


@dataclass(frozen=True, slots=True)
class Authorisation:
    """An authorisation (授权书), DOMAIN 5.5: who may read which data of mine from whom, why, how often, until when.

    ``holders``: parties that may give the data; ``max_uses`` counts at each of them. ``data_from`` ..
    ``data_to``: half-open period of the data by event time. ``valid_from`` .. ``valid_to``: half-open.
    ``text_hash``: SHA-256 of the words that the signer saw, in ``language``. ``supersedes``: id of the
    authorisation that this one replaces, or "". ``auth_id``: 32 hexadecimal digits over the terms, so that
    nobody can take another authorisation's id.
    Raises AuthorisationInvalid.
    """

    subject: str
    grantee: str
    holders: tuple[str, ...]
    purpose: Purpose
    catalogues: tuple[str, ...]
    level_max: int
    data_from: dt.date
    data_to: dt.date
    valid_from: dt.datetime
    valid_to: dt.datetime
    max_uses: int
    text_hash: str
    language: Language
    signed_at: dt.datetime
    supersedes: str = ""
    auth_id: str = field(init=False)

    def __post_init__(self) -> None:
        if self.valid_to <= self.valid_from:
            raise AuthorisationInvalid(reason="valid_to <= valid_from")
        if self.data_to <= self.data_from:
            raise AuthorisationInvalid(reason="data_to <= data_from")
        longest = LONGEST_DAYS.get(self.purpose)
        if longest is not None and (self.valid_to - self.valid_from).days > longest:
            raise AuthorisationInvalid(reason=f"{self.purpose}: {longest} d")
        object.__setattr__(self, "auth_id", content_hash(self._terms())[:_ID_DIGITS])

    def sign(self, *, signer: Signer) -> Statement:
        """By the subject's own key, on the subject's own device."""
        return sign_statement(AUTHORISATION, self.body(), signer=signer)

    def body(self) -> dict[str, Json]:
        """What is signed, as where a browser signs it."""
        return {"auth_id": self.auth_id, **self._terms()}

    def _terms(self) -> dict[str, Json]:
        return {
            "subject": self.subject,
            "grantee": self.grantee,
            "holders": list(self.holders),
            "purpose": self.purpose.value,
            "catalogues": list(self.catalogues),
            "level_max": self.level_max,
            "data_from": self.data_from.isoformat(),
            "data_to": self.data_to.isoformat(),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "max_uses": self.max_uses,
            "redisclosure": "none",
            "text_hash": self.text_hash,
            "language": self.language,
            "signed_at": self.signed_at.isoformat(),
            "supersedes": self.supersedes,
        }


def read_authorisation(statement: Statement) -> Authorisation:
    """What a statement authorises; its signature is the gate's matter.

    Raises StatementUnreadable, AuthorisationInvalid, UnknownPurpose.
    """
    body = Body(statement, fields=_FIELDS)
    if statement.kind != AUTHORISATION:
        raise body.wrong("kind")
    if body.token("redisclosure") != "none":
        raise body.wrong("redisclosure")
    language = body.token("language")
    if language not in get_args(Language):
        raise body.wrong("language")
    terms = Authorisation(
        subject=body.token("subject"),
        grantee=body.token("grantee"),
        holders=body.tokens("holders"),
        purpose=Purpose.parse(body.token("purpose")),
        catalogues=body.names("catalogues"),
        level_max=body.number("level_max", low=1, high=5),
        data_from=body.day("data_from"),
        data_to=body.day("data_to"),
        valid_from=body.moment("valid_from"),
        valid_to=body.moment("valid_to"),
        max_uses=body.number("max_uses", low=1, high=MOST_USES),
        text_hash=body.hash("text_hash"),
        language="zh" if language == "zh" else "en",
        signed_at=body.moment("signed_at"),
        supersedes=body.token_or_none("supersedes"),
    )
    if body.token("auth_id") != terms.auth_id:
        raise body.wrong("auth_id")
    return terms


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The subject takes an authorisation back (撤回授权); earlier uses stay lawful."""

    auth_id: str
    subject: str
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        body = {"auth_id": self.auth_id, "subject": self.subject, "at": self.at.isoformat()}
        return sign_statement(WITHDRAWAL, body, signer=signer)


def read_withdrawal(statement: Statement) -> Withdrawal:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_WITHDRAWAL_FIELDS)
    if statement.kind != WITHDRAWAL:
        raise body.wrong("kind")
    return Withdrawal(body.token("auth_id"), body.token("subject"), body.moment("at"))
