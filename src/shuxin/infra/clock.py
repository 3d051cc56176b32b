"""The only place that asks the machine for the time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")


def now_in_china() -> datetime:
    """Aware, in China Standard Time (UTC+8)."""
    return datetime.now(tz=CHINA)
