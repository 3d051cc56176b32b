from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.catalogues import CATALOGUES, RowsKind
from shuxin.city.records.choice import last_days
from shuxin.city.records.drawn import blocks
from shuxin.city.records.generic import generic, plan_of
from shuxin.city.records.times import LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.catalogues import Catalogue
    from shuxin.city.records.drawn import Drawn
    from shuxin.city.records.views import Views
    from shuxin.city.world.world import World

ONE_OF_EACH = {
    kind: max(
        (one for one in CATALOGUES if one.rows.kind is kind and one.rows.budget_millions < 2),
        key=lambda one: one.rows.budget_millions,
    ).slug
    for kind in RowsKind
    if kind is not RowsKind.PERSON_PERIODIC
}


def drawn(world: World, views: Views, catalogue: Catalogue) -> Drawn:
    return generic(plan_of(world, views, catalogue), blocks(world)[0])[0]


class TestGeneric:
    @pytest.mark.parametrize("slug", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
    def test_rows_lie_in_their_firms_lives(
        self, small: World, views: Views, by_slug: Mapping[str, Catalogue], slug: str
    ) -> None:
        catalogue = by_slug[slug]
        made = drawn(small, views, catalogue)
        assert len(made) > 100
        founded, last = small.firms.founded[made.firm], last_days(small)[made.firm]
        is_periodic = catalogue.rows.kind is RowsKind.PERIODIC
        longest = 366 if is_periodic else 0
        assert (made.day >= founded - longest).all()
        assert (made.day <= last).all()

    @pytest.mark.parametrize("slug", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
    def test_rows_are_known_after_they_happened_and_before_the_extract(
        self, small: World, views: Views, by_slug: Mapping[str, Catalogue], slug: str
    ) -> None:
        made = drawn(small, views, by_slug[slug])
        assert made.known is not None
        assert (made.known >= made.day.astype(np.int64) * 86_400).all()
        assert (made.known < LAST_DAY * 86_400).all()

    @pytest.mark.parametrize("slug", ONE_OF_EACH.values(), ids=ONE_OF_EACH)
    def test_rows_stand_by_firm(
        self, small: World, views: Views, by_slug: Mapping[str, Catalogue], slug: str
    ) -> None:
        assert (np.diff(drawn(small, views, by_slug[slug]).firm) >= 0).all()

    def test_a_unit_has_one_row_a_period(
        self, small: World, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        made, unit, _ = generic(plan_of(small, views, by_slug["water_bills"]), blocks(small)[0])
        keys = np.stack([made.firm, unit, made.day])
        assert len(np.unique(keys, axis=1).T) == len(made)

    def test_trouble_brings_more_of_what_it_brings(
        self, small: World, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["abnormal_taxpayers"]
        assert catalogue.rows.quality_slope > 0.3
        made = drawn(small, views, catalogue)
        seen = views.trouble("TAX", made.firm, made.month, lead=catalogue.rows.lead_months)
        # some hundred rows; the mean of others is 0 with an error of .06
        assert seen.mean() > 0.25

    def test_what_follows_default_follows_it(
        self, small: World, views: Views, by_slug: Mapping[str, Catalogue]
    ) -> None:
        catalogue = by_slug["simple_cancellations"]
        lead = catalogue.rows.lead_months
        assert lead > 0
        made = drawn(small, views, catalogue)
        failed = small.outcome.failed[made.firm].astype(int)
        has = failed >= 0
        since = made.month[has] - failed[has]
        after = ((since >= lead - 1) & (since < lead + 11)).sum()
        before = ((since >= -13) & (since < -1)).sum()
        assert after > 1.5 * max(1, before)
