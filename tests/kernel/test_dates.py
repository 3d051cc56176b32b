import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.dates import (
    CHINA_TIME,
    DateSpelling,
    parse_date_text,
    read_date,
    spellings_of,
)

S = DateSpelling
DAY = dt.date(2024, 1, 5)
MOMENT = dt.datetime(2024, 1, 5, 13, 20, 11, tzinfo=CHINA_TIME)
FIRST = dt.date(2024, 1, 1)
ORDERED = {S.DAY_FIRST, S.MONTH_FIRST, S.DAY_FIRST_TIME, S.MONTH_FIRST_TIME}

near_days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
near_moments = st.builds(
    lambda day, seconds: (
        dt.datetime.combine(day, dt.time(), tzinfo=CHINA_TIME) + dt.timedelta(seconds=seconds)
    ),
    near_days,
    st.integers(0, 86_399),
)

WRITE_DAY = {
    S.DASH: "{0:%Y-%m-%d}",
    S.SLASH: "{0.year}/{0.month}/{0.day}",
    S.DOT: "{0.year}.{0.month}.{0.day}",
    S.COMPACT: "{0:%Y%m%d}",
    S.CHINESE: "{0.year}年{0.month}月{0.day}日",
    S.DAY_FIRST: "{0.day}/{0.month}/{0.year}",
    S.MONTH_FIRST: "{0.month}-{0.day}-{0.year}",
}
WRITE_MOMENT = {
    S.DAY_FIRST_TIME: "{0.day}/{0.month}/{0.year} {0.hour}:{0.minute:02}:{0.second:02}",
    S.MONTH_FIRST_TIME: "{0.month}/{0.day}/{0.year} {0.hour}:{0.minute:02}:{0.second:02}",
    S.DASH_TIME: "{0:%Y-%m-%d %H:%M:%S}",
    S.SLASH_TIME: "{0.year}/{0.month}/{0.day} {0:%H:%M:%S}.0",
    S.COMPACT_TIME: "{0:%Y%m%d%H%M%S}",
    S.CHINESE_TIME: "{0.year}年{0.month}月{0.day}日 {0.hour}时{0.minute}分{0.second}秒",
    S.ISO_TIME: "{0:%Y-%m-%dT%H:%M:%S}+08:00",
}
WRITE_MONTH = {
    S.DASH_MONTH: "{0:%Y-%m}",
    S.SLASH_MONTH: "{0.year}/{0.month}",
    S.DOT_MONTH: "{0:%Y.%m}",
    S.COMPACT_MONTH: "{0:%Y%m}",
    S.CHINESE_MONTH: "{0.year}年{0.month}月",
}


def numerals(number: int) -> str:
    """11 to 十一, 20 to 二十, up to 99."""
    tens, units = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{'〇一二三四五六七八九'[tens]}十"
    return ten + ("" if units == 0 else "〇一二三四五六七八九"[units])


class TestReadDate:
    @given(near_days, st.sampled_from(sorted(WRITE_DAY)))
    def test_days_read_back(self, day: dt.date, spelling: DateSpelling) -> None:
        text = WRITE_DAY[spelling].format(day)
        assert read_date(text, spelling=spelling) == day
        assert spelling in spellings_of(text)

    @given(near_days)
    def test_chinese_numerals_read_back(self, day: dt.date) -> None:
        year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
        text = f"{year}年{numerals(day.month)}月{numerals(day.day)}日"
        assert read_date(text, spelling=S.CHINESE_NUMERALS) == day
        assert spellings_of(text.replace("〇", "○")) == {S.CHINESE_NUMERALS}

    @given(near_moments, st.sampled_from(sorted(WRITE_MOMENT)))
    def test_moments_read_back_aware(self, moment: dt.datetime, spelling: DateSpelling) -> None:
        text = WRITE_MOMENT[spelling].format(moment)
        found = read_date(text, spelling=spelling)
        assert found == moment
        assert isinstance(found, dt.datetime)
        assert found.utcoffset() == dt.timedelta(hours=8)

    @given(near_days, st.sampled_from(sorted(WRITE_MONTH)))
    def test_months_read_as_their_first_day(self, day: dt.date, spelling: DateSpelling) -> None:
        text = WRITE_MONTH[spelling].format(day)
        assert read_date(text, spelling=spelling) == day.replace(day=1)
        assert spelling.precision == "month"

    @given(near_days)
    def test_years_read_as_their_first_day(self, day: dt.date) -> None:
        assert read_date(f"{day.year}年", spelling=S.CHINESE_YEAR) == day.replace(month=1, day=1)

    @given(st.dates(dt.date(1990, 1, 1), dt.date(2079, 12, 31)))
    def test_serial_numbers_count_days(self, day: dt.date) -> None:
        serial = (day - dt.date(1899, 12, 30)).days
        assert read_date(str(serial), spelling=S.SERIAL) == day
        assert read_date(f"{serial}.0", spelling=S.SERIAL) == day
        noon = dt.datetime.combine(day, dt.time(12), tzinfo=CHINA_TIME)
        assert read_date(f"{serial}.5", spelling=S.SERIAL) == noon

    @pytest.mark.parametrize("text", ["32873", "65746", "4529", "452960", "-45296", "4.5296"])
    def test_other_serial_numbers_are_none(self, text: str) -> None:
        assert read_date(text, spelling=S.SERIAL) is None

    @given(st.text(max_size=20), st.sampled_from(DateSpelling))
    def test_never_fails(self, text: str, spelling: DateSpelling) -> None:
        read_date(text, spelling=spelling)


class TestSpellingsOf:
    @pytest.mark.parametrize("spelling", DateSpelling)
    def test_value_of_each_is_an_example(self, spelling: DateSpelling) -> None:
        found = read_date(spelling.value, spelling=spelling)
        assert found is not None
        assert {"day": found == DAY, "time": isinstance(found, dt.datetime)}.get(
            spelling.precision, found == FIRST
        )

    @given(
        st.text("0123456789-/.:年月日时分秒 TZ一二十〇", max_size=20)
        | near_days.flatmap(
            lambda day: st.sampled_from([form.format(day) for form in WRITE_DAY.values()])
        )
    )
    def test_only_day_and_month_order_is_ambiguous(self, text: str) -> None:
        assert len(spellings_of(text) - ORDERED) <= 1

    @given(st.integers(0, 99_999_999))
    def test_serial_numbers_are_never_offered(self, number: int) -> None:
        assert S.SERIAL not in spellings_of(str(number))

    @pytest.mark.parametrize(
        ("text", "spellings"),
        [
            ("5/1/2024", {S.DAY_FIRST, S.MONTH_FIRST}),
            ("13/1/2024", {S.DAY_FIRST}),
            ("1/13/2024", {S.MONTH_FIRST}),
            ("2024-1-5", {S.DASH}),
            ("2024-01-05 13:20", {S.DASH_TIME}),
            ("2024-01-05 13:20:11.0", {S.DASH_TIME}),
            ("2024年1月5日 13:20:11", {S.CHINESE_TIME}),
            ("2024年1月5日13时20分", {S.CHINESE_TIME}),
            ("２０２４年１月５日", {S.CHINESE}),
            ("2024-01-05T00:00:00Z", {S.ISO_TIME}),
            (" 202401 ", {S.COMPACT_MONTH}),
            ("2023-02-30", set()),
            ("20230230", set()),
            ("2023-13", set()),
            ("2024-01-05 24:00:00", set()),
            ("二〇二四年十三月一日", set()),
            ("0000-00-00", set()),
            ("2024", set()),
            ("45296", set()),
            ("34990101", set()),
            ("340102", set()),
            ("2024-01/05", set()),
            ("1/5-2024", set()),
            ("", set()),
        ],
    )
    def test_examples(self, text: str, spellings: set[DateSpelling]) -> None:
        assert spellings_of(text) == spellings

    def test_column_has_one_spelling_left(self) -> None:
        column = ["5/1/2024", "6/2/2024", "25/12/2023"]
        assert frozenset.intersection(*map(spellings_of, column)) == {S.DAY_FIRST}


class TestParseDateText:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2024-01-05", DAY),
            ("2024/1/5", DAY),
            ("2024.1.5", DAY),
            ("20240105", DAY),
            ("2024年1月5日", DAY),
            ("二〇二四年一月五日", DAY),
            ("二零二四年一月五号", DAY),
            ("二〇二三年十二月廿五日", dt.date(2023, 12, 25)),
            ("2024年1月", FIRST),
            ("2024-01", FIRST),
            ("2024年", FIRST),
            ("2024-01-05 13:20:11", MOMENT),
            ("2024-01-05 13:20:11.0", MOMENT),
            ("2024-01-05 13:20:11.1234567", MOMENT.replace(microsecond=123_456)),
            ("2024-01-05T05:20:11Z", MOMENT),
            ("2024-01-05T13:20:11", MOMENT),
            ("2024-01-05T00:20:11-0500", MOMENT),
            ("9999-12-31", dt.date.max),
            ("5/1/2024", None),
            ("13/1/2024", None),
            ("45296", None),
            ("2023-02-30", None),
            ("昨天", None),
        ],
    )
    def test_reads_what_needs_no_order(
        self, text: str, value: dt.date | dt.datetime | None
    ) -> None:
        assert parse_date_text(text) == value

    def test_order_must_be_asked_for(self) -> None:
        assert parse_date_text("5/1/2024", order="day_first") == DAY
        assert parse_date_text("5/1/2024", order="month_first") == dt.date(2024, 5, 1)
        assert parse_date_text("13/1/2024", order="month_first") is None
        assert parse_date_text("45296", order="serial") == DAY
        assert parse_date_text("2024-01-05", order="serial") == DAY
