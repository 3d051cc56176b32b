"""Whether scores and characteristics are distributed as before (稳定性), told apart from chance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtri

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]

WATCH = 0.10
ACT = 0.25
_FALSE_ALARMS = 0.05
_HALF = 0.5


class NothingToCompare(InvalidInput):
    code = "stability_nothing_to_compare"
    what = Text(
        en="One of the two samples has no subject: {before} before, {after} after",
        zh="两个样本之一没有主体：之前 {before} 个，之后 {after} 个",
    )
    mend = Text(en="Choose a window that has subjects", zh="请选择有主体的时间窗口")


class StabilityVerdict(StrEnum):
    """STABLE, WATCH, ACT, or UNKNOWN: the sample is too small to tell."""

    STABLE = "stable"
    WATCH = "watch"
    ACT = "act"
    UNKNOWN = "unknown"


VERDICT_TEXT = {
    StabilityVerdict.STABLE: Text(en="stable", zh="稳定"),
    StabilityVerdict.WATCH: Text(en="watch", zh="关注"),
    StabilityVerdict.ACT: Text(en="act", zh="须处理"),
    StabilityVerdict.UNKNOWN: Text(en="cannot tell: sample too small", zh="样本过小，无法判断"),
}


@dataclass(frozen=True, slots=True)
class Stability:
    """A population stability index (群体稳定性指标, PSI) and what chance alone would make of it.

    ``by_chance`` is its mean and ``chance_limit`` its 95 % limit when nothing has changed.
    """

    psi: float
    by_chance: float
    chance_limit: float
    verdict: StabilityVerdict


@dataclass(frozen=True, slots=True)
class CharacteristicShift:
    """The index of one characteristic (CSI), and by how many points it moved the mean score."""

    name: str
    stability: Stability
    score_shift: float


def stability(*, before: IntArray, after: IntArray) -> Stability:
    """Compare two samples by their counts in the same k bins; both arrays (k,), k >= 2.

    ``psi = sum((a - b) ln(a / b))`` over the shares after half a subject is added to each bin, as
    for WOE; the usual fixed floor of 1e-4 instead lets one empty bin raise the alarm in up to half
    of all small samples. With n and m subjects and no change ``psi / (1/n + 1/m)`` is about
    chi-square with k - 1 degrees of freedom, so (k - 1)(1/n + 1/m) is to be expected by chance.
    Nothing inside the chance limit is a change; ACT needs more than 0.25, WATCH more than 0.10,
    besides. Inside a limit above 0.25 a change worth acting on could hide: UNKNOWN.

    Raises:
        NothingToCompare: a sample is empty.
        ValueError: wrong shapes, or a negative count.
    """
    if before.shape != after.shape or before.ndim != 1 or before.size < 2:  # noqa: PLR2004 - one bin cannot shift
        raise ValueError("the same two bins or more are needed")
    if before.min() < 0 or after.min() < 0:
        raise ValueError("counts are not negative")
    if not before.any() or not after.any():
        raise NothingToCompare(before=int(before.sum()), after=int(after.sum()))
    noise = 1 / float(before.sum()) + 1 / float(after.sum())
    old, new = _smoothed(before), _smoothed(after)
    psi = float(np.sum((new - old) * np.log(new / old)))
    limit = float(chdtri(before.size - 1, _FALSE_ALARMS)) * noise
    return Stability(
        psi=psi,
        by_chance=(before.size - 1) * noise,
        chance_limit=limit,
        verdict=_verdict(psi, limit),
    )


def characteristic_shift(
    *, name: str, before: IntArray, after: IntArray, points: FloatArray
) -> CharacteristicShift:
    """``points`` (k,) are the card's points of the k bins; the shift is after minus before.

    Raises as ``stability``.
    """
    if points.shape != before.shape:
        raise ValueError("one number of points per bin is needed")
    judged = stability(before=before, after=after)
    shift = float(points @ (after / after.sum() - before / before.sum()))
    return CharacteristicShift(name=name, stability=judged, score_shift=shift)


def _smoothed(counts: IntArray) -> FloatArray:
    shares: FloatArray = (counts + _HALF) / (counts.sum() + _HALF * counts.size)
    return shares


def _verdict(psi: float, limit: float) -> StabilityVerdict:
    if psi <= limit:
        return StabilityVerdict.UNKNOWN if limit > ACT else StabilityVerdict.STABLE
    if psi > ACT:
        return StabilityVerdict.ACT
    return StabilityVerdict.WATCH if psi > WATCH else StabilityVerdict.STABLE
