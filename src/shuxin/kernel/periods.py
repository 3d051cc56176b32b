"""Half-open periods of days, calendar months, and windows before an as-of date."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

_MONTH_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})")


class InvalidPeriod(InvalidInput):
    code = "period_invalid"
    what = Text(
        en="A period ends after it starts; this one runs from {start} to {end}",
        zh="期间的结束应晚于开始，此期间为 {start} 至 {end}",
    )
    mend = Text(en="Give the first day and the day after the last", zh="请给出首日和末日的次日")


class InvalidMonth(InvalidInput):
    code = "month_invalid"
    what = Text(
        en="This is not a calendar month of the years 1 to 9998",
        zh="不是 1 至 9998 年间的日历月",
    )
    mend = Text(en="Write months as 2024-01", zh="月份请写作 2024-01")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from ``start`` to before ``end``, at least one. Raises InvalidPeriod."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise InvalidPeriod(start=self.start, end=self.end)

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    def contains(self, day: dt.date) -> bool:
        return self.start <= day < self.end

    def covers(self, other: Period) -> bool:
        """Whether every day of ``other`` is in this period."""
        return self.start <= other.start and other.end <= self.end

    def intersects(self, other: Period) -> bool:
        """Whether a day is in both."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: Period) -> Period | None:
        """The days in both; None when there are none."""
        if not self.intersects(other):
            return None
        return Period(max(self.start, other.start), min(self.end, other.end))

    def is_adjacent_to(self, other: Period) -> bool:
        """Whether one starts on the day the other ends: no gap and no common day."""
        return self.end == other.start or other.end == self.start


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month (月份). Raises InvalidMonth."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (dt.MINYEAR <= self.year < dt.MAXYEAR and 1 <= self.month <= 12):  # noqa: PLR2004 - months of a year
            raise InvalidMonth

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Of ``2024-01``. Raises InvalidMonth."""
        match = _MONTH_TEXT.fullmatch(text)
        if match is None:
            raise InvalidMonth
        return cls(int(match[1]), int(match[2]))

    def plus(self, months: int) -> Month:
        """``months`` later, or earlier when negative. Raises InvalidMonth outside the years."""
        year, month = divmod(self._ordinal + months, 12)
        return Month(year, month + 1)

    def months_since(self, earlier: Month) -> int:
        return self._ordinal - earlier._ordinal

    @property
    def _ordinal(self) -> int:
        return self.year * 12 + self.month - 1

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def period(self) -> Period:
        following = divmod(self._ordinal + 1, 12)
        return Period(self.first_day, dt.date(following[0], following[1] + 1, 1))


def complete_months_before(as_of: dt.date, *, months: int) -> Period:
    """The ``months`` complete calendar months before ``as_of``, as one period.

    The month of ``as_of`` never counts, even on its last day.

    Raises:
        InvalidPeriod: ``months`` is not positive.
    """
    end = Month.of(as_of)
    return Period(end.plus(-months).first_day, end.first_day)


def months_before(as_of: dt.date, *, months: int) -> tuple[Month, ...]:
    """The same months one by one, earliest first."""
    end = Month.of(as_of)
    return tuple(end.plus(back) for back in range(-months, 0))
