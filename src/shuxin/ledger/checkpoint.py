"""Checkpoints of C2SP tlog-checkpoint (检查点): origin, size and root of a log, as the text of a signed note."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.signing import Algorithm
from shuxin.ledger.note import Note, NoteInvalid, is_name, parse_note, sign_note
from shuxin.ledger.tree import HASH_BYTES, TreeHash

if TYPE_CHECKING:
    from shuxin.kernel.signing import Signer
    from shuxin.ledger.note import VerifierKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}")
_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one size. Its hash is told by the log's key, never guessed."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        root = base64.b64encode(self.root).decode()
        return "".join(f"{ln}\n" for ln in (self.origin, str(self.size), root, *self.extensions))

    @classmethod
    def of(cls, note: Note) -> Checkpoint:
        """Raises NoteInvalid when the note's text is not that of a checkpoint."""
        lines = note.text.removesuffix("\n").split("\n")
        if len(lines) < _LINES or not all(lines):
            raise NoteInvalid(reason="a checkpoint has lines for origin, size and root")
        origin, size, encoded = lines[:_LINES]
        if not is_name(origin):  # it is the name of a key, and is printed
            raise NoteInvalid(reason="the origin in a checkpoint")
        if not _SIZE.fullmatch(size):
            raise NoteInvalid(reason="the size in a checkpoint")
        try:
            root = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise NoteInvalid(reason="the root in a checkpoint") from error
        found = cls(origin, int(size), root, tuple(lines[_LINES:]))
        if len(root) != HASH_BYTES or found.text != note.text:
            raise NoteInvalid(reason="the root in a checkpoint")
        return found


def parse_checkpoint(data: bytes | str) -> tuple[Note, Checkpoint]:
    """Read a checkpoint from a stranger. Raises NoteInvalid."""
    note = parse_note(data)
    return note, Checkpoint.of(note)


def sign_checkpoint(checkpoint: Checkpoint, *, signer: Signer) -> Note:
    """The log's key bears the name of its origin."""
    return sign_note(Note(checkpoint.text), name=checkpoint.origin, signer=signer)


def tree_of(key: VerifierKey) -> TreeHash:
    """Logs with an SM2 key hash with SM3, all others with SHA-256."""
    return TreeHash.SM3 if key.public.algorithm is Algorithm.SM2 else TreeHash.SHA256
