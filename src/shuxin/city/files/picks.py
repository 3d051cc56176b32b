"""How columns of a file are made of an extract, where they are not simply a field of its catalogue."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.city.files.source import Extract
    from shuxin.city.files.tables import Picker, Value


def code(extract: Extract) -> Sequence[Value]:
    """The firm's code."""
    return [extract.source.codes[firm] for firm in extract.firm]


def name(extract: Extract) -> Sequence[Value]:
    """The firm's name on the day on which the row became known."""
    source = extract.source
    return [
        source.name_on(firm, day) for firm, day in zip(extract.firm, extract.known, strict=True)
    ]


def name_of_now(extract: Extract) -> Sequence[Value]:
    return [extract.source.names[firm] for firm in extract.firm]


def first_name(extract: Extract) -> Sequence[Value]:
    """The name under which the firm was founded: who opened an account then never told of another one."""
    source = extract.source
    return [source.name_on(firm, source.founded[firm]) for firm in extract.firm]


def known(extract: Extract) -> Sequence[Value]:
    return list(extract.known)


def organisation_code(extract: Extract) -> Sequence[Value]:
    """Nine symbols of the code with a dash, as they were before 2015."""
    return [f"{text[8:16]}-{text[16]}" for text in map(str, code(extract))]


def registration_number(extract: Extract) -> Sequence[Value]:
    """On licences from before October 2015."""
    return [extract.source.registration_numbers[firm] or None for firm in extract.firm]


def number_or_code(extract: Extract) -> Sequence[Value]:
    """The number on the licence, on newer licences the code."""
    both = zip(registration_number(extract), code(extract), strict=True)
    return [number or own for number, own in both]


def identity_number(extract: Extract) -> Sequence[Value]:
    """Of who is behind the firm."""
    return [extract.source.identity_numbers[firm] for firm in extract.firm]


def phone(extract: Extract) -> Sequence[Value]:
    return [extract.source.phones[firm] for firm in extract.firm]


def region_code(extract: Extract) -> Sequence[Value]:
    return [extract.source.regions[firm] for firm in extract.firm]


def as_code(field: str) -> Picker:
    """A field's codes, not their words."""
    return lambda extract: list(extract.columns[field].to_pylist())


def worded(field: str, words: Mapping[str, str]) -> Picker:
    """A field's codes in the office's own words; a code that has none is missing."""
    return lambda extract: extract.worded(field, words)


def year(field: str) -> Picker:
    return lambda extract: [_year(day) for day in extract.values(field)]


def _year(day: Value) -> Value:
    return day.year if isinstance(day, dt.date) else None


def of_year(field: str, *, month: int, day: int, later: int = 0) -> Picker:
    """That day so many years after the one of the field; no earlier than the firm and no later than it was known."""

    def pick(extract: Extract) -> Sequence[Value]:
        founded = extract.source.founded
        return [
            min(max(dt.date(one.year + later, month, day), founded[firm]), told)
            if isinstance(one, dt.date)
            else None
            for one, firm, told in zip(
                extract.values(field), extract.firm, extract.known, strict=True
            )
        ]

    return pick


def since_founding(field: str) -> Picker:
    """Whether a day is not before the firm's founding."""

    def pick(extract: Extract) -> Sequence[Value]:
        founded = extract.source.founded
        both = zip(extract.values(field), extract.firm, strict=True)
        return [isinstance(one, dt.date) and one >= founded[firm] for one, firm in both]

    return pick


def quarter(field: str) -> Picker:
    """The quarter before the one that a day lies in, in words."""
    return lambda extract: [_quarter(day) for day in extract.values(field)]


def _quarter(day: Value) -> Value:
    if not isinstance(day, dt.date):
        return None
    months = day.year * 4 + (day.month - 1) // 3 - 1
    return f"{months // 4}年第{months % 4 + 1}季度"


def first_of(*fields: str) -> Picker:
    """The first of the fields that is there."""

    def pick(extract: Extract) -> Sequence[Value]:
        rows = zip(*(extract.values(field) for field in fields), strict=True)
        return [next((one for one in row if one is not None), None) for row in rows]

    return pick


def if_missing(field: str, other: str) -> Picker:
    """The field, but in rows where the other one says something."""

    def pick(extract: Extract) -> Sequence[Value]:
        both = zip(extract.values(field), extract.values(other), strict=True)
        return [one if told is None else None for one, told in both]

    return pick


def if_worded(field: str, word: str, then: str) -> Picker:
    """The field ``then`` in rows where ``field`` has this code."""

    def pick(extract: Extract) -> Sequence[Value]:
        both = zip(extract.columns[field].to_pylist(), extract.values(then), strict=True)
        return [value if code == word else None for code, value in both]

    return pick


def per_cent(field: str) -> Picker:
    """Whole per cent of millionths."""
    return lambda extract: [
        None if one is None else int(one) // 10_000  # type: ignore[arg-type]
        for one in extract.values(field)
    ]


def without_section(field: str) -> Picker:
    """A class of GB/T 4754 without the letter of its section."""
    return lambda extract: [str(one)[1:] for one in extract.values(field)]
