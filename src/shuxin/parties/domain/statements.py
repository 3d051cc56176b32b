"""What this room's statements say: key possession, key binding, revocation, mandate and its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import Json, content_hash
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.parties.domain.fields import Fields, PartyStatementUnreadable, moment_text
from shuxin.parties.domain.party import INTERNAL, KeyRole, PartyKind, are_separate

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.signing import PublicKey, Signer

POSSESSION, BINDING, REVOCATION = "key-possession", "key-binding", "key-revocation"
MANDATE, MANDATE_END = "mandate", "mandate-end"
KINDS = frozenset({POSSESSION, BINDING, REVOCATION, MANDATE, MANDATE_END})

_HASH_DIGITS, _KEY_ID_DIGITS = 64, 32
_CLAIMED = frozenset({"party", "kind", "name", "public_key", "label", "roles", "on_behalf"})
_BOUND = _CLAIMED | {"valid_from", "valid_to", "method", "evidence"}


class Method(StrEnum):
    """How the attester proved who holds the key (核验方式)."""

    COUNTER = "counter"
    FACE = "face"
    BANK_CARD = "bank_card_elements"
    LICENCE = "licence"
    INSTITUTION = "institution"
    DEVELOPMENT = "development"


class Reason(StrEnum):
    """Why a key was revoked (吊销原因)."""

    SUPERSEDED = "superseded"
    ROLE_ENDED = "role_ended"
    LOST = "lost"
    COMPROMISED = "compromised"

    @property
    def is_for_ever(self) -> bool:
        """Nothing that such a key signed counts, whenever it was seen."""
        return self in {Reason.LOST, Reason.COMPROMISED}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a key says about itself: for whom it wants to speak, and as what.

    Persons have no name here: a directory is passed around. ``on_behalf`` is the hash of the mandate of an
    agent's key, otherwise empty.
    """

    party: str
    kind: PartyKind
    name: str
    public: PublicKey
    label: str
    roles: tuple[KeyRole, ...]
    on_behalf: str = ""

    def body(self) -> dict[str, Json]:
        return {
            "party": self.party,
            "kind": self.kind.value,
            "name": self.name,
            "public_key": self.public.text,
            "label": self.label,
            "roles": sorted(role.value for role in self.roles),
            "on_behalf": self.on_behalf,
        }

    @property
    def hash(self) -> str:
        return content_hash(self.body())


@dataclass(frozen=True, slots=True)
class Binding:
    """A key binding (密钥绑定): an attester says that a claim is true from one moment to another.

    ``evidence`` is a salted commitment to what the attester saw.
    """

    claim: Claim
    valid_from: dt.datetime
    valid_to: dt.datetime
    method: Method
    evidence: str


@dataclass(frozen=True, slots=True)
class Revocation:
    """A key stops counting (吊销)."""

    party: str
    key_id: str
    revoked_at: dt.datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate (授权委托): a person may act for an enterprise, for stated purposes and a time."""

    hash: str
    party: str
    person: str
    purposes: tuple[str, ...]
    valid_from: dt.datetime
    valid_to: dt.datetime


@dataclass(frozen=True, slots=True)
class MandateEnd:
    """A mandate ends before its time."""

    party: str
    mandate: str
    ended_at: dt.datetime


def sign_claim(claim: Claim, *, signer: Signer) -> Statement:
    """The request to bind a key: the claim, signed with that very key as proof of possession."""
    return sign_statement(POSSESSION, claim.body(), signer=signer)


def sign_binding(binding: Binding, *, signer: Signer) -> Statement:
    body = binding.claim.body() | {
        "valid_from": moment_text(binding.valid_from),
        "valid_to": moment_text(binding.valid_to),
        "method": binding.method.value,
        "evidence": binding.evidence,
    }
    return sign_statement(BINDING, body, signer=signer)


def sign_revocation(revocation: Revocation, *, signer: Signer) -> Statement:
    body: dict[str, Json] = {
        "party": revocation.party,
        "key_id": revocation.key_id,
        "revoked_at": moment_text(revocation.revoked_at),
        "reason": revocation.reason.value,
    }
    return sign_statement(REVOCATION, body, signer=signer)


def sign_mandate(
    *,
    party: str,
    person: str,
    purposes: tuple[str, ...],
    valid_from: dt.datetime,
    valid_to: dt.datetime,
    signer: Signer,
) -> Statement:
    """Signed with a key that speaks for the whole enterprise."""
    body: dict[str, Json] = {
        "party": party,
        "person": person,
        "purposes": sorted(set(purposes)),
        "valid_from": moment_text(valid_from),
        "valid_to": moment_text(valid_to),
    }
    return sign_statement(MANDATE, body, signer=signer)


def sign_mandate_end(end: MandateEnd, *, signer: Signer) -> Statement:
    body: dict[str, Json] = {
        "party": end.party,
        "mandate": end.mandate,
        "ended_at": moment_text(end.ended_at),
    }
    return sign_statement(MANDATE_END, body, signer=signer)


def read_claim(statement: Statement) -> Claim:
    """Raises PartyStatementUnreadable."""
    return claim_from(statement.body)


def claim_from(value: object) -> Claim:
    """The same from parsed JSON. Raises PartyStatementUnreadable."""
    return _claim(Fields(value, names=_CLAIMED))


def read_binding(statement: Statement) -> Binding:
    """Raises PartyStatementUnreadable."""
    fields = Fields(statement.body, names=_BOUND)
    valid_from, valid_to = fields.window("valid_from", "valid_to")
    evidence = fields.hex_or_none("evidence", digits=_HASH_DIGITS)
    return Binding(_claim(fields), valid_from, valid_to, fields.word("method", Method), evidence)


def _claim(fields: Fields) -> Claim:
    kind = fields.word("kind", PartyKind)
    claim = Claim(
        party=fields.party("party", kind=kind),
        kind=kind,
        name=fields.text("name"),
        public=fields.public_key("public_key"),
        label=fields.text("label"),
        roles=fields.words("roles", KeyRole),
        on_behalf=fields.hex_or_none("on_behalf", digits=_HASH_DIGITS),
    )
    if (claim.name == "") is not (kind is PartyKind.PERSON):
        raise PartyStatementUnreadable(field="name")
    _check_roles(claim)
    return claim


def _check_roles(claim: Claim) -> None:
    """Internal roles are for institutions; attesters come from anchors only; an agent's key is nothing else."""
    roles = frozenset(claim.roles)
    if not are_separate(roles) or (roles & INTERNAL and not claim.kind.is_institution):
        raise PartyStatementUnreadable(field="roles")
    if KeyRole.ATTESTER in roles:
        raise PartyStatementUnreadable(field="roles")
    if (KeyRole.AGENT in roles) is not bool(claim.on_behalf):
        raise PartyStatementUnreadable(field="on_behalf")
    if KeyRole.AGENT in roles and len(roles) > 1:
        raise PartyStatementUnreadable(field="roles")


def read_revocation(statement: Statement) -> Revocation:
    """Raises PartyStatementUnreadable."""
    fields = Fields(statement.body, names=frozenset({"party", "key_id", "revoked_at", "reason"}))
    return Revocation(
        party=fields.any_party("party"),
        key_id=fields.hex("key_id", digits=_KEY_ID_DIGITS),
        revoked_at=fields.moment("revoked_at"),
        reason=fields.word("reason", Reason),
    )


def read_mandate(statement: Statement) -> Mandate:
    """Raises PartyStatementUnreadable."""
    names = frozenset({"party", "person", "purposes", "valid_from", "valid_to"})
    fields = Fields(statement.body, names=names)
    valid_from, valid_to = fields.window("valid_from", "valid_to")
    return Mandate(
        hash=statement.hash,
        party=fields.any_party("party"),
        person=fields.party("person", kind=PartyKind.PERSON),
        purposes=fields.texts("purposes"),
        valid_from=valid_from,
        valid_to=valid_to,
    )


def read_mandate_end(statement: Statement) -> MandateEnd:
    """Raises PartyStatementUnreadable."""
    fields = Fields(statement.body, names=frozenset({"party", "mandate", "ended_at"}))
    return MandateEnd(
        party=fields.any_party("party"),
        mandate=fields.hex("mandate", digits=_HASH_DIGITS),
        ended_at=fields.moment("ended_at"),
    )
