"""What ``shuxin verify`` asks of this room: one function for each kind of file, bytes in, verdict out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.ledger.checking import check_folder
from shuxin.ledger.checkpoint import parse_checkpoint
from shuxin.ledger.note import NoteInvalid
from shuxin.ledger.proof import (
    ConsistencyProof,
    Contradiction,
    LogProof,
    verify_checkpoint,
    verify_consistency,
    verify_contradiction,
    verify_proof,
)
from shuxin.ledger.trust import LogTrust
from shuxin.ledger.verdict import Check, ProofVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

_WHOLE = Text(en="every file of the log is whole", zh="日志的所有文件完整")
_NO_CHECKPOINT = Text(
    en="the folder has no checkpoint of a trusted log", zh="该目录没有可信日志的检查点"
)


def verify_proof_file(data: bytes, *, trust: Mapping[str, Any], now: datetime) -> ProofVerdict:  # noqa: ARG001 - all kinds are asked alike
    """Raises ProofInvalid, TrustInvalid."""
    return verify_proof(LogProof.parse(data), trust=LogTrust.of(trust.get("log")))


def verify_consistency_file(
    data: bytes,
    *,
    trust: Mapping[str, Any],
    now: datetime,  # noqa: ARG001 - all kinds are asked alike
) -> ProofVerdict:
    """Raises ProofInvalid, TrustInvalid."""
    return verify_consistency(ConsistencyProof.parse(data), trust=LogTrust.of(trust.get("log")))


def verify_contradiction_file(
    data: bytes,
    *,
    trust: Mapping[str, Any],
    now: datetime,  # noqa: ARG001 - all kinds are asked alike
) -> ProofVerdict:
    """Raises ProofInvalid, TrustInvalid."""
    return verify_contradiction(Contradiction.parse(data), trust=LogTrust.of(trust.get("log")))


def verify_note_file(data: bytes, *, trust: Mapping[str, Any], now: datetime) -> ProofVerdict:  # noqa: ARG001 - all kinds are asked alike
    """Raises NoteInvalid, TrustInvalid."""
    parse_checkpoint(data)
    return verify_checkpoint(data.decode(), trust=LogTrust.of(trust.get("log")))


def verify_log_folder(folder: Path, *, trust: Mapping[str, Any]) -> ProofVerdict:
    """A whole log, every byte of it, under its own checkpoint. Raises TrustInvalid."""
    keys = LogTrust.of(trust.get("log"))
    try:
        note, checkpoint = parse_checkpoint((folder / "checkpoint").read_bytes())
    except (FileNotFoundError, NoteInvalid):
        return ProofVerdict((Check("signature", False, _NO_CHECKPOINT),))  # noqa: FBT003 - the answer
    key = keys.signer_of(note, origin=checkpoint.origin)
    checks = list(verify_checkpoint(note.dump(), trust=keys).checks)
    found = check_folder(folder, key=key)
    for damage in found:
        text = Text(en="{place}: " + damage.what.en, zh="{place}:" + damage.what.zh)
        place = f"{damage.file} {damage.place}".strip()
        checks.append(Check("damage", False, text, {"place": place}))  # noqa: FBT003 - the answer
    if not found:
        checks.append(Check("damage", True, _WHOLE))  # noqa: FBT003 - the answer
    return ProofVerdict(tuple(checks))
