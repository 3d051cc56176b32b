"""When firms are founded and when they end: hazards by year of life, after DOMAIN 9.4."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


HAZARDS = (0.016, 0.063, 0.095, 0.088, 0.085, 0.083, 0.081, 0.075, 0.070, 0.065, 0.060, 0.055,
           0.050, 0.047, 0.044, *(0.04,) * 15)  # fmt: skip
"""Share of the firms alive at the start of each year of life that end in it (SAIC 2000-2012)."""

INDIVIDUAL_FACTOR = 1.3
ENTRY_GROWTH = 0.065


def survival(*, factor: float = 1.0) -> NDArray[np.float64]:
    """(31,) share of firms alive after 0, 1, ... 30 years."""
    kept = accumulate((1 - min(1.0, hazard * factor) for hazard in HAZARDS), lambda a, b: a * b)
    return np.array([1.0, *kept])
