"""Whether a dataset comes when its contract says it does (及时性)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.contract import Cycle

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST_DAYS = {
    Cycle.REAL_TIME: 1,
    Cycle.DAY: 1,
    Cycle.WEEK: 7,
    Cycle.MONTH: 31,
    Cycle.QUARTER: 92,
    Cycle.YEAR: 366,
}


class Timeliness(StrEnum):
    """Unknown when nothing was loaded, or updates come with events and have no rhythm."""

    ON_TIME = "on_time"
    LATE = "late"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Freshness:
    """``days_since`` the newest known time in whole days; ``allowed_days`` is cycle plus lag."""

    state: Timeliness
    days_since: int | None
    allowed_days: int | None


def freshness(*, cycle: Cycle, lag_days: int, newest: datetime | None, now: datetime) -> Freshness:
    """Both times are aware; ``newest`` is None when nothing was loaded."""
    days_since = None if newest is None else (now - newest).days
    longest = _LONGEST_DAYS.get(cycle)
    allowed_days = None if longest is None else longest + lag_days
    if days_since is None or allowed_days is None:
        return Freshness(Timeliness.UNKNOWN, days_since, allowed_days)
    state = Timeliness.ON_TIME if days_since <= allowed_days else Timeliness.LATE
    return Freshness(state, days_since, allowed_days)
