"""The log itself (存证日志): append durably, sign checkpoints, make proofs.

What is written in which order, and why recovery is right, stands in docs/protocols/log.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.ledger.checking import check_folder
from shuxin.ledger.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from shuxin.ledger.disk import ORIGIN_FILE, Disk, create_if_missing
from shuxin.ledger.entry import EntryInvalid, parse_entry
from shuxin.ledger.note import VerifierKey, VerifierKeyInvalid, log_key
from shuxin.ledger.proof import ConsistencyProof, LogProof
from shuxin.ledger.store import LogDamaged
from shuxin.ledger.tiles import HEIGHT, bundle_path
from shuxin.ledger.tree import consistency_path, inclusion_holds, inclusion_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from shuxin.kernel.signing import Signer
    from shuxin.ledger.checking import Damage
    from shuxin.ledger.disk import State
    from shuxin.ledger.entry import Entry

WAIT_SECONDS = 30.0
MOST_AHEAD = timedelta(minutes=5)


class LogIdentityDiffers(Conflict):
    code = "log_identity_differs"
    what = Text(
        en="the log in {folder} has another origin or another key",
        zh="{folder} 中的日志属于另一来源或另一密钥",
    )
    mend = Text(
        en="Open it with the origin and key that it was made with, or use an empty folder",
        zh="请使用创建该日志时的来源和密钥，或改用空目录",
    )


class EntryAhead(InvalidInput):
    code = "log_entry_ahead"
    what = Text(
        en="an entry lies more than five minutes ahead of the clock",
        zh="有条目的时间超前时钟五分钟以上",
    )
    mend = Text(en="Set the clock of its maker right", zh="请校准产生该条目的时钟")


class EntryMissing(NotFound):
    code = "log_entry_missing"
    what = Text(
        en="the log has no entry or size {index} here; it ends at {size}",
        zh="此处日志没有条目或规模 {index}；其规模为 {size}",
    )
    mend = Text(en="Entries are numbered from 0", zh="条目从 0 开始编号")


class CheckpointForeign(InvalidInput):
    code = "checkpoint_foreign"
    what = Text(en="the checkpoint is not one of this log", zh="该检查点不属于本日志")
    mend = Text(
        en="Give a checkpoint that this log signed, with or without cosignatures",
        zh="请提供由本日志签名的检查点（可带见证签名）",
    )


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands, once it is durable."""

    index: int
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class _Signed:
    note: str
    size: int
    root: bytes


class Log:
    """An append-only log in a folder, made by ``open_log``; several processes may have it open at once."""

    def __init__(self, disk: Disk, *, signer: Signer) -> None:
        self._disk = disk
        self._signer = signer
        self._last: _Signed | None = None

    @property
    def key(self) -> VerifierKey:
        return self._disk.key

    @property
    def origin(self) -> str:
        return self._disk.key.name

    @property
    def size(self) -> int:
        """Number of entries now. Raises LogBusy, LogUnwritable, LogDamaged."""
        with self._disk.held() as state:
            return state.size

    def append(self, entry: Entry, *, now: datetime) -> Appended:
        """``append_all`` of one."""
        return self.append_all([entry], now=now)[0]

    def append_all(self, entries: Sequence[Entry], *, now: datetime) -> list[Appended]:
        """Append in this order, durable when it returns; on an error none is acknowledged.

        After an error of the disk an entry may be found in the log nevertheless: written, never acknowledged.
        Raises EntryAhead, LogBusy, LogUnwritable, LogDamaged.
        """
        if any(entry.at > now + MOST_AHEAD for entry in entries):
            raise EntryAhead
        data = [entry.data for entry in entries]
        if not data:
            return []
        with self._disk.held() as state:
            self._disk.append(state, data)
        leaf = self._disk.tree.leaf
        return [Appended(state.size + number, leaf(one)) for number, one in enumerate(data)]

    def checkpoint(self) -> str:
        """The signed note over all entries, which are durable; kept as the file ``checkpoint``."""
        return self._checkpoint().note

    def proof(self, index: int, *, checkpoint: str = "") -> LogProof:
        """That entry ``index`` stands under a checkpoint: a given (say, cosigned) one, else the log's own.

        Raises EntryMissing, CheckpointForeign, NoteInvalid, LogBusy, LogUnwritable, LogDamaged.
        """
        signed = self._given(checkpoint) if checkpoint else self._covering(index)
        if not 0 <= index < signed.size:
            raise EntryMissing(index=index, size=signed.size)
        state = self._disk.seen
        if state is not None and state.size >= signed.size:
            try:
                return self._proof(state, index, signed)
            except FileNotFoundError:
                pass  # another process has grown a tile since
        with self._disk.held() as fresh:
            return self._proof(fresh, index, signed)

    def proofs(self, indices: Sequence[int]) -> list[LogProof]:
        """Of several entries, all under one checkpoint of now, which is not kept as a file. Raises as ``proof``."""
        with self._disk.held() as state:
            signed = self._sign(state, state.size)
            if not all(0 <= index < signed.size for index in indices):
                raise EntryMissing(index=max(indices), size=signed.size)
            return [self._proof(state, index, signed) for index in indices]

    def consistency(self, old_size: int, *, new_size: int | None = None) -> ConsistencyProof:
        """That the tree of ``old_size`` is the beginning of the later one (of now, unless said).

        Raises EntryMissing, LogBusy, LogUnwritable, LogDamaged.
        """
        with self._disk.held() as state:
            new = state.size if new_size is None else new_size
            if not 0 <= old_size <= new <= state.size:
                raise EntryMissing(index=max(old_size, new), size=state.size)
            node = self._disk.node_of(state)
            path = consistency_path(self._disk.tree, old_size, new, node=node)
            old = self._sign(state, old_size)
            return ConsistencyProof(old.note, self._sign(state, new).note, path)

    def entries(self, start: int, stop: int) -> list[Entry]:
        """Entries from ``start`` to before ``stop``; fewer at the end of the log."""
        with self._disk.held() as state:
            last = min(stop, state.size)
            return [self._entry(state, index) for index in range(max(start, 0), last)]

    def check(self) -> list[Damage]:
        """Read every byte of the log; empty when all is sound."""
        with self._disk.held():  # which sets right what a stopped writer left
            return check_folder(self._disk.folder, key=self.key)

    def _checkpoint(self) -> _Signed:
        with self._disk.held() as state:
            if self._last is None or self._last.size != state.size:
                signed = self._sign(state, state.size)
                self._disk.keep_checkpoint(signed.note)
                self._last = signed
            return self._last

    def _covering(self, index: int) -> _Signed:
        last = self._last
        return last if last is not None and 0 <= index < last.size else self._checkpoint()

    def _given(self, checkpoint: str) -> _Signed:
        note, found = parse_checkpoint(checkpoint)
        with self._disk.held() as state:
            ours = found.origin == self.origin and note.signed_by(self.key)
            if (
                not ours
                or found.size > state.size
                or found.root != self._disk.root(state, found.size)
            ):
                raise CheckpointForeign
        return _Signed(checkpoint, found.size, found.root)

    def _proof(self, state: State, index: int, signed: _Signed) -> LogProof:
        tree, data = self._disk.tree, self._disk.data(state, index)
        path = inclusion_path(tree, index, signed.size, node=self._disk.node_of(state))
        if not inclusion_holds(
            tree,
            leaf=tree.leaf(data),
            index=index,
            size=signed.size,
            path=path,
            root=signed.root,
        ):
            raise LogDamaged(file=bundle_path(index >> HEIGHT), place=f"entry {index}")
        return LogProof(data, index, path, signed.note)

    def _entry(self, state: State, index: int) -> Entry:
        try:
            return parse_entry(self._disk.data(state, index))
        except EntryInvalid as error:
            raise LogDamaged(file=bundle_path(index >> HEIGHT), place=f"entry {index}") from error

    def _sign(self, state: State, size: int) -> _Signed:
        root = self._disk.root(state, size)
        note = sign_checkpoint(Checkpoint(self.origin, size, root), signer=self._signer)
        return _Signed(note.dump(), size, root)


def open_log(
    folder: Path, *, origin: str, signer: Signer, wait_seconds: float = WAIT_SECONDS
) -> Log:
    """Open the log in ``folder``, or make an empty one; its origin and key are fixed then.

    A log with an SM2 key hashes with SM3, any other with SHA-256.

    Raises VerifierKeyInvalid (of the origin), LogIdentityDiffers, LogBusy, LogUnwritable, LogDamaged.
    """
    key = log_key(origin, signer.public)
    made_with = create_if_missing(folder, key=key, wait_seconds=wait_seconds)
    if made_with != f"{key.text}\n":
        if _is_key(made_with):
            raise LogIdentityDiffers(folder=str(folder))
        raise LogDamaged(file=ORIGIN_FILE, place="text")
    disk = Disk(folder, key=key, wait_seconds=wait_seconds)
    with disk.held():
        return Log(disk, signer=signer)


def origin_of(folder: Path) -> str | None:
    """The origin of the log in ``folder``; None when there is none. Raises LogDamaged."""
    try:
        text = (folder / ORIGIN_FILE).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    if not _is_key(text):
        raise LogDamaged(file=ORIGIN_FILE, place="text")
    return VerifierKey.parse(text.removesuffix("\n")).name


def _is_key(text: str) -> bool:
    try:
        return VerifierKey.parse(text.removesuffix("\n")).text + "\n" == text
    except VerifierKeyInvalid:
        return False
