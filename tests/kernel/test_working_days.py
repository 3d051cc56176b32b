import datetime as dt
import json
import os
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.periods import Month
from shuxin.kernel.working_days import (
    CalendarYearEmpty,
    CalendarYearUnknown,
    published_calendar,
    shifted_deadline,
    vat_deadline,
)

DAY = dt.timedelta(days=1)
known_days = st.dates(dt.date(2004, 1, 1), dt.date(2026, 11, 30))

# Last filing days of these months from yearly notices of the tax authority: noted from memory,
# not yet compared with the notices themselves.
ANNOUNCED = [
    "2021-06-18",
    "2021-10-26",
    "2022-01-19",
    "2022-02-23",
    "2022-04-20",
    "2022-05-19",
    "2022-06-20",
    "2022-09-20",
    "2022-10-25",
    "2023-01-16",
    "2023-04-17",
    "2023-05-18",
    "2023-10-23",
    "2024-01-15",
    "2024-02-23",
    "2024-03-15",
    "2024-04-18",
    "2024-05-22",
    "2024-06-19",
    "2024-09-18",
    "2024-10-24",
    "2024-12-16",
    "2025-02-20",
    "2025-05-22",
    "2025-06-16",
    "2025-10-27",
    "2026-02-24",
]


class TestWorkingDay:
    @given(known_days)
    def test_is_what_the_package_says(self, day: dt.date) -> None:
        assert published_calendar().is_working_day(day) == chinese_calendar.is_workday(day)

    @pytest.mark.parametrize("day", [dt.date(2003, 12, 31), dt.date(2027, 1, 4)])
    def test_unknown_year_is_never_guessed(self, day: dt.date) -> None:
        with pytest.raises(CalendarYearUnknown) as caught:
            published_calendar().is_working_day(day)
        assert "2004-2026" in caught.value.say("en")
        assert "2004-2026" in caught.value.say("zh")

    @given(known_days)
    def test_first_working_day_skips_only_days_off(self, day: dt.date) -> None:
        calendar = published_calendar()
        first = calendar.first_working_day(day)
        assert calendar.is_working_day(first)
        between = [day + DAY * n for n in range((first - day).days)]
        assert not any(map(calendar.is_working_day, between))

    @given(st.dates(dt.date(2004, 1, 1), dt.date(2026, 6, 30)), st.integers(0, 40))
    def test_adding_counts_working_days(self, day: dt.date, count: int) -> None:
        calendar = published_calendar()
        last = calendar.add_working_days(day, count=count)
        after = [day + DAY * n for n in range(1, (last - day).days + 1)]
        assert sum(map(calendar.is_working_day, after)) == count
        assert count == 0 or calendar.is_working_day(last)


class TestShiftedDeadline:
    @pytest.mark.parametrize(
        ("day", "moved"),
        [
            ("2024-01-15", "2024-01-15"),
            ("2023-01-15", "2023-01-16"),
            ("2024-02-15", "2024-02-18"),  # a Sunday that is worked
            ("2024-09-15", "2024-09-18"),
            ("2026-02-15", "2026-02-24"),
            ("2022-10-08", "2022-10-08"),  # a Saturday that is worked
        ],
    )
    def test_moves_to_the_next_working_day(self, day: str, moved: str) -> None:
        assert str(shifted_deadline(dt.date.fromisoformat(day))) == moved

    def test_beyond_the_last_known_year_is_unknown(self) -> None:
        with pytest.raises(CalendarYearUnknown):
            shifted_deadline(dt.date(2027, 5, 15))


class TestVatDeadline:
    @pytest.mark.parametrize("announced", ANNOUNCED)
    def test_announced_days(self, announced: str) -> None:
        day = dt.date.fromisoformat(announced)
        assert vat_deadline(Month.of(day).plus(-1)) == day

    @given(st.integers(0, 12 * 22))
    def test_is_a_working_day_from_the_15th_on(self, number: int) -> None:
        month = Month(2004, 1).plus(number)
        deadline = vat_deadline(month)
        assert published_calendar().is_working_day(deadline)
        assert Month.of(deadline) == month.plus(1)
        assert deadline.day >= 15


class TestWithYear:
    rows = (
        (dt.date(2027, 1, 1), True),
        (dt.date(2027, 1, 3), False),  # a Sunday
        (dt.date(2026, 12, 31), True),
    )

    def test_adds_a_year_and_names_the_gap(self) -> None:
        calendar = published_calendar().with_year(year=2028, rows=[(dt.date(2028, 1, 3), True)])
        assert not calendar.is_working_day(dt.date(2028, 1, 3))
        assert calendar.is_working_day(dt.date(2028, 1, 4))
        with pytest.raises(CalendarYearUnknown) as caught:
            calendar.is_working_day(dt.date(2027, 1, 1))
        assert caught.value.facts == {"year": 2027, "known": "2004-2026, 2028"}

    def test_rows_change_neighbouring_years_too(self) -> None:
        calendar = published_calendar().with_year(year=2027, rows=self.rows)
        worked = [
            d for n in range(6) if calendar.is_working_day(d := dt.date(2026, 12, 30) + DAY * n)
        ]
        assert worked == [dt.date(2026, 12, 30), dt.date(2027, 1, 3), dt.date(2027, 1, 4)]

    def test_replaces_what_was_known_of_the_year(self) -> None:
        calendar = published_calendar().with_year(year=2025, rows=[(dt.date(2025, 1, 1), True)])
        assert calendar.is_working_day(dt.date(2025, 10, 1))
        assert not calendar.is_working_day(dt.date(2025, 1, 26))
        assert published_calendar().is_working_day(dt.date(2025, 1, 26))

    @pytest.mark.parametrize("rows", [(), [(dt.date(2026, 12, 31), True)]])
    def test_empty_list_is_no_year_without_holidays(
        self, rows: tuple[tuple[dt.date, bool], ...]
    ) -> None:
        with pytest.raises(CalendarYearEmpty):
            published_calendar().with_year(year=2027, rows=rows)


def holiday_rows(year: int) -> list[tuple[dt.date, bool]]:
    root = Path(os.environ.get("SHUXIN_DATA", Path(__file__).parents[3] / "shared" / "data"))
    path = root / "ref_holidays" / f"{year}.json"
    if not path.exists():
        pytest.skip(f"no holiday list of {year}: give the data directory in SHUXIN_DATA")
    listed = json.loads(path.read_text("utf-8"))["days"]
    return [(dt.date.fromisoformat(row["date"]), row["isOffDay"]) for row in listed]


@pytest.mark.real_data
class TestAgainstAnotherList:
    @pytest.mark.parametrize("year", range(2007, 2027))
    def test_two_lists_agree_on_every_listed_day(self, year: int) -> None:
        rows = holiday_rows(year)
        assert rows
        calendar = published_calendar()
        assert {day for day, is_off in rows if calendar.is_working_day(day) == is_off} == set()

    @pytest.mark.parametrize("year", range(2008, 2027))
    def test_two_lists_agree_on_every_day(self, year: int) -> None:
        published = published_calendar()
        rows = [row for near in (year - 1, year, year + 1) for row in holiday_rows(near)]
        other = published.with_year(year=year, rows=rows)
        days = [dt.date(year, 1, 1) + DAY * n for n in range(365)]
        assert [d for d in days if published.is_working_day(d) != other.is_working_day(d)] == []

    def test_year_not_yet_announced_is_refused(self) -> None:
        rows = holiday_rows(2027)
        if rows:
            pytest.skip("2027 has been announced in this copy of the list")
        with pytest.raises(CalendarYearEmpty):
            published_calendar().with_year(year=2027, rows=rows)
