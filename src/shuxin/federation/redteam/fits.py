"""A holder, a label party or a helper that is false in a joint regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.engine.channel import Declared
from shuxin.federation.product.dealt import HolderSide
from shuxin.federation.product.matrices import Dense
from shuxin.federation.redteam.attack import AttackScore, refusal, total
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, guessed, plain_job
from shuxin.federation.redteam.stage import Programs, play
from shuxin.federation.regression.climb import STOP, Climb
from shuxin.federation.regression.columns import fixed
from shuxin.federation.regression.fitting import fit, help_fit, hold_fit
from shuxin.federation.regression.shares import cut, send, words_of
from shuxin.federation.regression.sides import Side
from shuxin.federation.regression.task import GRID, LARGEST, RING, WORD, Errors, Task, messages

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.ring import Words
    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.cases import BoolArray, FloatArray, IntArray
    from shuxin.federation.redteam.stage import Change, Outcome, Received
    from shuxin.federation.regression.climb import Fit
    from shuxin.federation.regression.waves import Whole

ROWS = 400
ALONE = 6
"""Rows that have a column each."""
_DIGIT = 21
"""Bits between rows packed in one word of 64: a column's numbers have 20 with their sign."""
_PACKED = 3
_ITERATIONS = 14
_FORGERIES = 4
_MOVED = 0.05
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True)
class Code:
    """A column of powers of two that asks for labels (编码列).

    rows: as many of the first rows. lowest: of the powers, in units of the columns' scale; what blurs is below.
    """

    rows: int
    lowest: int

    def columns(self, task: Task) -> FloatArray:
        """(n, 2): the powers at the rows, and one at just these rows."""
        x = np.zeros((ROWS, 2))
        x[: self.rows, 0] = 2.0 ** (self.lowest + np.arange(self.rows)) / task.scale
        x[: self.rows, 1] = 1.0
        return x


FOR_SLOPES, FOR_STEPS = Code(10, 9), Code(6, 13)
"""Roundings of the dealt sines blur slopes, the grid of coefficients blurs steps."""
JOBS, TWINS = 12, 3
"""How many jobs an attack on labels is tried on: in one of them a guess can be right."""


@dataclass(frozen=True, slots=True, eq=False)
class _People:
    """own: the label party's columns, (n, 2). held: (n, 2) of an honest holder, in hundredths. good: (n,)."""

    own: FloatArray
    held: FloatArray
    good: BoolArray


def _people(ground: Ground, name: str) -> _People:
    rng = ground.rng(name)
    x: FloatArray = np.round(np.clip(rng.normal(size=(ROWS, 4)), -3, 3), 2).astype(np.float64)
    chance = 1 / (1 + np.exp(-0.7 - x @ np.array([0.7, 0.4, 0.6, 0.3])))
    return _People(x[:, :2], x[:, 2:], rng.random(ROWS) < chance)


def _task(*columns: int, iterations: int = _ITERATIONS) -> Task:
    return Task(
        step="fit",
        label=LABEL,
        holders=(HOLDER,),
        helper=HELPER,
        rows=ROWS,
        columns=columns,
        iterations=iterations,
        errors=Errors.NONE,
    )


def _run(
    ground: Ground,
    task: Task,
    *,
    label: Callable[[Work], object],
    x: FloatArray,
    more: tuple[Declared, ...] = (),
    change: Change | None = None,
) -> tuple[Outcome, Programs]:
    """The label party's program against the real ones of the others."""
    kind = Programs(
        (*messages(task), *more),
        {
            LABEL: label,
            HOLDER: lambda work: hold_fit(work, task, x),
            HELPER: lambda work: help_fit(work, task),
        },
    )
    secret = ground.secret("fits")
    outcome = play(kind, plain_job(), folder=ground.folder, change=change, seed=secret)
    return outcome, kind


def coded_ours(ground: Ground) -> AttackScore:
    """What the holder gets are coefficients on a grid; the label party has columns of its own."""
    return total(_from_steps(ground, _task(2, 2), FOR_STEPS, nth) for nth in range(JOBS))


def featureless_ours(ground: Ground) -> AttackScore:
    """The same where the label party has no columns."""
    return total(_from_steps(ground, _task(0, 2), FOR_STEPS, nth) for nth in range(JOBS))


def _from_steps(ground: Ground, task: Task, code: Code, nth: int) -> AttackScore:
    people, x = _people(ground, f"coded {nth}"), code.columns(task)
    own = people.own[:, : task.columns[0]]
    outcome, _ = _run(ground, task, label=lambda work: fit(work, task, own, people.good), x=x)
    steps = coefficients(task, outcome.received(HOLDER))
    said = np.zeros(code.rows, np.bool_)
    if len(steps) > 1:
        said = read_labels_from_step(task, code, steps[1])
    return _labels(people.good[: code.rows], said, people.good)


def coded_twin(ground: Ground) -> AttackScore:
    """A label party that tells the holder the slope of its columns."""
    return total(_from_slopes(ground, _task(2, 2), FOR_SLOPES, nth) for nth in range(TWINS))


def _from_slopes(ground: Ground, task: Task, code: Code, nth: int) -> AttackScore:
    people = _people(ground, f"coded {nth}")
    outcome, _ = _run(
        ground,
        task,
        label=lambda work: _fit_and_tell(work, task, people),
        x=code.columns(task),
        more=(Declared(_TOLD, LABEL, HOLDER, 2 * WORD),),
    )
    slope = np.frombuffer(outcome.received(HOLDER)[LABEL, _TOLD], "<f8")
    return _labels(people.good[: code.rows], read_labels(task, code, slope), people.good)


_TOLD = "twin/slope"


class _Telling(Climb):
    """Sends the holder the first slope of its own columns."""

    def __init__(self, work: Work, task: Task, side: Side, good: BoolArray) -> None:
        super().__init__(work, task, side, good)
        self._teller = work
        self._own = task.widths[0]

    def _slope(self, iteration: int, beta: Whole, gram: FloatArray) -> FloatArray:
        slope = super()._slope(iteration, beta, gram)
        if not iteration:
            told = slope[self._own :].astype("<f8").tobytes()
            self._teller.channel.send(HOLDER, _TOLD, lambda: [told])
        return slope


def _fit_and_tell(work: Work, task: Task, people: _People) -> Fit:
    ones = np.full((ROWS, 1), task.scale, np.int64)
    side = Side(work, task, np.hstack([ones, fixed(task, people.own)]))
    side.begin()
    return _Telling(work, task, side, people.good).fit()


def read_labels(task: Task, code: Code, slope: FloatArray) -> BoolArray:
    """(rows,) labels from the slopes of a code at the start, where every row has the same chance p.

    The second slope is the number m of good rows less p for each, so each m gives a p.
    """
    chances = [(m - slope[1]) / code.rows for m in range(code.rows + 1)]
    return _nearest(task, code, [(m, p, slope[0]) for m, p in enumerate(chances)])


def read_labels_from_step(task: Task, code: Code, first: FloatArray) -> BoolArray:
    """The same from the first step, which is the slope by the inverse of p (1 - p) X^T X, if no other column counts."""
    x = code.columns(task)
    centred = x - x.mean(axis=0)
    one, two = (centred.T @ centred @ first).tolist()
    candidates = []
    for m in range(code.rows + 1):
        # m - rows p = p (1 - p) two
        even = abs(two) < _NOTHING
        roots = [m / code.rows] if even else np.roots([two, -(two + code.rows), m]).tolist()
        chances = [float(np.real(p)) for p in roots if abs(np.imag(p)) < _NOTHING]
        candidates += [(m, p, p * (1 - p) * one) for p in chances if 0 < p < 1]
    return _nearest(task, code, candidates)


def _nearest(task: Task, code: Code, candidates: list[tuple[int, float, float]]) -> BoolArray:
    """Of (m, p, first slope) the one that is nearest to a sum of m powers."""
    best, found = np.inf, 0
    for m, chance, slope in candidates:
        total = slope * task.scale / 2.0**code.lowest + chance * (2.0**code.rows - 1)
        number = int(np.clip(np.rint(total), 0, 2**code.rows - 1))
        away = abs(total - number) + abs(number.bit_count() - m)
        if away < best:
            best, found = away, number
    return np.array([bool(found >> row & 1) for row in range(code.rows)])


def coefficients(task: Task, received: Received) -> list[FloatArray]:
    """All that a holder was told, in the order of the iterations."""
    found = []
    for i in range(task.iterations + 1):
        content = received.get((LABEL, task.name(f"{i}/coefficients")), STOP)
        if content == STOP:
            break
        found.append(np.frombuffer(content[1:], "<i8") / 2.0**GRID)
    return found


def alone_ours(ground: Ground) -> AttackScore:
    """Columns that are each one subject's indicator: the first step's sign is the subject's label."""
    people, task = _people(ground, "alone"), _task(2, ALONE)
    x = np.zeros((ROWS, ALONE))
    rows = ground.rng("alone rows").choice(ROWS, ALONE, replace=False)
    x[rows, np.arange(ALONE)] = LARGEST
    outcome, _ = _run(
        ground, task, label=lambda work: fit(work, task, people.own, people.good), x=x
    )
    steps = coefficients(task, outcome.received(HOLDER))
    said = steps[1] > 0 if len(steps) > 1 else np.zeros(ALONE, np.bool_)
    return _labels(people.good[rows], said, people.good)


def _labels(truth: BoolArray, said: BoolArray, whole: BoolArray) -> AttackScore:
    share = max(float(whole.mean()), 1 - float(whole.mean()))
    return AttackScore(int((truth == said).sum()), len(truth), len(whole), share * len(truth))


def products_ours(ground: Ground) -> AttackScore:
    return _products(ground, _task(3, 2))


def products_twin(ground: Ground) -> AttackScore:
    """A job without a limit of the label party's columns."""
    return _products(ground, _task(-(-ROWS // _PACKED) - 1, 2))


def _products(ground: Ground, task: Task) -> AttackScore:
    """The label party gives columns that pack rows in one word where sums of products are asked for."""
    people = _people(ground, "products")
    reach = min(ROWS, task.widths[0] * _PACKED)

    def ask(work: Work) -> Words:
        side = HolderSide(work, task.plan(0, 1), Dense(packed(task.widths[0]), RING))
        side.send_mask()
        mine = side.product(0)
        name = task.name("gram")
        words = words_of(name, work.channel.receive(HOLDER, name), task.gram_words(1))
        work.channel.send(HELPER, task.name("0/ask"), lambda: [STOP])
        work.channel.send(HOLDER, task.name("0/coefficients"), lambda: [STOP])
        send(work, HOLDER, task.name("final"), [np.zeros(task.widths[1], np.int64)])
        return np.asarray(mine + cut(task, 1, words, range(2))[0])

    outcome, kind = _run(ground, task, label=ask, x=people.held)
    truth = fixed(task, people.held)
    found = unpacked(kind.results[LABEL], rows=reach)
    right = int((found == truth[:reach]).sum())
    guess = guessed(truth) * reach / ROWS
    return AttackScore(right, reach * truth.shape[1], truth.size, guess, refusal(outcome))


def packed(width: int) -> Words:
    """(n, width) words: three rows in each column, 21 bits apart."""
    words = np.zeros((ROWS, width), RING.dtype)
    for row in range(min(ROWS, width * _PACKED)):
        words[row, row // _PACKED] = 1 << (_DIGIT * (row % _PACKED))
    return words


def unpacked(sums: Words, *, rows: int) -> IntArray:
    """(rows, d) numbers from (d, width) sums of products: digits of 21 bits with a sign."""
    rest, digits = RING.signed(sums), []
    for _ in range(_PACKED):
        digit = (rest << (64 - _DIGIT)) >> (64 - _DIGIT)
        digits.append(digit)
        rest = (rest - digit) >> _DIGIT
    return np.stack(digits, axis=2).reshape(len(sums), -1).T[:rows]


def forged_ours(ground: Ground) -> AttackScore:
    """The helper adds the same to every dealt slope of one column: is another model taken for the fit?"""
    people, task = _people(ground, "forged"), _task(2, 2)

    def run(change: Change | None) -> tuple[Outcome, Fit | None]:
        outcome, kind = _run(
            ground,
            task,
            label=lambda work: fit(work, task, people.own, people.good),
            x=people.held,
            change=change,
        )
        return outcome, kind.results.get(LABEL)

    rng, accepted, refused = ground.rng("sizes"), 0, ""
    _, true = run(None)
    for _ in range(_FORGERIES):
        size = float(rng.uniform(0.04, 0.12) * rng.choice([-1, 1]))
        outcome, found = run(moved(task, size * ROWS))
        refused = refused or refusal(outcome)
        if true is not None and found is not None and found.converged:
            away = np.abs(found.coefficients[1] - true.coefficients[1]).max()
            accepted += bool(away > _MOVED)
    return AttackScore(accepted, _FORGERIES, _FORGERIES, 0.0, refused)


def moved(task: Task, slope: float) -> Change:
    """The helper's correction with ``slope`` more for the holder's first column in every iteration."""
    plan = task.plan(task.parties.index(HOLDER), 0)
    unit = np.uint64(round(slope * task.scale * 2.0**task.chance.bits) % 2**64)

    def change(_sender: str, _to: str, name: str, content: bytes) -> bytes:
        if name != plan.name("dealt"):
            return content
        words = np.frombuffer(content, RING.dtype).copy().reshape(-1, plan.left)
        words[:, 0] += unit
        return words.tobytes()

    return change
