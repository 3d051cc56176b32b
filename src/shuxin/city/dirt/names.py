"""How names of firms are misquoted; only the parts that people really vary change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.streams import one_of
from shuxin.city.vocabulary import FORM_VARIANTS, LOOK_ALIKE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.random import Generator

    from shuxin.city.firms import Firm, Name

_HALF_WIDTH_BRACKETS = str.maketrans("（）", "()")


def _brackets(name: Name, _firm: Firm, _rng: Generator) -> str:
    return str(name).translate(_HALF_WIDTH_BRACKETS)


def _spaced(name: Name, _firm: Firm, rng: Generator) -> str:
    text = str(name)
    i = int(rng.integers(1, len(text)))
    return f"{text[:i]} {text[i:]}"


def _legal_form(name: Name, _firm: Firm, _rng: Generator) -> str:
    return str(replace(name, form=FORM_VARIANTS.get(name.form, name.form)))


def _former(name: Name, firm: Firm, _rng: Generator) -> str:
    return str(name if firm.former_name is None else firm.former_name)


def _look_alike(name: Name, _firm: Firm, rng: Generator) -> str:
    places = [i for i, sign in enumerate(name.brand) if sign in LOOK_ALIKE]
    if not places:
        return str(name)
    i = one_of(places, rng=rng)
    brand = name.brand[:i] + LOOK_ALIKE[name.brand[i]] + name.brand[i + 1 :]
    return str(replace(name, brand=brand))


def _without_place(name: Name, _firm: Firm, _rng: Generator) -> str:
    return str(name if name.place_inside else replace(name, place=""))


_WAYS: Mapping[DirtKind, Callable[[Name, Firm, Generator], str]] = {
    DirtKind.NAME_BRACKETS: _brackets,
    DirtKind.NAME_SPACED: _spaced,
    DirtKind.NAME_LEGAL_FORM: _legal_form,
    DirtKind.NAME_FORMER: _former,
    DirtKind.NAME_LOOK_ALIKE: _look_alike,
    DirtKind.NAME_WITHOUT_PLACE: _without_place,
}


def misquoted(text: str, *, firm: Firm, rng: Generator) -> tuple[DirtKind, str]:
    """One of the ways that changes the firm's name ``text``, and what stands there afterwards."""
    name = firm.former_name if text == str(firm.former_name) else firm.name
    ways = [(kind, way(name or firm.name, firm, rng)) for kind, way in _WAYS.items()]
    return one_of([(kind, variant) for kind, variant in ways if variant != text], rng=rng)
