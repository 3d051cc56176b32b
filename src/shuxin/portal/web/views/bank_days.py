"""Days that people type into forms."""

from __future__ import annotations

import datetime as dt

from shuxin.infra.api import now_in_china
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text


class DayInvalid(InvalidInput):
    code = "page_day_invalid"
    what = Text(en="this is not a day", zh="日期有误")
    mend = Text(en="Write it as 2026-06-30", zh="请写作 2026-06-30")


def day_asked(typed: str) -> dt.date:
    """The day, today where nothing was typed. Raises DayInvalid."""
    if not typed.strip():
        return now_in_china().date()
    try:
        return dt.date.fromisoformat(typed.strip()[:10])
    except ValueError:
        raise DayInvalid from None
