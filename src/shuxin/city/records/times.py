"""Days, periods, and when a row becomes known (DOMAIN 2.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from shuxin.catalogue.api import Cycle
from shuxin.city.records.drawn import BEFORE
from shuxin.city.scale import UNTIL
from shuxin.city.world.scale import EPOCH, MONTHS, WINDOW_MONTHS, day_number, month_days
from shuxin.kernel.working_days import published_calendar

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.catalogues import Catalogue

LAST_DAY = day_number(UNTIL)
"""The day of the extracts: what becomes known from it on is not in them."""
FIRST_DAY = day_number(MONTHS[0])
DAY_SECONDS = 86_400
LATE_SHARE, LATE_DAYS = 0.03, (30, 200)
"""Share of rows that arrive a month to half a year late."""
_OPENS, _OFFICE_HOURS = 3_600, 8 * 3_600
"""Nine in the morning in China, in seconds of a day in UTC, and how long offices are open."""
_YEAR = 365
_FILED = frozenset({Cycle.MONTH, Cycle.QUARTER, Cycle.YEAR})


def month_of(day: NDArray[np.integer]) -> NDArray[np.int16]:
    """Month of the window in which a day lies; BEFORE before it, the last one after it."""
    found = np.searchsorted(month_days(), day, side="right") - 1
    return np.clip(found, BEFORE, WINDOW_MONTHS - 1).astype(np.int16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Periods:
    """(k,) periods one after another. start, stop: int32 days, stop exclusive. due: int32, the usual day on which
    rows of the period are known. month, months: int16, its first month of the window and how many it has.
    """

    start: NDArray[np.int32]
    stop: NDArray[np.int32]
    due: NDArray[np.int32]
    month: NDArray[np.int16]
    months: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.start)


def periods_of(catalogue: Catalogue) -> Periods:
    """The last periods whose rows are usually known before the day of the extracts, so many as its history has."""
    yearly = round(catalogue.rows.rate_per_year)
    spans = [
        span for span in _spans(yearly) if due_day(catalogue, np.array([span[1]]))[0] < LAST_DAY - 1
    ]
    spans = sorted(spans, key=lambda span: (span[1], span[0]))
    spans = spans[-round(yearly * catalogue.rows.years) :]
    start, stop = (np.array(column, np.int32) for column in zip(*spans, strict=True))
    lasts = month_of(stop - 1)
    month = month_of(start)
    months = np.maximum(lasts - np.maximum(month, 0) + 1, 1)
    return Periods(
        start=start,
        stop=stop,
        due=due_day(catalogue, stop).astype(np.int32),
        month=month,
        months=months.astype(np.int16),
    )


@lru_cache
def _spans(yearly: int) -> list[tuple[int, int]]:
    """Periods of so many a year, from 2017 on, first day and the day after the last."""
    if yearly in (52, _YEAR):
        step = 7 if yearly != _YEAR else 1
        return [
            (day, day + step) for day in range(LAST_DAY - 9 * _YEAR // step * step, LAST_DAY, step)
        ]
    every = {12: 1, 4: 3, 5: 3, 2: 6, 1: 12}[yearly]
    starts = [12 * 2017 + month for month in range(0, 12 * 9, every)]
    spans = [(_first_of(month), _first_of(month + every)) for month in starts]
    if yearly % 4 == 1 and yearly > 1:
        spans += [(_first_of(12 * year), _first_of(12 * year + 12)) for year in range(2017, 2026)]
    return spans


def _first_of(month: int) -> int:
    return day_number(dt.date(month // 12, month % 12 + 1, 1))


@lru_cache
def _next_working() -> NDArray[np.int64]:
    """From 2017-01-01 on: the day itself where it is worked, else the next one that is."""
    first, last = day_number(dt.date(2017, 1, 1)), day_number(dt.date(2026, 12, 20))
    known = published_calendar()
    worked = [
        day for day in range(first, last + 12) if known.is_working_day(EPOCH + dt.timedelta(day))
    ]
    days = np.array(worked, np.int64)
    return days[np.searchsorted(days, np.arange(first, last))]


def due_day(catalogue: Catalogue, stop: NDArray[np.integer]) -> NDArray[np.int64]:
    """When rows of periods that end before ``stop`` are usually known: the lag later, moved to a working day where
    they are filed.
    """
    day = stop.astype(np.int64) + catalogue.lag_days
    if catalogue.cycle not in _FILED:
        return day
    table = _next_working()
    return table[np.clip(day - 1 - day_number(dt.date(2017, 1, 1)), 0, len(table) - 1)] + 1


def known_of(
    catalogue: Catalogue, day: NDArray[np.integer], *, rng: Generator, is_due: bool
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds since 1970 UTC at which rows become known, (r,), and whether that is late.

    day: the due day (is_due), or that of the event, to which the usual lag and up to half of it more are added.
    """
    many = len(day)
    usual = day.astype(np.int64) if is_due else day.astype(np.int64) + catalogue.lag_days
    room = 2 if is_due else max(2, catalogue.lag_days // 2 + 1)
    delay = (rng.random(many, np.float32) * room).astype(np.int64)
    late = rng.random(many, np.float32) < LATE_SHARE
    low, high = LATE_DAYS
    delay[late] += rng.integers(low, high, size=int(late.sum()))
    second = _OPENS + (rng.random(many, np.float32) * _OFFICE_HOURS).astype(np.int64)
    return (usual + delay) * DAY_SECONDS + second, late


def shown_share(catalogue: Catalogue) -> float:
    """About the share of rows that are known before the day of the extracts."""
    late = LATE_SHARE * sum(LATE_DAYS) / 2
    is_filed = catalogue.rows.kind.value.endswith("periodic")
    lost = late if is_filed else late + 1.25 * catalogue.lag_days
    return 1 - lost / (_YEAR * catalogue.rows.years)
