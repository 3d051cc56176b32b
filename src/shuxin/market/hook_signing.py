"""How a webhook (事件推送) is signed and checked; pure, so that receivers can use it as it is."""

from __future__ import annotations

import hmac
import re
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

EVENT, TIME, SIGNATURE = "Shuxin-Event", "Shuxin-Timestamp", "Shuxin-Signature"
WINDOW = timedelta(minutes=5)
"""How far a receiver's clock may be from the timestamp; what is older may be a replay."""
_SECONDS = re.compile(r"[0-9]{1,12}")


def hook_headers(body: bytes, *, secret: str, event: str, now: datetime) -> dict[str, str]:
    """The three headers of one delivery; ``event`` stays the same when it is tried again, the time does not."""
    at = str(int(now.timestamp()))
    return {EVENT: event, TIME: at, SIGNATURE: f"v1={_mac(secret, at, event, body)}"}


def hook_holds(
    headers: Mapping[str, str],
    body: bytes,
    *,
    secret: str,
    now: datetime,
    window: timedelta = WINDOW,
) -> bool:
    """Whether this delivery was signed with ``secret`` and is not old; header names in any case.

    Several signatures may stand with commas between them: one that holds is enough.
    """
    said = {name.lower(): value for name, value in headers.items()}
    event, at = said.get(EVENT.lower(), ""), said.get(TIME.lower(), "")
    if not _SECONDS.fullmatch(at) or abs(now.timestamp() - int(at)) > window.total_seconds():
        return False
    expected = f"v1={_mac(secret, at, event, body)}".encode()
    given = said.get(SIGNATURE.lower(), "").encode().split(b",")
    return any(hmac.compare_digest(one.strip(), expected) for one in given)


def _mac(secret: str, at: str, event: str, body: bytes) -> str:
    """HMAC-SHA256, hexadecimal, over ``timestamp.event.body``."""
    signed = f"{at}.{event}.".encode() + body
    return hmac.new(secret.encode(), signed, sha256).hexdigest()
