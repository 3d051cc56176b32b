from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.money import (
    AmountFinerThanFen,
    AmountTooLarge,
    Fen,
    InvalidAmount,
    Unit,
    amount_text,
    amount_with_unit,
    parse_amount_fen,
    unit_named,
)

LARGEST = 2**63 - 1
fen_values = st.integers(-LARGEST - 1, LARGEST)
small_values = st.integers(-(10**15), 10**15)
units = st.sampled_from(Unit)


class TestFen:
    @given(small_values, small_values, st.integers(-1000, 1000))
    def test_calculates_as_integers(self, a: int, b: int, times: int) -> None:
        assert Fen(a) + Fen(b) == Fen(a + b)
        assert Fen(a) - Fen(b) == Fen(a - b)
        assert Fen(a) * times == times * Fen(a) == Fen(a * times)
        assert -Fen(a) == Fen(-a)
        assert abs(Fen(a)) == Fen(abs(a))
        assert (Fen(a) < Fen(b)) == (a < b)
        assert bool(Fen(a)) == bool(a)

    @pytest.mark.parametrize("value", [1.0, True, "1", Decimal(1), None])
    def test_is_never_made_of_anything_else(self, value: object) -> None:
        with pytest.raises(TypeError):
            Fen(value)  # type: ignore[arg-type]

    def test_times_a_float_is_a_bug(self) -> None:
        with pytest.raises(TypeError):
            Fen(100) * 0.5  # type: ignore[operator]

    @pytest.mark.parametrize("value", [LARGEST + 1, -LARGEST - 2])
    def test_stays_within_64_bits(self, value: int) -> None:
        with pytest.raises(AmountTooLarge):
            Fen(value)
        with pytest.raises(AmountTooLarge):
            Fen(LARGEST) + Fen(1)

    @given(fen_values)
    def test_prints_what_it_reads(self, value: int) -> None:
        assert Fen.parse(str(Fen(value))) == Fen(value)


class TestParseAmountFen:
    @pytest.mark.parametrize(
        ("text", "fen"),
        [
            ("0", 0),
            ("-0.00", 0),
            ("12", 1_200),
            ("12.3", 1_230),
            ("12.34", 1_234),
            ("-12.34", -1_234),
            ("12.340000", 1_234),
            ("1,234.56", 123_456),
            ("1，234，567．89", 123_456_789),
            ("1 234 567.89", 123_456_789),
            ("1'234.50", 123_450),
            ("１２３．４５", 12_345),
            ("¥1,234.56", 123_456),
            ("￥-5", -500),
            ("-¥5", -500),
            ("人民币12.5万元整", 12_500_000),
            ("CNY 7", 700),
            ("12.5万元", 12_500_000),
            ("12.5万", 12_500_000),
            ("3千元", 300_000),
            ("0.00000001亿元", 100),
            ("1.2亿", 12_000_000_000),
            ("2百万元", 200_000_000),
            ("7分", 7),
            ("100元整", 10_000),
            ("负3.5元", -350),
            ("(1,234.56)", -123_456),
            ("（1,234.56）", -123_456),
            ("−5", -500),
            ("+5", 500),
            ("1.5E7", 1_500_000_000),
            ("1.2e-1", 12),
            (" 5 ", 500),
            ("92233720368547758.07", LARGEST),
        ],
    )
    def test_reads_what_offices_write(self, text: str, fen: int) -> None:
        assert parse_amount_fen(text, unit=Unit.YUAN) == fen

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "-",
            "元",
            "abc",
            "1,23",
            "1,2345",
            "1,234 567",
            "12,345,6",
            "1.2.3",
            "(5",
            "5)",
            "(-5)",
            "--5",
            "-¥-5",
            "负-5",
            "1万2千元",
            "$5",
            "NaN",
            "Infinity",
            "1_000",
            "٣",
            "5 美元",
            ".5",
            "5.",
        ],
    )
    def test_refuses_what_is_not_an_amount(self, text: str) -> None:
        with pytest.raises(InvalidAmount) as caught:
            parse_amount_fen(text, unit=Unit.YUAN)
        assert caught.value.code == "amount_invalid"

    @pytest.mark.parametrize("text", ["0.001", "12.345", "0.0000001万元", "1.5分", "1e-3"])
    def test_refuses_parts_of_a_fen(self, text: str) -> None:
        with pytest.raises(AmountFinerThanFen):
            parse_amount_fen(text, unit=Unit.YUAN)

    @pytest.mark.parametrize("text", ["92233720368547758.08", "9e99", "1" * 30])
    def test_refuses_what_64_bits_cannot_hold(self, text: str) -> None:
        with pytest.raises(AmountTooLarge):
            parse_amount_fen(text, unit=Unit.YUAN)

    @given(st.decimals(-(10**8), 10**8, places=4, allow_nan=False), units)
    def test_is_exact_or_refuses(self, number: Decimal, unit: Unit) -> None:
        exact = number * unit.value
        if exact == exact.to_integral_value():
            assert parse_amount_fen(f"{number:f}", unit=unit) == int(exact)
        else:
            with pytest.raises(AmountFinerThanFen):
                parse_amount_fen(f"{number:f}", unit=unit)

    @given(small_values)
    def test_quick_and_careful_reading_agree(self, fen: int) -> None:
        plain = f"{Decimal(fen) / 100:.2f}"
        assert parse_amount_fen(plain, unit=Unit.YUAN) == fen
        assert parse_amount_fen(f"{plain}元", unit=Unit.YUAN) == fen

    @given(st.text(max_size=12))
    def test_any_text_is_read_or_refused(self, text: str) -> None:
        try:
            fen = parse_amount_fen(text, unit=Unit.YUAN)
        except InvalidAmount:
            return
        assert -LARGEST - 1 <= fen <= LARGEST

    def test_unit_of_the_text_goes_before_the_columns(self) -> None:
        assert parse_amount_fen("5", unit=Unit.TEN_THOUSAND_YUAN) == 5_000_000
        assert parse_amount_fen("5元", unit=Unit.TEN_THOUSAND_YUAN) == 500


class TestAmountText:
    @given(fen_values, units)
    def test_exact_text_reads_back(self, fen: int, unit: Unit) -> None:
        assert parse_amount_fen(amount_text(fen, unit=unit), unit=unit) == fen
        assert parse_amount_fen(amount_with_unit(fen, unit=unit), unit=Unit.YUAN) == fen

    @pytest.mark.parametrize(
        ("fen", "unit", "places", "text"),
        [
            (123_456_789, Unit.YUAN, None, "1,234,567.89元"),
            (100, Unit.YUAN, None, "1.00元"),
            (12_500_000, Unit.TEN_THOUSAND_YUAN, None, "12.5万元"),
            (10_000_000, Unit.TEN_THOUSAND_YUAN, None, "10万元"),
            (12_345_000_000, Unit.HUNDRED_MILLION_YUAN, 2, "1.23亿元"),
            (-12_500_000_000, Unit.HUNDRED_MILLION_YUAN, 1, "-1.3亿元"),
            (150, Unit.YUAN, 0, "2元"),
        ],
    )
    def test_shows_it_for_people(self, fen: int, unit: Unit, places: int | None, text: str) -> None:
        assert amount_with_unit(fen, unit=unit, places=places) == text


class TestUnitNamed:
    @pytest.mark.parametrize(
        ("name", "unit"),
        [
            ("元", Unit.YUAN),
            ("万元", Unit.TEN_THOUSAND_YUAN),
            ("万", Unit.TEN_THOUSAND_YUAN),
            ("亿元", Unit.HUNDRED_MILLION_YUAN),
            ("千元", Unit.THOUSAND_YUAN),
            ("分", Unit.FEN),
        ],
    )
    def test_knows_the_units_of_offices(self, name: str, unit: Unit) -> None:
        assert unit_named(name) is unit

    @pytest.mark.parametrize("name", ["", "美元", "元元", "yuan"])
    def test_refuses_others(self, name: str) -> None:
        with pytest.raises(InvalidAmount):
            unit_named(name)
