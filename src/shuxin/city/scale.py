"""The seeds of a synthetic city, and the span of time that its data cover."""

from __future__ import annotations

import datetime as dt

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

HIGHEST_SEED = 2**63 - 1

UNTIL = dt.date(2026, 1, 1)
"""The day of the extracts: the files hold what was known before it."""


class CitySeedInvalid(InvalidInput):
    code = "city_seed_invalid"
    what = Text(
        en="The seed of a synthetic city is a whole number from 0 to {highest}",
        zh="合成城市的种子须为 0 到 {highest} 的整数",
    )
    mend = Text(en="Give another seed", zh="请换一个种子")


def check_seed(seed: int) -> None:
    """Raises CitySeedInvalid."""
    if not 0 <= seed <= HIGHEST_SEED:
        raise CitySeedInvalid(highest=HIGHEST_SEED)


def months_before(day: dt.date, *, count: int) -> tuple[dt.date, ...]:
    """First days of the ``count`` months that end before the month of ``day``, oldest first."""
    last = day.year * 12 + day.month - 1
    return tuple(dt.date(month // 12, month % 12 + 1, 1) for month in range(last - count, last))
