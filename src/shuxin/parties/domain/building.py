"""From statements in any order to the keys that count.

Trust has two steps only: an anchor vouches for a party's key, and an institution's own key vouches for its
officers, nodes and administrators. Who issued a statement is judged when it claims to be made and when this
holder first kept it, so that a key which has ended makes nothing by backdating. Revocations by the key itself are
settled first, then those by attesters, then those by another key of the party, each in the order in which they were
first kept: the same statements with the same first moments build the same directory. In doubt a key does not count.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import chain, groupby
from typing import TYPE_CHECKING, TypeVar

from shuxin.parties.domain import statements as said
from shuxin.parties.domain.conflicts import inseparable, of_another_kind
from shuxin.parties.domain.fields import PartyStatementUnreadable
from shuxin.parties.domain.known import End, Ends, KnownKey, Made, Rejected, Rejection, issuing
from shuxin.parties.domain.party import INTERNAL, SPEAKING_FOR_ALL, KeyRole
from shuxin.parties.domain.statements import Binding, Claim, Mandate, Method, Revocation

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from shuxin.kernel.signing import PublicKey
    from shuxin.kernel.statements import Statement
    from shuxin.parties.domain.anchors import Attester, TrustAnchors
    from shuxin.parties.domain.party import PartyKind

Read = TypeVar("Read")
_SUBJECT = frozenset({KeyRole.SUBJECT})


class Building:
    """One directory while it is built; ``verified`` holds the signatures found good, now or earlier."""

    def __init__(
        self,
        statements: Iterable[Statement],
        *,
        anchors: TrustAnchors,
        kept: Mapping[str, dt.datetime],
        verified: frozenset[bytes],
    ) -> None:
        self._anchors = anchors
        self._kept = kept
        self._attesters = {anchor.public.key_id: anchor for anchor in anchors.attesters}
        self._earlier = verified
        self.verified: set[bytes] = set()
        self.rejected: dict[str, Rejected] = {}
        self.keys: defaultdict[str, list[KnownKey]] = defaultdict(list)
        self.mandates: dict[str, Mandate] = {}
        self.ends = Ends()
        self._claims: dict[str, Claim] = {}
        self._proven: set[Claim] = set()
        self._claimants: defaultdict[str, list[_Claimant]] = defaultdict(list)
        self._settled: set[str] = set()
        self._entitled: set[str] = set()
        unsorted: defaultdict[str, dict[str, Statement]] = defaultdict(dict)
        for statement in statements:
            unsorted[statement.kind][statement.hash] = statement
        self._piles = {kind: dict(sorted(pile.items())) for kind, pile in unsorted.items()}

    def run(self) -> None:
        for kind in set(self._piles) - said.KINDS:
            for digest in self._piles[kind]:
                self._reject(digest, kind, Rejection.KIND)
        self._add_anchors()
        bindings = dict(self._read(said.BINDING, said.read_binding))
        self._add_claims(bindings)
        revocations = dict(self._read(said.REVOCATION, said.read_revocation))
        self._settle_first(revocations)
        attested = self._attested(bindings)
        self._add_attested(attested, agents=False)
        self._in_order(revocations, self._is_by_peer, end=self._end_by_peers)
        self._add_mandates()
        self._add_attested(attested, agents=True)
        self._add_internal({digest: b for digest, b in bindings.items() if digest not in attested})
        self._end_by_peers(revocations, sorted(self._entitled - self._settled))
        self._reject_unused(revocations)
        self._reject_unbound(bindings)

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

    def _made(self, digest: str, claimed: dt.datetime) -> Made:
        return Made(claimed, self._kept.get(digest))

    def _issuers(
        self, digest: str, kind: str, *, party: str, at: dt.datetime, roles: frozenset[KeyRole]
    ) -> list[KnownKey]:
        """Keys of ``party`` with one of ``roles`` that signed this statement and counted when it was made."""
        key_id = self._piles[kind][digest].key_id
        held = [key for key in self.keys.get(key_id, ()) if key.party == party]
        found = issuing(held, ends=self.ends, made=self._made(digest, at), roles=roles)
        return [key for key in found if self._is_signed(digest, kind, key.public)]

    def _until(self, digest: str, *, valid_to: dt.datetime, issuers: list[KnownKey]) -> dt.datetime:
        """What is not known to be kept before its issuer's validity ended does not outlast it."""
        if digest in self._kept:
            return valid_to
        return min(valid_to, max(key.valid_to for key in issuers))

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

    def _add_claims(self, bindings: dict[str, Binding]) -> None:
        """Claims that the claiming key signed itself, of keys that somebody else speaks of too."""
        named = {binding.claim.public.key_id for binding in bindings.values()}
        for digest, claim in self._read(said.POSSESSION, said.read_claim):
            self._claims[digest] = claim
            if claim.public.key_id not in named:
                continue
            if self._is_signed(digest, said.POSSESSION, claim.public):
                self._proven.add(claim)
                claimant = _Claimant(claim.party, claim.kind, claim.public)
                self._claimants[claim.public.key_id].append(claimant)
            else:
                self._reject(digest, said.POSSESSION, Rejection.SIGNATURE)

    def _attester_of(self, digest: str, kind: str, *, at: dt.datetime) -> Attester | None:
        """The attester that signed this statement and counted when it was made, at ``at`` as it claims."""
        attester = self._attesters.get(self._piles[kind][digest].key_id)
        if attester is None or not self._is_signed(digest, kind, attester.public):
            return None
        key_id, made = attester.public.key_id, self._made(digest, at)
        return None if self.ends.undo(key_id, party=attester.party, made=made) else attester

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
        standing = self._standing(signed)
        others = of_another_kind(standing, pinned=self._anchors.pinned)
        self._reject_all(others, Rejection.KIND_CONFLICT)
        return signed

    def _attested_problem(self, digest: str, binding: Binding) -> Rejection | None:
        claim = binding.claim
        anchor = self._attesters[self._piles[said.BINDING][digest].key_id]
        if claim.kind not in anchor.kinds:
            return Rejection.PARTY_KIND
        if binding.method not in self._anchors.methods:
            return Rejection.METHOD
        if claim not in self._proven:
            return Rejection.NO_POSSESSION
        if not self._is_signed(digest, said.BINDING, anchor.public):
            return Rejection.SIGNATURE
        if self._attester_of(digest, said.BINDING, at=binding.valid_from) is None:
            return Rejection.ATTESTER_REVOKED
        return None

    def _reject_all(self, digests: Iterable[str], why: Rejection) -> None:
        for digest in digests:
            self._reject(digest, said.BINDING, why)

    def _standing(self, bindings: dict[str, Binding]) -> dict[str, Binding]:
        return {digest: b for digest, b in bindings.items() if digest not in self.rejected}

    def _known(self) -> Iterator[KnownKey]:
        return chain.from_iterable(self.keys.values())

    def _add_attested(self, bindings: dict[str, Binding], *, agents: bool) -> None:
        added = {d: b for d, b in bindings.items() if bool(b.claim.on_behalf) is agents}
        united = inseparable(self._standing(added), keys=self._known())
        self._reject_all(united, Rejection.NOT_SEPARATE)
        for digest, binding in self._standing(added).items():
            self._add(digest, binding, until=binding.valid_to)

    def _add(self, digest: str, binding: Binding, *, until: dt.datetime) -> None:
        claim, start, end = binding.claim, binding.valid_from, until
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

    # -- the second step: what parties' own keys say

    def _add_internal(self, bindings: dict[str, Binding]) -> None:
        for digest, binding in bindings.items():
            why = self._internal_problem(digest, binding)
            if why is not None:
                self._reject(digest, said.BINDING, why)
        united = inseparable(self._standing(bindings), keys=self._known())
        self._reject_all(united, Rejection.NOT_SEPARATE)
        for digest, binding in self._standing(bindings).items():
            issuers = self._institutions(digest, binding)
            until = self._until(digest, valid_to=binding.valid_to, issuers=issuers)
            self._add(digest, binding, until=until)

    def _institutions(self, digest: str, binding: Binding) -> list[KnownKey]:
        party, start = binding.claim.party, binding.valid_from
        return self._issuers(digest, said.BINDING, party=party, at=start, roles=_SUBJECT)

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
        if claim not in self._proven:
            return Rejection.NO_POSSESSION
        return None if self._institutions(digest, binding) else Rejection.ISSUER

    def _add_mandates(self) -> None:
        mandates = dict(self._read(said.MANDATE, said.read_mandate))
        for digest, mandate in mandates.items():
            party, start = mandate.party, mandate.valid_from
            issuers = self._speakers(digest, said.MANDATE, party=party, at=start)
            if issuers:
                until = self._until(digest, valid_to=mandate.valid_to, issuers=issuers)
                self.mandates[digest] = _ended(mandate, until)
            else:
                self._reject(digest, said.MANDATE, Rejection.NOT_ENTITLED)
        for digest, end in dict(self._read(said.MANDATE_END, said.read_mandate_end)).items():
            held = self.mandates.get(end.mandate)
            if held is None or held.party != end.party:
                self._reject(digest, said.MANDATE_END, Rejection.MANDATE)
            elif self._speakers(digest, said.MANDATE_END, party=end.party, at=end.ended_at):
                self.mandates[end.mandate] = _ended(held, end.ended_at)
            else:
                self._reject(digest, said.MANDATE_END, Rejection.NOT_ENTITLED)

    def _speakers(self, digest: str, kind: str, *, party: str, at: dt.datetime) -> list[KnownKey]:
        return self._issuers(digest, kind, party=party, at=at, roles=SPEAKING_FOR_ALL)

    # -- revocations

    def _settle_first(self, revocations: dict[str, Revocation]) -> None:
        """What keys say of themselves, then what attesters say; for ever holds for every party."""
        own = [digest for digest in revocations if self._is_by_itself(digest, revocations[digest])]
        self._end_first(revocations, own)
        self._in_order(revocations, self._is_by_attester, end=self._end_first)

    def _in_order(
        self,
        revocations: dict[str, Revocation],
        stands: Callable[[str, Revocation], bool],
        *,
        end: Callable[[dict[str, Revocation], Iterable[str]], None],
    ) -> None:
        """End keys by the revocations that stand, in the order in which they were first kept.

        Those kept at one moment are judged together, by what was known before, and so are those of which
        nobody knows the moment: two keys that revoke each other at once both end.
        """
        left = [digest for digest in revocations if digest not in self._settled]
        for _, together in groupby(sorted(left, key=self._arrival), key=self._arrival):
            end(revocations, [one for one in together if stands(one, revocations[one])])

    def _arrival(self, digest: str) -> tuple[bool, float]:
        kept = self._kept.get(digest)
        return (kept is None, kept.timestamp() if kept else 0.0)

    def _is_by_itself(self, digest: str, revocation: Revocation) -> bool:
        """The revoked key itself: as it claimed for this party, or as an attester's anchor."""
        return any(self._is_signed(digest, said.REVOCATION, key) for key in self._own(revocation))

    def _own(self, revocation: Revocation) -> list[PublicKey]:
        anchor = self._attesters.get(revocation.key_id)
        own = [
            claimant.public
            for claimant in self._claimants.get(revocation.key_id, ())
            if claimant.party == revocation.party
        ]
        is_anchor = anchor is not None and anchor.party == revocation.party
        return [*own, anchor.public] if anchor and is_anchor else own

    def _is_by_attester(self, digest: str, revocation: Revocation) -> bool:
        attester = self._attester_of(digest, said.REVOCATION, at=revocation.revoked_at)
        return attester is not None and any(
            claimant.party == revocation.party and claimant.kind in attester.kinds
            for claimant in self._claimants.get(revocation.key_id, ())
        )

    def _is_by_peer(self, digest: str, revocation: Revocation) -> bool:
        """By a key that spoke for the party, both as it claims and when it was kept."""
        party, at = revocation.party, revocation.revoked_at
        return bool(self._speakers(digest, said.REVOCATION, party=party, at=at))

    def _end_first(self, revocations: dict[str, Revocation], digests: Iterable[str]) -> None:
        for digest in digests:
            revocation = revocations[digest]
            self._end(digest, revocation)
            if revocation.reason.is_for_ever:
                end = End(revocation.reason, revocation.revoked_at)
                self.ends.add_everywhere(revocation.key_id, end=end)

    def _end_by_peers(self, revocations: dict[str, Revocation], digests: Iterable[str]) -> None:
        """Of keys that are accepted by now, valid when they are said to end; others wait until they are accepted."""
        for digest in digests:
            revocation = revocations[digest]
            self._entitled.add(digest)
            held = self.keys.get(revocation.key_id, ())
            starts = [key.valid_from for key in held if key.party == revocation.party]
            if starts and revocation.revoked_at >= min(starts):
                self._end(digest, revocation)

    def _end(self, digest: str, revocation: Revocation) -> None:
        self._settled.add(digest)
        end = End(revocation.reason, revocation.revoked_at)
        self.ends.add(revocation.key_id, party=revocation.party, end=end)

    def _reject_unused(self, revocations: dict[str, Revocation]) -> None:
        for digest, revocation in revocations.items():
            if digest not in self._settled:
                known = bool(self._claimants.get(revocation.key_id))
                why = Rejection.NOT_ENTITLED if known else Rejection.UNKNOWN_KEY
                self._reject(digest, said.REVOCATION, why)

    def _reject_unbound(self, bindings: dict[str, Binding]) -> None:
        """What a key says of itself, and nobody who may says with it, is nothing that a directory holds."""
        standing = {binding.claim for binding in self._standing(bindings).values()}
        for digest, claim in self._claims.items():
            if claim not in standing:
                self._reject(digest, said.POSSESSION, Rejection.UNBOUND)


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
