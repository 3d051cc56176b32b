"""Whom a verifier of documents trusts: logs and witnesses, anchors of identities, and what it knows of keys.

A trust file is one JSON object; this room reads its parts ``log`` (see the ledger) and ``parties``:
``{"anchors": trust anchors, "statements": [statements about keys], "checkpoints": [signed notes seen before]}``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import NotCanonical, canonical_json
from shuxin.kernel.statements import StatementInvalid, statement_from
from shuxin.ledger.api import LogTrust, NoteInvalid, TrustInvalid, parse_checkpoint, parse_trust
from shuxin.parties.api import Directory, PartyStatementUnreadable, TrustAnchors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.kernel.statements import Statement

_PARTS = {"anchors", "statements", "checkpoints"}


@dataclass(frozen=True, slots=True)
class Trust:
    """What a verifier believes without asking anybody (核验方信任配置); read it with ``read_trust``.

    ``statements`` is the verifier's own record of key bindings and revocations: what a receipt brings along
    cannot leave a revocation out that stands here.
    """

    anchors: TrustAnchors
    statements: tuple[Statement, ...]
    log: LogTrust
    checkpoints: tuple[str, ...]
    directory: Directory

    @classmethod
    def of(
        cls,
        *,
        anchors: TrustAnchors,
        statements: Iterable[Statement],
        log: LogTrust,
        checkpoints: Iterable[str] = (),
    ) -> Trust:
        known = tuple(statements)
        directory = Directory.build(known, anchors=anchors)
        return cls(anchors, known, log, tuple(checkpoints), directory)

    def directory_with(self, keys: tuple[Statement, ...]) -> Directory:
        """The directory with the key statements that a receipt brings along, judged like all others."""
        new = set(keys_by_hash := {key.hash: key for key in keys}) - {
            s.hash for s in self.statements
        }
        if not new:
            return self.directory
        added = [keys_by_hash[digest] for digest in sorted(new)]
        return Directory.build(
            [*self.statements, *added], anchors=self.anchors, earlier=self.directory
        )

    def with_checkpoints(self, notes: Iterable[str]) -> Trust:
        """The same trust, which remembers these signed checkpoints too. Raises TrustInvalid."""
        return replace(self, checkpoints=(*self.checkpoints, *map(_note, notes)))


def read_trust(data: bytes) -> Trust:
    """Read a trust file. Raises TrustInvalid."""
    return trust_from(parse_trust(data))


def trust_from(parts: Mapping[str, Any]) -> Trust:
    """The same from its parsed JSON. Raises TrustInvalid."""
    value = parts.get("parties")
    if not isinstance(value, dict) or set(value) != _PARTS:
        raise TrustInvalid(reason=f"parties: it needs just {', '.join(sorted(_PARTS))}")
    try:
        anchors = TrustAnchors.parse(canonical_json(value["anchors"]))
        statements = [statement_from(each) for each in _list(value, "statements")]
        checkpoints = [_note(each) for each in _list(value, "checkpoints")]
    except (StatementInvalid, NotCanonical, PartyStatementUnreadable) as error:
        raise TrustInvalid(reason="parties") from error
    return Trust.of(
        anchors=anchors,
        statements=statements,
        log=LogTrust.of(parts.get("log")),
        checkpoints=checkpoints,
    )


def _list(value: Mapping[str, Any], name: str) -> list[object]:
    found = value[name]
    if not isinstance(found, list):
        raise TrustInvalid(reason=f"parties: {name}")
    return found


def _note(value: object) -> str:
    try:
        parse_checkpoint(value if isinstance(value, str) else "")
    except NoteInvalid as error:
        raise TrustInvalid(reason="parties: checkpoints") from error
    return str(value)
