"""One town for all tests of the world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.city.world.scale import WorldSize
from shuxin.city.world.world import build_world, lived, setting_of

if TYPE_CHECKING:
    from shuxin.city.world.world import Setting, World

SEED = 7


@pytest.fixture(scope="session")
def setting() -> Setting:
    return setting_of(size=WorldSize.TOWN, seed=SEED)


@pytest.fixture(scope="session")
def world(setting: Setting) -> World:
    return lived(setting=setting)


@pytest.fixture(scope="session")
def county() -> World:
    return build_world(size=WorldSize.COUNTY, seed=2)
