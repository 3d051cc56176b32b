"""One small world, its register and views, for all tests of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.city.catalogues import CATALOGUES, OUTSIDE
from shuxin.city.records.register import build_register
from shuxin.city.records.views import Views
from shuxin.city.world.scale import WorldSize
from shuxin.city.world.world import build_world

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.register import Register
    from shuxin.city.world.world import World

SEED = 11


@pytest.fixture(scope="session")
def small() -> World:
    """A town of 2,000 firms: one block, and 2,600 firms that ever lived."""
    return build_world(size=WorldSize.TOWN, seed=SEED)


@pytest.fixture(scope="session")
def register(small: World) -> Register:
    return build_register(small)


@pytest.fixture(scope="session")
def views(small: World) -> Views:
    return Views(small)


@pytest.fixture(scope="session")
def few() -> Register:
    """Of 200 firms."""
    return build_register(build_world(size=WorldSize.TINY, seed=SEED))


@pytest.fixture(scope="session")
def few_views(few: Register) -> Views:
    return Views(few.world)


@pytest.fixture(scope="session")
def by_slug() -> Mapping[str, Catalogue]:
    return {one.slug: one for one in (*CATALOGUES, *OUTSIDE)}
