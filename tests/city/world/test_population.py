from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.vocabulary import ENTERPRISE_SECTIONS
from shuxin.city.world import parameters as p
from shuxin.city.world.population import INDUSTRIES, SECTIONS, kind_counts
from shuxin.city.world.scale import WINDOW_MONTHS, month_days

if TYPE_CHECKING:
    from shuxin.city.world.world import Setting, World


class TestPopulation:
    def test_kinds_that_stay_of_their_own_will_are_counted(self, setting: Setting) -> None:
        """Each kind has its count, and those more that will leave after a failure."""
        kind, stays = setting.stage.firms.kind, setting.leaving == WINDOW_MONTHS
        for place, many in enumerate(kind_counts(living=2000)):
            own = kind == place
            assert (stays & own).sum() == many + round((own.sum() - many) * p.FAILED_AMONG_EXITS)

    def test_sections_and_sizes_of_enterprises_are_exact(self, world: World) -> None:
        own = world.firms.kind == 0
        sections = np.bincount(world.firms.section[own], minlength=len(SECTIONS)) / own.sum()
        sizes = np.bincount(world.firms.size[own], minlength=len(p.SIZES)) / own.sum()
        wanted = np.array([ENTERPRISE_SECTIONS[name] for name in SECTIONS]) / 100
        assert np.abs(sections - wanted).max() < 0.001
        assert np.abs(sizes - np.array(p.SIZE_SHARES) / 100).max() < 0.001

    def test_an_industry_belongs_to_its_section(self, world: World) -> None:
        for section, industry in zip(world.firms.section, world.firms.industry, strict=True):
            assert INDUSTRIES[industry].startswith(SECTIONS[section])

    def test_first_months_begin_on_or_after_the_founding(self, world: World) -> None:
        days, firms = month_days(), world.firms
        new = firms.born >= 0
        assert (days[firms.born[new]] >= firms.founded[new]).all()
        later = new & (firms.born > 0)
        assert (days[firms.born[later] - 1] < firms.founded[later]).all()
        assert (firms.founded[~new] < days[0]).all()

    def test_individual_businesses_bunch_below_the_limit(self, world: World) -> None:
        yuan = world.firms.base_revenue[world.firms.kind == p.INDIVIDUAL] / 100
        below = ((yuan > 0.94 * p.BUNCHING_YUAN) & (yuan <= p.BUNCHING_YUAN)).sum()
        above = ((yuan > p.BUNCHING_YUAN) & (yuan < p.BUNCHED_UNTIL_YUAN)).sum()
        assert below > above
