import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.periods import (
    InvalidMonth,
    InvalidPeriod,
    Month,
    Period,
    complete_months_before,
    months_before,
)

days = st.dates(dt.date(2020, 1, 1), dt.date(2020, 3, 31))
any_days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31))
periods = st.builds(
    lambda start, length: Period(start, start + dt.timedelta(days=length)),
    days,
    st.integers(1, 60),
)
months = st.builds(Month, st.integers(1, 9998), st.integers(1, 12))


def days_of(period: Period) -> set[dt.date]:
    """The slow oracle: every day one by one."""
    return {period.start + dt.timedelta(days=n) for n in range((period.end - period.start).days)}


class TestPeriod:
    @given(periods, days)
    def test_contains_its_days_only(self, period: Period, day: dt.date) -> None:
        assert period.contains(day) == (day in days_of(period))
        assert period.days == len(days_of(period))

    @given(periods, periods)
    def test_set_relations(self, left: Period, right: Period) -> None:
        common = days_of(left) & days_of(right)
        assert left.intersects(right) == right.intersects(left) == bool(common)
        assert left.covers(right) == (days_of(right) <= days_of(left))
        both = left.intersection(right)
        assert (set() if both is None else days_of(both)) == common

    @given(periods, periods)
    def test_adjacent_periods_join_without_overlap(self, left: Period, right: Period) -> None:
        joined = days_of(left) | days_of(right)
        touches = left.end == right.start or right.end == left.start
        assert left.is_adjacent_to(right) == right.is_adjacent_to(left) == touches
        if touches:
            assert len(joined) == left.days + right.days
            assert len(joined) == (max(joined) - min(joined)).days + 1

    @given(days, st.integers(0, 3))
    def test_must_end_after_it_starts(self, start: dt.date, back: int) -> None:
        with pytest.raises(InvalidPeriod):
            Period(start, start - dt.timedelta(days=back))


class TestMonth:
    @given(any_days)
    def test_holds_the_days_of_its_period(self, day: dt.date) -> None:
        month = Month.of(day)
        assert month.period.contains(day)
        assert month.period.start == month.first_day
        assert {Month.of(each) for each in days_of(month.period)} == {month}

    @given(months)
    def test_prints_what_it_reads(self, month: Month) -> None:
        assert Month.parse(str(month)) == month

    @given(months, st.integers(-500, 500), st.integers(-500, 500))
    def test_moves_like_a_number(self, month: Month, a: int, b: int) -> None:
        try:
            moved = month.plus(a)
            twice = moved.plus(b)
        except InvalidMonth:
            return
        assert twice == month.plus(a + b)
        assert moved.months_since(month) == a
        assert (moved > month) == (a > 0)

    def test_following_months_touch(self) -> None:
        month = Month(2023, 11)
        for _ in range(30):
            assert month.period.end == month.plus(1).period.start
            month = month.plus(1)

    @pytest.mark.parametrize(("year", "month"), [(2024, 0), (2024, 13), (0, 1), (9999, 12)])
    def test_impossible_months(self, year: int, month: int) -> None:
        with pytest.raises(InvalidMonth):
            Month(year, month)

    @pytest.mark.parametrize(
        "text", ["", "2024-1", "202401", "2024-13", "２０２４-01", "2024-01-01"]
    )
    def test_other_spellings_are_an_error(self, text: str) -> None:
        with pytest.raises(InvalidMonth):
            Month.parse(text)


class TestCompleteMonthsBefore:
    @given(any_days, st.integers(1, 60))
    def test_is_the_months_one_by_one(self, as_of: dt.date, months: int) -> None:
        window = complete_months_before(as_of, months=months)
        each = months_before(as_of, months=months)
        assert len(each) == months
        assert window == Period(each[0].period.start, each[-1].period.end)
        assert not window.contains(as_of)
        assert window.end == as_of.replace(day=1)

    def test_twelve_months(self) -> None:
        assert complete_months_before(dt.date(2024, 3, 31), months=12) == Period(
            dt.date(2023, 3, 1), dt.date(2024, 3, 1)
        )

    def test_no_months_are_no_period(self) -> None:
        with pytest.raises(InvalidPeriod):
            complete_months_before(dt.date(2024, 3, 31), months=0)
        assert months_before(dt.date(2024, 3, 31), months=0) == ()
