"""Keys that a directory accepts, how they end, and what it rejects."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.parties.domain.statements import Method, Reason

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from shuxin.kernel.signing import PublicKey
    from shuxin.parties.domain.party import KeyRole, PartyKind


class KeyProblem(StrEnum):
    """Why a statement does not count as a party's (验签不通过原因)."""

    UNKNOWN = "unknown"
    OTHER_PARTY = "other_party"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WRONG_ROLE = "wrong_role"
    SIGNATURE = "signature"


class Rejection(StrEnum):
    """Why a directory does not take a statement in (不予采信原因)."""

    KIND = "kind"
    BODY = "body"
    SIGNATURE = "signature"
    NOT_ANCHORED = "not_anchored"
    PARTY_KIND = "party_kind"
    KIND_CONFLICT = "kind_conflict"
    METHOD = "method"
    NO_POSSESSION = "no_possession"
    ATTESTER_REVOKED = "attester_revoked"
    ISSUER = "issuer"
    NOT_SEPARATE = "not_separate"
    MANDATE = "mandate"
    UNBOUND = "unbound"
    UNKNOWN_KEY = "unknown_key"
    NOT_ENTITLED = "not_entitled"


@dataclass(frozen=True, slots=True, order=True)
class Rejected:
    hash: str
    kind: str
    why: Rejection


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that speaks for a party (已登记公钥), in ``[valid_from, valid_to)`` unless it is revoked.

    An agent's key names its mandate in ``on_behalf``. ``statement`` is the hash of the binding, empty for an
    anchor.
    """

    party: str
    kind: PartyKind
    name: str
    public: PublicKey
    label: str
    roles: frozenset[KeyRole]
    valid_from: dt.datetime
    valid_to: dt.datetime
    method: Method = Method.INSTITUTION
    on_behalf: str = ""
    statement: str = ""

    def window_problem(self, at: dt.datetime) -> KeyProblem | None:
        if at < self.valid_from:
            return KeyProblem.NOT_YET_VALID
        return KeyProblem.EXPIRED if at >= self.valid_to else None


@dataclass(frozen=True, slots=True)
class Made:
    """When a statement was made (出具时点): as it claims, and when this holder first kept it, if that is known."""

    claimed: dt.datetime
    kept: dt.datetime | None

    @property
    def latest(self) -> dt.datetime:
        return self.claimed if self.kept is None else max(self.claimed, self.kept)


@dataclass(frozen=True, slots=True)
class End:
    """How a key ended: for ever, or for what is seen from a moment on."""

    reason: Reason
    at: dt.datetime

    def covers(self, seen_at: dt.datetime) -> bool:
        return self.reason.is_for_ever or seen_at >= self.at

    def undoes(self, made: Made) -> bool:
        """Whether what the key issued does not stand; nothing does of which nobody knows that it came before."""
        return made.kept is None or self.covers(made.latest)

    def rank(self) -> tuple[bool, dt.datetime, str]:
        """The least of several ends is the strictest."""
        return (not self.reason.is_for_ever, self.at, self.reason.value)


@dataclass(slots=True)
class Ends:
    """Ends of keys, by key and party; what the key itself or an attester says for ever holds everywhere."""

    of_party: dict[tuple[str, str], End] = field(default_factory=dict)
    everywhere: dict[str, End] = field(default_factory=dict)

    def add(self, key_id: str, *, party: str, end: End) -> None:
        held = self.of_party.get((key_id, party))
        self.of_party[key_id, party] = strictest(end, held)

    def add_everywhere(self, key_id: str, *, end: End) -> None:
        self.everywhere[key_id] = strictest(end, self.everywhere.get(key_id))

    def of(self, key_id: str, *, party: str) -> End | None:
        ends = (self.of_party.get((key_id, party)), self.everywhere.get(key_id))
        found = [end for end in ends if end is not None]
        return strictest(*found) if found else None

    def problem(self, key: KnownKey, at: dt.datetime) -> KeyProblem | None:
        """Whether ``key`` does not count at ``at``, revocations first."""
        end = self.of(key.public.key_id, party=key.party)
        if end is not None and end.covers(at):
            return KeyProblem.REVOKED
        return key.window_problem(at)

    def undo(self, key_id: str, *, party: str, made: Made) -> bool:
        """Whether an end of this key takes away what it issued."""
        end = self.of(key_id, party=party)
        return end is not None and end.undoes(made)


def strictest(end: End, *others: End | None) -> End:
    return min([end, *(other for other in others if other is not None)], key=End.rank)


def issuing(
    keys: Iterable[KnownKey], *, ends: Ends, made: Made, roles: frozenset[KeyRole]
) -> list[KnownKey]:
    """Those of ``keys`` that have one of ``roles`` and counted both when it was claimed and when it was kept."""
    return [
        key
        for key in keys
        if key.roles & roles
        and key.window_problem(made.claimed) is None
        and key.window_problem(made.latest) is None
        and not ends.undo(key.public.key_id, party=key.party, made=made)
    ]
