"""Whom this holder trusts without proof by others: a local file, never something that a peer sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import Json, canonical_json
from shuxin.kernel.statements import parse_json
from shuxin.parties.domain.fields import Fields, moment_text
from shuxin.parties.domain.party import KeyRole, PartyKind
from shuxin.parties.domain.statements import Method

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.signing import PublicKey

PROVEN = frozenset(Method) - {Method.DEVELOPMENT}


@dataclass(frozen=True, slots=True)
class Attester:
    """Who proves identities (身份核验方), and of which kinds of party it may; never the platform."""

    party: str
    public: PublicKey
    kinds: frozenset[PartyKind]

    def as_json(self) -> dict[str, Json]:
        return {
            "party": self.party,
            "public_key": self.public.text,
            "kinds": sorted(kind.value for kind in self.kinds),
        }


@dataclass(frozen=True, slots=True)
class Pinned:
    """An institution's key that is trusted as it stands."""

    party: str
    kind: PartyKind
    name: str
    public: PublicKey
    roles: frozenset[KeyRole]
    valid_from: dt.datetime
    valid_to: dt.datetime

    def as_json(self) -> dict[str, Json]:
        return {
            "party": self.party,
            "kind": self.kind.value,
            "name": self.name,
            "public_key": self.public.text,
            "roles": sorted(role.value for role in self.roles),
            "valid_from": moment_text(self.valid_from),
            "valid_to": moment_text(self.valid_to),
        }


@dataclass(frozen=True, slots=True)
class TrustAnchors:
    """Trust anchors (信任锚): attesters, pinned institutions' keys, and the ways of proof that are accepted.

    Bindings of method ``development`` are refused unless ``methods`` names it.
    """

    attesters: tuple[Attester, ...] = ()
    pinned: tuple[Pinned, ...] = ()
    methods: frozenset[Method] = PROVEN

    def dump(self) -> bytes:
        """Canonical JSON, and a line feed."""
        value: dict[str, Json] = {
            "attesters": [anchor.as_json() for anchor in self.attesters],
            "pinned": [anchor.as_json() for anchor in self.pinned],
            "methods": sorted(method.value for method in self.methods),
        }
        return canonical_json(value) + b"\n"

    @classmethod
    def parse(cls, data: bytes) -> TrustAnchors:
        """Raises StatementInvalid, PartyStatementUnreadable."""
        names = frozenset({"attesters", "pinned", "methods"})
        fields = Fields(parse_json(data), names=names)
        return cls(
            attesters=tuple(attester_from(value) for value in fields.items("attesters")),
            pinned=tuple(pinned_from(value) for value in fields.items("pinned")),
            methods=frozenset(fields.words("methods", Method)),
        )


def attester_from(value: object) -> Attester:
    """Raises PartyStatementUnreadable."""
    fields = Fields(value, names=frozenset({"party", "public_key", "kinds"}))
    return Attester(
        party=fields.party("party", kind=PartyKind.ATTESTER),
        public=fields.public_key("public_key"),
        kinds=frozenset(fields.words("kinds", PartyKind)),
    )


def pinned_from(value: object) -> Pinned:
    """Raises PartyStatementUnreadable."""
    names = {"party", "kind", "name", "public_key", "roles", "valid_from", "valid_to"}
    fields = Fields(value, names=frozenset(names))
    kind = fields.word("kind", PartyKind)
    valid_from, valid_to = fields.window("valid_from", "valid_to")
    return Pinned(
        party=fields.party("party", kind=kind),
        kind=kind,
        name=fields.text("name"),
        public=fields.public_key("public_key"),
        roles=frozenset(fields.words("roles", KeyRole)),
        valid_from=valid_from,
        valid_to=valid_to,
    )
