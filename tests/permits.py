"""A holder whose gate issues permits for its own data, for tests of the rooms above consent."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from shuxin.consent.api import BasisKind, Gate, Ground, LawfulBasis, Permit, Purpose, take_basis
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.ledger.api import Appended, Entry
from shuxin.parties.api import Directory, KeyRole, PartyKind, Pinned, TrustAnchors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HOLDER = "uscc:913502007692545453"
SEED = bytes(range(32))
START = dt.datetime(2000, 1, 1, tzinfo=CHINA_TIME)
END = dt.datetime(2100, 1, 1, tzinfo=CHINA_TIME)


@dataclass
class MemoryJournal:
    """A log that forgets at the end of the test; it keeps the order of what was appended."""

    entries: list[Entry] = field(default_factory=list)

    def append_all(self, entries: Sequence[Entry], *, now: dt.datetime) -> list[Appended]:
        start = len(self.entries)
        self.entries += entries
        return [Appended(index=start + n, leaf_hash=bytes(32)) for n in range(len(entries))]


def pinned(party: str, key: Ed25519Key, kind: PartyKind, *roles: KeyRole) -> Pinned:
    return Pinned(party, kind, "某机构", key.public, frozenset(roles), START, END)


@dataclass(frozen=True)
class OwnData:
    """Bases for the purposes named, and the gate over them."""

    reader: str
    purposes: frozenset[Purpose] = frozenset(Purpose)
    highest_level: int = 3

    def gate(self) -> Gate:
        key = Ed25519Key(SEED)
        anchor = pinned(HOLDER, key, PartyKind.BANK, KeyRole.SUBJECT)
        keys = Directory.build([], anchors=TrustAnchors(pinned=(anchor,)))
        for purpose in sorted(self.purposes):
            basis = LawfulBasis(
                basis_id=f"test-{purpose}-{self.highest_level}",
                holder=HOLDER,
                kind=BasisKind.CONTRACT,
                law="个人信息保护法第十三条",
                purpose=purpose,
                level_max=self.highest_level,
                valid_from=START,
                valid_to=END,
            )
            take_basis(basis.sign(signer=key), holder=HOLDER, keys=keys, now=START)
        return Gate(holder=HOLDER, reader=self.reader, keys=keys, journal=MemoryJournal())

    def permit(self, *, subject: str, purpose: Purpose, now: dt.datetime) -> Permit:
        return self._only(purpose).gate().permit_own(subject=subject, purpose=purpose, now=now)

    def permits(
        self, subjects: Iterable[str], *, purpose: Purpose, now: dt.datetime
    ) -> list[Permit]:
        gate = self._only(purpose).gate()
        return gate.permit_own_each(list(subjects), purpose=purpose, now=now)

    def _only(self, purpose: Purpose) -> OwnData:
        """To record one basis is quicker than all."""
        return replace(self, purposes=self.purposes & {purpose})


def sealed(
    subject: str, purpose: Purpose, *, at: dt.datetime, level: int = 3, reader: str = "tester"
) -> Permit:
    """A permit as the gate would issue it on a basis, without a database."""
    return Permit(
        reader=reader,
        subjects=frozenset({subject}),
        purpose=purpose,
        highest_level=level,
        issued_at=at,
        use_id=1,
        log_index=0,
        ground=Ground.BASIS,
    ).with_seal()
