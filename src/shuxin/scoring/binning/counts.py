"""Weight of evidence, information value and bad rates of bins, from their counts alone.

WOE is positive where the good are: ``ln(share of the good in the bin / share of the bad in the bin)``.
Half of the libraries use the opposite sign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    FloatArray: TypeAlias = NDArray[np.float64]

SMOOTHING = 0.5


def woe_of_counts(*, good: ArrayLike, bad: ArrayLike) -> FloatArray:
    """Weight of evidence (证据权重) of each bin, natural logarithm, smoothed by one half a bin.

    Args:
        good: (k,) counts of the good.
        bad: (k,) counts of the bad.

    Returns:
        (k,) ``ln(((g+a)/(G+a*m)) / ((b+a)/(B+a*m)))`` with a = 0.5 and m bins that hold rows; 0 where a
        bin holds none.
    """
    g, b = np.asarray(good, np.float64), np.asarray(bad, np.float64)
    held = g + b > 0
    pad = SMOOTHING * np.count_nonzero(held)
    if not pad:
        return np.zeros(g.shape)
    level = np.log((g.sum() + pad) / (b.sum() + pad))
    return np.where(held, np.log((g + SMOOTHING) / (b + SMOOTHING)) - level, 0.0)


def iv_of_counts(*, good: ArrayLike, bad: ArrayLike) -> FloatArray:
    """(k,) part of each bin in the information value (信息价值), ``(g/G - b/B) * WOE``; the sum is the IV."""
    g, b = np.asarray(good, np.float64), np.asarray(bad, np.float64)
    shares = g / max(g.sum(), 1.0) - b / max(b.sum(), 1.0)
    return np.asarray(shares * woe_of_counts(good=g, bad=b), np.float64)


def bad_rates(*, good: ArrayLike, bad: ArrayLike) -> FloatArray:
    """(k,) share of the bad in each bin, NaN where a bin holds no rows."""
    g, b = np.asarray(good, np.float64), np.asarray(bad, np.float64)
    rows = g + b
    return np.where(rows > 0, b / np.maximum(rows, 1.0), np.nan)


def auc_of_counts(*, good: ArrayLike, bad: ArrayLike) -> float:
    """Chance that a good one's bin has the higher WOE than a bad one's, ties counted half.

    0.5 when one of the classes is empty.
    """
    g, b = np.asarray(good, np.float64), np.asarray(bad, np.float64)
    pairs = g.sum() * b.sum()
    if not pairs:
        return 0.5
    woe = woe_of_counts(good=g, bad=b)
    ahead = 0.5 * (1.0 + np.sign(woe[:, None] - woe))
    return float(g @ ahead @ b / pairs)
