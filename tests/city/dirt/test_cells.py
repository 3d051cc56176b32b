"""Rates are checked on fixed seeds; a right generator leaves the bounds of Bernstein's inequality
with probability below 1e-6."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from shuxin.city.api import Size
from shuxin.city.build import build_city
from shuxin.city.departments import TABLES
from shuxin.city.dirt.cells import CODE_ERRORS, NAME_VARIANTS, dirt_streams, dirty_cells
from shuxin.city.spelling import clean_cells

if TYPE_CHECKING:
    from shuxin.city.firms import City
    from shuxin.city.tables import Table


def _table(dataset: str) -> Table:
    return next(table for table in TABLES if table.dataset == dataset)


def _most_off(count: int, share: float) -> float:
    log = math.log(2e6)
    return log / 3 + math.sqrt(log * log / 9 + 2 * count * share * (1 - share) * log)


@pytest.fixture(scope="module")
def damages() -> tuple[int, Counter[str]]:
    table = _table("si_unit_month")
    rows, found = 0, Counter[str]()
    for seed in range(6):
        city = build_city(size=Size.TINY, seed=seed)
        streams = dirt_streams(table=table, city=city)
        found_rows = table.rows(city)
        for number, (row, clean) in enumerate(
            zip(found_rows, clean_cells(found_rows, table=table), strict=True)
        ):
            rows += 1
            _, done = dirty_cells(
                row, clean, number=number, table=table, city=city, streams=streams
            )
            found.update(damage.kind.value.split("_")[0] for damage in done)
    return rows, found


class TestRates:
    def test_identifier_errors_are_eight_in_a_thousand(
        self, damages: tuple[int, Counter[str]]
    ) -> None:
        rows, found = damages
        assert abs(found["code"] - rows * CODE_ERRORS) < _most_off(rows, CODE_ERRORS)
        assert found["code"] > 0

    def test_name_variants_are_five_in_a_hundred(self, damages: tuple[int, Counter[str]]) -> None:
        rows, found = damages
        assert abs(found["name"] - rows * NAME_VARIANTS) < _most_off(rows, NAME_VARIANTS)

    def test_damage_of_a_row_does_not_depend_on_other_rows(self) -> None:
        table, city = _table("tax_arrears"), build_city(size=Size.TINY, seed=1)
        rows = table.rows(city)
        streams = dirt_streams(table=table, city=city)
        clean = list(clean_cells(rows, table=table))
        alone = dirty_cells(rows[20], clean[20], number=20, table=table, city=city, streams=streams)
        together = [
            dirty_cells(row, clean[i], number=i, table=table, city=city, streams=streams)
            for i, row in enumerate(rows)
        ]
        assert together[20] == alone

    def test_cells_that_a_machine_writes_are_never_damaged(self, city: City) -> None:
        for table in TABLES:
            exact = [place for place, column in enumerate(table.columns) if column.exact]
            if not exact:
                continue
            streams = dirt_streams(table=table, city=city)
            rows = table.rows(city)
            for number, (row, clean) in enumerate(
                zip(rows, clean_cells(rows, table=table), strict=True)
            ):
                cells, done = dirty_cells(
                    row, clean, number=number, table=table, city=city, streams=streams
                )
                assert [cells[place] for place in exact] == [clean[place] for place in exact]
                assert not {damage.column for damage in done} & set(exact)
