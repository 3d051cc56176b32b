from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.text import Text
from shuxin.scoring.charts import axes, model_plots, report_plots
from shuxin.scoring.evaluation import intervals, stability
from shuxin.scoring.report import glyphs, labels, model_report, numbers, pen
from shuxin.scoring.report.glyphs import (
    FontMissing,
    GlyphMissing,
    characters_of,
    check_glyphs,
    substituted,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORDED = (axes, model_plots, report_plots, intervals, stability, labels, model_report, numbers, pen)


def own_words(value: object) -> Iterator[Text]:
    """Every Text that a module's constants hold."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from own_words(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from own_words(one)


ALL_WORDS = [
    text for module in WORDED for value in vars(module).values() for text in own_words(value)
]


class TestOwnWords:
    def test_are_found(self) -> None:
        assert len(ALL_WORDS) > 100

    @pytest.mark.parametrize("words", ALL_WORDS, ids=lambda words: words.en)
    def test_are_in_both_languages_and_printable(self, words: Text, fonts: Path) -> None:
        known = characters_of(fonts)
        assert words.en.strip()
        assert words.zh.strip()
        assert words.en.replace("〓", "").isascii() or "–" in words.en
        assert set(words.en) <= known
        assert set(words.zh) <= known


class TestSubstitution:
    @given(st.text(max_size=30), st.frozensets(st.characters(), max_size=40))
    def test_keeps_what_can_be_printed_and_names_the_rest(
        self, text: str, printable: frozenset[str]
    ) -> None:
        shown, lost = substituted(text, printable=printable)
        assert len(shown) == len(text)
        for before, after in zip(text, shown, strict=True):
            assert after == ("〓" if before in lost else before)
            assert (before in lost) == (before not in printable or not before.isprintable())

    def test_a_browser_loses_only_what_nobody_sees(self) -> None:
        shown, lost = substituted("𠮷\x00\u202e\ud800", printable=None)
        assert shown == "𠮷〓〓〓"
        assert lost == {"\x00", "\u202e", "\ud800"}


class TestCheck:
    def test_names_the_code_points(self) -> None:
        with pytest.raises(GlyphMissing, match=r"U\+0042, U\+20BB7"):
            check_glyphs(["A", "B𠮷\n"], printable=frozenset("A"))

    def test_tells_that_a_font_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(FontMissing, match="NotoSansSC-Regular"):
            characters_of(tmp_path)

    def test_the_font_has_the_substitute_itself(self, fonts: Path) -> None:
        assert glyphs.SUBSTITUTE in characters_of(fonts)
