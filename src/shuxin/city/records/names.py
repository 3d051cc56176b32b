"""Names of firms (名称), unique in the city; former ones, and the ways in which they are misquoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.records.marks import unit
from shuxin.city.streams import stream
from shuxin.city.vocabulary import (
    BRAND_FIRST,
    BRAND_SECOND,
    CITY,
    COOPERATIVE_FORM,
    DISTRICTS,
    FORM_VARIANTS,
    GIVEN,
    INDIVIDUAL_FORMS,
    LOOK_ALIKE,
    OTHER_INDIVIDUAL_FORMS,
    OTHER_PLACES,
    PLACE,
    SURNAMES,
    TRADES,
)
from shuxin.city.world import parameters as p
from shuxin.city.world.population import FORMS, REGIONS, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from shuxin.city.world.population import Firms
    from shuxin.city.world.world import World

_SHORT = len(BRAND_FIRST) * len(BRAND_SECOND)
_LONG = _SHORT * len(BRAND_SECOND)
_BARE_PLACE = 0.3
_APART = 397
"""How far apart in the list of brands names of different trades and places begin."""
_TRADE_WORDS = tuple(word for section in SECTIONS for _, word in TRADES[section])
"""In the order of ``population.INDUSTRIES``."""


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of one name."""

    place: str
    brand: str
    trade: str
    form: str

    def __str__(self) -> str:
        return self.place + self.brand + self.trade + self.form


def brand(number: int) -> str:
    """The brand of that number: the first 1,024 have two syllables, the others three."""
    if number < _SHORT:
        first, second = divmod(number, len(BRAND_SECOND))
        return BRAND_FIRST[first] + BRAND_SECOND[second]
    rest, last = divmod((number - _SHORT) % _LONG, len(BRAND_SECOND))
    return brand(rest) + BRAND_SECOND[last]


def names_of(world: World) -> tuple[list[Name], list[Name]]:
    """(n,) names of now and names that each firm had or would have had before: no name stands twice."""
    firms, seed = world.firms, world.seed
    rng = stream(seed=seed, purpose="records/names")
    bare = rng.random(firms.count) < _BARE_PLACE
    form_word = rng.integers(0, 60, size=firms.count)
    parts = [
        _parts(firms, n, is_bare=bool(bare[n]), pick=int(form_word[n])) for n in range(firms.count)
    ]
    short, long = rng.permutation(_SHORT), rng.permutation(_LONG)
    taken: dict[tuple[str, str, str], int] = {}
    start: dict[tuple[str, str, str], int] = {}
    now, before = [], []
    for key in parts:
        rank = taken.get(key, 0)
        taken[key] = rank + 1
        shift = start.setdefault(key, _APART * len(start))
        number = short[(rank + shift) % _SHORT] if rank < _SHORT else _SHORT + long[rank - _SHORT]
        now.append(_name(key, int(number)))
        before.append(_name(key, _SHORT + int(long[_LONG - 1 - rank])))
    return now, before


def _name(key: tuple[str, str, str], number: int) -> Name:
    place, trade, form = key
    return Name(place, brand(number), trade, form)


def _parts(firms: Firms, n: int, *, is_bare: bool, pick: int) -> tuple[str, str, str]:
    """Place, trade and form."""
    trade = _TRADE_WORDS[firms.industry[n]]
    if firms.kind[n] == 0:
        return (PLACE if is_bare else CITY), trade, FORMS[firms.form[n]]
    place = CITY + DISTRICTS[REGIONS[firms.region[n]]]
    if firms.kind[n] == p.COOPERATIVE:
        return place, trade, COOPERATIVE_FORM
    forms = INDIVIDUAL_FORMS.get(SECTIONS[firms.section[n]], OTHER_INDIVIDUAL_FORMS)
    return place, trade, forms[pick % len(forms)]


def outside_names(many: int, *, seed: int) -> list[str]:
    """Names of firms of other places, which are invented too."""
    rng = stream(seed=seed, purpose="records/outside_names")
    trades = [word for section in "CFGIL" for _, word in TRADES[section]]
    trade = rng.integers(0, len(trades), size=many)
    form = rng.integers(0, 2, size=many)
    start = int(rng.integers(0, _SHORT))
    return [
        f"{OTHER_PLACES[n % 3]}市{brand(start + n // 3)}{trades[trade[n]]}{FORMS[form[n]]}"
        for n in range(many)
    ]


_BRACKETS = str.maketrans("（）", "()")
_LIKE = {ord(sign): other for sign, other in LOOK_ALIKE.items()}


def _legal_form(name: Name, _former: Name) -> str:
    return name.place + name.brand + name.trade + FORM_VARIANTS.get(name.form, name.form)


def _look_alike(name: Name, _former: Name) -> str:
    return name.place + name.brand.translate(_LIKE) + name.trade + name.form


VARIANTS: Mapping[DirtKind, Callable[[Name, Name], str]] = {
    DirtKind.NAME_BRACKETS: lambda name, _: str(name).translate(_BRACKETS),
    DirtKind.NAME_SPACED: lambda name, _: f"{name.place} {name.brand}{name.trade}{name.form}",
    DirtKind.NAME_LEGAL_FORM: _legal_form,
    DirtKind.NAME_FORMER: lambda _, former: str(former),
    DirtKind.NAME_LOOK_ALIKE: _look_alike,
    DirtKind.NAME_WITHOUT_PLACE: lambda name, _: name.brand + name.trade + name.form,
}
"""How a name is misquoted; where a way changes nothing, the name stands as it is."""


def _persons() -> tuple[str, ...]:
    return tuple(
        surname + first + second
        for surname in SURNAMES
        for first in GIVEN
        for second in ("", *GIVEN)
    )


PERSONS = _persons()
"""Every name that a person of the city may have."""


def person_numbers(who: NDArray[np.integer], *, seed: int) -> NDArray[np.int64]:
    """Places in PERSONS of persons by number."""
    return (unit(seed, 77, who) * len(PERSONS)).astype(np.int64)
