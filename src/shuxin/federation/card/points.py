"""Whole points of a bin from coefficient, WOE and scale: in exact fractions, so that all parties find the same.

Of n characteristics the sum of rounded points differs from the exact sum by at most n/2, and the base points, which
carry intercept and offset, by at most 1/2 more.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.scoring.api import Scaling

GRID = 1 << 16
"""A holder's coefficient is a whole number of 1/GRID."""
HUNDREDTHS = 100
"""A holder's WOE is a whole number of hundredths."""


def bin_points(*, coefficient: float, woe: float, factor: float) -> int:
    """Whole points of one bin; a half goes to the even number. ``factor``: points per unit of log-odds."""
    return round(Fraction(coefficient) * Fraction(woe) * Fraction(factor))


def holder_points(*, coefficient: int, woe: Sequence[int], factor: float) -> tuple[int, ...]:
    """Points of each bin, and of UNSEEN last, from a coefficient on the grid and WOE in hundredths."""
    each = Fraction(coefficient, GRID * HUNDREDTHS) * Fraction(factor)
    return (*(round(each * hundredths) for hundredths in woe), 0)


def base_points(*, intercept: float, scaling: Scaling) -> int:
    """Whole points before any characteristic."""
    return round(Fraction(intercept) * Fraction(scaling.factor) + Fraction(scaling.offset))


def rounded_mean(total: int, count: int, /) -> int:
    """The whole number next to total/count; a half goes to the even one."""
    return round(Fraction(total, count))
