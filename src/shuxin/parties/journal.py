"""Every change of this room is appended to the log; bootstrap fills the protocol."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol

from shuxin.kernel.canonical import canonical_json
from shuxin.ledger.api import Entry, commitment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.kernel.canonical import Json

SALT_BYTES = 32


class Journal(Protocol):
    """Appends one entry to the node's log (记入日志), durable when it returns; when it fails, so does the change."""

    def __call__(self, entry: Entry, /) -> object: ...


def new_salt() -> str:
    return secrets.token_hex(SALT_BYTES)


def salted(fact: Mapping[str, Json], *, salt: str) -> str:
    """The commitment of the log to a row of this room, which keeps the salt."""
    return commitment(bytes.fromhex(salt), canonical_json(dict(fact)))


def noted(
    kind: str,
    *,
    by: str,
    now: dt.datetime,
    facts: Mapping[str, str | int],
    commitments: tuple[str, ...] = (),
) -> Entry:
    return Entry(kind, now, by, dict(facts), commitments)
