"""The file of trust anchors in a holder's home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.parties.domain.anchors import TrustAnchors

if TYPE_CHECKING:
    from pathlib import Path

FILE = "trust.json"


def read_trust(home: Path) -> TrustAnchors:
    """The anchors of this home; none at all until somebody adds one.

    Raises StatementInvalid, PartyStatementUnreadable.
    """
    path = home / FILE
    return TrustAnchors.parse(path.read_bytes()) if path.exists() else TrustAnchors()


def write_trust(anchors: TrustAnchors, *, home: Path) -> None:
    """Whole or not at all, readable by its owner only."""
    write_whole(home / FILE, anchors.dump())
