"""Every change of this room is appended to the log; bootstrap fills the protocol."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Protocol

from shuxin.kernel.canonical import canonical_json
from shuxin.ledger.api import Entry, commitment
from shuxin.parties.models import NotedRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from shuxin.kernel.canonical import Json

SALT_BYTES = 32
HOLDER = "holder"
"""Who acts in the log: whose log it is; its origin names the party."""


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
    """An entry in which the account ``by`` stands as a salted commitment, the last one; a row made here opens it.

    Call it in the transaction of the change that it tells.
    """
    salt = new_salt()
    who = salted({"account": by}, salt=salt)
    NotedRow.objects.create(commitment=who, by=by, at=now, salt=salt)
    return Entry(kind, now, HOLDER, dict(facts), (*commitments, who))
