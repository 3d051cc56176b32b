"""A small world of parties for these tests: attester, institutions, enterprise, person, and their keys."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.uscc import USCC, check_symbol
from shuxin.parties.api import (
    Attester,
    Binding,
    Claim,
    KeyRole,
    Method,
    PartyKind,
    Pinned,
    Reason,
    Revocation,
    TrustAnchors,
    organisation_id,
    sign_binding,
    sign_claim,
    sign_revocation,
)

if TYPE_CHECKING:
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

CHINA = dt.timezone(dt.timedelta(hours=8))
START = dt.datetime(2026, 1, 1, 8, tzinfo=CHINA)
END = dt.datetime(2027, 1, 1, 8, tzinfo=CHINA)
MID = dt.datetime(2026, 6, 1, 8, tzinfo=CHINA)
DAY = dt.timedelta(days=1)


def key(name: str) -> Ed25519Key:
    """The same key for the same name, for tests only."""
    return Ed25519Key(hashlib.sha256(name.encode()).digest())


def organisation(number: int, *, category: str = "91") -> str:
    body = f"{category}110105{number:08d}X"
    return organisation_id(USCC(body + check_symbol(body)))


ATTESTER_PARTY = organisation(1, category="12")
BANK = organisation(2)
ENTERPRISE = organisation(3)
SHOP = organisation(4, category="92")
OPERATOR = organisation(5)
PERSON = "person:" + "ab" * 16
SUBJECTS = frozenset({PartyKind.ENTERPRISE, PartyKind.INDIVIDUAL_BUSINESS, PartyKind.PERSON})


def claim(  # a claim as its key would make it
    name: str,
    *,
    party: str = ENTERPRISE,
    kind: PartyKind = PartyKind.ENTERPRISE,
    roles: tuple[KeyRole, ...] = (KeyRole.SUBJECT,),
    on_behalf: str = "",
) -> Claim:
    registered = "" if kind is PartyKind.PERSON else "例示有限公司"
    return Claim(party, kind, registered, key(name).public, name, tuple(sorted(roles)), on_behalf)


def bound(
    made: Claim,
    *,
    by: str = "attester",
    start: dt.datetime = START,
    end: dt.datetime = END,
    method: Method = Method.COUNTER,
) -> list[Statement]:
    """The claim signed with its own key (named by its label), and the binding signed by ``by``."""
    binding = Binding(made, start, end, method, "00" * 32)
    return [sign_claim(made, signer=key(made.label)), sign_binding(binding, signer=key(by))]


def internal(name: str, *, role: KeyRole, by: str = "bank", party: str = BANK) -> list[Statement]:
    made = claim(name, party=party, kind=PartyKind.BANK, roles=(role,))
    return bound(made, by=by, method=Method.INSTITUTION)


def revoked(
    name: str,
    *,
    by: str,
    reason: Reason = Reason.LOST,
    at: dt.datetime = MID,
    party: str = ENTERPRISE,
) -> Statement:
    revocation = Revocation(party, key(name).public.key_id, at, reason)
    return sign_revocation(revocation, signer=key(by))


class Journal:
    """Keeps entries; ``fails`` as a full disk would."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.fails = False

    def __call__(self, entry: Entry, /) -> None:
        if self.fails:
            raise OSError("disk full")
        self.entries.append(entry)

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]


@dataclass(frozen=True)
class World:
    anchors: TrustAnchors = field(
        default_factory=lambda: TrustAnchors(
            attesters=(Attester(ATTESTER_PARTY, key("attester").public, SUBJECTS),),
            pinned=(
                Pinned(
                    *(BANK, PartyKind.BANK, "例示银行", key("bank").public),
                    *(frozenset({KeyRole.SUBJECT}), START, END),
                ),
            ),
        )
    )
