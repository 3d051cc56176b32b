"""Column definitions that several departments share; only the header differs."""

from __future__ import annotations

from shuxin.catalogue.api import FieldType, Level, Meaning, PersonalClass
from shuxin.city.tables import Column
from shuxin.kernel.dates import DateSpelling
from shuxin.kernel.money import Unit


def code_column(header: str, *, name: str = "uscc") -> Column:
    return Column(
        name=name, header=header, type=FieldType.CODE, meaning=Meaning.SUBJECT_CODE, required=True
    )


def name_column(header: str, *, name: str = "name") -> Column:
    return Column(name=name, header=header, meaning=Meaning.SUBJECT_NAME, required=True)


def event_column(name: str, header: str, spelling: DateSpelling, *, mixed: bool = False) -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.DATE,
        meaning=Meaning.EVENT_TIME,
        spelling=spelling,
        mixed=mixed,
        required=True,
    )


def month_column(header: str, spelling: DateSpelling) -> Column:
    return Column(
        name="period",
        header=header,
        type=FieldType.MONTH,
        meaning=Meaning.EVENT_TIME,
        spelling=spelling,
        required=True,
    )


def date_column(
    name: str, header: str, spelling: DateSpelling = DateSpelling.DASH, *placeholders: str
) -> Column:
    return Column(
        name=name,
        header=header,
        type=FieldType.DATE,
        spelling=spelling,
        placeholders=placeholders,
    )


def known_column(header: str, spelling: DateSpelling = DateSpelling.DASH) -> Column:
    return Column(
        name="known_on", header=header, type=FieldType.DATE, spelling=spelling, required=True
    )


def amount_column(
    name: str,
    header: str,
    *,
    unit: Unit = Unit.YUAN,
    level: Level = Level.L2,
    grouped: bool = False,
    summed: bool = False,
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
    )


def count_column(name: str, header: str, *, level: Level = Level.L2) -> Column:
    return Column(name=name, header=header, type=FieldType.INTEGER, level=level)


def word_column(name: str, header: str, *placeholders: str) -> Column:
    return Column(name=name, header=header, type=FieldType.CODE, placeholders=placeholders)


def person_column(name: str, header: str) -> Column:
    return Column(
        name=name,
        header=header,
        meaning=Meaning.PERSON_NAME,
        level=Level.L3,
        personal=PersonalClass.C2,
    )
