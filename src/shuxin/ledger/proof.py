"""What a log gives to strangers: proofs as files, and their check with public keys only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.kernel.text import Text
from shuxin.ledger.checkpoint import Checkpoint, parse_checkpoint, tree_of
from shuxin.ledger.entry import LARGEST, EntryInvalid, entry_from, parse_entry
from shuxin.ledger.note import NoteInvalid
from shuxin.ledger.tree import HASH_BYTES, consistency_holds, inclusion_holds
from shuxin.ledger.verdict import Check, ProofVerdict

if TYPE_CHECKING:
    from shuxin.ledger.entry import Entry
    from shuxin.ledger.note import Note, VerifierKey
    from shuxin.ledger.trust import LogTrust

PROOF, CONSISTENCY, CONTRADICTION = "log-proof", "log-consistency", "log-contradiction"
LONGEST_FILE = 1 << 20
_LONGEST_PATH = 128

_SIGNED = Text(
    en="the checkpoint at {size} entries is signed by the log {origin}",
    zh="规模为 {size} 的检查点由日志 {origin} 签名",
)
_NOT_SIGNED = Text(
    en="no trusted key of {origin} signed the checkpoint at {size} entries",
    zh="规模为 {size} 的检查点没有 {origin} 的可信签名",
)
_WITNESSED = Text(
    en="{found} trusted witnesses cosigned it, of {needed} needed",
    zh="{found} 个可信见证方已联署，需要 {needed} 个",
)
_INCLUDED = Text(
    en="entry {index} of kind {kind} stands in the log", zh="类型为 {kind} 的条目 {index} 在日志中"
)
_NOT_INCLUDED = Text(
    en="the path does not lead from this entry at {index} to the checkpoint",
    zh="路径不能从位置 {index} 的该条目通向检查点",
)
_CONSISTENT = Text(
    en="the log only grew, from {old} to {new} entries", zh="日志仅有追加，由 {old} 条增至 {new} 条"
)
_NOT_CONSISTENT = Text(
    en="it is not shown that the log only grew from {old} to {new} entries",
    zh="未能证明日志由 {old} 条到 {new} 条仅有追加",
)
_CONTRADICTS = Text(
    en="the log signed two different trees of {size} entries",
    zh="该日志对同一规模 {size} 签署了两棵不同的树",
)
_NO_CONTRADICTION = Text(
    en="the two checkpoints ({first} and {second} entries) do not by themselves contradict",
    zh="两个检查点（规模 {first} 与 {second}）本身并不矛盾",
)
_ORIGINS = Text(en="both are of one log", zh="两者属于同一日志")
_OTHER_ORIGINS = Text(en="they are of two different logs", zh="两者属于不同日志")


class ProofInvalid(InvalidInput):
    code = "log_proof_invalid"
    what = Text(en="this is not a proof from a log: {reason}", zh="这不是有效的日志证明：{reason}")
    mend = Text(
        en="Ask its sender for the whole, unchanged file", zh="请向出具方索取完整且未改动的文件"
    )


@dataclass(frozen=True, slots=True)
class LogProof:
    """That an entry stands in a log (存在性证明). Parsed is not verified: see ``verify_proof``."""

    data: bytes
    index: int
    path: tuple[bytes, ...]
    note: str

    @property
    def entry(self) -> Entry:
        """Raises EntryInvalid."""
        return parse_entry(self.data)

    @property
    def checkpoint(self) -> Checkpoint:
        """Raises NoteInvalid."""
        return parse_checkpoint(self.note)[1]

    def dump(self) -> bytes:
        return canonical_json(
            {
                "kind": PROOF,
                "entry": json.loads(self.data),
                "index": self.index,
                "path": [step.hex() for step in self.path],
                "checkpoint": self.note,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> LogProof:
        """Raises ProofInvalid."""
        parts = _parts(data, PROOF, {"entry", "index", "path", "checkpoint"})
        index = parts["index"]
        if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index <= LARGEST:
            raise ProofInvalid(reason="index")
        try:
            entry = entry_from(parts["entry"]).data
        except EntryInvalid as error:
            raise ProofInvalid(reason="entry") from error
        return cls(entry, index, _path(parts["path"]), _note_text(parts["checkpoint"]))


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That a later tree begins with an earlier one (一致性证明). ``old`` and ``new`` are signed checkpoints."""

    old: str
    new: str
    path: tuple[bytes, ...]

    def dump(self) -> bytes:
        path = [step.hex() for step in self.path]
        return canonical_json({"kind": CONSISTENCY, "old": self.old, "new": self.new, "path": path})

    @classmethod
    def parse(cls, data: bytes) -> ConsistencyProof:
        """Raises ProofInvalid."""
        parts = _parts(data, CONSISTENCY, {"old", "new", "path"})
        old, new = _note_text(parts["old"]), _note_text(parts["new"])
        return cls(old, new, _path(parts["path"]))


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two signed checkpoints that cannot both be of an honest log (矛盾证据)."""

    first: str
    second: str

    def dump(self) -> bytes:
        return canonical_json({"kind": CONTRADICTION, "first": self.first, "second": self.second})

    @classmethod
    def parse(cls, data: bytes) -> Contradiction:
        """Raises ProofInvalid."""
        parts = _parts(data, CONTRADICTION, {"first", "second"})
        return cls(_note_text(parts["first"]), _note_text(parts["second"]))


def verify_checkpoint(note_text: str, *, trust: LogTrust) -> ProofVerdict:
    """Signed by its log, and cosigned by enough witnesses. Raises NoteInvalid."""
    note, checkpoint = parse_checkpoint(note_text)
    signed, _ = _signed(note, checkpoint, trust)
    return ProofVerdict((signed, _witnessed(note, checkpoint, trust)))


def verify_proof(proof: LogProof, *, trust: LogTrust) -> ProofVerdict:
    """The entry stands under a checkpoint that is signed and cosigned. Raises NoteInvalid, EntryInvalid."""
    note, checkpoint = parse_checkpoint(proof.note)
    kind = proof.entry.kind
    signed, key = _signed(note, checkpoint, trust)
    checks = [signed, _witnessed(note, checkpoint, trust)]
    if key is not None:
        tree = tree_of(key)
        included = inclusion_holds(
            tree,
            leaf=tree.leaf(proof.data),
            index=proof.index,
            size=checkpoint.size,
            path=proof.path,
            root=checkpoint.root,
        )
        text = _INCLUDED if included else _NOT_INCLUDED
        checks.append(Check("inclusion", included, text, {"index": proof.index, "kind": kind}))
    return ProofVerdict(tuple(checks))


def verify_consistency(proof: ConsistencyProof, *, trust: LogTrust) -> ProofVerdict:
    """Both checkpoints signed, the later cosigned, and the tree only grew. Raises NoteInvalid."""
    old_note, old = parse_checkpoint(proof.old)
    new_note, new = parse_checkpoint(proof.new)
    old_signed, _ = _signed(old_note, old, trust)
    new_signed, key = _signed(new_note, new, trust)
    witnessed = _witnessed(new_note, new, trust)
    checks = [old_signed, new_signed, witnessed, _one_origin(old, new)]
    if key is not None:
        grew = grows(tree_of_key=key, old=old, new=new, path=proof.path)
        text = _CONSISTENT if grew else _NOT_CONSISTENT
        checks.append(Check("consistency", grew, text, {"old": old.size, "new": new.size}))
    return ProofVerdict(tuple(checks))


def verify_contradiction(evidence: Contradiction, *, trust: LogTrust) -> ProofVerdict:
    """It holds when the log did contradict itself: two trees of one size, both signed. Raises NoteInvalid."""
    first_note, first = parse_checkpoint(evidence.first)
    second_note, second = parse_checkpoint(evidence.second)
    found = first.size == second.size and first.root != second.root
    text = _CONTRADICTS if found else _NO_CONTRADICTION
    facts = {"size": first.size, "first": first.size, "second": second.size}
    checks = (
        _signed(first_note, first, trust)[0],
        _signed(second_note, second, trust)[0],
        _one_origin(first, second),
        Check("contradiction", found, text, facts),
    )
    return ProofVerdict(checks)


def grows(
    *, tree_of_key: VerifierKey, old: Checkpoint, new: Checkpoint, path: tuple[bytes, ...]
) -> bool:
    """Whether ``path`` shows that the tree of ``new`` begins with that of ``old``."""
    return consistency_holds(
        tree_of(tree_of_key),
        old=old.size,
        old_root=old.root,
        new=new.size,
        new_root=new.root,
        path=path,
    )


def _signed(
    note: Note, checkpoint: Checkpoint, trust: LogTrust
) -> tuple[Check, VerifierKey | None]:
    key = trust.signer_of(note, origin=checkpoint.origin)
    facts = {"origin": checkpoint.origin, "size": checkpoint.size}
    text = _NOT_SIGNED if key is None else _SIGNED
    return Check("signature", key is not None, text, facts), key


def _witnessed(note: Note, checkpoint: Checkpoint, trust: LogTrust) -> Check:
    found = len(trust.times_of(note, origin=checkpoint.origin))
    facts = {"found": found, "needed": trust.threshold}
    return Check("witnesses", found >= trust.threshold, _WITNESSED, facts)


def _one_origin(first: Checkpoint, second: Checkpoint) -> Check:
    same = first.origin == second.origin
    return Check("origin", same, _ORIGINS if same else _OTHER_ORIGINS)


def _parts(data: bytes, kind: str, names: set[str]) -> dict[str, Any]:
    try:
        value = parse_json(data, longest=LONGEST_FILE)
    except StatementInvalid as error:
        raise ProofInvalid(reason="JSON") from error
    if not isinstance(value, dict) or set(value) != names | {"kind"} or value["kind"] != kind:
        raise ProofInvalid(reason=f"a {kind} has just {', '.join(sorted(names))}")
    return value


def _path(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > _LONGEST_PATH:
        raise ProofInvalid(reason="path")
    return tuple(_hash(one) for one in value)


def _hash(value: object) -> bytes:
    try:
        raw = bytes.fromhex(value) if isinstance(value, str) else b""
    except ValueError as error:
        raise ProofInvalid(reason="path") from error
    if len(raw) != HASH_BYTES or raw.hex() != value:
        raise ProofInvalid(reason="path")
    return raw


def _note_text(value: object) -> str:
    if not isinstance(value, str):
        raise ProofInvalid(reason="checkpoint")
    try:
        parse_checkpoint(value)
    except (NoteInvalid, UnicodeEncodeError) as error:
        raise ProofInvalid(reason="checkpoint") from error
    return value
