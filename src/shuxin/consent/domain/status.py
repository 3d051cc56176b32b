"""The signed, numbered list of authorisations that no longer hold (授权状态清单)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.reading import Body, StatementUnreadable
from shuxin.kernel.statements import Statement, sign_statement

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

STATUS_LIST, STATUS_CURRENT = "authorisation-status", "authorisation-status-current"
_FIELDS = {"issuer", "number", "issued_at", "withdrawn", "suspended", "revoked_keys"}
_CURRENT_FIELDS = frozenset({"issuer", "number", "list", "at"})
_HIGHEST = 1 << 53


@dataclass(frozen=True, slots=True)
class StatusList:
    """What a platform publishes: ids withdrawn for good, ids on hold, keys lost or compromised, as of ``issued_at``.

    Numbers rise by at least one; a holder takes no lower number than it has, and what it once read as
    withdrawn stays so, whatever a later list says.
    """

    issuer: str
    number: int
    issued_at: dt.datetime
    withdrawn: frozenset[str]
    suspended: frozenset[str]
    revoked_keys: frozenset[str] = frozenset()

    def sign(self, *, signer: Signer) -> Statement:
        body: dict[str, Json] = {
            "issuer": self.issuer,
            "number": self.number,
            "issued_at": self.issued_at.isoformat(),
            "withdrawn": sorted(self.withdrawn),
            "suspended": sorted(self.suspended),
            "revoked_keys": sorted(self.revoked_keys),
        }
        return sign_statement(STATUS_LIST, body, signer=signer)


@dataclass(frozen=True, slots=True)
class StatusCurrent:
    """The issuer's word that at ``at`` list ``number`` still said all there was to say (清单仍为最新).

    ``list_hash``: of the list as signed. So a list that nothing was added to need not be made and sent anew.
    """

    issuer: str
    number: int
    list_hash: str
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        body: dict[str, Json] = {
            "issuer": self.issuer,
            "number": self.number,
            "list": self.list_hash,
            "at": self.at.isoformat(),
        }
        return sign_statement(STATUS_CURRENT, body, signer=signer)


def read_status_current(statement: Statement) -> StatusCurrent:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_CURRENT_FIELDS)
    if statement.kind != STATUS_CURRENT:
        raise body.wrong("kind")
    return StatusCurrent(
        issuer=body.token("issuer"),
        number=body.number("number", low=1, high=_HIGHEST - 1),
        list_hash=body.token("list"),
        at=body.moment("at"),
    )


def read_status_list(statement: Statement) -> StatusList:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=frozenset(_FIELDS))
    if statement.kind != STATUS_LIST:
        raise body.wrong("kind")
    return StatusList(
        issuer=body.token("issuer"),
        number=body.number("number", low=1, high=_HIGHEST - 1),
        issued_at=body.moment("issued_at"),
        withdrawn=_ids(statement, "withdrawn"),
        suspended=_ids(statement, "suspended"),
        revoked_keys=_ids(statement, "revoked_keys"),
    )


def _ids(statement: Statement, field: str) -> frozenset[str]:
    """Any number of ids, which may be none."""
    value = statement.body[field]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise StatementUnreadable(field=field, kind=STATUS_LIST)
    return frozenset(map(str, value))
