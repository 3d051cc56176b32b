from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.report.content import Measure, Quantity
from shuxin.scoring.report.numbers import money_text, quantity_text, rate_text

UNITLESS = {Measure.COUNT, Measure.NUMBER}


def number_in(text: str) -> Decimal:
    kept = text.replace("−", "-").removeprefix("CNY ").rstrip("万元").replace(",", "")
    return Decimal(kept.removeprefix("CNY "))


class TestMoney:
    @given(st.integers(-(1 << 60), 1 << 60))
    def test_is_the_amount_rounded_half_up(self, fen: int) -> None:
        yuan, is_large = Decimal(fen) / 100, abs(fen) >= 1_000_000
        english = yuan.quantize(Decimal(1) if is_large else Decimal("0.01"), ROUND_HALF_UP)
        chinese = yuan / 10_000 if is_large else yuan
        sign = -1 if fen < 0 else 1
        shown = money_text(fen, language="en").replace("−", "")
        assert sign * number_in(shown) == english
        found = sign * number_in(money_text(fen, language="zh").replace("−", ""))
        assert found == chinese.quantize(Decimal("0.01"), ROUND_HALF_UP)

    def test_reads_as_people_write_it(self) -> None:
        assert money_text(86_000_000, language="zh") == "86.00万元"
        assert money_text(86_000_000, language="en") == "CNY 860,000"
        assert money_text(-123_456, language="zh") == "−1,234.56元"
        assert money_text(-123_456, language="en") == "CNY −1,234.56"


class TestQuantity:
    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("measure", Measure)
    def test_missing_is_no_data_and_never_zero(self, measure: Measure, language: str) -> None:
        text = quantity_text(Quantity(None, measure), language=language)
        assert text == {"en": "no data", "zh": "无数据"}[language]
        assert quantity_text(Quantity(0, measure), language=language) != text

    @pytest.mark.parametrize("language", ["en", "zh"])
    @pytest.mark.parametrize("measure", sorted(set(Measure) - UNITLESS))
    def test_names_its_unit(self, measure: Measure, language: str) -> None:
        text = quantity_text(Quantity(12, measure), language=language)
        assert set(text) - set("0123456789.,− ")

    def test_shares_and_rates_are_percent(self) -> None:
        assert quantity_text(Quantity(0.523, Measure.SHARE), language="en") == "52.3%"
        assert quantity_text(Quantity(435, Measure.RATE_BP), language="zh") == "4.35%"
        assert rate_text(-12.5) in {"−0.12%", "−0.13%"}
