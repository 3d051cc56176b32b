from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pytest

from shuxin.city.records.drawn import BEFORE
from shuxin.city.records.times import (
    LAST_DAY,
    LATE_SHARE,
    due_day,
    known_of,
    month_of,
    periods_of,
    shown_share,
)
from shuxin.city.streams import stream
from shuxin.city.world.scale import day_number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.city.catalogues import Catalogue


def day(text: str) -> int:
    return day_number(dt.date.fromisoformat(text))


class TestMonthOf:
    def test_counts_from_the_window(self) -> None:
        days = [day("2020-12-31"), day("2021-01-01"), day("2021-02-28"), day("2025-12-31")]
        assert month_of(np.array(days)).tolist() == [BEFORE, 0, 1, 59]


class TestPeriods:
    def test_months_of_a_return(self, by_slug: Mapping[str, Catalogue]) -> None:
        periods = periods_of(by_slug["vat_returns"])
        assert len(periods) == 60
        assert periods.start[-1] == day("2025-11-01")
        assert periods.stop[-1] == day("2025-12-01")
        assert set(periods.months.tolist()) == {1}

    def test_years_whose_rows_are_known_before_the_end(
        self, by_slug: Mapping[str, Catalogue]
    ) -> None:
        periods = periods_of(by_slug["tax_credit_grades"])
        assert [int(s) for s in periods.start] == [day(f"{y}-01-01") for y in range(2020, 2025)]
        assert periods.months.tolist() == [1, 12, 12, 12, 12]

    def test_quarters_and_years_of_the_income_tax(self, by_slug: Mapping[str, Catalogue]) -> None:
        periods = periods_of(by_slug["cit_returns"])
        assert len(periods) == 25
        spans = (periods.stop - periods.start).tolist()
        assert sum(span > 360 for span in spans) == 5

    def test_days(self, by_slug: Mapping[str, Catalogue]) -> None:
        periods = periods_of(by_slug["power_days"])
        assert len(periods) == 365
        assert (np.diff(periods.start) == 1).all()


class TestDue:
    def test_is_the_day_after_the_fifteenth(self, by_slug: Mapping[str, Catalogue]) -> None:
        due = due_day(by_slug["vat_returns"], np.array([day("2025-07-01")]))
        assert due.tolist() == [day("2025-07-16")]

    @pytest.mark.parametrize(
        ("after", "moved"),
        [("2024-06-01", "2024-06-18"), ("2022-05-01", "2022-05-17")],
        ids=["Saturday before a working Monday", "Sunday"],
    )
    def test_moves_with_weekends(
        self, by_slug: Mapping[str, Catalogue], after: str, moved: str
    ) -> None:
        due = due_day(by_slug["vat_returns"], np.array([day(after)]))
        assert due.tolist() == [day(moved)]


class TestKnown:
    def test_follows_the_event_by_the_usual_lag(self, by_slug: Mapping[str, Catalogue]) -> None:
        event = np.full(20_000, day("2022-03-01"))
        rng = stream(seed=1, purpose="t")
        known, late = known_of(by_slug["abnormal_list"], event, rng=rng, is_due=False)
        delay = known // 86_400 - event
        assert delay[~late].min() == 20
        assert delay[~late].max() == 30
        assert delay[late].min() >= 50
        # 20,000 rows at 3 %: five standard errors are .6 %
        assert abs(late.mean() - LATE_SHARE) < 0.006

    def test_is_told_in_office_hours(self, by_slug: Mapping[str, Catalogue]) -> None:
        known, _ = known_of(
            by_slug["vat_returns"],
            np.full(1000, 19_000),
            rng=stream(seed=1, purpose="t"),
            is_due=True,
        )
        hours = known % 86_400 / 3600 + 8
        assert hours.min() >= 9
        assert hours.max() < 17

    def test_part_that_is_seen(self, by_slug: Mapping[str, Catalogue]) -> None:
        assert 0.98 < shown_share(by_slug["abnormal_list"]) < 0.99
        assert shown_share(by_slug["vat_returns"]) > 0.997
        assert day("2026-01-01") == LAST_DAY
