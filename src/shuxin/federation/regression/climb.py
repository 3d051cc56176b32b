"""The label party's way through one joint regression: asks, sums up shares, climbs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.regression.curve import Curve
from shuxin.federation.regression.errors import GradientImpossible
from shuxin.federation.regression.optimiser import Optimiser, inverse
from shuxin.federation.regression.shares import cut, joined, send, triangles, words_of
from shuxin.federation.regression.task import (
    COARSE,
    GRID,
    LARGEST,
    LARGEST_COEFFICIENT,
    RING,
    WEIGHED,
    WORD,
    Errors,
)
from shuxin.scoring.api import Separated

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.regression.sides import Blocks, Side
    from shuxin.federation.regression.task import Task
    from shuxin.federation.regression.waves import Whole

    FloatArray: TypeAlias = NDArray[np.float64]
    BoolArray: TypeAlias = NDArray[np.bool_]

GO, STOP = b"\x01", b"\x00"
_FAR = 2.0**-5
"""While a step is as large, coefficients are sent on the coarse grid."""
_SLACK = 1.01
_MOST_SLOPE = 0.3
"""p (1 - p), and what rounding may add."""


@dataclass(frozen=True, slots=True)
class Fit:
    """What the label party gets (联合拟合): log-odds of a good outcome.

    coefficients, standard_errors: by party, the label party's first, without the intercept; empty for a holder that
    takes no part. The errors are None where the task asks for none. gradient: largest absolute slope where the last
    one was taken. converged: False when the iterations ran out before the steps were small.
    """

    intercept: float
    coefficients: tuple[FloatArray, ...]
    intercept_error: float | None
    standard_errors: tuple[FloatArray, ...] | None
    rows: int
    iterations: int
    gradient: float
    converged: bool


class _Way(IntEnum):
    """What to do after a gradient."""

    ON = 0
    SMALL = 1
    """The step is small: it is the last."""
    OUT = 2
    """The iterations ran out."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """Where the last gradient was taken, the step from there, and why it was the last."""

    iterations: int
    beta: Whole
    slope: FloatArray
    step: FloatArray
    way: _Way


class Climb:
    """The label party's way through one fit."""

    def __init__(self, work: Work, task: Task, side: Side, good: BoolArray) -> None:
        self._work = work
        self._task = task
        self._side = side
        half = 1 << (task.chance.bits - 1)
        self._half = RING.of(np.where(good, half, -half))
        self._chance = float(good.mean())
        self._ridge = np.full(sum(task.widths), task.ridge)
        self._ridge[0] = 0.0

    def fit(self) -> Fit:
        task, work = self._task, self._work
        gram = self._gram()
        optimiser = Optimiser(gram=gram, ridge=self._ridge, chance=self._chance)
        curve = self._curve(gram)
        beta = self._start()
        self._ask(0, GO)
        for i in range(task.iterations):
            self._ask(i + 1, GO)
            slope = self._slope(i, beta, gram)
            curve.note(beta / 2.0**GRID, slope)
            step = optimiser.step(beta / 2.0**GRID, slope)
            way, following = self._way(i, beta, step, optimiser.errors)
            work.progress(i + 1, task.iterations, task.step)
            if way is not _Way.ON:
                break
            beta = following
        self._ask(i + 2, STOP)
        for _, holder in task.present_holders:
            work.channel.send(holder, task.name(f"{i + 1}/coefficients"), lambda: [STOP])
        return self._finish(_Reached(i + 1, beta, slope, step, way), gram)

    def _curve(self, gram: FloatArray) -> Curve:
        chance, rows = self._chance, self._task.rows
        return Curve(
            self._work.keep,
            step=self._task.step,
            good=round(chance * rows),
            rows=rows,
            most=self._task.iterations,
            curvature=gram * (chance * (1.0 - chance)) + np.diag(self._ridge),
        )

    def _finish(self, reached: _Reached, gram: FloatArray) -> Fit:
        """Where the second derivatives are known, a small last step is Newton's."""
        task, beta, step = self._task, reached.beta, reached.step
        errors = np.empty(0)
        if task.errors is Errors.WEIGHTED:
            covariance = self._covariance(beta, gram)
            errors = np.sqrt(np.diag(covariance))
            step = covariance @ reached.slope if reached.way is _Way.SMALL else step
        beta, errors = self._last(beta, step, errors)
        self._side.require_reach(self._of(beta, 0))
        for party, holder in task.present_holders:
            send(self._work, holder, task.name("final"), [self._of(beta, party)])
        found = beta / 2.0**GRID
        return Fit(
            intercept=float(found[0]),
            coefficients=self._by_party(found),
            intercept_error=float(errors[0]) if len(errors) else None,
            standard_errors=self._by_party(errors) if len(errors) else None,
            rows=task.rows,
            iterations=reached.iterations,
            gradient=float(np.abs(reached.slope).max()),
            converged=reached.way is _Way.SMALL,
        )

    def _start(self) -> Whole:
        """The intercept that fits without columns."""
        beta = np.zeros(len(self._ridge), np.int64)
        logit = math.log(self._chance / (1.0 - self._chance))
        beta[0] = round(logit * 2.0**COARSE) << (GRID - COARSE)
        return beta

    def _ask(self, iteration: int, what: bytes) -> None:
        """One ahead, so that the helper deals while the parties reckon, and at most one iteration in vain."""
        if iteration < self._task.iterations:
            name = self._task.name(f"{iteration}/ask")
            self._work.channel.send(self._task.helper, name, lambda: [what])

    def _way(
        self, iteration: int, beta: Whole, step: FloatArray, errors: FloatArray
    ) -> tuple[_Way, Whole]:
        """What to do, and the next coefficients: the same after a restart, whatever the last bit of a double."""

        def decided() -> bytes:
            size = np.abs(step)
            coarse = float(size.max()) >= _FAR
            whole = _rounded(beta, step, bits=COARSE if coarse else GRID)
            way = _Way.ON
            if (size < np.maximum(self._task.tolerance, self._task.noise * errors)).all():
                way = _Way.SMALL
            elif iteration + 1 == self._task.iterations:
                way = _Way.OUT
            return bytes([way]) + whole.tobytes()

        kept = self._work.channel.once(self._task.name(f"{iteration}/next"), decided)
        return _Way(kept[0]), np.frombuffer(kept[1:], "<i8").astype(np.int64)

    def _last(self, beta: Whole, step: FloatArray, errors: FloatArray) -> tuple[Whole, FloatArray]:
        """Final coefficients and standard errors, the same after a restart."""

        def made() -> bytes:
            return _rounded(beta, step, bits=GRID).tobytes() + errors.astype("<f8").tobytes()

        kept = self._work.channel.once(self._task.name("last"), made)
        end = len(beta) * WORD
        whole = np.frombuffer(kept[:end], "<i8").astype(np.int64)
        return whole, np.frombuffer(kept[end:], "<f8").astype(np.float64)

    def _slope(self, iteration: int, beta: Whole, gram: FloatArray) -> FloatArray:
        """(d,) of the log-likelihood less the penalty."""
        task, name = self._task, self._task.name(f"{iteration}/shares")
        for party, holder in task.present_holders:
            to = task.name(f"{iteration}/coefficients")
            send(self._work, holder, to, [self._of(beta, party)], before=GO)
        chance = self._side.chance_share(iteration, self._of(beta, 0))
        own = self._side.gradient(iteration, self._half - chance)
        total = np.concatenate([own[party] for party in task.present])
        for _, holder in task.present_holders:
            received = self._work.channel.receive(holder, name)
            total = total + words_of(name, received, len(total))
        slope = RING.signed(total) / (task.scale * 2.0**task.chance.bits)
        if (np.abs(slope) > _SLACK * np.sqrt(task.rows * np.diag(gram))).any():
            raise GradientImpossible(step=name)
        return np.asarray(slope - self._ridge * beta / 2.0**GRID)

    def _gram(self) -> FloatArray:
        """(d, d) sums of products of two columns."""
        task, name = self._task, self._task.name("gram")
        blocks = {0: self._side.gram()}
        for party, holder in task.present_holders:
            received = self._work.channel.receive(holder, name)
            words = words_of(name, received, task.gram_words(party))
            blocks[party] = cut(task, party, words, task.present)
        gram = RING.signed(joined(blocks)) / float(task.scale) ** 2
        size = np.sqrt(np.maximum(np.diag(gram), 0.0))
        too_large = np.abs(gram) > _SLACK * np.outer(size, size)
        if too_large.any() or (np.diag(gram) > task.rows * LARGEST**2).any():
            raise GradientImpossible(step=name)
        return np.asarray(gram)

    def _covariance(self, beta: Whole, gram: FloatArray) -> FloatArray:
        """The inverse of the second derivatives' matrix, ridge included."""
        task, name = self._task, self._task.name("weights/shares")
        mine = self._side.seconds(self._of(beta, 0))
        blocks, own = {0: mine.crossed}, dict(mine.own)
        for party, holder in task.present_holders:
            received = self._work.channel.receive(holder, name)
            words = words_of(name, received, task.weighed_words(party))
            others = [n for n in task.present if n != party]
            blocks[party] = crossed = cut(task, party, words, others)
            rest = words[sum(block.size for block in crossed.values()) :]
            for n, part in triangles(task, party, rest).items():
                own[n] = own[n] + part if n in own else part
        return self._checked_inverse(_seconds_of(task, blocks, own), gram, name)

    def _checked_inverse(self, seconds: FloatArray, gram: FloatArray, name: str) -> FloatArray:
        """Where all chances are near 0 or 1, what is left of the weights is rounding."""
        size = np.sqrt(np.diag(gram))
        rounding = self._task.rows * LARGEST / WEIGHED
        if (np.abs(seconds) > _MOST_SLOPE * np.outer(size, size) + rounding).any():
            raise GradientImpossible(step=name)
        found = inverse(seconds + np.diag(self._ridge))
        if not (np.diag(found) > 0.0).all():
            raise Separated
        return found

    def _of(self, beta: Whole, party: int) -> Whole:
        return np.split(beta, np.cumsum(self._task.widths)[:-1])[party]

    def _by_party(self, values: FloatArray) -> tuple[FloatArray, ...]:
        """Without the intercept's."""
        parts = np.split(values, np.cumsum(self._task.widths)[:-1])
        return (parts[0][1:], *parts[1:])


def _rounded(beta: Whole, step: FloatArray, *, bits: int) -> Whole:
    """After the step, on a grid of so many fractional bits."""
    most = float(LARGEST_COEFFICIENT)
    following = np.clip(beta / 2.0**GRID + step, -most, most)
    return np.rint(following * 2.0**bits).astype("<i8") << (GRID - bits)


def _seconds_of(task: Task, crossed: dict[int, Blocks], own: Blocks) -> FloatArray:
    """(d, d) of shares summed up: blocks of two parties, and triangles of one party's columns."""
    ends = np.cumsum(task.widths)
    empty = {
        n: {**blocks, n: np.zeros((task.widths[n],) * 2, RING.dtype)}
        for n, blocks in crossed.items()
    }
    unit = WEIGHED**2 * 2.0**task.slope.bits
    matrix = np.asarray(RING.signed(joined(empty)) / unit)
    for n, triangle in own.items():
        values = RING.signed(triangle) / unit
        one, other = np.triu_indices(task.widths[n])
        begin = int(ends[n]) - task.widths[n]
        matrix[begin + one, begin + other] = values
        matrix[begin + other, begin + one] = values
    return matrix
