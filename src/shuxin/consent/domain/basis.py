"""Another recorded lawful basis than the subject's word (处理依据)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.reading import Body
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.signing import Signer

LAWFUL_BASIS = "lawful-basis"
_FIELDS = frozenset(
    {
        "basis_id",
        "holder",
        "kind",
        "law",
        "purpose",
        "level_max",
        "valid_from",
        "valid_to",
        "shown",
    }
)


class BasisKind(StrEnum):
    """Grounds of PIPL article 13 other than consent, as a holder states them for its own work."""

    CONTRACT = "contract"
    LEGAL_DUTY = "legal_duty"
    PUBLIC_TASK = "public_task"

    @property
    def text(self) -> Text:
        return _TITLES[self]


_TITLES = {
    BasisKind.CONTRACT: Text(en="contract with the subject", zh="与主体的合同"),
    BasisKind.LEGAL_DUTY: Text(en="legal duty", zh="法定职责或义务"),
    BasisKind.PUBLIC_TASK: Text(en="public task", zh="公共事务"),
}


@dataclass(frozen=True, slots=True)
class LawfulBasis:
    """On what ground a holder reads its own data for its own purpose (处理依据), stated and signed beforehand.

    It never serves another party. ``shown`` false: a legal duty of secrecy keeps these uses from the
    subject's sight; they are logged all the same.
    """

    basis_id: str
    holder: str
    kind: BasisKind
    law: str
    purpose: Purpose
    level_max: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    shown: bool = True

    def sign(self, *, signer: Signer) -> Statement:
        body = {
            "basis_id": self.basis_id,
            "holder": self.holder,
            "kind": self.kind.value,
            "law": self.law,
            "purpose": self.purpose.value,
            "level_max": self.level_max,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "shown": self.shown,
        }
        return sign_statement(LAWFUL_BASIS, body, signer=signer)


def read_basis(statement: Statement) -> LawfulBasis:
    """Raises StatementUnreadable, UnknownPurpose."""
    body = Body(statement, fields=_FIELDS)
    kind = body.token("kind")
    law = statement.body["law"]
    if statement.kind != LAWFUL_BASIS or kind not in set(BasisKind):
        raise body.wrong("kind")
    if not isinstance(law, str) or not 0 < len(law) <= 500:  # noqa: PLR2004 - a citation, not an essay
        raise body.wrong("law")
    return LawfulBasis(
        basis_id=body.token("basis_id"),
        holder=body.token("holder"),
        kind=BasisKind(kind),
        law=law,
        purpose=Purpose.parse(body.token("purpose")),
        level_max=body.number("level_max", low=1, high=5),
        valid_from=body.moment("valid_from"),
        valid_to=body.moment("valid_to"),
        shown=body.flag("shown"),
    )
