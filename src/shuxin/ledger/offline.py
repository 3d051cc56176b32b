"""What ``shuxin verify`` asks of this room: one function for each kind of file, bytes in, verdict out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.ledger.checking import counted_check, read_file
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

    from shuxin.ledger.checking import Damage

_WHOLE = Text(en="every file of the log is whole", zh="日志的所有文件完整")
_COVERED = Text(
    en="all {size} entries stand under the checkpoint; whether there were later ones does not show here",
    zh="全部 {size} 条均在检查点之下；其后是否另有条目，此处无从得知",
)
_UNCOVERED = Text(
    en="not yet under a signed checkpoint: {count} entries, which anybody may have written",
    zh="尚未纳入已签名检查点：{count} 条，可能为任何人所写",
)
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
    """A whole log, every byte of it, all entries under its own checkpoint. Raises TrustInvalid."""
    keys = LogTrust.of(trust.get("log"))
    try:
        note, checkpoint = parse_checkpoint(read_file(folder / "checkpoint") or b"")
    except NoteInvalid:
        return ProofVerdict((Check("signature", False, _NO_CHECKPOINT),))  # noqa: FBT003 - the answer
    key = keys.signer_of(note, origin=checkpoint.origin)
    checks = list(verify_checkpoint(note.dump(), trust=keys).checks)
    size, found = counted_check(folder, key=key)
    checks += [_finding(damage) for damage in found]
    if all(damage.unfinished for damage in found):
        behind = size - checkpoint.size
        checks.append(Check("damage", True, _WHOLE))  # noqa: FBT003 - the answer
        text = _UNCOVERED if behind else _COVERED
        checks.append(Check("covered", not behind, text, {"size": size, "count": behind}))
    return ProofVerdict(tuple(checks))


def _finding(damage: Damage) -> Check:
    text = Text(en="{place}: " + damage.what.en, zh="{place}:" + damage.what.zh)
    place = f"{damage.file} {damage.place}".strip()
    return Check("damage", damage.unfinished, text, {"place": place})
