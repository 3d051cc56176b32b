"""The directory: which keys speak for whom, judged anew by every holder from signed statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.parties.domain.building import Building
from shuxin.parties.domain.known import End, Ends, KeyProblem, KnownKey, Rejected

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from shuxin.kernel.statements import Statement
    from shuxin.parties.domain.anchors import TrustAnchors
    from shuxin.parties.domain.party import KeyRole
    from shuxin.parties.domain.statements import Mandate

_FURTHEST = (
    KeyProblem.SIGNATURE,
    KeyProblem.WRONG_ROLE,
    KeyProblem.REVOKED,
    KeyProblem.EXPIRED,
    KeyProblem.NOT_YET_VALID,
)
"""Of several bindings of a key, the problem of the one that came furthest is told."""


@dataclass(frozen=True, slots=True)
class Directory:
    """Keys of parties (公钥目录), built from statements and anchors; never changed, only built anew."""

    rejected: tuple[Rejected, ...]
    _keys: Mapping[str, tuple[KnownKey, ...]]
    _of_party: Mapping[str, tuple[KnownKey, ...]]
    _mandates: Mapping[str, tuple[Mandate, ...]]
    _ends: Ends
    _verified: frozenset[bytes] = field(compare=False, repr=False)

    @classmethod
    def build(
        cls,
        statements: Iterable[Statement],
        *,
        anchors: TrustAnchors,
        kept: Mapping[str, dt.datetime] | None = None,
        earlier: Directory | None = None,
    ) -> Directory:
        """Judge ``statements`` by ``anchors``; what does not stand is in ``rejected``, with its reason.

        ``kept`` tells by hash when this holder first kept a statement: an ended key issues nothing that came
        later, whatever time it claims. What is not in ``kept`` stands only if its issuer never ended.
        ``earlier`` spares verifying again the signatures that it found good.
        """
        verified = earlier._verified if earlier else frozenset()  # noqa: SLF001 - its own class
        building = Building(statements, anchors=anchors, kept=kept or {}, verified=verified)
        building.run()
        keys = {key_id: tuple(sorted(found, key=_order)) for key_id, found in building.keys.items()}
        of_party: dict[str, list[KnownKey]] = {}
        for key in sorted((key for found in keys.values() for key in found), key=_order):
            of_party.setdefault(key.party, []).append(key)
        mandates: dict[str, list[Mandate]] = {}
        for digest in sorted(building.mandates):
            mandates.setdefault(building.mandates[digest].party, []).append(
                building.mandates[digest]
            )
        return cls(
            rejected=tuple(sorted(building.rejected.values())),
            _keys=keys,
            _of_party={party: tuple(found) for party, found in of_party.items()},
            _mandates={party: tuple(found) for party, found in mandates.items()},
            _ends=building.ends,
            _verified=frozenset(building.verified),
        )

    def who_signed(
        self,
        statement: Statement,
        *,
        party: str,
        seen_at: dt.datetime,
        role: KeyRole | None = None,
    ) -> KnownKey | KeyProblem:
        """The key of ``party`` that signed, if it counted (as ``role``) when the statement was first seen.

        ``seen_at`` is the moment of this verifier's own record, never a time that the statement claims.
        """
        held = self._keys.get(statement.key_id, ())
        if not held:
            return KeyProblem.UNKNOWN
        found = [
            self._judged(key, statement, seen_at=seen_at, role=role)
            for key in held
            if key.party == party
        ]
        good = [outcome for outcome in found if isinstance(outcome, KnownKey)]
        if good:
            return good[0]
        return min(
            (problem for problem in found if isinstance(problem, KeyProblem)),
            key=_FURTHEST.index,
            default=KeyProblem.OTHER_PARTY,
        )

    def _judged(
        self, key: KnownKey, statement: Statement, *, seen_at: dt.datetime, role: KeyRole | None
    ) -> KnownKey | KeyProblem:
        problem = self._ends.problem(key, seen_at)
        if problem is not None:
            return problem
        if role is not None and role not in key.roles:
            return KeyProblem.WRONG_ROLE
        return key if statement.signed_by(key.public) else KeyProblem.SIGNATURE

    def keys_of(self, party: str) -> tuple[KnownKey, ...]:
        """Every accepted key of ``party``, whether or not it still counts."""
        return self._of_party.get(party, ())

    def parties(self) -> tuple[str, ...]:
        return tuple(sorted(self._of_party))

    def problem_of(self, key: KnownKey, *, at: dt.datetime) -> KeyProblem | None:
        """Why an accepted key does not count at ``at``; None when it does."""
        return self._ends.problem(key, at)

    def end_of(self, key: KnownKey) -> End | None:
        """How and from when it was revoked."""
        return self._ends.of(key.public.key_id, party=key.party)

    def mandate_of(
        self, *, party: str, person: str, at: dt.datetime, purpose: str
    ) -> Mandate | None:
        """A mandate of ``party`` that lets ``person`` act for ``purpose`` at ``at``."""
        for mandate in self._mandates.get(party, ()):
            is_now = mandate.valid_from <= at < mandate.valid_to
            if mandate.person == person and purpose in mandate.purposes and is_now:
                return mandate
        return None

    def mandate(self, key: KnownKey) -> Mandate | None:
        """The mandate under which an agent's key speaks."""
        held = self._mandates.get(key.party, ())
        return next((mandate for mandate in held if mandate.hash == key.on_behalf), None)


def _order(key: KnownKey) -> tuple[str, dt.datetime, dt.datetime, str, str]:
    return (key.public.key_id, key.valid_from, key.valid_to, key.statement, key.party)
