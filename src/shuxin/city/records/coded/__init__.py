"""Recipes: catalogues whose rows follow from the World itself, not from their declaration alone."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from shuxin.city.records.drawn import Recipe
    from shuxin.city.world.world import World

    Shared = Mapping[str, tuple[Callable[[World], object], ...]]
    """What recipes make once of the whole World, by slug of catalogue."""


@lru_cache
def recipes() -> Mapping[str, Recipe]:
    """All of this package's modules, by slug of catalogue.

    Raises:
        ValueError: two modules have different recipes of the same catalogue.
    """
    found: dict[str, Recipe] = {}
    for module in sorted(one.name for one in iter_modules(__path__)):
        own = getattr(import_module(f"{__name__}.{module}"), "RECIPES", {})
        merge(found, own, module=module)
    return found


def prepare(world: World, slugs: Iterable[str]) -> None:
    """Makes what the recipes of these catalogues need of the whole city, so that processes forked later share it."""
    wanted = set(slugs)
    for module in sorted(one.name for one in iter_modules(__path__)):
        own: Shared = getattr(import_module(f"{__name__}.{module}"), "SHARED", {})
        for slug in sorted(own.keys() & wanted):
            for make in own[slug]:
                make(world)


def merge(found: dict[str, Recipe], own: Mapping[str, Recipe], *, module: str) -> None:
    """Puts a module's recipes among those found; a module may hand on another's.

    Raises:
        ValueError: there is another recipe of the same catalogue.
    """
    doubles = sorted(slug for slug in found.keys() & own.keys() if found[slug] is not own[slug])
    if doubles:
        raise ValueError(f"{module}: there is another recipe of {', '.join(doubles)}")
    found.update(own)
