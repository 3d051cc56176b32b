"""Working days (工作日) of mainland China and the deadlines they move.

Days off and moved working days come from the chinesecalendar package, which follows the yearly
notices of the State Council; later years are added by the caller from parsed rows.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from chinese_calendar import constants

from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shuxin.kernel.periods import Month

_DAY = dt.timedelta(days=1)
_SATURDAY = 5
_FILING_DAY = 15
_LONG_REST_DAYS = 3


class CalendarYearUnknown(Unavailable):
    code = "calendar_year_unknown"
    what = Text(
        en="The working days of {year} are unknown; known are the years {known}",
        zh="未知 {year} 年的工作日安排，已知年份为 {known}",
    )
    mend = Text(
        en="Add the year's days off from the State Council's notice, or update chinesecalendar",
        zh="请按国务院办公厅通知补充该年节假日安排，或更新 chinesecalendar",
    )


class CalendarYearEmpty(InvalidInput):
    code = "calendar_year_empty"
    what = Text(
        en="The rows for {year} name no day off in that year",
        zh="{year} 年的数据中没有该年的放假日",
    )
    mend = Text(
        en="Wait for the notice of that year: an empty list is not a year without holidays",
        zh="请等待该年通知发布：空列表不代表全年无节假日",
    )


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked, for the ``years`` that are known.

    ``days_off`` and ``days_worked`` are the exceptions to Monday-Friday.
    """

    years: frozenset[int]
    days_off: frozenset[dt.date]
    days_worked: frozenset[dt.date]

    def with_year(self, *, year: int, rows: Iterable[tuple[dt.date, bool]]) -> WorkingCalendar:
        """Add or replace the exceptions of ``year``; a row is a day and whether it is off.

        Days of neighbouring years may be among the rows: notices move those too.

        Raises:
            CalendarYearEmpty: no day off of ``year`` is among the rows.
        """
        off_by_day = dict(rows)
        off = {day for day, is_off in off_by_day.items() if is_off}
        if all(day.year != year for day in off):
            raise CalendarYearEmpty(year=year)
        return WorkingCalendar(
            years=self.years | {year},
            days_off=_without(self.days_off, year=year, days_given=off_by_day) | off,
            days_worked=_without(self.days_worked, year=year, days_given=off_by_day)
            | (off_by_day.keys() - off),
        )

    def is_working_day(self, day: dt.date) -> bool:
        """Raises CalendarYearUnknown."""
        if day.year not in self.years:
            raise CalendarYearUnknown(year=day.year, known=_ranges(self.years))
        return day in self.days_worked or (day.weekday() < _SATURDAY and day not in self.days_off)

    def first_working_day(self, day: dt.date) -> dt.date:
        """``day`` itself if it is worked, else the next that is. Raises CalendarYearUnknown."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, day: dt.date, *, count: int) -> dt.date:
        """The ``count``-th working day after ``day``; ``day`` does not count.

        Raises:
            CalendarYearUnknown: a day on the way is in an unknown year.
        """
        for _ in range(count):
            day = self.first_working_day(day + _DAY)
        return day


def _without(
    days: frozenset[dt.date], *, year: int, days_given: Iterable[dt.date]
) -> frozenset[dt.date]:
    return frozenset(day for day in days if day.year != year) - frozenset(days_given)


def _ranges(years: Iterable[int]) -> str:
    """``2004-2026, 2028``."""
    runs = groupby(enumerate(sorted(years)), key=lambda pair: pair[1] - pair[0])
    spans = ([year for _, year in run] for _, run in runs)
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


@cache
def published_calendar() -> WorkingCalendar:
    """The years of the installed chinesecalendar package: 2004-2026 in its version 1.11."""
    off, worked = frozenset(constants.holidays), frozenset(constants.workdays)
    return WorkingCalendar(
        years=frozenset(day.year for day in off), days_off=off, days_worked=worked
    )


def shifted_deadline(day: dt.date, *, calendar: WorkingCalendar | None = None) -> dt.date:
    """A deadline on a day off moves to the next working day.

    Raises:
        CalendarYearUnknown: neither the calendar nor a later day settles it.
    """
    return (calendar or published_calendar()).first_working_day(day)


def vat_deadline(month: Month, *, calendar: WorkingCalendar | None = None) -> dt.date:
    """Last day to file value-added tax (增值税) for ``month``: the 15th of the next, moved.

    Rules for the Implementation of the Tax Collection Law (税收征收管理法实施细则) art. 109: a last
    day off moves to the next working day; rests of three or more days in a row within the limit
    extend it by as many days, counted as working days as in the filing calendars since 2021.

    Raises:
        CalendarYearUnknown: the year is not in the calendar.
    """
    known = calendar or published_calendar()
    first = month.plus(1).first_day
    last = first.replace(day=_FILING_DAY)
    extension = sum(
        length
        for length in _rest_lengths(known, first=first, last=last)
        if length >= _LONG_REST_DAYS
    )
    return shifted_deadline(known.add_working_days(last, count=extension), calendar=known)


def _rest_lengths(calendar: WorkingCalendar, *, first: dt.date, last: dt.date) -> Iterator[int]:
    days = (first + _DAY * offset for offset in range((last - first).days + 1))
    for is_worked, run in groupby(days, key=calendar.is_working_day):
        if not is_worked:
            yield sum(1 for _ in run)
