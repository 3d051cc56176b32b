"""What somebody asks a holder for (使用申请)."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.reading import Body
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.parties.api import PartyInvalid, PartyKind, check_party

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.signing import Signer

USE_REQUEST = "use-request"
AUTHORISED = "subjects:authorised"
"""The subject of a request for everybody who agrees."""
_FIELDS = frozenset(
    {"request_id", "grantee", "holder", "subject", "purpose", "catalogues", "level", "data_from", "data_to",
     "persons", "at"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """One use that is asked for. A holder answers each ``request_id`` once.

    ``catalogues``: the datasets to read, at least one. ``data_from`` .. ``data_to``: half-open, by event
    time. ``persons``: owners whose personal data are wanted too, each with an authorisation of
    their own; empty when no field of a personal class is wanted.
    """

    request_id: str
    grantee: str
    holder: str
    subject: str
    purpose: Purpose
    catalogues: tuple[str, ...]
    level: int
    data_from: dt.date
    data_to: dt.date
    at: dt.datetime
    persons: tuple[str, ...] = ()

    def sign(self, *, signer: Signer) -> Statement:
        """By the asking party's key."""
        body = {
            "request_id": self.request_id,
            "grantee": self.grantee,
            "holder": self.holder,
            "subject": self.subject,
            "purpose": self.purpose.value,
            "catalogues": list(self.catalogues),
            "level": self.level,
            "data_from": self.data_from.isoformat(),
            "data_to": self.data_to.isoformat(),
            "persons": list(self.persons),
            "at": self.at.isoformat(),
        }
        return sign_statement(USE_REQUEST, body, signer=signer)


def read_request(statement: Statement) -> Request:
    """Raises StatementUnreadable, UnknownPurpose."""
    body = Body(statement, fields=_FIELDS)
    if statement.kind != USE_REQUEST:
        raise body.wrong("kind")
    data_from, data_to = body.day("data_from"), body.day("data_to")
    if data_to <= data_from:
        raise body.wrong("data_to")
    subject = body.token("subject")
    if subject != AUTHORISED and not _is_party(subject):
        raise body.wrong("subject")
    return Request(
        request_id=body.token("request_id"),
        grantee=body.token("grantee"),
        holder=body.token("holder"),
        subject=subject,
        purpose=Purpose.parse(body.token("purpose")),
        catalogues=body.names("catalogues"),
        level=body.number("level", low=1, high=5),
        data_from=data_from,
        data_to=data_to,
        persons=() if statement.body["persons"] == [] else body.tokens("persons"),
        at=body.moment("at"),
    )


def _is_party(text: str) -> bool:
    for kind in (PartyKind.ENTERPRISE, PartyKind.INDIVIDUAL_BUSINESS, PartyKind.PERSON):
        with contextlib.suppress(PartyInvalid):
            check_party(text, kind=kind)
            return True
    return False
