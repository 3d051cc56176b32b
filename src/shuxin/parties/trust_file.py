"""The file of trust anchors in a holder's home."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

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
    """Aside and into place whole, durable, readable by its owner only."""
    aside = home / f".{FILE}.{secrets.token_hex(8)}"
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(anchors.dump())
        file.flush()
        os.fsync(file.fileno())
    aside.replace(home / FILE)
