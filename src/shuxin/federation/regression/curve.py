"""How a fit comes down (损失曲线), reckoned from what the label party receives in any case.

Nobody knows the chances of single firms, so nobody can sum up a deviance. Where the fit begins it follows from the
outcomes alone; from there on each step's change is the integral of the slope along it: by the trapezoidal rule, and
from the beginning, where all chances are equal and so the curvature is known, by the parabola through what is known.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from shuxin.kernel.canonical import Json

    FloatArray: TypeAlias = NDArray[np.float64]

FORMAT = "shuxin-fit-curve/1"
CURVE = "curve."
"""How the file of a fit's curve begins; the name of its step follows."""
_BETTER = 0.25
"""How much surer the way from the beginning is than another of the same bend."""


class Curve:
    """One fit's curve, kept anew after every iteration.

    keep: in the label party's own results. good, rows: outcomes that are good, and all. most: iterations at most.
    curvature: (d, d) second derivatives, penalty included, of minus the log-likelihood where the fit begins.
    """

    def __init__(
        self,
        keep: Callable[[str, bytes], None],
        *,
        step: str,
        good: int,
        rows: int,
        most: int,
        curvature: FloatArray,
    ) -> None:
        self._keep, self._step, self._most = keep, step, most
        self._good, self._rows, self._curvature = good, rows, curvature
        self._points: list[tuple[FloatArray, FloatArray, float]] = []

    def note(self, beta: FloatArray, slope: FloatArray) -> None:
        """beta: (d,) where the slope (d,) of the log-likelihood, less the penalty, was taken."""
        self._points.append((beta, slope, self._deviance(beta, slope)))
        told = [
            {"deviance": deviance, "slope": float(np.abs(gradient).max())}
            for _, gradient, deviance in self._points
        ]
        facts: dict[str, Json] = {
            "format": FORMAT,
            "step": self._step,
            "rows": self._rows,
            "most": self._most,
            "points": told,
        }
        self._keep(CURVE + self._step, canonical_json(facts))

    def _deviance(self, beta: FloatArray, slope: FloatArray) -> float:
        """From the earlier point from where the rule is the surest: a step that failed is no way to go by."""
        if not self._points:
            return self._begin(float(beta[0]))
        surest = [
            abs(float((old - slope) @ (beta - at))) * (1 if nth else _BETTER)
            for nth, (at, old, _) in enumerate(self._points)
        ]
        nth = int(np.argmin(surest))
        at, old, deviance = self._points[nth]
        moved = beta - at
        before, after = float(old @ moved), float(slope @ moved)
        if nth:
            return deviance - (before + after)
        bent = -float(moved @ self._curvature @ moved)
        return deviance - 2.0 * (2.0 * before / 3.0 + after / 3.0 + bent / 6.0)

    def _begin(self, intercept: float) -> float:
        """-2 log-likelihood of the same log-odds for all."""
        return -2.0 * (self._good * intercept - self._rows * math.log1p(math.exp(intercept)))
