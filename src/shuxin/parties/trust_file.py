"""The file of trust anchors in a holder's home."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.parties.domain.anchors import TrustAnchors

if TYPE_CHECKING:
    from pathlib import Path

FILE = "trust.json"


def read_trust(home: Path) -> TrustAnchors:
    """The anchors of this home; none at all until somebody adds one. Parsed once until the file is another one.

    Raises StatementInvalid, PartyStatementUnreadable.
    """
    path = home / FILE
    try:
        found = path.stat()
    except FileNotFoundError:
        return TrustAnchors()
    return _parsed(path, (found.st_ino, found.st_mtime_ns, found.st_size))


@lru_cache(maxsize=8)
def _parsed(path: Path, version: tuple[int, ...]) -> TrustAnchors:  # noqa: ARG001 - another file is read anew
    return TrustAnchors.parse(path.read_bytes())


def write_trust(anchors: TrustAnchors, *, home: Path) -> None:
    """Whole or not at all, readable by its owner only."""
    write_whole(home / FILE, anchors.dump())
