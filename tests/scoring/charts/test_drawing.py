from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.charts.drawing import Drawing, fitted, number, text_width, visible


class TestDrawing:
    @given(st.text(max_size=40), st.text(max_size=40))
    def test_any_words_stay_words(self, title: str, words: str) -> None:
        drawing = Drawing(height=100, title=title, description=words)
        drawing.text(words, x=1, y=2)
        root = ET.fromstring(drawing.svg().encode("utf-8"))  # noqa: S314 - our own text
        read = ["".join(one.itertext()) for one in root]
        assert read[:2] == [visible(title), visible(words)]
        assert read[-1].rstrip("\n") == visible(words)

    @given(st.floats(-1e6, 1e6))
    def test_numbers_are_short_and_near(self, value: float) -> None:
        text = number(value)
        assert abs(float(text) - value) <= 0.005 + 1e-9
        assert text != "-0"
        assert "e" not in text


class TestFitting:
    @given(st.text(max_size=40), st.floats(20, 300))
    def test_is_never_wider_than_its_place(self, words: str, width: float) -> None:
        found = fitted(words, width=width, size=12)
        assert text_width(found, size=12) <= width or found == "…"
        assert found == words or words.startswith(found[:-1])
