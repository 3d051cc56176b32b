"""Anchors (锚定): a checkpoint's digest left somewhere that the log's keeper cannot change alone. Never required."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.statements import StatementInvalid, parse_json
from shuxin.ledger.checkpoint import parse_checkpoint
from shuxin.ledger.files import explained, locked, make_folder, sync_folder, write_all

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Anchored:
    """Where a checkpoint was anchored; ``reference`` finds it there."""

    place: str
    reference: str
    digest: str


class Anchor(Protocol):
    """A place that keeps digests."""

    def anchor(self, checkpoint: str, *, now: datetime) -> Anchored:
        """Leave the digest of a signed checkpoint there. Raises NoteInvalid, or a kind of Unavailable."""
        ...

    def holds(self, anchored: Anchored, *, checkpoint: str) -> bool:
        """Whether the digest of this checkpoint is there, where ``anchored`` says."""
        ...


def digest_of(checkpoint: str) -> str:
    """SHA-256 over the text without signatures, 64 hexadecimal digits. Raises NoteInvalid."""
    note, _ = parse_checkpoint(checkpoint)
    return hashlib.sha256(note.text.encode()).hexdigest()


def _facts(checkpoint: str) -> dict[str, str | int]:
    _, found = parse_checkpoint(checkpoint)
    return {"origin": found.origin, "size": found.size, "digest": digest_of(checkpoint)}


class FileAnchor:
    """One line for each checkpoint, in a file elsewhere: another disk, a share, a medium written once."""

    def __init__(self, folder: Path, *, wait_seconds: float = 30.0) -> None:
        self._folder = folder
        self._wait_seconds = wait_seconds

    def anchor(self, checkpoint: str, *, now: datetime) -> Anchored:
        """Raises NoteInvalid, LogBusy, LogUnwritable."""
        line = canonical_json({"at": now.isoformat(), **_facts(checkpoint)}) + b"\n"
        with explained(self._folder):
            make_folder(self._folder)
        with locked(self._folder, wait_seconds=self._wait_seconds), explained(self._folder):
            at = self._append(line)
        return Anchored("file", str(at), digest_of(checkpoint))

    def holds(self, anchored: Anchored, *, checkpoint: str) -> bool:
        """Raises NoteInvalid."""
        if anchored.digest != digest_of(checkpoint) or not anchored.reference.isdecimal():
            return False
        try:
            lines = self._file.read_bytes()[int(anchored.reference) :].splitlines()
            kept = parse_json(lines[0]) if lines else None
        except (FileNotFoundError, StatementInvalid):
            return False
        return isinstance(kept, dict) and _facts(checkpoint).items() <= kept.items()

    @property
    def _file(self) -> Path:
        return self._folder / "anchors"

    def _append(self, line: bytes) -> int:
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            at = os.fstat(descriptor).st_size
            write_all(descriptor, line, at=at)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self._folder)
        return at
