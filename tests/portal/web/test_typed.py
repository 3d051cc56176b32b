"""Amounts and rates that somebody typed: a number, or none, and never an error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.money import Unit
from shuxin.portal.web.views.typed import amount_fen, percent_bp

FEN_OF_10_000_YUAN = 1_000_000


@pytest.mark.parametrize(
    ("typed", "fen"),
    [("50", 50_000_000), ("1.5", 1_500_000), ("12万元", 12_000_000), ("0", None), ("-3", None),
     ("", None), ("many", None), ("9" * 30, None), ("0.0000001", None)],
)  # fmt: skip
def test_amounts_are_above_nothing_and_exact(typed: str, fen: int | None) -> None:
    assert amount_fen(typed) == fen


def test_the_unit_is_the_one_asked_for() -> None:
    assert amount_fen("50", unit=Unit.YUAN) == 5_000


@pytest.mark.parametrize(
    ("typed", "bp"),
    [("3.85", 385), ("3.85%", 385), (" 4 ％", 400), ("0", 0), ("100", 10_000), ("100.01", None),
     ("3.855", None), ("-1", None), ("NaN", None), ("Infinity", None), ("", None), ("%", None)],
)  # fmt: skip
def test_rates_have_two_decimals_at_most(typed: str, bp: int | None) -> None:
    assert percent_bp(typed) == bp


@given(st.text())
def test_whatever_is_typed_is_answered(typed: str) -> None:
    fen, bp = amount_fen(typed), percent_bp(typed)
    assert fen is None or 0 < fen < 1 << 53
    assert bp is None or 0 <= bp <= 10_000


@given(st.integers(1, (1 << 53) // FEN_OF_10_000_YUAN))
def test_whole_amounts_come_back(amount: int) -> None:
    assert amount_fen(str(amount)) == amount * FEN_OF_10_000_YUAN
