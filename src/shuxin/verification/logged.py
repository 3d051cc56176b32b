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
    from shuxin.ledger.api import LogTrust
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
    if _is_forked(proof, trust):
        return _failed(Reason.LOG_FORKED)
    return Logged(Check(CheckName.LOG), _seen_by(proof, trust.log))


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
    for text in trust.checkpoints:
        note, seen = parse_checkpoint(text)
        if (seen.origin, seen.size) == (found.origin, found.size) and seen.root != found.root:
            return trust.log.signer_of(note, origin=seen.origin) is not None
    return False


def _seen_by(proof: LogProof, trust: LogTrust) -> datetime | None:
    """When the last of the witnesses that are needed cosigned; a cosignature is a stranger's time stamp."""
    if not trust.threshold:
        return None
    note, _ = parse_checkpoint(proof.note)
    times = []
    for key in trust.witnesses:
        stated = [
            sign.time for sign in note.signatures if sign.is_of(key) and sign.time is not None
        ]
        if stated and note.signed_by(key):
            times.append(max(stated))
    moment = sorted(times)[trust.threshold - 1]
    return datetime.fromtimestamp(moment, tz=UTC) if moment < _LATEST else None
