"""Rates are checked on fixed seeds; a right generator leaves the bounds of Bernstein's inequality
with probability below 1e-6."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from shuxin.city.files.cells import CODE_ERRORS, NAME_VARIANTS, dirty_rows
from shuxin.city.files.offices import TABLES
from shuxin.city.files.spelling import clean_cells, shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.files.cells import Damaged
    from shuxin.city.files.source import Source
    from shuxin.city.files.spelling import Cell
    from shuxin.city.files.tables import Row, Table


def _table(dataset: str) -> Table:
    return next(table for table in TABLES if table.dataset == dataset)


def _made(
    dataset: str, source: Source
) -> tuple[list[Row], list[tuple[Cell, ...]], Mapping[int, Damaged]]:
    table = _table(dataset)
    rows = table.rows(source)
    clean = list(clean_cells(rows, table=table))
    return rows, clean, dirty_rows(rows, clean, table=table, source=source)


def _most_off(count: int, share: float) -> float:
    log = math.log(2e6)
    return log / 3 + math.sqrt(log * log / 9 + 2 * count * share * (1 - share) * log)


@pytest.fixture(scope="module")
def damages(source: Source) -> tuple[int, Counter[str]]:
    rows, _, dirty = _made("si_unit_month", source)
    kinds = (damage.kind.value.split("_")[0] for _, done in dirty.values() for damage in done)
    return len(rows), Counter(kinds)


class TestRates:
    def test_identifier_errors_are_eight_in_a_thousand(
        self, damages: tuple[int, Counter[str]]
    ) -> None:
        rows, found = damages
        assert abs(found["code"] - rows * CODE_ERRORS) < _most_off(rows, CODE_ERRORS)
        assert found["code"] > 0

    def test_name_variants_are_five_in_a_hundred(self, damages: tuple[int, Counter[str]]) -> None:
        """A former name is quoted as it was: two firms in a hundred have one in these rows."""
        rows, found = damages
        assert found["name"] < rows * NAME_VARIANTS + _most_off(rows, NAME_VARIANTS)
        assert found["name"] > rows * NAME_VARIANTS * 0.9 - _most_off(rows, NAME_VARIANTS)


class TestDirtyRows:
    def test_are_the_same_for_the_same_city(self, source: Source) -> None:
        _, _, one = _made("tax_arrears", source)
        _, _, two = _made("tax_arrears", source)
        assert one
        assert one == two

    def test_say_what_stood_there_and_what_stands_there(self, source: Source) -> None:
        """In the table of fines: codes left out, dates in other spellings, amounts in the wrong unit."""
        kinds = set()
        for dataset in ("admin_penalty", "subsidy", "abnormal_list"):
            _, clean, dirty = _made(dataset, source)
            for number, (cells, done) in dirty.items():
                changed = {n for n, cell in enumerate(cells) if cell != clean[number][n]}
                assert changed == {damage.column for damage in done}
                for damage in done:
                    assert damage.before == shown(clean[number][damage.column])
                    assert damage.after == shown(cells[damage.column])
                    kinds.add(damage.kind.value)
        assert kinds >= {"code_missing", "date_spelling", "placeholder"}

    @pytest.mark.parametrize("dataset", ["loan_outcome", "loan_application"])
    def test_leave_alone_what_a_machine_writes(self, dataset: str, source: Source) -> None:
        exact = {n for n, column in enumerate(_table(dataset).columns) if column.exact}
        _, _, dirty = _made(dataset, source)
        assert exact
        assert not {damage.column for _, done in dirty.values() for damage in done} & exact
