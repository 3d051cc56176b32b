"""Samples that the laws of this folder share."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st


@st.composite
def scored(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Up to forty scores with many ties, at least one good and one bad outcome."""
    size = draw(st.integers(2, 40))
    scores = draw(st.lists(st.integers(-5, 5), min_size=size, max_size=size))
    outcomes = draw(st.lists(st.booleans(), min_size=size - 2, max_size=size - 2))
    return np.array(scores, dtype=np.float64), np.array([True, False, *outcomes])


@st.composite
def predicted(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Up to sixty probabilities inside (0, 1) with ties, and any outcomes."""
    size = draw(st.integers(2, 60))
    hundredths = draw(st.lists(st.integers(1, 99), min_size=size, max_size=size))
    outcomes = draw(st.lists(st.booleans(), min_size=size, max_size=size))
    return np.array(hundredths) / 100, np.array(outcomes)
