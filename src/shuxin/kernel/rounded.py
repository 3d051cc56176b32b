"""exp and logarithms whose last digit is the same on every machine: correctly rounded, through decimal numbers.

A processor's own exp may be one unit off in the last place, and with other vector instructions it is off elsewhere.
What is replayed bit for bit years later, on a machine that nobody has built yet, cannot rest on it.
"""

from __future__ import annotations

import math
from decimal import Context, Decimal
from functools import lru_cache

_WIDE = Context(prec=50, Emax=999_999, Emin=-999_999, traps=[])
_TINY = 1e-18


@lru_cache(maxsize=4096)
def exp(x: float) -> float:
    """E to the x: inf where it is too large, 0 where it is too small, NaN of NaN."""
    return float(_WIDE.exp(Decimal(x)))


@lru_cache(maxsize=4096)
def log(x: float) -> float:
    """Natural logarithm of ``x > 0``. Raises ValueError for others, as ``math.log``."""
    if x <= 0:
        raise ValueError("math domain error")
    return float(_WIDE.ln(Decimal(x)))


def log1p(x: float) -> float:
    """ln(1 + x), ``x > -1``. Raises ValueError for others, as ``math.log1p``."""
    if x <= -1:
        raise ValueError("math domain error")
    return x if abs(x) < _TINY else float(_WIDE.ln(_WIDE.add(1, Decimal(x))))


def logistic(x: float) -> float:
    """1 / (1 + e^-x) as ``exp(-ln(1 + e^-x))``; 0 and 1 far out, NaN of NaN."""
    if math.isnan(x):
        return x
    return exp(-(max(0.0, -x) + log1p(exp(-abs(x)))))
