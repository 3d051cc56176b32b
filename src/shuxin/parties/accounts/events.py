"""What happened at the door, kept for the security administrator; rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.parties.accounts.keys import plain_name
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
    RECOVERED = "account_recovered"


@dataclass(frozen=True, slots=True)
class DoorView:
    """One event; ``name`` is "" where the name that was typed is nobody's."""

    at: datetime
    kind: str
    name: str
    address: str


def door_events(*, limit: int, name: str = "") -> list[DoorView]:
    """The newest first, of one account when it is named."""
    rows = SignInEvent.objects.select_related("account").order_by("-at", "-pk")
    found = rows.filter(account__name=plain_name(name)) if name else rows
    return [
        DoorView(row.at, row.kind, row.account.name if row.account else "", row.address)
        for row in found[:limit]
    ]


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
