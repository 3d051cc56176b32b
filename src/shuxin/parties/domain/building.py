"""From statements in any order to the keys that count.

Trust has two steps only: an anchor vouches for a party's key, and an institution's own key vouches for its
officers, nodes and administrators. Statements are taken in the order of their hashes, and revocations by the
key itself or an attester are settled before those by another key of the party, so the result does not
depend on the order of arrival. In doubt a key does not count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from shuxin.parties.domain import statements as said
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.known import End, Ends, KnownKey, Rejected, Rejection, counting
from shuxin.parties.domain.party import INTERNAL, SPEAKING_FOR_ALL, KeyRole, are_separate
from shuxin.parties.domain.statements import Binding, Claim, Mandate, Method, Revocation

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator

    from shuxin.kernel.signing import PublicKey
    from shuxin.kernel.statements import Statement
    from shuxin.parties.domain.anchors import Attester, TrustAnchors
    from shuxin.parties.domain.party import PartyKind

Read = TypeVar("Read")
_SUBJECT = frozenset({KeyRole.SUBJECT})


class Building:
    """One directory while it is built; ``verified`` holds the signatures found good, now or earlier."""

    def __init__(
        self, statements: Iterable[Statement], *, anchors: TrustAnchors, verified: frozenset[bytes]
    ) -> None:
        self._anchors = anchors
        self._attesters = {anchor.public.key_id: anchor for anchor in anchors.attesters}
        self._earlier = verified
        self.verified: set[bytes] = set()
        self.rejected: dict[str, Rejected] = {}
        self.keys: defaultdict[str, list[KnownKey]] = defaultdict(list)
        self.mandates: dict[str, Mandate] = {}
        self.ends = Ends()
        self._first_ends = self.ends
        self._claims: set[Claim] = set()
        self._claimants: defaultdict[str, list[_Claimant]] = defaultdict(list)
        self._settled: set[str] = set()
        unsorted: defaultdict[str, dict[str, Statement]] = defaultdict(dict)
        for statement in statements:
            unsorted[statement.kind][statement.hash] = statement
        self._piles = {kind: dict(sorted(pile.items())) for kind, pile in unsorted.items()}

    def run(self) -> None:
        for kind in set(self._piles) - said.KINDS:
            for digest in self._piles[kind]:
                self._reject(digest, kind, Rejection.KIND)
        self._add_anchors()
        self._add_claims()
        bindings = dict(self._read(said.BINDING, said.read_binding))
        revocations = dict(self._read(said.REVOCATION, said.read_revocation))
        self._settle_first(revocations)
        attested = self._attested(bindings)
        self._add_attested(attested, agents=False)
        self._settle_peers(revocations)
        self._add_mandates()
        self._add_attested(attested, agents=True)
        self._add_internal({digest: b for digest, b in bindings.items() if digest not in attested})
        self._settle_peers(revocations)
        self._reject_unused(revocations)

    # -- reading and checking

    def _read(self, kind: str, read: Callable[[Statement], Read]) -> Iterator[tuple[str, Read]]:
        for digest, statement in self._piles.get(kind, {}).items():
            try:
                yield digest, read(statement)
            except PartyStatementUnreadable:
                self._reject(digest, kind, Rejection.BODY)

    def _reject(self, digest: str, kind: str, why: Rejection) -> None:
        self.rejected.setdefault(digest, Rejected(digest, kind, why))

    def _is_signed(self, digest: str, kind: str, public: PublicKey) -> bool:
        statement = self._piles[kind][digest]
        if public.key_id != statement.key_id:
            return False
        mark = bytes.fromhex(digest) + public.raw
        good = mark in self._earlier or mark in self.verified or statement.signed_by(public)
        if good:
            self.verified.add(mark)
        return good

    def _is_said_by(
        self,
        digest: str,
        kind: str,
        *,
        party: str,
        at: dt.datetime,
        roles: frozenset[KeyRole],
        ends: Ends,
    ) -> bool:
        """Whether a key of ``party`` with one of ``roles`` that counts at ``at`` signed this statement."""
        key_id = self._piles[kind][digest].key_id
        held = [key for key in self.keys.get(key_id, ()) if key.party == party]
        found = counting(held, ends=ends, at=at, roles=roles)
        return any(self._is_signed(digest, kind, key.public) for key in found)

    # -- the first step: anchors and what they attest

    def _add_anchors(self) -> None:
        for pin in self._anchors.pinned:
            key_id = pin.public.key_id
            self._claimants[key_id].append(_Claimant(pin.party, pin.kind, pin.public))
            self.keys[key_id].append(
                KnownKey(
                    *(pin.party, pin.kind, pin.name, pin.public, ""),
                    *(pin.roles, pin.valid_from, pin.valid_to),
                )
            )

    def _add_claims(self) -> None:
        """Claims that the claiming key signed itself."""
        for digest, claim in self._read(said.POSSESSION, said.read_claim):
            if self._is_signed(digest, said.POSSESSION, claim.public):
                self._claims.add(claim)
                claimant = _Claimant(claim.party, claim.kind, claim.public)
                self._claimants[claim.public.key_id].append(claimant)
            else:
                self._reject(digest, said.POSSESSION, Rejection.SIGNATURE)

    def _attester_of(self, digest: str, kind: str, *, at: dt.datetime) -> Attester | None:
        """The attester that signed this statement and counts at ``at``."""
        attester = self._attesters.get(self._piles[kind][digest].key_id)
        if attester is None or not self._is_signed(digest, kind, attester.public):
            return None
        end = self.ends.of(attester.public.key_id, party=attester.party)
        return None if end is not None and end.covers(at) else attester

    def _attested(self, bindings: dict[str, Binding]) -> dict[str, Binding]:
        """Bindings that bear an attester's key id; those that may not stand are rejected."""
        pile = self._piles.get(said.BINDING, {})
        signed = {
            digest: binding
            for digest, binding in bindings.items()
            if pile[digest].key_id in self._attesters and binding.method is not Method.INSTITUTION
        }
        for digest, binding in signed.items():
            why = self._attested_problem(digest, binding)
            if why is not None:
                self._reject(digest, said.BINDING, why)
        self._reject_kind_conflicts(signed)
        return signed

    def _attested_problem(self, digest: str, binding: Binding) -> Rejection | None:
        claim = binding.claim
        anchor = self._attesters[self._piles[said.BINDING][digest].key_id]
        if claim.kind not in anchor.kinds:
            return Rejection.PARTY_KIND
        if binding.method not in self._anchors.methods:
            return Rejection.METHOD
        if claim not in self._claims:
            return Rejection.NO_POSSESSION
        if not self._is_signed(digest, said.BINDING, anchor.public):
            return Rejection.SIGNATURE
        if self._attester_of(digest, said.BINDING, at=binding.valid_from) is None:
            return Rejection.ATTESTER_REVOKED
        return None

    def _reject_kind_conflicts(self, bindings: dict[str, Binding]) -> None:
        """A party is of one kind: what is pinned decides, else none of the contradicting bindings counts."""
        pinned = {pin.party: {pin.kind} for pin in self._anchors.pinned}
        kinds = defaultdict(set, {party: set(kinds) for party, kinds in pinned.items()})
        standing = {d: b for d, b in bindings.items() if d not in self.rejected}
        for binding in standing.values():
            kinds[binding.claim.party].add(binding.claim.kind)
        for digest, binding in standing.items():
            party, kind = binding.claim.party, binding.claim.kind
            if len(kinds[party]) > 1 and pinned.get(party) != {kind}:
                self._reject(digest, said.BINDING, Rejection.KIND_CONFLICT)

    def _add_attested(self, bindings: dict[str, Binding], *, agents: bool) -> None:
        added = {
            digest: binding
            for digest, binding in bindings.items()
            if digest not in self.rejected and bool(binding.claim.on_behalf) is agents
        }
        for digest in self._inseparable(added):
            self._reject(digest, said.BINDING, Rejection.NOT_SEPARATE)
        for digest, binding in added.items():
            if digest not in self.rejected:
                self._add(digest, binding)

    def _add(self, digest: str, binding: Binding) -> None:
        claim, start, end = binding.claim, binding.valid_from, binding.valid_to
        if claim.on_behalf:
            mandate = self.mandates.get(claim.on_behalf)
            if mandate is None or mandate.party != claim.party:
                self._reject(digest, said.BINDING, Rejection.MANDATE)
                return
            start, end = max(start, mandate.valid_from), min(end, mandate.valid_to)
            if start >= end:
                self._reject(digest, said.BINDING, Rejection.MANDATE)
                return
        self.keys[claim.public.key_id].append(
            KnownKey(
                party=claim.party,
                kind=claim.kind,
                name=claim.name,
                public=claim.public,
                label=claim.label,
                roles=frozenset(claim.roles),
                valid_from=start,
                valid_to=end,
                method=binding.method,
                on_behalf=claim.on_behalf,
                statement=digest,
            )
        )

    def _inseparable(self, bindings: dict[str, Binding]) -> list[str]:
        """Bindings that give one key two of the three administrations of one institution."""
        roles: defaultdict[tuple[str, str], set[KeyRole]] = defaultdict(set)
        for key_id, keys in self.keys.items():
            for key in keys:
                roles[key_id, key.party] |= key.roles
        of = {d: (b.claim.public.key_id, b.claim.party) for d, b in bindings.items()}
        for digest, binding in bindings.items():
            roles[of[digest]] |= set(binding.claim.roles)
        return [digest for digest, key in of.items() if not are_separate(frozenset(roles[key]))]

    # -- the second step: what parties' own keys say

    def _add_internal(self, bindings: dict[str, Binding]) -> None:
        for digest, binding in bindings.items():
            why = self._internal_problem(digest, binding)
            if why is not None:
                self._reject(digest, said.BINDING, why)
        standing = {d: b for d, b in bindings.items() if d not in self.rejected}
        for digest in self._inseparable(standing):
            self._reject(digest, said.BINDING, Rejection.NOT_SEPARATE)
        for digest, binding in standing.items():
            if digest not in self.rejected:
                self._add(digest, binding)

    def _internal_problem(self, digest: str, binding: Binding) -> Rejection | None:
        claim = binding.claim
        key_id = self._piles[said.BINDING][digest].key_id
        issuers = [key for key in self.keys.get(key_id, ()) if key.party == claim.party]
        if not issuers:
            return Rejection.NOT_ANCHORED
        if not set(claim.roles) <= INTERNAL or claim.kind is not issuers[0].kind:
            return Rejection.NOT_ENTITLED
        if binding.method is not Method.INSTITUTION:
            return Rejection.METHOD
        if claim not in self._claims:
            return Rejection.NO_POSSESSION
        is_issued = self._is_said_by(
            *(digest, said.BINDING),
            party=claim.party,
            at=binding.valid_from,
            roles=_SUBJECT,
            ends=self.ends,
        )
        return None if is_issued else Rejection.ISSUER

    def _add_mandates(self) -> None:
        mandates = dict(self._read(said.MANDATE, said.read_mandate))
        for digest, mandate in mandates.items():
            start = mandate.valid_from
            if self._is_said_by_all(digest, said.MANDATE, party=mandate.party, at=start):
                self.mandates[digest] = mandate
            else:
                self._reject(digest, said.MANDATE, Rejection.NOT_ENTITLED)
        for digest, end in dict(self._read(said.MANDATE_END, said.read_mandate_end)).items():
            held = self.mandates.get(end.mandate)
            if held is None or held.party != end.party:
                self._reject(digest, said.MANDATE_END, Rejection.MANDATE)
            elif self._is_said_by_all(digest, said.MANDATE_END, party=end.party, at=end.ended_at):
                self.mandates[end.mandate] = _ended(held, end.ended_at)
            else:
                self._reject(digest, said.MANDATE_END, Rejection.NOT_ENTITLED)

    def _is_said_by_all(self, digest: str, kind: str, *, party: str, at: dt.datetime) -> bool:
        return self._is_said_by(
            digest, kind, party=party, at=at, roles=SPEAKING_FOR_ALL, ends=self.ends
        )

    # -- revocations

    def _settle_first(self, revocations: dict[str, Revocation]) -> None:
        """What keys say of themselves, then what attesters say; for ever holds for every party."""
        for digest, revocation in revocations.items():
            if any(self._is_signed(digest, said.REVOCATION, key) for key in self._own(revocation)):
                self._end(digest, revocation)
        for digest, revocation in revocations.items():
            if digest not in self._settled and self._is_by_attester(digest, revocation):
                self._end(digest, revocation)
        for digest in self._settled:
            revocation = revocations[digest]
            if revocation.reason.is_for_ever:
                end = End(revocation.reason, revocation.revoked_at)
                self.ends.add_everywhere(revocation.key_id, end=end)
        self._first_ends = self.ends.copy()

    def _own(self, revocation: Revocation) -> list[PublicKey]:
        """The revoked key itself: as it claimed for a party, or as an attester's anchor."""
        anchor = self._attesters.get(revocation.key_id)
        own = [claimant.public for claimant in self._claimants.get(revocation.key_id, ())]
        return [*own, anchor.public] if anchor else own

    def _is_by_attester(self, digest: str, revocation: Revocation) -> bool:
        attester = self._attester_of(digest, said.REVOCATION, at=revocation.revoked_at)
        return attester is not None and any(
            claimant.party == revocation.party and claimant.kind in attester.kinds
            for claimant in self._claimants.get(revocation.key_id, ())
        )

    def _end(self, digest: str, revocation: Revocation) -> None:
        self._settled.add(digest)
        end = End(revocation.reason, revocation.revoked_at)
        self.ends.add(revocation.key_id, party=revocation.party, end=end)

    def _settle_peers(self, revocations: dict[str, Revocation]) -> None:
        for digest, revocation in revocations.items():
            if digest not in self._settled and self._is_by_peer(digest, revocation):
                self._end(digest, revocation)

    def _is_by_peer(self, digest: str, revocation: Revocation) -> bool:
        """By a key that spoke for the party then; a key that is gone cannot revoke one made later.

        Judged by the first ends only: two keys that revoke each other both end.
        """
        held = self.keys.get(revocation.key_id, ())
        starts = [key.valid_from for key in held if key.party == revocation.party]
        if not starts or revocation.revoked_at < min(starts):
            return False
        return self._is_said_by(
            *(digest, said.REVOCATION),
            party=revocation.party,
            at=revocation.revoked_at,
            roles=SPEAKING_FOR_ALL,
            ends=self._first_ends,
        )

    def _reject_unused(self, revocations: dict[str, Revocation]) -> None:
        for digest, revocation in revocations.items():
            if digest not in self._settled:
                known = bool(self._own(revocation))
                why = Rejection.NOT_ENTITLED if known else Rejection.UNKNOWN_KEY
                self._reject(digest, said.REVOCATION, why)


@dataclass(frozen=True, slots=True)
class _Claimant:
    """Whom a key says that it speaks for, proven by its own signature only."""

    party: str
    kind: PartyKind
    public: PublicKey


def _ended(mandate: Mandate, at: dt.datetime) -> Mandate:
    return Mandate(
        *(mandate.hash, mandate.party, mandate.person, mandate.purposes, mandate.valid_from),
        min(mandate.valid_to, at),
    )
