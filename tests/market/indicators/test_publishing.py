"""Boards of two months side by side: what they tell together, against a slow look at all that was shown."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.market.indicators.test_boards import BY_CODE, JULY, JUNE, MAY, decided, traits

from shuxin.kernel.dates import CHINA_TIME
from shuxin.market.indicators.boards import INDICATORS, Observation, board_from, groups_of, observed
from shuxin.market.indicators.kept_boards import kept_boards
from shuxin.market.indicators.publishing import next_board
from shuxin.market.indicators.suppression import LEAST_FIRMS, TOTAL
from shuxin.market.list_models import BoardRow

if TYPE_CHECKING:
    from shuxin.market.indicators.boards import Board, Record

APPROVAL = BY_CODE["approval"]
FIRST, LATER = (
    dt.datetime(2026, 6, 3, 9, tzinfo=CHINA_TIME),
    dt.datetime(2026, 7, 1, tzinfo=CHINA_TIME),
)


def seen(n: int, *, month: dt.date = MAY, region: str = "320106", lender: str = "A") -> Observation:
    return Observation(f"firm{n}", month, region, lender, float(n % 2), 1.0)


def boards_of(kept: list[Observation], more: list[Observation]) -> tuple[Board, Board]:
    first = next_board(APPROVAL, kept, before=JUNE, earlier=None, bases={})
    bases = {JUNE: kept}
    return first, next_board(APPROVAL, [*kept, *more], before=JULY, earlier=first, bases=bases)


rows = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("XY"), st.integers(0, 30)), max_size=40
)


class TestNextBoard:
    def test_of_the_first_is_the_board_itself(self) -> None:
        kept = [seen(n) for n in range(9)]
        first, _ = boards_of(kept, [])
        plain = board_from(APPROVAL, kept)
        assert {k: replace(c, before=None) for k, c in first.cells.items()} == plain.cells

    def test_a_change_of_few_firms_waits_until_it_is_one_of_five(self) -> None:
        kept = [seen(n, region=r) for r in ("1", "2", "3") for n in range(10)]
        few = [seen(100 + n, month=JUNE, region="1") for n in range(2)]
        enough = [seen(200 + n, month=JUNE, region=r) for r in ("2", "3") for n in range(8)]
        first, then = boards_of(kept, [*few, *enough])
        assert then.cells["region", "1"] == first.cells["region", "1"]
        held = [key for key, cell in then.cells.items() if cell.before == JUNE]
        assert (
            len([key for key in held if key[0] == "region"]) == 2
        )  # one more, or it is what is left
        assert then.total.base == 48
        third = next_board(
            APPROVAL,
            [*kept, *few, *enough, *(seen(300 + n, month=JULY, region=r) for r in "123" for n in range(6))],
            before=dt.date(2026, 8, 1),
            earlier=then,
            bases={JUNE: kept, JULY: [*kept, *few, *enough]},
        )  # fmt: skip
        assert third.cells["region", "1"].base == 18

    def test_what_was_hidden_does_not_come_out_by_waiting(self) -> None:
        kept = [seen(n, region="1") for n in range(20)]
        kept += [seen(50 + n, region="2") for n in range(8)] + [seen(70, region="3")]
        first, then = boards_of(kept, [seen(80 + n, month=JUNE, region="3") for n in range(9)])
        assert first.cells["region", "2"].is_hidden
        assert then.cells["region", "2"].is_hidden

    @given(rows, rows)
    def test_no_change_of_few_firms_can_be_computed_from_two_boards(
        self, before: list[tuple[str, str, int]], after: list[tuple[str, str, int]]
    ) -> None:
        kept = [seen(n, region=r, lender=x) for r, x, n in before]
        more = [seen(n + 40, month=JUNE, region=r, lender=x) for r, x, n in after]
        first, then = boards_of(kept, more)
        groups = groups_of(more)
        moved = {
            key
            for key in groups
            if not then.cells[key].is_hidden
            and then.cells[key].before == JULY
            and (key not in first.cells or not first.cells[key].is_hidden)
        }
        for key, group in groups.items():
            few = 0 < len({more[n].firm for n in group}) < LEAST_FIRMS
            if few:
                assert key not in moved
                assert not computable(group, [groups[one] for one in moved], len(more))


def computable(wanted: frozenset[int], shown: list[frozenset[int]], n: int) -> bool:
    if not shown:
        return False
    matrix = np.array([[float(one in group) for one in range(n)] for group in shown])
    target = np.array([float(one in wanted) for one in range(n)])
    found, *_ = np.linalg.lstsq(matrix.T, target, rcond=None)
    return bool(np.allclose(matrix.T @ found, target, atol=1e-6))


@pytest.mark.django_db
class TestKeptBoards:
    def test_are_computed_once_a_month(self) -> None:
        asked: Counter[str] = Counter()
        found: list[Record] = [decided(n) for n in range(20)]

        def records() -> list[Record]:
            asked["times"] += 1
            return found

        first = kept_boards(records, now=FIRST)
        found.append(decided(7, traits=traits(99)))
        again = kept_boards(records, now=FIRST + dt.timedelta(days=20))
        assert again == first
        assert asked["times"] == 1
        assert [one.board.indicator for one in again] == list(INDICATORS)
        assert {one.at for one in again} == {FIRST}
        plain = board_from(APPROVAL, observed(APPROVAL, found[:20], before=JUNE))
        (kept,) = (one.board for one in again if one.board.indicator is APPROVAL)
        assert {k: replace(c, before=None) for k, c in kept.cells.items()} == plain.cells

    def test_of_the_next_month_move_on_where_enough_changed(self) -> None:
        found: list[Record] = [decided(n) for n in range(20)]
        kept_boards(lambda: found, now=FIRST)
        later = [decided(n, traits=traits(n)) for n in range(20, 23)]
        few = kept_boards(lambda: [*found[:10], *later], now=LATER)
        approval = next(one.board for one in few if one.board.indicator is APPROVAL)
        assert approval.total.before == JUNE
        assert approval.total.base == 10
        assert BoardRow.objects.count() == 2 * len(INDICATORS)
        assert approval.cells[TOTAL].value == pytest.approx(7 / 10)
