from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.scoring.report.samples import credit_report, named

from shuxin.scoring.report.html import report_html

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])
VOID = {"meta"}


class Reader(HTMLParser):
    """Checks that tags close in order; keeps tags, attributes and visible words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


class TestPage:
    @LANGUAGES
    def test_needs_nothing_from_elsewhere(self, language: str) -> None:
        page = report_html(report=credit_report(), language=language)
        reader = read(page)
        assert not {
            "script",
            "link",
            "img",
            "iframe",
            "object",
            "base",
            "form",
            "a",
            "use",
            "image",
        } & set(reader.tags)
        assert not {"src", "href", "xlink:href", "style"} & {
            name for _, name, _ in reader.attributes
        }
        assert not [name for _, name, _ in reader.attributes if name.startswith("on")]
        without_namespace = page.replace('xmlns="http://www.w3.org/2000/svg"', "")
        assert not re.search(r"https?:|//\w|url\(|@import", without_namespace)

    @LANGUAGES
    def test_says_its_language_and_has_headings_in_order(self, language: str) -> None:
        reader = read(report_html(report=credit_report(), language=language))
        assert ("html", "lang", {"en": "en", "zh": "zh-CN"}[language]) in reader.attributes
        headings = [tag for tag in reader.tags if re.fullmatch(r"h[1-6]", tag)]
        assert headings[0] == "h1"
        assert set(headings[1:]) == {"h2"}

    def test_every_head_of_a_table_has_a_scope(self) -> None:
        reader = read(report_html(report=credit_report(), language="en"))
        scopes = [value for tag, name, value in reader.attributes if (tag, name) == ("th", "scope")]
        assert len(scopes) == reader.tags.count("th") > 0
        assert set(scopes) == {"col", "row"}

    @given(st.text(max_size=60))
    def test_shows_any_name_as_text(self, name: str) -> None:
        page = report_html(report=named("X" + name), language="en")
        shown = "".join(sign if sign.isprintable() else "〓" for sign in "X" + name)
        assert shown in read(page).words
        page.encode("utf-8")

    def test_does_not_run_hostile_words(self) -> None:
        hostile = '<script>alert(1)</script><svg onload="x"></style></main>&lt;b&gt;'
        report = named(hostile)
        report = replace(report, contact=hostile, who=replace(report.who, reader=hostile))
        report = replace(
            report,
            groups=tuple(replace(one, group=hostile) for one in report.groups),
            caps=tuple(replace(one, name=hostile, formula=hostile) for one in report.caps),
        )
        page = report_html(report=report, language="zh")
        tame = read(report_html(report=credit_report(), language="zh"))
        assert read(page).tags == tame.tags
        assert hostile in read(page).words

    def test_is_the_same_every_time(self) -> None:
        pages = {report_html(report=credit_report(), language="zh") for _ in range(3)}
        assert len(pages) == 1

    def test_the_english_page_has_no_chinese_left(self) -> None:
        report = named("Example Ltd")
        report = replace(report, who=replace(report.who, reader="Example Bank"))
        words = "".join(read(report_html(report=report, language="en")).words)
        assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", words) == []

    def test_the_chinese_page_has_no_english_left(self) -> None:
        words = " ".join(read(report_html(report=credit_report(), language="zh")).words)
        left = set(re.findall(r"[A-Za-z]{2,}", words)) - {"AUC", "KS", "BB", "AA", "MA"}
        known = {"flow", "loan", "card"}
        assert {word for word in left if not re.fullmatch(r"[a-f]+", word)} == known


class TestFigures:
    @LANGUAGES
    def test_missing_data_are_called_so(self, language: str) -> None:
        words = read(report_html(report=credit_report(), language=language)).words
        assert {"en": "no data", "zh": "无数据"}[language] in words

    @LANGUAGES
    def test_the_decision_comes_with_its_units(self, language: str) -> None:
        words = read(report_html(report=credit_report(), language=language)).words
        expected = {
            "en": ("CNY 860,000", "4.35%", "12 months", "46 buyers", "3.12%"),
            "zh": ("86.00万元", "4.35%", "12 个月", "46 家", "3.12%"),
        }
        assert set(expected[language]) <= set(words)
