"""Whether a receipt stands in a log that the verifier trusts, and since when others have seen it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shuxin.kernel.canonical import NotCanonical, canonical_json
from shuxin.ledger.api import (
    EntryInvalid,
    LogProof,
    NoteInvalid,
    ProofInvalid,
    parse_checkpoint,
    verify_proof,
)
from shuxin.verification.verdict import Check, CheckName, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.verification.receipt import Receipt
    from shuxin.verification.trust import Trust

LOGGED_ISSUE = "document-issued"
_LATEST = 253_402_214_400
_REASONS = {
    "signature": Reason.LOG_UNKNOWN,
    "inclusion": Reason.NOT_LOGGED,
    "witnesses": Reason.NOT_WITNESSED,
}


@dataclass(frozen=True, slots=True)
class Logged:
    """The check, and by when enough trusted witnesses had seen the entry; None without witnesses."""

    check: Check
    seen_by: datetime | None = None


def check_log(receipt: Receipt, *, trust: Trust) -> Logged:
    """The log proof of a receipt, against the verifier's keys and the checkpoints it has seen before."""
    try:
        proof = LogProof.parse(canonical_json(receipt.proof))
        verdict = verify_proof(proof, trust=trust.log)
    except (ProofInvalid, EntryInvalid, NoteInvalid, NotCanonical):
        return _failed(Reason.NOT_LOGGED)
    if not _is_of(proof, receipt):
        return _failed(Reason.NOT_LOGGED)
    for name, reason in _REASONS.items():
        if name in verdict.failed:
            return _failed(reason)
    note, checkpoint = parse_checkpoint(proof.note)
    times = trust.log.times_of(note, origin=checkpoint.origin)
    if _is_forked(proof, trust):
        return _failed(Reason.LOG_FORKED)
    return Logged(Check(CheckName.LOG), _seen_by(times, threshold=trust.log.threshold))


def _failed(reason: Reason) -> Logged:
    return Logged(Check(CheckName.LOG, reason))


def _is_of(proof: LogProof, receipt: Receipt) -> bool:
    entry = proof.entry
    return (
        entry.kind == LOGGED_ISSUE
        and entry.actor == receipt.facts.issuer
        and entry.commitments == (receipt.statement.hash,)
    )


def _is_forked(proof: LogProof, trust: Trust) -> bool:
    """Whether the log signed another tree of the same size, in a checkpoint that this verifier has."""
    found = proof.checkpoint
    return any(
        (seen.origin, seen.size) == (found.origin, found.size)
        and seen.root != found.root
        and trust.log.signer_of(note, origin=seen.origin) is not None
        for note, seen in map(parse_checkpoint, trust.checkpoints)
    )


def _seen_by(times: Sequence[int], *, threshold: int) -> datetime | None:
    """When the last of the witnesses that are needed cosigned; a cosignature is a stranger's time stamp."""
    if not threshold or times[threshold - 1] >= _LATEST:
        return None
    return datetime.fromtimestamp(times[threshold - 1], tz=UTC)
