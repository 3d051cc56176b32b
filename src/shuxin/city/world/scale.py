"""How large a world is and which months it covers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.scale import UNTIL, months_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

EPOCH = dt.date(1970, 1, 1)
WINDOW_MONTHS = 60
MONTHS = months_before(UNTIL, count=WINDOW_MONTHS)
"""First days of the months, 2021-01 to 2025-12."""


class WorldSize(StrEnum):
    """Sizes by name."""

    TINY = "tiny"
    TOWN = "town"
    COUNTY = "county"
    CITY = "city"


FIRMS: Mapping[WorldSize, int] = {
    WorldSize.TINY: 200,
    WorldSize.TOWN: 2_000,
    WorldSize.COUNTY: 20_000,
    WorldSize.CITY: 200_000,
}
"""Firms that live on the day of the extracts, before the exits that follow defaults."""

WHOLE_CITY = FIRMS[WorldSize.CITY]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the whole city has so many of, at another size."""

    firms: int

    def of(self, many: int, *, least: int = 1) -> int:
        return max(least, round(many * self.firms / WHOLE_CITY))


def day_number(day: dt.date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def month_days() -> NDArray[np.int32]:
    """(months + 1,) first days of the months and of the one after, days since 1970-01-01."""
    return np.array([day_number(day) for day in (*MONTHS, UNTIL)], dtype=np.int32)
