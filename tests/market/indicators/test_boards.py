"""Indicators against figures worked out by hand, and intervals against published ones."""

from __future__ import annotations

import datetime as dt

import pytest

from shuxin.market.api import Channel
from shuxin.market.indicators.boards import INDICATORS, board_of
from shuxin.market.indicators.inclusion import inclusion_of
from shuxin.market.indicators.records import ApplicationRecord, DemandRecord, Traits, age_band
from shuxin.market.indicators.statistics import mean, median, ratio_of_shares, share
from shuxin.market.indicators.suppression import TOTAL

MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (5, 6, 7))
BY_CODE = {one.code: one for one in INDICATORS}


def traits(n: int, *, region: str = "320106", channel: Channel = Channel.PAGE) -> Traits:
    return Traits(f"firm{n}", region, "micro", "over_5", channel)


def decided(n: int, **facts: object) -> ApplicationRecord:
    given = {
        "traits": traits(n),
        "lender": "A" if n % 2 else "B",
        "decided_in": MAY if n < 10 else JUNE,
        "approved": n % 4 != 0,
        "by_person": n % 5 == 0,
        "seconds": float(n),
    }
    return ApplicationRecord(**(given | facts))  # type: ignore[arg-type]


class TestBoards:
    def test_approval_by_month_and_lender(self) -> None:
        board = board_of(BY_CODE["approval"], [decided(n) for n in range(20)], before=JULY)
        assert board.total.value == pytest.approx(15 / 20)
        assert dict(board.values("month"))["2026-05"].value == pytest.approx(7 / 10)
        assert dict(board.values("lender"))["A"].value == 1.0
        assert dict(board.values("lender"))["B"].base == 10

    def test_a_month_that_runs_is_not_shown(self) -> None:
        board = board_of(BY_CODE["approval"], [decided(n) for n in range(20)], before=JUNE)
        assert [value for value, _ in board.values("month")] == ["2026-05"]
        assert board.total.base == 10

    def test_rates_are_weighed_by_the_amount_and_time_is_a_median(self) -> None:
        lent = [
            decided(n, lent_in=MAY, lent_fen=(n + 1) * 100, rate_bp=400 if n else 1000)
            for n in range(6)
        ]
        rate = board_of(BY_CODE["average_rate"], lent, before=JULY)
        assert rate.total.value == pytest.approx((100 * 1000 + 2000 * 400) / 2100)
        time = board_of(BY_CODE["time_to_decision"], lent, before=JULY)
        assert time.total.value == 2.5
        assert board_of(BY_CODE["lent"], lent, before=JULY).total.value == 2100

    def test_a_first_loan_counts_once_a_firm_and_unknown_is_left_out(self) -> None:
        lent = [
            decided(n, lent_in=MAY, lent_fen=1, is_first_loan=n < 2, traits=traits(n // 2))
            for n in range(12)
        ]
        lent.append(decided(99, lent_in=MAY, lent_fen=1))
        board = board_of(BY_CODE["first_loan"], lent, before=JULY)
        assert board.total.value == pytest.approx(1 / 6)

    def test_few_firms_are_hidden(self) -> None:
        rows = [decided(n) for n in range(10)] + [decided(n) for n in (10, 11)]
        board = board_of(BY_CODE["approval"], rows, before=JULY)
        months = dict(board.values("month"))
        assert months["2026-06"].is_hidden
        assert months["2026-06"].value is None
        assert months["2026-05"].is_hidden or board.cells[TOTAL].is_hidden

    def test_each_has_its_definition_and_calibre(self) -> None:
        assert len(BY_CODE) == len(INDICATORS)
        for one in INDICATORS:
            assert one.calibre.code.startswith("platform-2026/")
            assert one.formula.zh


class TestInclusion:
    def test_lines_by_group_with_the_gap(self) -> None:
        demands = [DemandRecord(traits(n), MAY, is_met=True) for n in range(10)]
        many = [
            decided(n, traits=traits(n, channel=Channel.AGENT if n < 20 else Channel.PAGE))
            for n in range(60)
        ]
        many = [
            one if n >= 20 else decided(n, traits=one.traits, approved=n < 5)
            for n, one in enumerate(many)
        ]
        lines = {
            (one.dimension, one.value): one
            for one in inclusion_of(demands, many, active={("region", "320106"): 1000})
        }
        assert lines["region", "320106"].coverage == pytest.approx(0.01)
        agent = lines["channel", "agent"]
        assert agent.approval is not None
        assert agent.gap is not None
        assert agent.approval.value == pytest.approx(0.25)
        assert agent.gap.value == pytest.approx(0.25 / 0.75)
        assert agent.gap.high is not None
        assert agent.gap.high < 1
        assert lines["size", "micro"].coverage is None

    @pytest.mark.parametrize(
        ("on", "band"),
        [
            ((2025, 6, 1), "under_1"),
            ((2025, 5, 31), "1_to_3"),
            ((2021, 6, 1), "3_to_5"),
            ((2021, 5, 31), "over_5"),
        ],
    )
    def test_bands_of_age(self, on: tuple[int, int, int], band: str) -> None:
        assert age_band(dt.date(*on), on=dt.date(2026, 5, 31)) == band


class TestIntervals:
    def test_wilson_as_published(self) -> None:
        """Newcombe, Statistics in Medicine 17 (1998) 857-872, table I: 81 of 263, and 15 of 148."""
        for (top, base), (low, high) in {
            (81, 263): (0.2553, 0.3662),
            (15, 148): (0.0624, 0.1605),
        }.items():
            found = share(top, base)
            assert found is not None
            assert found.low == pytest.approx(low, abs=5e-5)
            assert found.high == pytest.approx(high, abs=5e-5)

    def test_nothing_comes_of_nothing(self) -> None:
        assert share(0, 0) is None
        assert mean([]) is None
        assert median([]) is None
        assert ratio_of_shares(0, 5, 3, 5) is None

    def test_the_median_lies_between_two_values(self) -> None:
        found = median([float(n) for n in range(100)])
        assert found is not None
        assert (found.value, found.low, found.high) == (49.5, 40.0, 60.0)
        few = median([1.0, 2.0, 3.0])
        assert few is not None
        assert (few.value, few.low) == (2.0, None)
