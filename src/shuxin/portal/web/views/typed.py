"""Amounts and rates as somebody typed them into a form: the number, or None where it is none."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from shuxin.kernel.money import InvalidAmount, Unit, parse_amount_fen

_LONGEST = 40
_WHOLE_BP = 10_000
_EXACT_FEN = 1 << 53  # what a browser's number still holds exactly


def amount_fen(typed: str, *, unit: Unit = Unit.TEN_THOUSAND_YUAN) -> int | None:
    """Fen of a typed amount in 万元 (or `unit`); None where it is no amount above nothing."""
    try:
        fen = parse_amount_fen(typed[:_LONGEST], unit=unit)
    except InvalidAmount:
        return None
    return fen if 0 < fen < _EXACT_FEN else None


def percent_bp(typed: str) -> int | None:
    """Basis points of per cent with at most two decimals, up to 100 %; None where it is none."""
    try:
        found = Decimal(typed[:_LONGEST].rstrip("%％").strip()) * 100
    except InvalidOperation:
        return None
    if not found.is_finite() or not 0 <= found <= _WHOLE_BP or found != int(found):
        return None
    return int(found)
