"""Column definitions that several departments share; only the header differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import FieldType, Level, Meaning, PersonalClass
from shuxin.city.files import picks
from shuxin.city.files.tables import Column
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit

if TYPE_CHECKING:
    from shuxin.city.files.tables import Picker


def code_column(header: str, *, name: str = "uscc", take: Picker = picks.code) -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.CODE,
        meaning=Meaning.SUBJECT_CODE,
        required=True,
        take=take,
    )


def organisation_column(header: str) -> Column:
    return Column(
        name="organisation_code",
        header=header,
        type=FieldType.CODE,
        meaning=Meaning.ORGANISATION_CODE,
        take=picks.organisation_code,
    )


def name_column(header: str, *, name: str = "name", take: Picker = picks.name) -> Column:
    return Column(name=name, header=header, meaning=Meaning.SUBJECT_NAME, required=True, take=take)


def event_column(
    name: str,
    header: str,
    spelling: DateSpelling,
    *,
    mixed: bool = False,
    take: str | Picker = "",
) -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.DATE,
        meaning=Meaning.EVENT_TIME,
        spelling=spelling,
        mixed=mixed,
        required=True,
        take=take or name,
    )


def month_column(header: str, spelling: DateSpelling, *, take: str) -> Column:
    return Column(
        name="period",
        header=header,
        type=FieldType.MONTH,
        meaning=Meaning.EVENT_TIME,
        spelling=spelling,
        required=True,
        take=take,
    )


def date_column(
    name: str,
    header: str,
    spelling: DateSpelling = DateSpelling.DASH,
    *placeholders: str,
    take: str | Picker = "",
) -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.DATE,
        spelling=spelling,
        placeholders=placeholders,
        take=take or name,
    )


def known_column(header: str, spelling: DateSpelling = DateSpelling.DASH) -> Column:
    return Column(
        name="known_on",
        header=header,
        type=FieldType.DATE,
        spelling=spelling,
        required=True,
        take=picks.known,
    )


def amount_column(
    name: str,
    header: str,
    *,
    unit: Unit = Unit.YUAN,
    level: Level = Level.L2,
    grouped: bool = False,
    summed: bool = False,
    take: str | Picker = "",
) -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.MONEY,
        meaning=Meaning.AMOUNT,
        unit=unit,
        level=level,
        grouped=grouped,
        summed=summed,
        take=take or name,
    )


def count_column(
    name: str, header: str, *, level: Level = Level.L2, take: str | Picker = ""
) -> Column:
    return Column(name=name, header=header, type=FieldType.INTEGER, level=level, take=take or name)


def word_column(name: str, header: str, *placeholders: str, take: str | Picker = "") -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.CODE,
        placeholders=placeholders,
        take=take or name,
    )


def number_column(name: str, header: str, *, take: str = "") -> Column:
    """The number of a record, case or certificate."""
    return Column(name=name, header=header, required=True, take=take or name)


def other_column(name: str, header: str, *, take: str = "") -> Column:
    """The name of who stands on the other side."""
    return Column(name=name, header=header, meaning=Meaning.OTHER_NAME, take=take or name)


def other_code_column(name: str, header: str, *placeholders: str, take: str = "") -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.CODE,
        meaning=Meaning.OTHER_CODE,
        placeholders=placeholders,
        take=take or name,
    )


def person_column(name: str, header: str, *, take: str = "") -> Column:
    return Column(
        name=name,
        header=header,
        meaning=Meaning.PERSON_NAME,
        level=Level.L3,
        personal=PersonalClass.C2,
        take=take or name,
    )


def machine_column(
    name: str,
    header: str,
    kind: FieldType,
    meaning: Meaning = Meaning.NONE,
    *,
    spelling: DateSpelling = DateSpelling.DASH,
    required: bool = True,
    take: str | Picker = "",
) -> Column:
    """Written by a machine: right, and in every row if it is required."""
    return Column(
        name=name,
        header=header,
        type=kind,
        meaning=meaning,
        level=Level.L3,
        required=required,
        exact=True,
        spelling=spelling,
        take=take or name,
    )
