"""What all recipes of register, courts, finance and lists have in common."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
from tests.city.records.towns import cut, drawn, same, town

from shuxin.city.catalogues import CATALOGUES, CODE_TABLES, OUTSIDE, FieldKind
from shuxin.city.records.coded.days import month_of
from shuxin.city.records.coded.parties import BANKS, outside_firms
from shuxin.city.records.drawn import BEFORE
from shuxin.city.records.register import build_register

MODULES = (
    "register",
    "changes",
    "courts",
    "lists",
    "bank",
    "guarantees",
    "assets",
    "rings",
    "applications",
)
SLUGS = [
    slug for name in MODULES for slug in import_module(f"shuxin.city.records.coded.{name}").RECIPES
]
DECLARED = {one.slug: one for one in (*CATALOGUES, *OUTSIDE)}


@pytest.mark.parametrize("slug", SLUGS)
class TestEveryRecipe:
    def test_draws_the_same_however_the_city_is_cut(self, slug: str) -> None:
        whole, parts = drawn(slug), cut(slug, 700, 1900)
        assert len(whole) > 0
        assert (whole.firm == parts.firm).all()
        assert (whole.day == parts.day).all()
        assert whole.known is not None
        assert (whole.known == parts.known).all()
        for name, column in whole.values.items():
            assert same(column, parts.values[name]), name

    def test_gives_declared_fields_of_full_length(self, slug: str) -> None:
        rows = drawn(slug)
        fields = {one.name: one for one in DECLARED[slug].fields}
        assert set(rows.values) <= set(fields)
        for name, column in rows.values.items():
            assert len(column) == len(rows), name
            if fields[name].kind is FieldKind.CODE:
                most = len(CODE_TABLES[fields[name].code_table].codes)
                assert -1 <= column.min() <= column.max() < most, name
                assert fields[name].nullable or column.min() >= 0, name

    def test_names_the_month_of_each_day(self, slug: str) -> None:
        rows = drawn(slug)
        assert (rows.month == month_of(rows.day)).all()
        assert rows.month.min() >= BEFORE


class TestParties:
    def test_are_those_that_the_register_has_names_for(self) -> None:
        register = build_register(town())
        assert outside_firms(town()) == register.outside
        assert list(BANKS) == register.brokers["lender"].to_pylist()


class TestDays:
    def test_a_month_of_the_window_holds_its_days(self) -> None:
        days = np.array([18_627, 18_628, 18_658, 18_659, 20_453])
        assert month_of(days).tolist() == [BEFORE, 0, 0, 1, 59]
