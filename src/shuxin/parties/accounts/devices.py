"""Browsers from which somebody signed in before: strangers who lock a name do not lock them out with it.

The browser keeps a cookie that we signed for one name. It opens nothing; its guesses are counted for itself.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shuxin.parties.accounts.keys import AccountKeys

DEVICE_LASTS = timedelta(days=180)
LONGEST_DEVICE = 150


def new_device(*, name: str, keys: AccountKeys, now: datetime) -> str:
    """What the browser keeps: a random id, when it was given, and our mark for this name."""
    device = f"{secrets.token_hex(16)}.{int(now.timestamp())}"
    return f"{device}.{keys.device_digest(name, device)}"


def known_device(text: str, *, name: str, keys: AccountKeys, now: datetime) -> str | None:
    """The key under which guesses of this browser for this name are counted; None for a stranger's."""
    device, _, mark = text[:LONGEST_DEVICE].encode("ascii", "replace").decode().rpartition(".")
    expected = keys.device_digest(name, device)
    if not hmac.compare_digest(mark, expected):
        return None
    given = datetime.fromtimestamp(int(device.rpartition(".")[2]), tz=UTC)
    return expected if now - given < DEVICE_LASTS else None
