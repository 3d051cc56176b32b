"""Uphill by gradients alone: quasi-Newton steps that fall back on a bound of the curvature.

The curvature of a log-likelihood is nowhere more than X^T X / 4 (Boehning and Lindsay, Annals of the Institute of
Statistical Mathematics 40, 1988), so steps with the bound's inverse never overshoot. Where all chances are equal, as
at the start, it is just p (1 - p) X^T X. From there the inverse is updated by BFGS; with as few coefficients as a card
has, all updates are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.scoring.api import CharacteristicsCollinear

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]

_LARGEST_CONDITION = 1e12
_WORSE = 2.0
"""How much larger a gradient may get before a step counts as failed."""


class Optimiser:
    """Steps for the coefficients of one fit (优化器).

    Args:
        gram: (d, d) X^T X with the intercept first. ridge: (d,). chance: mean outcome, where the start is.

    Raises:
        CharacteristicsCollinear: without ridge, columns depend on one another.
    """

    def __init__(self, *, gram: FloatArray, ridge: FloatArray, chance: float) -> None:
        self._bound = inverse(gram / 4.0 + np.diag(ridge))
        self._inverse = inverse(gram * (chance * (1.0 - chance)) + np.diag(ridge))
        self._last: tuple[FloatArray, FloatArray] | None = None

    @property
    def errors(self) -> FloatArray:
        """(d,) standard errors as far as the curvature is known by now."""
        return np.sqrt(np.diag(self._inverse))

    def step(self, beta: FloatArray, gradient: FloatArray) -> FloatArray:
        """From ``beta`` on, given the gradient there (ridge included). A failed step is taken back."""
        if self._last is not None:
            old_beta, old_gradient = self._last
            if self._size(gradient) > _WORSE * self._size(old_gradient):
                self._inverse = self._bound
                return np.asarray(old_beta + self._bound @ old_gradient - beta)
            self._learn(beta - old_beta, old_gradient - gradient)
        self._last = (beta, gradient)
        return np.asarray(self._inverse @ gradient)

    def _size(self, gradient: FloatArray) -> float:
        return float(gradient @ self._bound @ gradient)

    def _learn(self, moved: FloatArray, fallen: FloatArray) -> None:
        """BFGS's update of the inverse, where the gradient fell along the step."""
        along = float(moved @ fallen)
        if along <= 0.0:
            return
        keep = np.eye(len(moved)) - np.outer(moved, fallen) / along
        self._inverse = keep @ self._inverse @ keep.T + np.outer(moved, moved) / along


def inverse(matrix: FloatArray) -> FloatArray:
    """Of a symmetric positive matrix, scaled first.

    Raises:
        CharacteristicsCollinear: there is none, or none that means anything.
    """
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), np.finfo(np.float64).tiny))
    scaled = matrix * np.outer(scale, scale)
    if not np.linalg.cond(scaled) < _LARGEST_CONDITION:
        raise CharacteristicsCollinear
    return np.asarray(np.linalg.inv(scaled) * np.outer(scale, scale))
