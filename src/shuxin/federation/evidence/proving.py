"""Signatures and places in logs, as every link of a chain needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.evidence.findings import Link, LinkState
from shuxin.federation.evidence.tally import TallyBroken
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import ShuxinError
from shuxin.ledger.api import NoteInvalid, inclusion_holds, parse_checkpoint, tree_of
from shuxin.parties.api import KeyProblem

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from shuxin.federation.evidence.findings import LinkName
    from shuxin.federation.evidence.form import InLog
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Checkpoint
    from shuxin.parties.api import Directory, KeyRole
    from shuxin.verification.api import Trust

_OF_KEY = {
    KeyProblem.UNKNOWN: "signer",
    KeyProblem.OTHER_PARTY: "signer",
    KeyProblem.WRONG_ROLE: "signer",
    KeyProblem.NOT_YET_VALID: "key_not_valid",
    KeyProblem.EXPIRED: "key_not_valid",
    KeyProblem.REVOKED: "key_ended",
    KeyProblem.SIGNATURE: "changed",
}


TOLD = frozenset(
    {"down", "refused_unproven", "none", "not_computed", "not_replayed", "other_version"}
)
"""Codes of links that rest on a word only."""
_SHAPE = (KeyError, TypeError, ValueError, IndexError, AttributeError, StopIteration, ShuxinError)
"""What a stranger's values can raise where something must stand and does not."""


class LinkBroken(ValueError):
    """A link does not hold; the argument is its code."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Whom the verifier trusts, and what the file says of keys beside it."""

    trust: Trust
    directory: Directory

    @classmethod
    def of(cls, trust: Trust, *, keys: Sequence[Statement]) -> Chain:
        return cls(trust, trust.directory_with(tuple(keys)))

    def require(
        self,
        statement: Statement,
        party: str,
        *,
        at: dt.datetime,
        roles: frozenset[KeyRole],
        kind: str,
    ) -> None:
        """That a key of the party, with one of the roles and not an agent's, signed this. Raises LinkBroken."""
        if statement.kind != kind:
            raise LinkBroken("other")
        key = self.directory.who_signed(statement, party=party, seen_at=at)
        if isinstance(key, KeyProblem):
            raise LinkBroken(_OF_KEY[key])
        if key.on_behalf or not key.roles & roles:
            raise LinkBroken("signer")


def require_same(code: str, *pairs: tuple[object, object]) -> None:
    """Of each pair what was found and what is wanted. Raises LinkBroken."""
    if any(canonical_json(found) != canonical_json(wanted) for found, wanted in pairs):  # type: ignore[arg-type]
        raise LinkBroken(code)


def linked(name: LinkName, look: Callable[[], str], party: str = "") -> Link:
    """``look`` gives "" where all holds, a code where it is only told; what is broken it raises."""
    try:
        code = look()
    except (LinkBroken, TallyBroken) as error:
        return Link(name, LinkState.BROKEN, party, str(error))
    except _SHAPE:
        return Link(name, LinkState.BROKEN, party, "shape")
    return Link(name, LinkState.TOLD if code in TOLD else LinkState.HOLDS, party, code)


def logged_problem(logged: InLog, *, note: str, log: str, trust: Trust) -> str:
    """Why an entry does not stand in the log with the verifier key ``log``, as a code; "" when it does."""
    try:
        parsed, checkpoint = parse_checkpoint(note)
    except (NoteInvalid, UnicodeEncodeError):
        return "checkpoint"
    key = next((one for one in trust.log.logs if one.text == log), None)
    if key is None:
        return "log_unknown"
    if key.name != checkpoint.origin or not parsed.signed_by(key):
        return "checkpoint"
    if len(trust.log.times_of(parsed, origin=checkpoint.origin)) < trust.log.threshold:
        return "witnesses"
    if _is_forked(checkpoint, trust):
        return "forked"
    tree = tree_of(key)
    stands = inclusion_holds(
        tree,
        leaf=tree.leaf(canonical_json(dict(logged.entry))),
        index=logged.index,
        size=checkpoint.size,
        path=logged.path,
        root=checkpoint.root,
    )
    return "" if stands else "entry"


def _is_forked(found: Checkpoint, trust: Trust) -> bool:
    """Whether the log signed another tree of the same size, in a checkpoint that this verifier has."""
    return any(
        (seen.origin, seen.size) == (found.origin, found.size)
        and seen.root != found.root
        and trust.log.signer_of(note, origin=seen.origin) is not None
        for note, seen in map(parse_checkpoint, trust.checkpoints)
    )
