"""The notation in which standards are written: a heading and one line a field.

::

    court_case T45 立案信息 | Cases filed | public E+7
      role 诉讼地位 code !               ! needed: without it a table is not this standard
      filed 立案日期 date ! @            @ the event time, or the first day of the period that a row describes
      amount 诉讼标的额 money
      address 住所 address       a text that says where it is
      person_id 证件标识 person  a keyed digest of a person's number: personal information, class C2, level 3

A field goes by its name, by its Chinese title, and by further headers after a ``/``. Every standard has its subject
by code, name or the office's own number, and ``known_on``, the day on which a row became known; a table without that
column is known from the moment at which it was loaded. Columns outside the standard stay as they were proposed.
"""

from __future__ import annotations

import re

from shuxin.catalogue.api import Cycle, DataGroup, FieldType, Level, Meaning, PersonalClass
from shuxin.fusion.standards.form import (
    OWN_CODES,
    OWN_NAMES,
    Standard,
    StandardField,
    standard_field,
    subject_fields,
)
from shuxin.kernel.text import Text

_HEADING = re.compile(
    r"(?P<name>\w+) (?P<number>T\d\d) (?P<zh>\S+) \| (?P<en>[^|]+) \| (?P<group>\w+) (?P<cycle>[A-Z]+)\+(?P<lag>\d+)"
)
_TYPES = {
    "code": FieldType.CODE,
    "text": FieldType.STRING,
    "integer": FieldType.INTEGER,
    "number": FieldType.NUMBER,
    "money": FieldType.MONEY,
    "date": FieldType.DATE,
    "flag": FieldType.BOOLEAN,
    "address": FieldType.STRING,
    "person": FieldType.CODE,
}
_MEANINGS = {"money": Meaning.AMOUNT, "address": Meaning.ADDRESS}
_CYCLES = {
    "D": Cycle.DAY,
    "M": Cycle.MONTH,
    "Q": Cycle.QUARTER,
    "Y": Cycle.YEAR,
    "E": Cycle.EVENT,
}
_KNOWN = ("known_on", "known_time", "获知日期", "入库日期", "采集日期")


def read_standards(text: str) -> tuple[Standard, ...]:
    """Standards from their notation, each after an empty line. Raises ValueError when it is not understood."""
    return tuple(_standard(part.splitlines()) for part in text.strip().split("\n\n"))


def _standard(lines: list[str]) -> Standard:
    head = _HEADING.fullmatch(lines[0].strip())
    if head is None:
        raise ValueError(f"not understood: {lines[0]!r}")
    return Standard(
        name=head["name"],
        number=head["number"],
        title=Text(en=head["en"], zh=head["zh"]),
        group=DataGroup(head["group"]),
        cycle=_CYCLES[head["cycle"]],
        lag_days=int(head["lag"]),
        fields=(
            *subject_fields(
                (*OWN_CODES, "subject_code", "主体代码"), (*OWN_NAMES, "subject_name", "主体名称")
            ),
            *map(_field, lines[1:]),
            standard_field("known_on", _KNOWN, FieldType.DATE, level=Level.L1),
        ),
        known_time=("known_on",),
        hints=(head["zh"], head["name"]),
        keeps_rest=True,
    )


def _field(line: str) -> StandardField:
    name, titles, kind, *marks = line.split()
    if kind not in _TYPES or set(marks) - {"!", "@"}:
        raise ValueError(f"not understood: {line!r}")
    meaning = Meaning.EVENT_TIME if "@" in marks else _MEANINGS.get(kind, Meaning.NONE)
    is_person = kind == "person"
    return standard_field(
        name,
        (name, *titles.split("/")),
        _TYPES[kind],
        meaning,
        needed="!" in marks,
        level=Level.L3 if is_person else Level.L1,
        personal=PersonalClass.C2 if is_person else PersonalClass.NONE,
    )
