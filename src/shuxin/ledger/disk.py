"""The folder of a log: its state read anew under the lock, groups appended durably, the unfinished set right."""

from __future__ import annotations

import contextlib
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.ledger.checkpoint import parse_checkpoint, tree_of
from shuxin.ledger.files import explained, locked, make_folder, put_durably, sync_folder, write_all
from shuxin.ledger.note import NoteInvalid
from shuxin.ledger.store import LogDamaged, TileStore
from shuxin.ledger.tail import (
    HEAD_BYTES,
    MARK_BYTES,
    first_of,
    read_tail,
    tail_group,
    tail_head,
    tail_mark,
)
from shuxin.ledger.tiles import HEIGHT, WIDTH, bundle_path
from shuxin.ledger.tree import subtree_root

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.ledger.note import VerifierKey
    from shuxin.ledger.tail import TailPart
    from shuxin.ledger.tree import Node

SETTLE_AT = 4 * WIDTH
"""Entries in the tail at which the full tiles among them are written."""

ORIGIN_FILE, TAIL_FILE, CHECKPOINT_FILE, LOCK_FILE = "origin", "tail", "checkpoint", "lock"


@dataclass(frozen=True, slots=True)
class State:
    """What the folder held when its lock was last held.

    ``settled`` entries lie in full tiles, ``entries`` in the tail, which has ``end`` bytes. ``known`` only ever
    gains roots of subtrees of this same tree.
    """

    settled: int
    entries: tuple[bytes, ...]
    end: int
    known: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return self.settled + len(self.entries)


class Disk:
    """Several processes may each have one on the same folder; whoever holds the lock reads what others wrote."""

    def __init__(self, folder: Path, *, key: VerifierKey, wait_seconds: float) -> None:
        self.folder = folder
        self.key = key
        self.tree = tree_of(key)
        self._wait_seconds = wait_seconds
        self._store = TileStore(folder, self.tree)
        self._state: State | None = None

    @property
    def seen(self) -> State | None:
        """The state as last seen; entries and subtrees in it never change."""
        return self._state

    @contextmanager
    def held(self) -> Iterator[State]:
        """Hold the lock, with the state of now. Raises LogBusy, LogUnwritable, LogDamaged."""
        try:
            with locked(self.folder, wait_seconds=self._wait_seconds), explained(self.folder):
                yield self._refreshed()
        except FileNotFoundError as error:
            name = Path(error.filename or self.folder)
            file = name.relative_to(self.folder) if name.is_relative_to(self.folder) else name
            raise LogDamaged(file=str(file), place="missing") from error

    def append(self, state: State, data: Sequence[bytes]) -> None:
        """Write a group behind ``state``, make it durable, mark it. Only while the lock is held.

        The mark before it is written again: where a sync failed, it may be in memory only.
        """
        before = tail_mark(state.size, origin=self.key.name) if state.entries else b""
        group = tail_group(data, first=state.size, origin=self.key.name)
        mark = tail_mark(state.size + len(data), origin=self.key.name)
        leaves = {(0, state.size + number): self.tree.leaf(one) for number, one in enumerate(data)}
        self._write(before, group, mark, at=state.end)
        end = state.end + len(group) + len(mark)
        state.known.update(leaves)
        grown = State(state.settled, (*state.entries, *data), end, state.known)
        self._state = grown
        if len(grown.entries) >= SETTLE_AT:
            self._settle_if_possible(grown)

    def keep_checkpoint(self, text: str) -> None:
        put_durably(self.folder, CHECKPOINT_FILE, text.encode())

    def data(self, state: State, index: int) -> bytes:
        """The bytes of one entry. Raises FileNotFoundError, LogDamaged."""
        if index >= state.settled:
            return state.entries[index - state.settled]
        return self._store.entry(index)

    def root(self, state: State, size: int) -> bytes:
        return subtree_root(self.tree, 0, size, node=self.node_of(state))

    def node_of(self, state: State) -> Node:
        """Complete subtrees: within full tiles from the store, above the tail computed once."""

        def node(level: int, index: int) -> bytes:
            if (index + 1) << level <= state.settled:
                return self._store.node(level, index, settled=state.settled)
            found = state.known.get((level, index))
            if found is None:
                if level == 0:
                    found = self.tree.leaf(state.entries[index - state.settled])
                else:
                    left, right = node(level - 1, 2 * index), node(level - 1, 2 * index + 1)
                    found = self.tree.node(left, right)
                state.known[level, index] = found
            return found

        return node

    def _write(self, before: bytes, group: bytes, mark: bytes, *, at: int) -> None:
        descriptor = os.open(self.folder / TAIL_FILE, os.O_WRONLY | os.O_CLOEXEC)
        try:
            write_all(descriptor, before + group, at=at - len(before))
            os.fsync(descriptor)
            write_all(descriptor, mark, at=at + len(group))
        except OSError:
            self._state = None
            with contextlib.suppress(OSError):  # else the next holder of the lock does it
                os.ftruncate(descriptor, at)
                os.fsync(descriptor)
            raise
        finally:
            os.close(descriptor)

    def _refreshed(self) -> State:
        with (self.folder / TAIL_FILE).open("rb", buffering=0) as file:
            first = first_of(file.read(HEAD_BYTES), origin=self.key.name)
            size, seen = os.fstat(file.fileno()).st_size, self._state
            if first is None or first % WIDTH:
                raise LogDamaged(file=TAIL_FILE, place="head")
            if seen is None or first != seen.settled or size < seen.end:
                return self._loaded(file.readall(), first)
            if size == seen.end:
                return seen
            file.seek(seen.end)
            return self._taken(file.readall(), seen)

    def _loaded(self, data: bytes, first: int) -> State:
        """The state from the whole tail, whose name may not be durable yet if its writer was killed."""
        before = self._state
        sync_folder(self.folder)
        state = self._taken(data, State(first, (), HEAD_BYTES))
        self._compare(state, least=before.size if before else 0)
        if self._next_bundle(state).exists() and len(state.entries) >= WIDTH:
            state = self._settled(state)  # it was interrupted
        if self._next_bundle(state).exists():
            raise LogDamaged(file=TAIL_FILE, place="older than the tiles")
        self._store.drop_stale(settled=state.settled)
        if len(state.entries) >= SETTLE_AT:
            self._settle_if_possible(state)
        return self._state or state

    def _next_bundle(self, state: State) -> Path:
        return self.folder / bundle_path(state.settled >> HEIGHT)

    def _taken(self, data: bytes, state: State) -> State:
        """The state after the bytes that follow in the tail; what a kill left unfinished is set right."""
        part = read_tail(data, offset=state.end, size=state.size, origin=self.key.name)
        if part.acknowledged_behind:
            raise LogDamaged(file=TAIL_FILE, place=f"byte {part.end}")
        entries = (*state.entries, *part.entries)
        end = part.end
        if part.rest or not part.marked:
            end = self._set_right(part, settled=state.settled, size=state.settled + len(entries))
        self._state = State(state.settled, entries, end, state.known)
        return self._state

    def _set_right(self, part: TailPart, *, settled: int, size: int) -> int:
        """Cut what was not finished, or finish it; the end of the tail afterwards.

        A group, and the mark before it, are written anew before the sync: when its writer's sync failed, the system
        may take the bytes that it has in memory for written.
        """
        first = part.first_of_group
        before = tail_mark(first, origin=self.key.name) if first > settled else b""
        again = before + part.group
        descriptor = os.open(self.folder / TAIL_FILE, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, part.end)
            write_all(descriptor, again, at=part.end - len(again))
            os.fsync(descriptor)
            if part.marked:
                return part.end
            write_all(descriptor, tail_mark(size, origin=self.key.name), at=part.end)
            return part.end + MARK_BYTES
        finally:
            os.close(descriptor)

    def _compare(self, state: State, *, least: int) -> None:
        """With the last checkpoint: an older copy of a file is no log to go on with."""
        if state.size < least:
            raise LogDamaged(file=TAIL_FILE, place="entries are missing that were there before")
        try:
            note, checkpoint = parse_checkpoint((self.folder / CHECKPOINT_FILE).read_bytes())
        except FileNotFoundError:
            return
        except NoteInvalid as error:
            raise LogDamaged(file=CHECKPOINT_FILE, place="text") from error
        if checkpoint.origin != self.key.name or not note.signed_by(self.key):
            raise LogDamaged(file=CHECKPOINT_FILE, place="signature")
        if checkpoint.size > state.size:
            raise LogDamaged(file=TAIL_FILE, place="shorter than the checkpoint")
        if self.root(state, checkpoint.size) != checkpoint.root:
            raise LogDamaged(file="tile", place="root differs from the checkpoint")

    def _settle_if_possible(self, state: State) -> None:
        """Move whole tiles out of the tail. The entries are durable already: a failure waits for next time."""
        try:
            self._settled(state)
        except OSError:
            self._state = None  # reads anew: the tail may have been renamed

    def _settled(self, state: State) -> State:
        settled = self._store.settle(state.entries, first=state.settled, node=self.node_of(state))
        rest, origin = state.entries[settled - state.settled :], self.key.name
        content = tail_head(settled, origin=origin)
        if rest:
            content += tail_group(rest, first=settled, origin=origin)
            content += tail_mark(settled + len(rest), origin=origin)
        put_durably(self.folder, TAIL_FILE, content)
        self._state = State(settled, rest, len(content))
        with contextlib.suppress(OSError):
            self._store.drop_stale(settled=settled)
        return self._state


def create_if_missing(folder: Path, *, key: VerifierKey, wait_seconds: float) -> str:
    """The text of the key that the log was made with. Raises LogBusy, LogUnwritable, LogDamaged."""
    with explained(folder):
        make_folder(folder)
    with locked(folder, wait_seconds=wait_seconds), explained(folder):
        origin = folder / ORIGIN_FILE
        if not origin.exists():
            head = tail_head(0, origin=key.name)
            tail = folder / TAIL_FILE
            if (folder / "tile").exists() or (tail.exists() and tail.read_bytes() != head):
                raise LogDamaged(file=ORIGIN_FILE, place="missing")
            put_durably(folder, TAIL_FILE, head)
            put_durably(folder, ORIGIN_FILE, f"{key.text}\n".encode())
        return origin.read_text(encoding="utf-8", errors="replace")
