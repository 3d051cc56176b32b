"""Who owns or represents an enterprise, as its holder has it on record: their personal data need their own consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.reading import Body
from shuxin.kernel.statements import Statement, sign_statement

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.signing import Signer

OWNERS = "owners"
_FIELDS = frozenset({"holder", "subject", "persons", "at"})


@dataclass(frozen=True, slots=True)
class Owners:
    """The natural persons whose data stand beside an enterprise's at this holder (所有人名单)."""

    holder: str
    subject: str
    persons: tuple[str, ...]
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        body = {
            "holder": self.holder,
            "subject": self.subject,
            "persons": sorted(self.persons),
            "at": self.at.isoformat(),
        }
        return sign_statement(OWNERS, body, signer=signer)


def read_owners(statement: Statement) -> Owners:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_FIELDS)
    persons = body.tokens("persons")
    if statement.kind != OWNERS:
        raise body.wrong("kind")
    if not all(person.startswith("person:") for person in persons):
        raise body.wrong("persons")
    return Owners(body.token("holder"), body.token("subject"), persons, body.moment("at"))
