"""Which spellings read a column of dates, and which words in it mean that there is none."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.recognise import Look, look_of
from shuxin.kernel.dates import DateSpelling, read_date

if TYPE_CHECKING:
    from collections import Counter

    from shuxin.fusion.profile import ColumnProfile

_DAY_FIRST = (DateSpelling.DAY_FIRST, DateSpelling.DAY_FIRST_TIME)
_MONTH_FIRST = (DateSpelling.MONTH_FIRST, DateSpelling.MONTH_FIRST_TIME)
_LONGEST_WORD = 8
_MOST_WORDS = 3
_LEAST_DATES = 0.5


@dataclass(frozen=True, slots=True)
class Spellings:
    """How a column of dates is read.

    spellings: in the order they are tried. share: of the cells with content that they read, words for
    "none" counted as read. missing: those words. timed: a time of day other than midnight occurs.
    swappable: day and month could change places in every cell, so that nobody can tell.
    """

    spellings: tuple[DateSpelling, ...]
    share: float
    missing: tuple[str, ...]
    timed: bool
    swappable: bool


def find_spellings(profile: ColumnProfile) -> Spellings:
    """The fewest spellings that together read the most cells, the most frequent first."""
    cells = {text: n for text, n in profile.samples.items() if look_of(text) is not Look.EMPTY}
    unread, chosen, timed = dict(cells), [], False
    for spelling in _by_share(profile):
        read = {text: read_date(text, spelling=spelling) for text in unread}
        newly = {text: value for text, value in read.items() if value is not None}
        if newly:
            chosen.append(spelling)
            timed |= any(_has_time(value) for value in newly.values())
            unread = {text: n for text, n in unread.items() if text not in newly}
    every = sum(cells.values())
    mostly_dates = every - sum(unread.values()) >= _LEAST_DATES * every
    missing = _words_for_none(unread) if cells and mostly_dates else ()
    left = sum(n for text, n in unread.items() if text not in missing)
    return Spellings(
        spellings=tuple(chosen),
        share=1 - left / every if cells else 0.0,
        missing=missing,
        timed=timed,
        swappable=_swappable(chosen, profile),
    )


def _by_share(profile: ColumnProfile) -> list[DateSpelling]:
    """Spreadsheet serial numbers only beside real dates or under a header that speaks of time."""
    shares = dict(profile.spellings)
    hinted = any(sign in profile.header for sign in "日时期")
    if not hinted and profile.share(Look.DATE) == 0:
        shares.pop(DateSpelling.SERIAL, None)
    return sorted(shares, key=lambda spelling: (-shares[spelling], spelling.value))


def _words_for_none(unread: dict[str, int] | Counter[str]) -> tuple[str, ...]:
    """Short words without digits that come back: a state of affairs, not a misspelt date."""
    words = [
        text.strip()
        for text, count in unread.items()
        if count > 1
        and len(text.strip()) <= _LONGEST_WORD
        and not any(sign.isdigit() for sign in text)
        and look_of(text) not in {Look.PERSON, Look.MASKED_PERSON}
    ]
    return tuple(sorted(words)) if len(words) <= _MOST_WORDS else ()


def _has_time(value: dt.date | dt.datetime) -> bool:
    return isinstance(value, dt.datetime) and value.time() != dt.time(0)


def _swappable(chosen: list[DateSpelling], profile: ColumnProfile) -> bool:
    day, month = (
        sum(profile.spellings.get(spelling, 0.0) for spelling in family)
        for family in (_DAY_FIRST, _MONTH_FIRST)
    )
    return bool({*_DAY_FIRST, *_MONTH_FIRST} & set(chosen)) and day == month
