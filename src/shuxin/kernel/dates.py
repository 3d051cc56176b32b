"""Dates as offices spell them: which spellings a text may have, and reading it by one of them.

A column is read in two steps: intersect ``spellings_of`` over its values, choose one spelling,
then ``read_date`` every value by it. Nothing is guessed from a single value.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from enum import StrEnum
from typing import Literal

CHINA_TIME = dt.timezone(dt.timedelta(hours=8), "CST")
"""China Standard Time, without summer time."""

Order = Literal["day_first", "month_first", "serial"]
Precision = Literal["year", "month", "day", "time"]

_FIRST_SERIAL, _LAST_SERIAL = 32_874, 65_745  # 1990-01-01 and 2079-12-31
_SERIAL_EPOCH = dt.datetime(1899, 12, 30, tzinfo=CHINA_TIME)
_SECONDS_A_DAY = 86_400


class DateSpelling(StrEnum):
    """A way to write a date; the value is an example's form."""

    DASH = "2024-01-05"
    SLASH = "2024/1/5"
    DOT = "2024.1.5"
    COMPACT = "20240105"
    CHINESE = "2024年1月5日"
    CHINESE_NUMERALS = "二〇二四年一月五日"
    DASH_TIME = "2024-01-05 13:20:11"
    SLASH_TIME = "2024/1/5 13:20:11"
    COMPACT_TIME = "20240105132011"
    CHINESE_TIME = "2024年1月5日 13时20分11秒"
    ISO_TIME = "2024-01-05T13:20:11Z"
    DASH_MONTH = "2024-01"
    SLASH_MONTH = "2024/1"
    DOT_MONTH = "2024.01"
    COMPACT_MONTH = "202401"
    CHINESE_MONTH = "2024年1月"
    CHINESE_YEAR = "2024年"
    DAY_FIRST = "5/1/2024"
    MONTH_FIRST = "1/5/2024"
    DAY_FIRST_TIME = "5/1/2024 13:20:11"
    MONTH_FIRST_TIME = "1/5/2024 13:20:11"
    SERIAL = "45296"

    @property
    def precision(self) -> Precision:
        """The finest part it states; a month reads as its first day, a year as January 1."""
        if self in _MONTHS:
            return "month"
        if self is DateSpelling.CHINESE_YEAR:
            return "year"
        return "time" if self in _TIMES else "day"


_MONTHS = frozenset(spelling for spelling in DateSpelling if spelling.name.endswith("_MONTH"))
_TIMES = frozenset(spelling for spelling in DateSpelling if spelling.name.endswith("_TIME"))

_YEAR, _MONTH, _DAY = r"(?P<year>[0-9]{4})", r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
_NEAR_YEAR = r"(?P<year>19[0-9]{2}|20[0-9]{2}|2100)"  # bare digits are often other numbers
_TWO_MONTH, _TWO_DAY = r"(?P<month>[0-9]{2})", r"(?P<day>[0-9]{2})"
_SECOND = r"(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
_CLOCK = rf"(?P<hour>[0-9]{{1,2}}):(?P<minute>[0-9]{{2}})(?::{_SECOND})?"
_CHINESE_CLOCK = (
    r"(?P<hour>[0-9]{1,2})[时点:](?P<minute>[0-9]{1,2})(?:[分:](?P<second>[0-9]{1,2})秒?)?分?"
)
_ZONE = r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?"
_NUMERAL = "[〇○零一二三四五六七八九十廿卅]"

_PATTERNS: dict[DateSpelling, re.Pattern[str]] = {
    spelling: re.compile(pattern)
    for spelling, pattern in {
        DateSpelling.DASH: rf"{_YEAR}-{_MONTH}-{_DAY}",
        DateSpelling.SLASH: rf"{_YEAR}/{_MONTH}/{_DAY}",
        DateSpelling.DOT: rf"{_YEAR}\.{_MONTH}\.{_DAY}",
        DateSpelling.COMPACT: rf"{_NEAR_YEAR}{_TWO_MONTH}{_TWO_DAY}",
        DateSpelling.CHINESE: rf"{_YEAR}年{_MONTH}月{_DAY}[日号]",
        DateSpelling.CHINESE_NUMERALS: (
            rf"(?P<year>{_NUMERAL}{{4}})年(?P<month>{_NUMERAL}{{1,2}})月(?P<day>{_NUMERAL}{{1,3}})[日号]"
        ),
        DateSpelling.DASH_TIME: rf"{_YEAR}-{_MONTH}-{_DAY} +{_CLOCK}",
        DateSpelling.SLASH_TIME: rf"{_YEAR}/{_MONTH}/{_DAY} +{_CLOCK}",
        DateSpelling.COMPACT_TIME: (
            rf"{_NEAR_YEAR}{_TWO_MONTH}{_TWO_DAY}"
            r"(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})"
        ),
        DateSpelling.CHINESE_TIME: rf"{_YEAR}年{_MONTH}月{_DAY}[日号] *{_CHINESE_CLOCK}",
        DateSpelling.ISO_TIME: rf"{_YEAR}-{_TWO_MONTH}-{_TWO_DAY}T{_CLOCK}{_ZONE}",
        DateSpelling.DASH_MONTH: rf"{_YEAR}-{_MONTH}",
        DateSpelling.SLASH_MONTH: rf"{_YEAR}/{_MONTH}",
        DateSpelling.DOT_MONTH: rf"{_NEAR_YEAR}\.{_TWO_MONTH}",
        DateSpelling.COMPACT_MONTH: rf"{_NEAR_YEAR}{_TWO_MONTH}",
        DateSpelling.CHINESE_MONTH: rf"{_YEAR}年{_MONTH}月",
        DateSpelling.CHINESE_YEAR: rf"{_YEAR}年",
        DateSpelling.DAY_FIRST: rf"{_DAY}(?P<mark>[-/.]){_MONTH}(?P=mark){_YEAR}",
        DateSpelling.MONTH_FIRST: rf"{_MONTH}(?P<mark>[-/.]){_DAY}(?P=mark){_YEAR}",
        DateSpelling.DAY_FIRST_TIME: rf"{_DAY}(?P<mark>[-/.]){_MONTH}(?P=mark){_YEAR} +{_CLOCK}",
        DateSpelling.MONTH_FIRST_TIME: rf"{_MONTH}(?P<mark>[-/.]){_DAY}(?P=mark){_YEAR} +{_CLOCK}",
        DateSpelling.SERIAL: r"(?P<serial>[0-9]{5})(?P<part>\.[0-9]{1,12})?",
    }.items()
}
_ORDERED = {
    "day_first": (DateSpelling.DAY_FIRST, DateSpelling.DAY_FIRST_TIME),
    "month_first": (DateSpelling.MONTH_FIRST, DateSpelling.MONTH_FIRST_TIME),
    "serial": (DateSpelling.SERIAL,),
}
_ASKED_FOR = frozenset({DateSpelling.SERIAL})
_UNORDERED = tuple(
    spelling
    for spelling in DateSpelling
    if not any(spelling in asked for asked in _ORDERED.values())
)


def _numbers_to_31() -> dict[str, int]:
    units = {symbol: value for value, symbol in enumerate("一二三四五六七八九", start=1)}
    tens = {"十": 10, "二十": 20, "廿": 20, "三十": 30, "卅": 30}
    numbers = units | tens
    numbers |= {f"{zero}{unit}": value for zero in "〇○零" for unit, value in units.items()}
    return numbers | {
        f"{ten}{unit}": base + value for ten, base in tens.items() for unit, value in units.items()
    }


_NUMBER = _numbers_to_31()
_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def spellings_of(text: str) -> frozenset[DateSpelling]:
    """Every spelling by which ``text`` is a possible date; none for 2023-02-30.

    Serial numbers (``SERIAL``) are never among them: any five digits would be one.
    """
    plain = _plain(text)
    return frozenset(
        spelling
        for spelling in _PATTERNS
        if spelling not in _ASKED_FOR and _read(plain, spelling=spelling) is not None
    )


def read_date(text: str, *, spelling: DateSpelling) -> dt.date | dt.datetime | None:
    """The date, or for spellings with a time of day the aware moment; None when it is neither.

    A time without a zone is China Standard Time. Fractions finer than a microsecond are cut.
    A serial number is a day of the 1900 date system of spreadsheets, 1990 to 2079; with a
    fraction of the day it is a moment, to the nearest second.
    """
    return _read(_plain(text), spelling=spelling)


def parse_date_text(text: str, *, order: Order | None = None) -> dt.date | dt.datetime | None:
    """Read one text whose spelling is unknown; None when it is no date.

    ``5/1/2024`` and serial numbers are read only by the ``order`` that is asked for.
    """
    plain = _plain(text)
    asked = () if order is None else _ORDERED[order]
    for spelling in (*asked, *_UNORDERED):
        value = _read(plain, spelling=spelling)
        if value is not None:
            return value
    return None


def _plain(text: str) -> str:
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def _read(plain: str, *, spelling: DateSpelling) -> dt.date | dt.datetime | None:
    match = _PATTERNS[spelling].fullmatch(plain)
    if match is None:
        return None
    if spelling is DateSpelling.SERIAL:
        return _of_serial(int(match["serial"]), part=float(match["part"] or 0))
    parts = match.groupdict()
    try:
        if spelling is DateSpelling.CHINESE_NUMERALS:
            return _of_numerals(parts)
        return _of_digits(parts)
    except ValueError:
        return None


def _of_digits(parts: dict[str, str | None]) -> dt.date | dt.datetime:
    year, month, day = (int(parts.get(name) or 1) for name in ("year", "month", "day"))
    if "hour" not in parts:
        return dt.date(year, month, day)
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    microsecond = int((parts.get("fraction") or "")[:6].ljust(6, "0"))
    zone = _zone(parts.get("zone"))
    return dt.datetime(year, month, day, hour, minute, second, microsecond, tzinfo=zone)


def _of_numerals(parts: dict[str, str | None]) -> dt.date:
    year, month, day = (parts[name] or "" for name in ("year", "month", "day"))
    return dt.date(int(year.translate(_DIGITS)), _NUMBER.get(month, 0), _NUMBER.get(day, 0))


def _zone(text: str | None) -> dt.timezone:
    if text is None:
        return CHINA_TIME
    if text == "Z":
        return dt.UTC
    offset = dt.timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return dt.timezone(-offset if text[0] == "-" else offset)


def _of_serial(serial: int, *, part: float) -> dt.date | dt.datetime | None:
    if not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
        return None
    day = _SERIAL_EPOCH + dt.timedelta(days=serial)
    seconds = round(part * _SECONDS_A_DAY)
    return day + dt.timedelta(seconds=seconds) if seconds else day.date()
