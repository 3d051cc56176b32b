"""Parts of a message as an honest sender cuts them, from the text of the protocol alone."""

from __future__ import annotations

import hashlib

from tests.federation.engine.disk import PART
from tests.federation.engine.ends import JOB_ID

from shuxin.federation.wire.messages import Part, Where


def sha(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def cut(content: bytes, *, name: str = "round.0", size: int = PART) -> list[Part]:
    pieces = [content[at : at + size] for at in range(0, len(content), size)] or [b""]
    return [
        Part(JOB_ID, name, number, len(content), sha(piece), sha(content), piece)
        for number, piece in enumerate(pieces)
    ]


def where(content: bytes, *, name: str = "round.0") -> Where:
    return Where(JOB_ID, name, sha(content))
