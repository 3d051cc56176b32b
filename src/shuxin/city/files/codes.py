"""How identifiers are miswritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.city.dirt.kinds import DirtKind
from shuxin.city.streams import one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.random import Generator

LOOK_ALIKE = str.maketrans({"0": "O", "1": "I"})
_FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _swapped(code: str, rng: Generator) -> str:
    places = [i for i in range(len(code) - 1) if code[i] != code[i + 1]]
    if not places:
        return code
    i = one_of(places, rng=rng)
    return code[:i] + code[i + 1] + code[i] + code[i + 2 :]


def _look_alike(code: str, rng: Generator) -> str:
    places = [i for i, sign in enumerate(code) if sign in "01"]
    if not places:
        return code
    i = one_of(places, rng=rng)
    return code[:i] + code[i].translate(LOOK_ALIKE) + code[i + 1 :]


def _truncated(code: str, rng: Generator) -> str:
    return code[: -1 - int(rng.integers(3))]


def _lower_case(code: str, _rng: Generator) -> str:
    return code.lower()


def _spaced(code: str, rng: Generator) -> str:
    i = int(rng.integers(2, len(code) - 1))
    return f"{code[:i]} {code[i:]}"


def _full_width(code: str, _rng: Generator) -> str:
    return code.translate(_FULL_WIDTH)


_WAYS: Mapping[DirtKind, Callable[[str, Generator], str]] = {
    DirtKind.CODE_SWAPPED: _swapped,
    DirtKind.CODE_LOOK_ALIKE: _look_alike,
    DirtKind.CODE_TRUNCATED: _truncated,
    DirtKind.CODE_LOWER_CASE: _lower_case,
    DirtKind.CODE_SPACED: _spaced,
    DirtKind.CODE_FULL_WIDTH: _full_width,
}


def miswritten(code: str, *, rng: Generator) -> tuple[DirtKind, str]:
    """One of the ways that changes ``code``, and what stands there afterwards."""
    ways = [(kind, way(code, rng)) for kind, way in _WAYS.items()]
    return one_of([(kind, text) for kind, text in ways if text != code], rng=rng)
