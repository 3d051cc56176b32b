"""What all recipes of tax, invoices, people and power have in common."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from tests.city.records.towns import DAY, UNTIL, cut, drawn, same, town

from shuxin.city.catalogues import CATALOGUES, CODE_TABLES, FieldKind
from shuxin.city.records.coded.chance import Lots
from shuxin.city.records.coded.days import month_of
from shuxin.city.records.coded.months import budget
from shuxin.city.records.coded.sums import pieces, scaled, spells

MODULES = ("tax", "invoices", "statements", "people", "power")
SLUGS = [
    slug for name in MODULES for slug in import_module(f"shuxin.city.records.coded.{name}").RECIPES
]
DECLARED = {one.slug: one for one in CATALOGUES}
FEW = 3_000
"""Rows below which a town's number of them is left to chance: four standard deviations of a Poisson number more."""


@pytest.mark.parametrize("slug", SLUGS)
class TestEveryRecipe:
    def test_draws_the_same_however_the_city_is_cut(self, slug: str) -> None:
        whole, parts = drawn(slug), cut(slug, 700, 1900)
        assert (whole.firm == parts.firm).all()
        assert (whole.day == parts.day).all()
        assert (whole.known == parts.known).all()
        for name, column in whole.values.items():
            assert same(column, parts.values[name]), name

    def test_gives_declared_fields_of_full_length(self, slug: str) -> None:
        rows = drawn(slug)
        fields = {one.name: one for one in DECLARED[slug].fields}
        assert set(rows.values) <= set(fields) | {"unit"}
        for name, column in rows.values.items():
            assert len(column) == len(rows), name
            if name != "unit" and fields[name].kind is FieldKind.CODE:
                most = len(CODE_TABLES[fields[name].code_table].codes)
                assert -1 <= column.min() <= column.max() < most, name
                assert fields[name].nullable or column.min() >= 0, name

    def test_knows_of_nothing_before_it_happened_or_after_the_extracts(self, slug: str) -> None:
        rows = drawn(slug)
        assert rows.known is not None
        assert (rows.known < UNTIL * DAY).all()
        assert (rows.known // DAY >= rows.day).all()
        assert (rows.month == month_of(rows.day)).all()
        assert (np.diff(rows.firm) >= 0).all()

    def test_has_about_as_many_rows_as_its_budget(self, slug: str) -> None:
        wanted = budget(slug, town())
        room = 4 * np.sqrt(wanted) / wanted if wanted < FEW else 0.0
        assert abs(len(drawn(slug)) / wanted - 1) < 0.06 + 2 * room


class TestLots:
    def test_are_even_and_differ_by_purpose_and_place(self) -> None:
        where = np.arange(100_000)
        one, two = (Lots(seed=5, purpose=purpose).at(where) for purpose in ("one", "two"))
        counts = np.bincount((one * 100).astype(int), minlength=100)
        assert ((counts - 1_000) ** 2 / 1_000).sum() < 190
        assert abs(np.corrcoef(one, two)[0, 1]) < 0.02
        assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.02
        assert (Lots(seed=5, purpose="one").at(where[::-1]) == one[::-1]).all()

    def test_of_two_numbers_depend_on_their_order(self) -> None:
        lots = Lots(seed=5, purpose="one")
        some, others = np.arange(50), np.arange(50) + 7
        assert (lots.bits(some, others) != lots.bits(others, some)).all()


class TestSums:
    def test_pieces_number_each_group(self) -> None:
        group, place = pieces(np.array([2, 0, 3]))
        assert group.tolist() == [0, 0, 2, 2, 2]
        assert place.tolist() == [0, 1, 0, 1, 2]

    def test_scaling_is_exact_where_the_product_would_overflow(self) -> None:
        amounts, part, whole = np.array([2**61 + 5]), np.array([2**30 + 1]), np.array([2**31 - 1])
        assert scaled(amounts, part, whole).tolist() == [(2**61 + 5) * (2**30 + 1) // (2**31 - 1)]

    def test_spells_are_the_runs_of_each_row(self) -> None:
        late = np.array(
            [[True, True, False, True], [False, False, False, False], [False, True, True, True]]
        )
        row, first, after = spells(late)
        assert list(zip(row.tolist(), first.tolist(), after.tolist(), strict=True)) == [
            (0, 0, 2),
            (0, 3, 4),
            (2, 1, 4),
        ]
