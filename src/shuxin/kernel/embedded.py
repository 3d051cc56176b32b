"""Numbers found inside longer text, with their places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T_co = TypeVar("T_co", covariant=True)

_HALF_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)} | {
    ord("Ｘ"): "X",
    ord("ｘ"): "x",
    ord("－"): "-",
    ord("　"): " ",
}


@dataclass(frozen=True, slots=True)
class Embedded(Generic[T_co]):
    """``text[start:end]`` spells ``number``."""

    start: int
    end: int
    number: T_co


def half_width(text: str) -> str:
    """Full-width digits, X, hyphen and space as ASCII; every symbol keeps its place."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)
