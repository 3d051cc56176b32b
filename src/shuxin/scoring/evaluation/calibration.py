"""Whether probabilities of default mean what they say (校准). ``outcomes`` True is bad."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.evaluation.metrics import check_both_classes, check_shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.scoring.evaluation.metrics import BoolArray, FloatArray

    IntArray = NDArray[np.int64]

_NORMAL_97_5 = 1.959963984540054
_MOST_STEPS = 100


class SlopeUndefined(InvalidInput):
    code = "calibration_slope_undefined"
    what = Text(
        en="The probabilities part good from bad without overlap, or are all alike: no slope fits",
        zh="预测概率将好坏样本完全分开，或全部相同：无法拟合校准斜率",
    )
    mend = Text(en="Judge the calibration on a larger sample", zh="请在更大的样本上检验校准")


@dataclass(frozen=True, slots=True)
class HosmerLemeshow:
    """The statistic and P(at least as large) when the probabilities are right."""

    statistic: float
    degrees: int
    p_value: float


@dataclass(frozen=True, slots=True)
class CalibrationLine:
    """``logit(P(bad)) = intercept + slope * logit(p)``; right probabilities give 0 and 1.

    ``shift`` is the intercept with the slope held at 1: calibration in the large (整体校准).
    """

    slope: float
    slope_error: float
    intercept: float
    intercept_error: float
    shift: float


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """A group of like probabilities; ``low`` and ``high`` are Wilson's 95 % limits of the rate."""

    subjects: int
    mean_probability: float
    bad_rate: float
    low: float
    high: float


def brier(*, probabilities: FloatArray, outcomes: BoolArray) -> float:
    """Mean squared error of the probabilities (Brier 1950). Raises ValueError."""
    _check(probabilities, outcomes)
    return float(np.mean((probabilities - outcomes) ** 2))


def expected_calibration_error(
    *, probabilities: FloatArray, outcomes: BoolArray, groups: int = 10
) -> float:
    """Mean ``|mean probability - bad rate|`` over groups of equal size, weighted by subjects.

    Equal probabilities stay in one group. It is above 0 by chance even when all is right.
    Raises ValueError.
    """
    points = calibration_points(probabilities=probabilities, outcomes=outcomes, groups=groups)
    gaps = sum(point.subjects * abs(point.mean_probability - point.bad_rate) for point in points)
    return gaps / outcomes.size


def calibration_points(
    *, probabilities: FloatArray, outcomes: BoolArray, groups: int = 10
) -> tuple[CalibrationPoint, ...]:
    """At most ``groups`` points, lowest probability first. Raises ValueError."""
    _check(probabilities, outcomes)
    subjects, expected, observed = _grouped(probabilities, outcomes, groups)
    return tuple(
        _point(int(count), float(mean), int(bads))
        for count, mean, bads in zip(subjects, expected / subjects, observed, strict=True)
    )


def hosmer_lemeshow(
    *, probabilities: FloatArray, outcomes: BoolArray, degrees_lost: int, groups: int = 10
) -> HosmerLemeshow:
    """Chi-square of observed against expected bads in groups (Hosmer and Lemeshow 1980).

    ``degrees_lost`` is 2 on the data that the model was fitted to, 0 on data it has not seen.
    Raises ValueError, also when a probability is 0 or 1 or no degree of freedom is left.
    """
    _check(probabilities, outcomes)
    if not ((probabilities > 0) & (probabilities < 1)).all():
        raise ValueError("a probability of 0 or 1 cannot be tested")
    subjects, expected, observed = _grouped(probabilities, outcomes, groups)
    degrees = subjects.size - degrees_lost
    if degrees < 1:
        raise ValueError("too few groups of unlike probabilities")
    spread = expected * (1 - expected / subjects)
    statistic = float(np.sum((observed - expected) ** 2 / spread))
    return HosmerLemeshow(
        statistic=statistic, degrees=degrees, p_value=float(chdtrc(degrees, statistic))
    )


def calibration_line(*, probabilities: FloatArray, outcomes: BoolArray) -> CalibrationLine:
    """Maximum-likelihood regression of the outcome on the logit of the probability (Cox 1958).

    Raises:
        OneClassOnly: no good or no bad outcome.
        SlopeUndefined: the probabilities separate the outcomes.
        ValueError: wrong shapes, or a probability that is not inside (0, 1).
    """
    check_both_classes(values=probabilities, outcomes=outcomes)
    if not ((probabilities > 0) & (probabilities < 1)).all():
        raise ValueError("a probability of 0 or 1 has no logit")
    bad, good = probabilities[outcomes], probabilities[~outcomes]
    if bad.min() >= good.max() or good.min() >= bad.max():
        raise SlopeUndefined
    logits = np.log(probabilities) - np.log1p(-probabilities)
    both, errors = _fit(np.column_stack((np.ones_like(logits), logits)), logits * 0, outcomes)
    alone, _ = _fit(np.ones((logits.size, 1)), logits, outcomes)
    return CalibrationLine(
        slope=float(both[1]),
        slope_error=float(errors[1]),
        intercept=float(both[0]),
        intercept_error=float(errors[0]),
        shift=float(alone[0]),
    )


def _fit(
    columns: FloatArray, offset: FloatArray, outcomes: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Coefficients and standard errors by Newton steps, halved while the likelihood falls."""
    weights = np.zeros(columns.shape[1])
    for _ in range(_MOST_STEPS):
        chance = _inverse_logit(offset + columns @ weights)
        information = (columns * (chance * (1 - chance))[:, None]).T @ columns
        step = np.linalg.solve(information, columns.T @ (outcomes - chance))
        before = _likelihood(offset + columns @ weights, outcomes)
        while _likelihood(offset + columns @ (weights + step), outcomes) < before - 1e-9:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004 - far below any error that is shown
            break
    return weights, np.sqrt(np.diag(np.linalg.inv(information)))


def _likelihood(logits: FloatArray, outcomes: BoolArray) -> float:
    return float(-np.logaddexp(0, np.where(outcomes, -logits, logits)).sum())


def _inverse_logit(logits: FloatArray) -> FloatArray:
    chance: FloatArray = 0.5 * (1 + np.tanh(logits / 2))
    return chance


def _grouped(
    probabilities: FloatArray, outcomes: BoolArray, groups: int
) -> tuple[IntArray, FloatArray, IntArray]:
    """Subjects, expected and observed bads of the filled groups; like probabilities together."""
    order = np.sort(probabilities)
    starts = np.unique(order[[order.size * part // groups for part in range(1, groups)]])
    place = np.searchsorted(starts, probabilities, side="right")
    subjects = np.bincount(place)
    filled = subjects > 0
    expected = np.bincount(place, weights=probabilities).astype(np.float64)
    observed = np.bincount(place[outcomes], minlength=subjects.size)
    return subjects[filled].astype(np.int64), expected[filled], observed[filled].astype(np.int64)


def _point(subjects: int, mean: float, bads: int) -> CalibrationPoint:
    rate, z = bads / subjects, _NORMAL_97_5
    middle = (rate + z * z / (2 * subjects)) / (1 + z * z / subjects)
    half = math.sqrt(rate * (1 - rate) / subjects + z * z / (4 * subjects**2))
    half *= z / (1 + z * z / subjects)
    return CalibrationPoint(
        subjects=subjects,
        mean_probability=mean,
        bad_rate=rate,
        low=max(0.0, middle - half),
        high=min(1.0, middle + half),
    )


def _check(probabilities: FloatArray, outcomes: BoolArray) -> None:
    check_shapes(values=probabilities, outcomes=outcomes)
    if not probabilities.size or probabilities.min() < 0 or probabilities.max() > 1:
        raise ValueError("probabilities lie from 0 to 1, one at least")
