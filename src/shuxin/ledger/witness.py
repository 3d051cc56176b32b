"""A witness (见证方): another party that cosigns a log's checkpoints after it saw that the log only grew."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.ledger.checkpoint import parse_checkpoint
from shuxin.ledger.files import explained, locked, make_folder, put_durably
from shuxin.ledger.note import NoteInvalid, cosign_note, witness_key
from shuxin.ledger.proof import Contradiction, grows
from shuxin.ledger.store import LogDamaged
from shuxin.ledger.trust import is_own_witness

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from shuxin.kernel.signing import Signer
    from shuxin.ledger.checkpoint import Checkpoint
    from shuxin.ledger.note import Note, VerifierKey

WAIT_SECONDS = 30.0
_LATEST = "latest"
_NAME_DIGITS = 32


class LogUnwatched(InvalidInput):
    code = "log_unwatched"
    what = Text(
        en="the checkpoint is not signed by a log that this witness watches",
        zh="该检查点不是由本见证方所关注的日志签名",
    )
    mend = Text(
        en="Add the log's key to the trust file, from a source that you trust",
        zh="请从可信来源取得该日志的公钥并加入信任文件",
    )


class LogOwn(Conflict):
    code = "log_own"
    what = Text(
        en="the log {origin} is kept by this witness itself", zh="日志 {origin} 由本见证方自己保管"
    )
    mend = Text(
        en="Ask another party to cosign; a cosignature of one's own log shows nothing",
        zh="请由其他机构联署；对自己的日志联署不能证明任何事",
    )


class Equivocation(Conflict):
    code = "log_equivocation"
    what = Text(
        en="the log signed two different trees of the same size; both checkpoints are kept in {evidence}",
        zh="该日志对同一规模签署了两棵不同的树；两个检查点已保存于 {evidence}",
    )
    mend = Text(
        en="Do not rely on this log; show the evidence to its operator and to all who use it",
        zh="请勿再信赖该日志；向其运营方和所有使用方出示证据",
    )


class CheckpointShrunk(Equivocation):
    code = "log_checkpoint_shrunk"
    what = Text(
        en="the checkpoint is smaller than one that this witness cosigned; both are kept in {evidence}",
        zh="该检查点的规模小于本见证方已联署的检查点；两者已保存于 {evidence}",
    )
    mend = Text(
        en="Ask for the log's newest checkpoint; if that is smaller too, the log has lost or hidden entries",
        zh="请索取该日志的最新检查点；若其规模仍较小，则该日志丢失或隐瞒了条目",
    )


class ConsistencyNotShown(Conflict):
    code = "log_consistency_not_shown"
    what = Text(
        en="it is not shown that the log only grew since it had {size} entries",
        zh="未能证明该日志自 {size} 条以来仅有追加",
    )
    mend = Text(
        en="Ask the log for a consistency proof from {size}; if it can give none, it has rewritten its past",
        zh="请向该日志索取自 {size} 起的一致性证明；若其无法提供，则历史已被改写",
    )


class Witness:
    """Keeps, for each log, the last checkpoint that it cosigned; durable before the cosignature leaves it."""

    def __init__(
        self,
        folder: Path,
        *,
        name: str,
        signer: Signer,
        logs: Sequence[VerifierKey],
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self.key = witness_key(name, signer.public)
        self._folder = folder
        self._signer = signer
        self._logs = tuple(logs)
        self._wait_seconds = wait_seconds

    def last(self, origin: str) -> Checkpoint | None:
        """The last checkpoint of a log that was cosigned here. Raises LogDamaged."""
        kept = self._kept(origin)
        return None if kept is None else kept[1]

    def cosign(self, note_text: str, *, path: Sequence[bytes] = (), now: datetime) -> str:
        """The note with this witness's cosignature. ``path`` shows consistency with the last one cosigned here.

        Kept here are the log's signature and this one. Those of others are passed on while there is room for them.

        Raises NoteInvalid, LogUnwatched, LogOwn, Equivocation, CheckpointShrunk, ConsistencyNotShown, LogBusy,
        LogUnwritable, LogDamaged.
        """
        note, checkpoint = parse_checkpoint(note_text)
        key = self._key_of(note, checkpoint)
        folder = self._place(checkpoint.origin)
        with explained(folder):
            make_folder(folder)
        with locked(folder, wait_seconds=self._wait_seconds), explained(folder):
            kept, signed = self._kept(checkpoint.origin), note.only(key)
            if kept is not None:
                self._compare(kept, (signed, checkpoint), path=tuple(path), key=key)
            own = cosign_note(signed, name=self.key.name, signer=self._signer, now=now)
            if not own.fits:
                raise NoteInvalid(reason="no room for a cosignature")
            put_durably(folder, _LATEST, own.dump().encode())
        whole = note.with_signature(own.signatures[-1])
        return (whole if whole.fits else own).dump()

    def _compare(
        self,
        kept: tuple[Note, Checkpoint],
        given: tuple[Note, Checkpoint],
        *,
        path: tuple[bytes, ...],
        key: VerifierKey,
    ) -> None:
        (old_note, old), (note, new) = kept, given
        if new.size < old.size:
            raise CheckpointShrunk(evidence=self._keep_evidence(new.origin, old_note, note))
        if new.size == old.size:
            if new.root != old.root:
                raise Equivocation(evidence=self._keep_evidence(new.origin, old_note, note))
            return
        if not grows(tree_of_key=key, old=old, new=new, path=path):
            if path:
                self._keep_evidence(new.origin, old_note, note)
            raise ConsistencyNotShown(size=old.size)

    def _keep_evidence(self, origin: str, old: Note, new: Note) -> str:
        """Both notes in one file that ``shuxin verify`` reads; the same pair is kept once."""
        content = Contradiction(old.without(self.key).dump(), new.dump()).dump()
        folder = self._place(origin)
        name = f"evidence-{hashlib.sha256(content).hexdigest()[:16]}.json"
        put_durably(folder, name, content)
        return str(folder / name)

    def _key_of(self, note: Note, checkpoint: Checkpoint) -> VerifierKey:
        for key in self._logs:
            if key.name == checkpoint.origin and note.signed_by(key):
                if self._keeps(key):
                    raise LogOwn(origin=key.name)
                return key
        raise LogUnwatched

    def _keeps(self, log: VerifierKey) -> bool:
        return is_own_witness(self.key, origin=log.name) or log.public == self.key.public

    def _kept(self, origin: str) -> tuple[Note, Checkpoint] | None:
        try:
            note, checkpoint = parse_checkpoint((self._place(origin) / _LATEST).read_bytes())
        except FileNotFoundError:
            return None
        except NoteInvalid as error:
            raise LogDamaged(file=_LATEST, place="text") from error
        if checkpoint.origin != origin or not note.signed_by(self.key):
            raise LogDamaged(file=_LATEST, place="signature")
        return note, checkpoint

    def _place(self, origin: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()[:_NAME_DIGITS]
