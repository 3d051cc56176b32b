"""The table part: what an address asks for is what is shown, and the file holds it all."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Column, Filter, Kind, State, Table

GOOD, BAD = State(Text(en="good", zh="好"), "good"), State(Text(en="bad", zh="坏"), "bad")
COLUMNS = (
    Column("name", Text(en="Name", zh="名称"), link="url"),
    Column("n", Text(en="Number", zh="数量"), kind=Kind.NUMBER),
    Column("fen", Text(en="Amount", zh="金额"), kind=Kind.FEN),
    Column("at", Text(en="Time", zh="时间"), kind=Kind.TIME),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
)
AT = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"name": "甲公司", "n": 3, "fen": 123_456_789, "at": AT, "state": GOOD, "url": "/a"},
    {"name": "乙公司", "n": 10, "fen": None, "at": AT, "state": BAD},
    {"name": "ＡＢＣ Ltd", "n": None, "fen": 5, "at": None, "state": GOOD},
]


def table(rows: list[dict[str, Any]] = ROWS, *, language: str = "zh", **asked: str) -> Table:
    query = urlencode({f"t-{key}": value for key, value in asked.items()})
    request = RequestFactory().get(f"/x?{query}")
    request.COOKIES["language"] = language
    state = Filter("state", Text(en="State", zh="状态"))
    return Table.shown(request, name="t", columns=COLUMNS, rows=rows, filters=(state,), per_page=2)


def names(shown: Table) -> list[str]:
    return [row[0].text for row in shown.rows]


class TestSearch:
    @pytest.mark.parametrize("query", ["abc", "ａｂｃ", "ltd ABC", "好 ltd"])
    def test_finds_whatever_the_width_case_and_order(self, query: str) -> None:
        assert names(table(q=query)) == ["ＡＢＣ Ltd"]

    def test_finds_figures_as_they_are_shown(self) -> None:
        assert names(table(q="123.46")) == ["甲公司"]

    def test_says_how_many_of_how_many(self) -> None:
        shown = table(q="公司")
        assert (shown.found_text, shown.total_text, shown.is_narrowed) == ("2", "3", True)


class TestFilter:
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_the_same_address_in_both_languages(self, language: str) -> None:
        assert names(table(language=language, state="bad")) == ["乙公司"]

    def test_offers_the_values_in_the_readers_language(self) -> None:
        assert [option.text for option in table(language="en").filters[0][2]] == ["good", "bad"]

    def test_an_unknown_value_shows_all(self) -> None:
        assert len(table(state="nobody").found) == 3


class TestOrder:
    def test_is_by_value_not_by_words_and_nothing_comes_last(self) -> None:
        assert [row["n"] for row in table(sort="n").found] == [3, 10, None]
        assert [row["n"] for row in table(sort="-n").found] == [10, 3, None]

    def test_is_announced_and_turned_by_the_heading(self) -> None:
        head = table(sort="n").heads[1]
        assert head.sorted_as == "ascending"
        assert parse_qs(urlsplit(head.url).query) == {"t-sort": ["-n"]}
        assert table(sort="-n").heads[1].sorted_as == "descending"

    def test_by_an_unknown_column_is_none(self) -> None:
        assert table(sort="password").found == ROWS


class TestPages:
    @pytest.mark.parametrize(
        ("asked", "page"),
        [("", 1), ("2", 2), ("9", 2), ("0", 1), ("-1", 1), ("x", 1), ("²", 1), ("9" * 5000, 1)],
        ids=lambda value: str(value)[:9],
    )
    def test_are_always_there(self, asked: str, page: int) -> None:
        assert table(page=asked).page == page

    def test_hold_every_row_once(self) -> None:
        assert names(table(page="1")) + names(table(page="2")) == [row["name"] for row in ROWS]

    def test_turning_one_keeps_what_others_on_the_page_ask(self) -> None:
        request = RequestFactory().get("/x?other-q=1&t-sort=n&t-page=1")
        shown = Table.shown(request, name="t", columns=COLUMNS, rows=ROWS, per_page=2)
        assert parse_qs(urlsplit(shown.after_url).query) == {
            "other-q": ["1"],
            "t-sort": ["n"],
            "t-page": ["2"],
        }


def lines(shown: Table) -> list[list[str]]:
    text = shown.file().content.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


class TestFile:
    def test_holds_all_rows_found_exactly(self) -> None:
        found = lines(table(csv="1", sort="n"))
        assert found[0] == ["名称", "数量", "金额", "时间", "状态"]
        assert found[1] == ["甲公司", "3", "1234567.89", "2026-03-03T04:05:00+08:00", "好"]
        assert len(found) == 4

    def test_is_wanted_only_when_asked_for(self) -> None:
        assert table(csv="1").wanted_as_file
        assert not table().wanted_as_file
        assert table(csv="1").file()["Content-Disposition"].startswith("attachment")

    @given(st.text(max_size=20))
    def test_no_cell_is_a_formula(self, name: str) -> None:
        cell = lines(table([{"name": name}], csv="1"))[1][0] if name.strip("\r\n") else ""
        assert not cell.lstrip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
        assert not cell.startswith(("\t", "\r"))

    @pytest.mark.parametrize("name", ["=1+1", " =1+1", "\t=1", "+86", "-1", "@SUM(A1)", "＝1"])
    def test_text_that_looks_like_one_begins_with_an_apostrophe(self, name: str) -> None:
        assert lines(table([{"name": name}]))[1][0] == f"'{name}"

    def test_a_negative_number_stays_one(self) -> None:
        assert lines(table([{"name": "x", "n": -5, "fen": -150}]))[1][1:3] == ["-5", "-1.50"]


def test_an_empty_cell_of_a_filtered_column_hides_nothing() -> None:
    rows = [{"name": "甲公司", "state": ""}, {"name": "乙公司", "state": GOOD}]
    shown = table(rows)
    assert shown.total == len(shown.found) == 2
    assert [len(options) for _, _, options in shown.filters] == [1]
