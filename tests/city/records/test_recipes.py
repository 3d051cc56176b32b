from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.city.records.towns import town

from shuxin.city.catalogues import CATALOGUES, OUTSIDE
from shuxin.city.records.coded import bank, courts, invoices, merge, prepare, recipes, recorded

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


class TestPrepare:
    def test_makes_once_what_the_wanted_catalogues_share(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made: list[str] = []
        for module, slug in ((bank, "bank_flows"), (courts, "case_filings")):
            monkeypatch.setattr(module, "SHARED", {slug: (lambda _world, s=slug: made.append(s),)})
        prepare(town(), ["bank_flows", "power_bills"])
        assert made == ["bank_flows"]

    def test_is_told_of_catalogues_that_have_a_recipe(self) -> None:
        for module in (bank, courts, invoices, recorded):
            assert module.SHARED
            assert set(module.SHARED) <= set(recipes())
