"""Intervals (置信区间) of 95 percent for shares, ratios of shares, means and medians. Pure, no numpy."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and where the truth lies with 95 percent; low and high None where it cannot be said."""

    value: float
    low: float | None
    high: float | None


def share(top: int, base: int) -> Estimate | None:
    """Wilson's interval (1927); None without a base."""
    if base == 0:
        return None
    p, z2 = top / base, Z * Z
    middle = (p + z2 / (2 * base)) / (1 + z2 / base)
    half = Z / (1 + z2 / base) * math.sqrt(p * (1 - p) / base + z2 / (4 * base * base))
    return Estimate(p, max(0.0, middle - half), min(1.0, middle + half))


def ratio_of_shares(top: int, base: int, other_top: int, other_base: int) -> Estimate | None:
    """How many times the other group's share this one's is, by Katz and others (1978); None without a share."""
    if not (base and other_base and top and other_top):
        return None
    value = (top / base) / (other_top / other_base)
    spread = math.sqrt(1 / top - 1 / base + 1 / other_top - 1 / other_base)
    return Estimate(value, value * math.exp(-Z * spread), value * math.exp(Z * spread))


def mean(values: Sequence[float]) -> Estimate | None:
    """With the normal interval; None of nothing."""
    if not values:
        return None
    middle = math.fsum(values) / len(values)
    if len(values) == 1:
        return Estimate(middle, None, None)
    spread = math.fsum((v - middle) ** 2 for v in values) / (len(values) - 1)
    half = Z * math.sqrt(spread / len(values))
    return Estimate(middle, middle - half, middle + half)


def median(values: Sequence[float]) -> Estimate | None:
    """With the interval between two of the values themselves, by the normal form of the sign test."""
    if not values:
        return None
    ordered, n = sorted(values), len(values)
    middle = (ordered[(n - 1) // 2] + ordered[n // 2]) / 2
    half = Z * math.sqrt(n) / 2
    low, high = math.floor(n / 2 - half), math.ceil(n / 2 + half)
    if low < 0 or high > n - 1:
        return Estimate(middle, None, None)
    return Estimate(middle, ordered[low], ordered[high])
