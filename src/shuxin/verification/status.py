"""The status list: which documents no longer count, told without naming any.

Two bits for each place, as in Token Status List (an IETF draft when this was written), inside our own signed
statement. The whole list is fetched, so the fetch does not tell which document is looked at.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.signing import base64url, from_base64url
from shuxin.kernel.statements import (
    Statement,
    StatementInvalid,
    parse_json,
    sign_statement,
    statement_from,
)
from shuxin.kernel.text import Text
from shuxin.verification.body import HEX32, PARTY, members, moment, one_of, whole, word, written

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

STATUS_LIST = "document-status"
PLACES = 1 << 16
LONGEST_LIST = 8 << 20
_PER_BYTE, _BITS, _MASK = 4, 2, 3
_BODY = frozenset({"issuer", "list", "number", "issued_at", "size", "lst", "details"})
_LARGEST_NUMBER = 2**53 - 1


class StatusListInvalid(InvalidInput):
    code = "document_status_invalid"
    what = Text(en="this is not a status list: {reason}", zh="这不是有效的状态列表：{reason}")
    mend = Text(en="Fetch it again from the issuer", zh="请重新向出具方获取")


class RevocationReason(StrEnum):
    """Why a document was revoked (撤销原因)."""

    ISSUED_IN_ERROR = "issued_in_error"
    CONTENT_CHANGED = "content_changed"
    HOLDER_REQUEST = "holder_request"
    FRAUD = "fraud"
    KEY_COMPROMISED = "key_compromised"


class State(StrEnum):
    """What a place of the list says (状态)."""

    VALID = "valid"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


_CODES = {State.VALID: 0, State.REVOKED: 1, State.SUPERSEDED: 3}
_STATES = {code: state for state, code in _CODES.items()}
_DETAIL = {State.REVOKED: "reason", State.SUPERSEDED: "newer"}


@dataclass(frozen=True, slots=True)
class Standing:
    """One place: ``detail`` is the reason of a revocation, or the id of the newer receipt."""

    state: State
    detail: str = ""


VALID = Standing(State.VALID)


@dataclass(frozen=True, slots=True)
class StatusList:
    """A numbered status list (状态列表); ``standings`` holds only places that are not valid."""

    issuer: str
    list_id: str
    number: int
    issued_at: datetime
    standings: Mapping[int, Standing]

    def of(self, index: int) -> Standing:
        return self.standings.get(index, VALID)

    def sign(self, *, signer: Signer) -> Statement:
        bits = bytearray(PLACES // _PER_BYTE)
        details: dict[str, Json] = {}
        for index, standing in self.standings.items():
            code = _CODES[standing.state]
            bits[index // _PER_BYTE] |= code << (_BITS * (index % _PER_BYTE))
            details[str(index)] = {_DETAIL[standing.state]: standing.detail}
        body: dict[str, Json] = {
            "issuer": self.issuer,
            "list": self.list_id,
            "number": self.number,
            "issued_at": written(self.issued_at),
            "size": PLACES,
            "lst": base64url(zlib.compress(bytes(bits), 9)),
            "details": details,
        }
        return sign_statement(STATUS_LIST, body, signer=signer)


def parse_status_list(data: bytes) -> tuple[Statement, StatusList]:
    """Read a list from a stranger; its signature is not checked here. Raises StatusListInvalid."""
    try:
        statement = statement_from(parse_json(data, longest=LONGEST_LIST), kind=STATUS_LIST)
        body = members(statement.body, names=_BODY)
        found = StatusList(
            issuer=word(body, "issuer", form=PARTY),
            list_id=word(body, "list", form=HEX32),
            number=whole(body, "number", most=_LARGEST_NUMBER),
            issued_at=moment(body, "issued_at"),
            standings=_standings(_unpacked(body), body["details"]),
        )
    except StatementInvalid as error:
        raise StatusListInvalid(reason=str(error.facts["reason"])) from error
    return statement, found


def _unpacked(body: Mapping[str, Any]) -> bytes:
    text = body["lst"]
    packed = from_base64url(text) if isinstance(text, str) else None
    if packed is None or body["size"] != PLACES or isinstance(body["size"], float):
        raise StatementInvalid(reason="lst")
    engine = zlib.decompressobj()
    try:
        bits = engine.decompress(packed, PLACES // _PER_BYTE + 1)
    except zlib.error as error:
        raise StatementInvalid(reason="lst") from error
    if len(bits) != PLACES // _PER_BYTE or not engine.eof or engine.unused_data:
        raise StatementInvalid(reason="lst")
    return bits


def _standings(bits: bytes, details: object) -> dict[int, Standing]:
    if not isinstance(details, dict):
        raise StatementInvalid(reason="details")
    found = {}
    for place, byte in enumerate(bits):
        if byte:
            for offset in range(_PER_BYTE):
                code = byte >> (_BITS * offset) & _MASK
                if code:
                    index = place * _PER_BYTE + offset
                    found[index] = _standing(code, details.get(str(index)))
    if len(found) != len(details):
        raise StatementInvalid(reason="details")
    return found


def _standing(code: int, detail: Any) -> Standing:
    state = _STATES.get(code)
    if state is None:
        raise StatementInvalid(reason="lst")
    given = members(detail, names=frozenset({_DETAIL[state]}))
    if state is State.SUPERSEDED:
        return Standing(state, word(given, "newer", form=HEX32))
    return Standing(state, one_of(given, "reason", RevocationReason).value)
