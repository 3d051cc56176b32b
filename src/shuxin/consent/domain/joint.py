"""A recorded ground on which a holder's data enter joint work for another party (联合处理依据)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.consent.domain.basis import BasisKind
from shuxin.consent.domain.purpose import HOLDERS_OWN, Purpose
from shuxin.consent.domain.reading import Body
from shuxin.consent.domain.refusal import Reason, Refusal
from shuxin.kernel.statements import Statement, sign_statement

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.consent.domain.gate import CatalogueEntry
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer

JOINT_BASIS = "joint-basis"
HIGHEST_TO_LEAVE = 3
_LONGEST_TEXT = 500
_FIELDS = frozenset(
    {"basis_id", "holder", "recipient", "also", "kind", "law", "agreement", "purpose", "catalogues", "level_max",
     "valid_from", "valid_to", "shown"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JointBasis:
    """On what ground rows of a holder may enter a joint job whose results another party gets (联合处理依据).

    ``recipient``: the party that receives the results. ``also``: further parties that may receive some, as another
    holder that learns which subjects are common; sorted. ``agreement``: number of the contract between the two.
    ``catalogues``: the datasets it covers, no others. ``shown`` false as for a ``LawfulBasis``.
    """

    basis_id: str
    holder: str
    recipient: str
    kind: BasisKind
    law: str
    agreement: str
    purpose: Purpose
    catalogues: tuple[str, ...]
    level_max: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    shown: bool = True
    also: tuple[str, ...] = ()

    def sign(self, *, signer: Signer) -> Statement:
        """By the holder's key."""
        body: dict[str, Json] = {
            "basis_id": self.basis_id,
            "holder": self.holder,
            "recipient": self.recipient,
            "also": list(self.also),
            "kind": self.kind.value,
            "law": self.law,
            "agreement": self.agreement,
            "purpose": self.purpose.value,
            "catalogues": list(self.catalogues),
            "level_max": self.level_max,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "shown": self.shown,
        }
        return sign_statement(JOINT_BASIS, body, signer=signer)


def read_joint_basis(statement: Statement) -> JointBasis:
    """Raises StatementUnreadable, UnknownPurpose."""
    body = Body(statement, fields=_FIELDS)
    kind = body.token("kind")
    if statement.kind != JOINT_BASIS or kind not in set(BasisKind):
        raise body.wrong("kind")
    holder, recipient = body.token("holder"), body.token("recipient")
    if holder == recipient:
        raise body.wrong("recipient")
    also = () if statement.body["also"] == [] else body.tokens("also")
    if list(also) != sorted(also) or {holder, recipient} & set(also):
        raise body.wrong("also")
    purpose = Purpose.parse(body.token("purpose"))
    if purpose in HOLDERS_OWN:
        raise body.wrong("purpose")
    valid_from, valid_to = body.moment("valid_from"), body.moment("valid_to")
    if valid_to <= valid_from:
        raise body.wrong("valid_to")
    return JointBasis(
        basis_id=body.token("basis_id"),
        holder=holder,
        recipient=recipient,
        kind=BasisKind(kind),
        law=_text(statement, body, "law"),
        agreement=_text(statement, body, "agreement"),
        purpose=purpose,
        catalogues=body.names("catalogues"),
        level_max=body.number("level_max", low=1, high=HIGHEST_TO_LEAVE),
        valid_from=valid_from,
        valid_to=valid_to,
        shown=body.flag("shown"),
        also=also,
    )


def _text(statement: Statement, body: Body, field: str) -> str:
    """A citation or a number of a contract, not an essay."""
    value = statement.body[field]
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST_TEXT or not value.isprintable():
        raise body.wrong(field)
    return value


@dataclass(frozen=True, slots=True)
class JointUse:
    """What a job wants of one holder's data, for whom (联合使用)."""

    recipient: str
    purpose: Purpose
    catalogue: str
    level: int
    also: frozenset[str] = frozenset()
    """Further parties that receive some of the results."""


def judge_joint(
    use: JointUse,
    *,
    bases: Sequence[JointBasis],
    entry: CatalogueEntry | None,
    holder: str,
    now: dt.datetime,
) -> JointBasis | tuple[Refusal, ...]:
    """The basis that carries the use, the first of these that does; else every reason against the first.

    bases: those of the id that the job names, newest first. entry: what the catalogue says of the dataset.
    """
    against = _against_use(use, entry, holder)
    named = [basis for basis in bases if basis.holder == holder]
    if not named:
        return tuple(sorted({*against, Refusal(Reason.BASIS_MISSING, use.purpose.value)}))
    for basis in named:
        if not against and not _against_basis(use, basis, now):
            return basis
    return tuple(sorted({*against, *_against_basis(use, named[0], now)}))


def _against_use(use: JointUse, entry: CatalogueEntry | None, holder: str) -> list[Refusal]:
    found = []
    if use.recipient != holder and use.purpose in HOLDERS_OWN:
        found.append(Refusal(Reason.PURPOSE_OF_HOLDER_ONLY, use.purpose.value))
    if use.level > HIGHEST_TO_LEAVE:
        found.append(Refusal(Reason.LEVEL_NEVER_LEAVES, str(use.level)))
    if entry is None:
        found.append(Refusal(Reason.CATALOGUE_UNKNOWN, use.catalogue))
    elif not entry.shared:
        found.append(Refusal(Reason.NOT_SHARED, use.catalogue))
    return found


def _against_basis(use: JointUse, basis: JointBasis, now: dt.datetime) -> list[Refusal]:
    found = []
    if basis.recipient != use.recipient or not use.also <= set(basis.also):
        found.append(Refusal(Reason.OTHER_GRANTEE))
    if basis.purpose is not use.purpose:
        found.append(Refusal(Reason.OTHER_PURPOSE, basis.purpose.value))
    if use.catalogue not in basis.catalogues:
        found.append(Refusal(Reason.CATALOGUE_NOT_NAMED, use.catalogue))
    if use.level > basis.level_max:
        found.append(Refusal(Reason.LEVEL_TOO_HIGH, str(use.level)))
    if now < basis.valid_from:
        found.append(Refusal(Reason.NOT_YET_VALID, basis.valid_from.isoformat()))
    if now >= basis.valid_to:
        found.append(Refusal(Reason.EXPIRED, basis.valid_to.isoformat()))
    return found
