from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shuxin.city.catalogues import CATALOGUES, OUTSIDE
from shuxin.city.records.coded import merge, recipes

if TYPE_CHECKING:
    from shuxin.city.records.drawn import Block, Drawn
    from shuxin.city.world.world import World


def one(world: World, block: Block) -> Drawn:
    raise NotImplementedError


def other(world: World, block: Block) -> Drawn:
    raise NotImplementedError


class TestRecipes:
    def test_are_of_catalogues_that_there_are(self) -> None:
        assert set(recipes()) <= {one.slug for one in (*CATALOGUES, *OUTSIDE)}

    def test_a_second_one_of_a_catalogue_is_refused(self) -> None:
        found = {"a": one}
        with pytest.raises(ValueError, match="b: there is another recipe of a"):
            merge(found, {"a": other}, module="b")

    def test_the_same_one_may_be_handed_on(self) -> None:
        found = {"a": one}
        merge(found, {"a": one, "c": other}, module="b")
        assert found == {"a": one, "c": other}
