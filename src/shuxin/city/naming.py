"""Names of firms and persons, composed of syllables; also the traps: twins and siblings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.city.firms import FirmKind, Name
from shuxin.city.streams import chance, one_of
from shuxin.city.vocabulary import (
    BRAND_FIRST,
    BRAND_SECOND,
    CITY,
    COOPERATIVE_FORM,
    DISTRICTS,
    GIVEN,
    INDIVIDUAL_FORMS,
    OTHER_INDIVIDUAL_FORMS,
    PLACE,
    ROADS,
    SURNAMES,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from numpy.random import Generator

_PLACE_INSIDE = 0.06
_BARE_PLACE = 0.3
_TWO_GIVEN = 0.75


def new_name(
    *, kind: FirmKind, region: str, trade: str, form: str, taken: Container[str], rng: Generator
) -> Name:
    """A name that is not yet ``taken``; more syllables are tried until one is free."""
    while True:
        brand = one_of(BRAND_FIRST, rng=rng) + one_of(BRAND_SECOND, rng=rng)
        name = Name(_place(kind, region, rng), brand, trade, form)
        if kind is FirmKind.ENTERPRISE and "（" not in form and chance(_PLACE_INSIDE, rng=rng):
            name = replace(name, place=PLACE, place_inside=True)
        if str(name) not in taken:
            return name


def form_of(*, kind: FirmKind, section: str, enterprise_form: str, rng: Generator) -> str:
    if kind is FirmKind.INDIVIDUAL:
        return one_of(INDIVIDUAL_FORMS.get(section, OTHER_INDIVIDUAL_FORMS), rng=rng)
    return COOPERATIVE_FORM if kind is FirmKind.COOPERATIVE else enterprise_form


def twin_name(name: Name, *, taken: Container[str]) -> Name:
    """A free name one character apart: another second syllable of the brand."""
    for syllable in BRAND_SECOND:
        twin = replace(name, brand=name.brand[0] + syllable)
        if str(twin) not in taken:
            return twin
    return twin_name(replace(name, place=name.place + "新"), taken=taken)


def renamed(name: Name, *, taken: Container[str], rng: Generator) -> Name:
    """A free former name: another brand, the same trade and form."""
    while True:
        brand = one_of(BRAND_FIRST, rng=rng) + one_of(BRAND_SECOND, rng=rng)
        former = replace(name, brand=brand)
        if str(former) not in taken:
            return former


def person_name(*, rng: Generator) -> str:
    given = one_of(GIVEN, rng=rng)
    if chance(_TWO_GIVEN, rng=rng):
        given += one_of(GIVEN, rng=rng)
    return one_of(SURNAMES, rng=rng) + given


def address_in(region: str, *, rng: Generator) -> str:
    number, building, room = rng.integers([1, 1, 101], [400, 30, 2600])
    road = one_of(ROADS, rng=rng)
    return f"{CITY}{DISTRICTS[region]}{road}{number}号{building}幢{room}室"


def _place(kind: FirmKind, region: str, rng: Generator) -> str:
    if kind is FirmKind.ENTERPRISE:
        return PLACE if chance(_BARE_PLACE, rng=rng) else CITY
    return CITY + DISTRICTS[region]
