"""Bindings that contradict each other or what is pinned."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from shuxin.parties.domain.party import KeyRole, PartyKind, are_separate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.parties.domain.anchors import Pinned
    from shuxin.parties.domain.known import KnownKey
    from shuxin.parties.domain.statements import Binding


def of_another_kind(bindings: Mapping[str, Binding], *, pinned: Iterable[Pinned]) -> list[str]:
    """A party is of one kind: what is pinned decides, else none of the contradicting bindings counts."""
    fixed: dict[str, set[PartyKind]] = {pin.party: {pin.kind} for pin in pinned}
    kinds = defaultdict(set, {party: set(kinds) for party, kinds in fixed.items()})
    for binding in bindings.values():
        kinds[binding.claim.party].add(binding.claim.kind)
    return [
        digest
        for digest, binding in bindings.items()
        if len(kinds[binding.claim.party]) > 1
        and fixed.get(binding.claim.party) != {binding.claim.kind}
    ]


def inseparable(bindings: Mapping[str, Binding], *, keys: Iterable[KnownKey]) -> list[str]:
    """Bindings that give one key two of the three administrations of one institution."""
    roles: defaultdict[tuple[str, str], set[KeyRole]] = defaultdict(set)
    for key in keys:
        roles[key.public.key_id, key.party] |= key.roles
    of = {d: (b.claim.public.key_id, b.claim.party) for d, b in bindings.items()}
    for digest, binding in bindings.items():
        roles[of[digest]] |= set(binding.claim.roles)
    return [digest for digest, key in of.items() if not are_separate(frozenset(roles[key]))]
