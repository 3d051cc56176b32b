"""How large a synthetic city is, and the span of time that its data cover."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class Size(StrEnum):
    """Sizes by name."""

    TINY = "tiny"
    TOWN = "town"


@dataclass(frozen=True, slots=True)
class Scale:
    """Counts of a size: firms that live at the end, firms that have exited, months of history."""

    firms: int
    exited: int
    months: int


SCALES: Mapping[Size, Scale] = {
    Size.TINY: Scale(firms=200, exited=60, months=36),
    Size.TOWN: Scale(firms=2000, exited=600, months=36),
}


def check_seed(seed: int) -> None:
    """Raises CitySeedInvalid."""
    if not 0 <= seed <= HIGHEST_SEED:
        raise CitySeedInvalid(highest=HIGHEST_SEED)


def months_before(day: dt.date, *, count: int) -> tuple[dt.date, ...]:
    """First days of the ``count`` months that end before the month of ``day``, oldest first."""
    last = day.year * 12 + day.month - 1
    return tuple(dt.date(month // 12, month % 12 + 1, 1) for month in range(last - count, last))
