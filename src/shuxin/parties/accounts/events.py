"""What happened at the door, kept for the security administrator; rows are only ever added."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.parties.accounts.models import SignInEvent

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.models import Account


class DoorEvent(StrEnum):
    """Kinds of event at sign-in (登录事件)."""

    OPENED = "account_opened"
    SIGNED_IN = "signed_in"
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - a word, not a password
    NAME_UNKNOWN = "name_unknown"
    CODE_WRONG = "code_wrong"
    CODE_REPLAYED = "code_replayed"
    RECOVERY_USED = "recovery_code_used"
    LOCKED = "locked"
    SIGNED_OUT = "signed_out"
    SESSION_IDLE = "session_idle"
    SESSION_TOO_OLD = "session_too_old"
    SESSIONS_ENDED = "sessions_ended"
    SECOND_FACTOR_SET = "second_factor_set"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105


def record(
    kind: DoorEvent,
    *,
    account: Account | None,
    address: str,
    now: datetime,
    unknown_name: str = "",
) -> None:
    SignInEvent.objects.create(
        at=now, kind=kind.value, account=account, unknown_name=unknown_name, address=address[:45]
    )
