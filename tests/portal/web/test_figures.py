"""Amounts, shares and times as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.portal.web.figures import china, china_day, count, percent, speak, yuan

AMOUNTS = st.integers(-(2**63), 2**63 - 1)
UNITS = {"元": 100, "万元": 10**6, "亿元": 10**10}


class TestYuan:
    @pytest.mark.parametrize(
        ("fen", "zh", "en"),
        [
            (0, "0.00\u00a0元", "CNY\u00a00.00"),
            (-12345, "-123.45\u00a0元", "CNY\u00a0-123.45"),
            (999_999, "9,999.99\u00a0元", "CNY\u00a09,999.99"),
            (1_000_000, "1\u00a0万元", "CNY\u00a010,000.00"),
            (123_456_789, "123.46\u00a0万元", "CNY\u00a01.23\u00a0million"),
            (1_234_567_890_123, "123.46\u00a0亿元", "CNY\u00a012.35\u00a0billion"),
            (None, "–", "–"),
        ],
    )
    def test_is_written_in_the_readers_units(self, fen: int | None, zh: str, en: str) -> None:
        assert yuan(fen, "zh") == zh
        assert yuan(fen, "en") == en

    @given(AMOUNTS)
    def test_is_right_to_half_of_its_last_digit(self, fen: int) -> None:
        figure, unit = yuan(fen, "zh").split("\u00a0")
        size = UNITS[unit]
        decimals = len(figure.partition(".")[2])
        from decimal import Decimal

        shown = Decimal(figure.replace(",", "")) * size
        assert abs(shown - fen) <= Decimal(size) / (2 * 10**decimals)

    def test_follows_the_language_of_the_answer(self) -> None:
        speak("en")
        assert yuan(100) == "CNY\u00a01.00"
        speak("zh")
        assert yuan(100) == "1.00\u00a0元"


class TestOthers:
    def test_times_are_those_of_china(self) -> None:
        late = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)
        assert china(late) == "2026-03-03 04:05"
        assert china_day(late) == "2026-03-03"
        assert china_day(date(2026, 3, 2)) == "2026-03-02"

    def test_counts_and_shares(self) -> None:
        assert (count(1412), count(0.5, 2), percent(0.1234), percent(1, 0)) == (
            "1,412",
            "0.50",
            "12.3%",
            "100%",
        )

    def test_what_is_missing_is_a_dash(self) -> None:
        assert {china(None), china_day(None), count(None), percent(None)} == {"–"}
