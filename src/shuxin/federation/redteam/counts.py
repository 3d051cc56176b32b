"""A false label party or helper against joint counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.product.dealt import HelperSide, HolderSide, LabelSide
from shuxin.federation.product.matrices import Dense, OneHot
from shuxin.federation.product.plan import messages as product_messages
from shuxin.federation.product.plan import openings
from shuxin.federation.redteam.attack import AttackScore, refusal
from shuxin.federation.redteam.cases import HELPER, HOLDER, LABEL, guessed, plain_job, sample
from shuxin.federation.redteam.stage import Programs, play
from shuxin.federation.statistics.counting import counts, help_counts, hold_counts
from shuxin.federation.statistics.features import counted_together
from shuxin.federation.statistics.task import counting_messages
from shuxin.federation.statistics.wire import description, read_description, shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.federation.engine.channel import Work
    from shuxin.federation.product.plan import Plan
    from shuxin.federation.product.ring import Ring, Words
    from shuxin.federation.redteam.attack import Ground
    from shuxin.federation.redteam.cases import IntArray, Sample
    from shuxin.federation.redteam.stage import Change, Outcome

ROWS = 400
NOISE = 20.0
"""Scale of the twin's Laplace noise."""
_FACTOR_BITS = 20
_ENOUGH = -(-ROWS // 32)
"""Columns of 32 bits that hold all rows."""
_FORGERIES = 8
_FEW = 60


@dataclass(frozen=True, slots=True)
class Read:
    """What a false label party got: bins of each feature, and (columns, bins) opened words."""

    sizes: tuple[int, ...]
    opened: Words


def packed(rows: int, *, width: int, ring: Ring) -> Words:
    """(rows, width) columns: row ``bits c + i`` has 2^i in column c, further rows have nothing."""
    columns = np.zeros((rows, width), ring.dtype)
    for row in range(min(rows, width * ring.bits)):
        columns[row, row // ring.bits] = 1 << (row % ring.bits)
    return columns


def unpacked(read: Read, *, rows: int, bits: int) -> IntArray:
    """(rows, features) bins of the first rows, from what was opened for packed columns."""
    row = np.arange(rows)
    flags = read.opened[row // bits].astype(np.uint64) >> (row % bits).astype(np.uint64)[:, None]
    return _bins(flags & np.uint64(1), read.sizes)


def scaled(rows: int, *, width: int, ring: Ring) -> Words:
    """(rows, width) columns: row i has a large number in column i."""
    columns = np.zeros((rows, width), ring.dtype)
    columns[np.arange(width), np.arange(width)] = 1 << _FACTOR_BITS
    return columns


def unscaled(read: Read, *, rows: int, ring: Ring) -> IntArray:
    """(rows, features) bins of the first rows, whatever small noise lies on the numbers."""
    return _bins(ring.signed(read.opened[:rows]), read.sizes)


def _bins(flags: IntArray | Words, sizes: tuple[int, ...]) -> IntArray:
    """The place of the largest number of each feature."""
    parts = np.split(flags, np.cumsum(sizes)[:-1], axis=1)
    return np.stack([part.argmax(axis=1) for part in parts], axis=1).astype(np.int64)


def packed_ours(ground: Ground) -> AttackScore:
    """As many rows as the declared columns and the ring hold."""
    return _pack(ground, sample(ground.rng("packed"), rows=ROWS))


def packed_twin(ground: Ground) -> AttackScore:
    """A job without a limit of columns: all rows."""
    return _pack(ground, sample(ground.rng("packed"), rows=ROWS, columns=_ENOUGH))


def _pack(ground: Ground, given: Sample) -> AttackScore:
    read, plan = _asked(
        ground, given, lambda plan: packed(ROWS, width=_width(plan), ring=plan.ring)
    )
    reach = min(ROWS, _width(plan) * plan.ring.bits)
    return _score(given, unpacked(read, rows=reach, bits=plan.ring.bits))


def scaled_ours(ground: Ground) -> AttackScore:
    """There is no noise: each column reads its row."""
    given = sample(ground.rng("scaled"), rows=ROWS)
    read, plan = _asked(
        ground, given, lambda plan: scaled(ROWS, width=_width(plan), ring=plan.ring)
    )
    return _score(given, unscaled(read, rows=_width(plan), ring=plan.ring))


def scaled_twin(ground: Ground) -> AttackScore:
    """A holder that trusts in noise."""
    given = sample(ground.rng("scaled"), rows=ROWS)
    noise = ground.rng("noise")
    read, plan = _asked(
        ground,
        given,
        lambda plan: scaled(ROWS, width=_width(plan), ring=plan.ring),
        hold=lambda work: _hold_with_noise(work, given, noise),
    )
    return _score(given, unscaled(read, rows=_width(plan), ring=plan.ring))


def _score(given: Sample, found: IntArray) -> AttackScore:
    truth = given.bins[: len(found)]
    whole = given.bins
    guess = guessed(whole) * len(found) / len(whole)
    return AttackScore(int((found == truth).sum()), truth.size, whole.size, guess)


def _asked(
    ground: Ground,
    given: Sample,
    columns: Callable[[Plan], Words],
    *,
    hold: Callable[[Work], None] | None = None,
) -> tuple[Read, Plan]:
    """A false label party asks the real holder and helper for a product with columns of its choice."""
    counting = given.counting

    def ask(work: Work) -> tuple[Read, Plan]:
        content = work.channel.receive(HOLDER, counting.name("features")).read()
        told = read_description(content, counting=counting, rows=given.rows)
        plan = _unchecked(counting.plan(rows=given.rows, left=sum(each.count for each in told)))
        side = LabelSide(work, plan)
        opened = side.opened(0, side.product(0, Dense(columns(plan), plan.ring)))
        return Read(tuple(each.count for each in told), opened), plan

    kind = Programs(
        counting_messages(counting),
        {
            LABEL: ask,
            HOLDER: hold or (lambda work: hold_counts(work, counting, given.features)),
            HELPER: lambda work: help_counts(work, counting),
        },
    )
    play(kind, plain_job(), folder=ground.folder, seed=ground.secret("counts"))
    read, plan = kind.results[LABEL]
    return read, plan


def _unchecked(plan: Plan) -> Plan:
    """The same to the others: as wide, but all columns are the label party's to choose."""
    return replace(plan, check=None, schedule=plan.widths)


def _width(plan: Plan) -> int:
    return plan.schedule[0]


def _hold_with_noise(work: Work, given: Sample, rng: np.random.Generator) -> None:
    """``hold_counts`` with noise on the numbers that it opens."""
    counting = given.counting
    together = [counted_together(each, least=counting.minimum.rows) for each in given.features]
    told = shared(together)
    sizes = tuple(each.count for each in told)
    plan = counting.plan(rows=given.rows, left=sum(sizes))
    shape = plan.rows.to_bytes(8, "little") + plan.left.to_bytes(8, "little")
    work.channel.send(HELPER, counting.name("shape"), lambda: [shape])
    work.channel.send(LABEL, counting.name("features"), lambda: [description(told)])
    side = HolderSide(work, plan, OneHot(given.bins.astype(np.int32), sizes, plan.ring))
    side.send_mask()
    share = side.product(0)
    noise = np.rint(rng.laplace(scale=NOISE, size=share.shape)).astype(np.int64)
    side.open_to_label(0, plan.ring.reduce(share + plan.ring.of(noise)))


def forged_ours(ground: Ground) -> AttackScore:
    """The real label party checks what it opens."""
    given = sample(ground.rng("forged"), rows=_FEW)
    counting = given.counting

    def run(change: Change) -> tuple[Outcome, Words | None]:
        kind = Programs(
            counting_messages(counting),
            {
                LABEL: lambda work: counts(work, counting, given.bad[:, None]),
                HOLDER: lambda work: hold_counts(work, counting, given.features),
                HELPER: lambda work: help_counts(work, counting),
            },
        )
        outcome = play(
            kind, plain_job(), folder=ground.folder, change=change, seed=ground.secret("forged")
        )
        told = kind.results.get(LABEL)
        return outcome, None if told is None else np.concatenate([part[0] for _, part in told])

    return _forge(ground, given, run)


def forged_twin(ground: Ground) -> AttackScore:
    """A label party that opens the product and looks no further."""
    given = sample(ground.rng("forged"), rows=_FEW)
    sizes = tuple(each.shape.count for each in given.features)
    plan = replace(given.counting.plan(rows=_FEW, left=sum(sizes)), check=None)
    x = OneHot(given.bins.astype(np.int32), sizes, plan.ring)
    v = Dense(plan.ring.of(given.bad[:, None].astype(np.int64)), plan.ring)

    def hold(work: Work) -> None:
        side = HolderSide(work, plan, x)
        side.send_mask()
        side.open_to_label(0, side.product(0))

    def ask(work: Work) -> Words:
        side = LabelSide(work, plan)
        return side.opened(0, side.product(0, v))

    def run(change: Change) -> tuple[Outcome, Words | None]:
        declared = (*product_messages(plan), *openings(plan))
        programs = {LABEL: ask, HOLDER: hold, HELPER: lambda work: HelperSide(work, plan).deal()}
        kind = Programs(declared, programs)
        outcome = play(
            kind, plain_job(), folder=ground.folder, change=change, seed=ground.secret("forged")
        )
        told = kind.results.get(LABEL)
        return outcome, None if told is None else plan.ring.signed(told)[0]

    return _forge(ground, given, run)


def _forge(
    ground: Ground, given: Sample, run: Callable[[Change], tuple[Outcome, Words | None]]
) -> AttackScore:
    """The helper moves one bad from a bin to another of the same feature, so that the sums stay: taken for true?"""
    ring, rng = given.counting.plan(rows=1, left=1).ring, ground.rng("places")
    first = given.features[0].shape.count
    _, truth = run(lambda _s, _t, _n, content: content)
    accepted, refused = 0, ""
    for _ in range(_FORGERIES):
        one, other = rng.choice(first, 2, replace=False)
        outcome, told = run(moved(ring, int(one), int(other)))
        refused = refused or refusal(outcome)
        accepted += told is not None and truth is not None and bool((told != truth).any())
    return AttackScore(accepted, _FORGERIES, _FORGERIES, 0.0, refused)


def moved(ring: Ring, one: int, other: int) -> Change:
    """The dealt correction with one more at one place of the first column and one less at another."""

    def change(_sender: str, _to: str, name: str, content: bytes) -> bytes:
        if not name.endswith("/dealt"):
            return content
        words = np.frombuffer(content, ring.dtype).copy()
        words[one] += words.dtype.type(1)
        words[other] -= words.dtype.type(1)
        return words.tobytes()

    return change
