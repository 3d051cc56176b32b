"""Working hours (工作时间): the clock that a lender's promises run by."""

from __future__ import annotations

import datetime as dt

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.working_days import CalendarYearUnknown, WorkingCalendar, published_calendar

OPENS, CLOSES = dt.time(9), dt.time(17)
HOURS_A_DAY = 8
_DAY = dt.timedelta(days=1)
_SATURDAY = 5


def after_working_hours(
    start: dt.datetime, *, hours: int, calendar: WorkingCalendar | None = None
) -> dt.datetime:
    """The moment when ``hours`` of work have passed since ``start``, in China's time.

    A working day counts from 9 to 17; nothing passes on other days. In a year whose days off nobody has
    published yet, Monday to Friday are worked.
    """
    known = calendar or published_calendar()
    moment, left = _in_office(start.astimezone(CHINA_TIME), known), dt.timedelta(hours=hours)
    while left > (room := _at(moment.date(), CLOSES) - moment):
        left -= room
        moment = _in_office(_at(moment.date() + _DAY, OPENS), known)
    return moment + left


def _in_office(moment: dt.datetime, calendar: WorkingCalendar) -> dt.datetime:
    """``moment`` itself within working hours, else when they begin next."""
    day = moment.date()
    if _is_worked(day, calendar) and moment < _at(day, CLOSES):
        return max(moment, _at(day, OPENS))
    day += _DAY
    while not _is_worked(day, calendar):
        day += _DAY
    return _at(day, OPENS)


def _at(day: dt.date, time: dt.time) -> dt.datetime:
    return dt.datetime.combine(day, time, CHINA_TIME)


def _is_worked(day: dt.date, calendar: WorkingCalendar) -> bool:
    try:
        return calendar.is_working_day(day)
    except CalendarYearUnknown:
        return day.weekday() < _SATURDAY
