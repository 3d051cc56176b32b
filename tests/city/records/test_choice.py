from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.catalogues.population import every, firms
from shuxin.city.records.choice import absent, choose, matching
from shuxin.city.records.drawn import blocks
from shuxin.city.records.times import shown_share
from shuxin.city.world.population import SECTIONS
from shuxin.city.world.scale import FIRMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.world.world import World


class TestMatching:
    def test_takes_sections_kinds_and_sizes(self, small: World) -> None:
        chosen = matching(small, firms("CI", sizes=("small",)))
        section = np.array(SECTIONS)[small.firms.section[chosen]]
        assert set(section) <= {"C", "I"}
        assert (small.firms.kind[chosen] == 0).all()
        assert (small.firms.size[chosen] == 1).all()

    def test_takes_everybody(self, small: World) -> None:
        assert matching(small, every()).all()


class TestAbsent:
    def test_meters_of_tenants_are_their_landlords(self, small: World) -> None:
        assert (absent(small, "PWR") == small.firms.tenant).all()

    def test_firms_without_insured_are_unknown_to_the_insurers(self, small: World) -> None:
        assert (absent(small, "HRSS") == ~small.firms.insured).all()

    def test_others_lack_a_few_of_their_own(self, small: World) -> None:
        one, other = absent(small, "CUL"), absent(small, "FIR")
        assert 20 < one.sum() < 90
        assert (one != other).any()


class TestChoose:
    @pytest.mark.parametrize(
        "slug",
        ["farm_subsidies", "power_days", "water_bills", "hpf_unit_months", "si_person_months"],
    )
    def test_periods_come_to_the_budget(
        self, small: World, by_slug: Mapping[str, Catalogue], slug: str
    ) -> None:
        catalogue = by_slug[slug]
        choice = choose(small, catalogue)
        rows = float((choice.units * np.maximum(choice.stop - choice.first, 0)).sum())
        wanted = catalogue.rows.expected(FIRMS[small.size]) / shown_share(catalogue)
        longest = int((choice.stop - choice.first).max())
        assert abs(rows - wanted) <= max(2 * longest, 0.01 * wanted)

    @pytest.mark.parametrize("slug", ["consumer_complaints", "traffic_offences", "vehicles"])
    def test_rows_come_to_the_budget(
        self, small: World, by_slug: Mapping[str, Catalogue], slug: str
    ) -> None:
        catalogue = by_slug[slug]
        wanted = catalogue.rows.expected(FIRMS[small.size]) / shown_share(catalogue)
        assert abs(int(choose(small, catalogue).many.sum()) - wanted) <= 1

    def test_a_firm_has_one_row_a_period_at_most(
        self, small: World, by_slug: Mapping[str, Catalogue]
    ) -> None:
        assert choose(small, by_slug["livestock_months"]).units.max() == 1

    def test_persons_go_by_employees(self, small: World, by_slug: Mapping[str, Catalogue]) -> None:
        units = choose(small, by_slug["si_person_months"]).units
        few = small.firms.insured & (small.firms.employees <= 3)
        many = small.firms.insured & (small.firms.employees >= 30)
        assert units[many].mean() > 5 * units[few].mean()

    def test_only_those_that_may(self, small: World, by_slug: Mapping[str, Catalogue]) -> None:
        choice = choose(small, by_slug["livestock_months"])
        chosen = choice.units > 0
        assert not (chosen & ~matching(small, by_slug["livestock_months"].rows.of)).any()
        assert not (chosen & absent(small, "AGR")).any()

    def test_every_block_has_its_share(
        self, small: World, by_slug: Mapping[str, Catalogue]
    ) -> None:
        choice = choose(small, by_slug["consumer_complaints"])
        assert len(choice.many) == len(blocks(small))
