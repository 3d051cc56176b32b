"""Sines of a secret angle, dealt: shares of a wave's value at the parties' common log-odds.

z is the sum of the parties' parts. The helper derives a mask r_P for each party and shares out sines and cosines of
multiples of r, the sum of the r_P. Parties open c = z + r, which is uniform, and go on alone.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.product.errors import ProductInputChanged
from shuxin.federation.product.generator import Generator
from shuxin.federation.product.ring import Ring
from shuxin.federation.regression.errors import RegressionMalformed
from shuxin.federation.regression.task import RING, WORD
from shuxin.federation.regression.waves import GRID_BITS, STEPS, dealt_words, on_grid, shared_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.engine.channel import Received, Work
    from shuxin.federation.product.ring import Words
    from shuxin.federation.regression.task import Task
    from shuxin.federation.regression.waves import Steps, Wave, Whole

_MASKS = Ring(32)
_TOP = np.uint32(STEPS - 1)
_ROWS = 2048
"""Worked on at once: a party's own affair."""


def deal_sines(
    work: Work, task: Task, wave: Wave, *, what: str, among: tuple[int, ...], name: str
) -> None:
    """The helper's part: all but the first of ``among`` get a seed, the first the difference in message ``name``."""
    masks = [_generator(work, task, task.parties[n], f"{what}/r") for n in task.present]
    shares = [_generator(work, task, task.parties[one], name) for one in among[1:]]

    def corrections() -> Iterator[memoryview]:
        for rows in _chunks(task):
            height = rows.stop - rows.start
            r = _sum([mask.words((height, 1), _MASKS, row=rows.start)[:, 0] for mask in masks])
            words = dealt_words(wave, r)
            for share in shares:
                words -= share.words(words.shape, RING, row=rows.start)
            yield words.reshape(-1).view(np.uint8).data

    work.channel.send(task.parties[among[0]], task.name(name), corrections)


def opened_steps(work: Work, task: Task, z: Whole, *, what: str) -> Steps:
    """(n,) c = z + r: every data party sends its masked part of z to each other one.

    Args:
        z: (n,) the party's part in units of 1 / (2^16 scale).

    Raises:
        ProductInputChanged: another part than before the interruption; MaskAskedTwice: and the folder was lost.
    """
    channel, name = work.channel, task.name(f"{what}/opened")
    mask = _generator(work, task, task.helper, f"{what}/r").words((task.rows, 1), _MASKS)[:, 0]
    dither = mask >> np.uint32(GRID_BITS)  # bits that mask nothing
    own = (on_grid(z, scale=task.scale, dither=dither) % STEPS).astype(np.uint32)
    digest = hashlib.sha256(own.tobytes()).digest()
    if channel.once(task.name(f"{what}/z"), lambda: digest) != digest:
        raise ProductInputChanged(step=name)
    # the mask is the same for any z: so its use for this one is kept where seeds are, beyond the job's folder
    work.seeds.pair(task.helper, _label(task, f"{what}/z"), binding=digest)
    parts = [_sum([own, mask])]
    others = [task.parties[n] for n in task.present if task.parties[n] != work.party]
    for other in others:
        channel.send(other, name, lambda: [parts[0].astype("<u4").tobytes()])
    for other in others:
        received = exact(name, channel.receive(other, name), task.rows * parts[0].itemsize)
        parts.append(np.frombuffer(received.read(), "<u4"))
    return _sum(parts)


def value_share(
    work: Work, task: Task, wave: Wave, c: Steps, *, among: tuple[int, ...], name: str
) -> Words:
    """(n,) this party's share of the wave's value at z."""
    first = task.parties[among[0]] == work.party
    source = _Kept(work, task, wave, name) if first else _Derived(work, task, wave, name)
    total = np.empty(task.rows, np.uint64)
    for rows in _chunks(task):
        total[rows] = shared_value(wave, c[rows], source.take(rows))
    if first:
        total += np.uint64(wave.constant)
    return total


def exact(name: str, received: Received, wanted: int) -> Received:
    """Raises RegressionMalformed."""
    if received.size != wanted:
        raise RegressionMalformed(message=name)
    return received


class _Kept:
    """The message of the helper, read by rows."""

    def __init__(self, work: Work, task: Task, wave: Wave, name: str) -> None:
        self._columns = 2 * wave.terms
        received = work.channel.receive(task.helper, task.name(name))
        wanted = task.rows * self._columns * WORD
        self._path = exact(task.name(name), received, wanted).path

    def take(self, rows: slice) -> Words:
        count, offset = (rows.stop - rows.start) * self._columns, rows.start * self._columns * WORD
        words = np.fromfile(self._path, RING.dtype, count, offset=offset)
        return words.reshape(-1, self._columns)


class _Derived:
    """The words of a seed, by rows."""

    def __init__(self, work: Work, task: Task, wave: Wave, name: str) -> None:
        self._columns = 2 * wave.terms
        self._generator = _generator(work, task, task.helper, name)

    def take(self, rows: slice) -> Words:
        shape = (rows.stop - rows.start, self._columns)
        return self._generator.words(shape, RING, row=rows.start)


def _generator(work: Work, task: Task, peer: str, what: str) -> Generator:
    seed = work.seeds.pair(peer, _label(task, what), binding=task.digest)
    return Generator(seed, task.cipher)


def _label(task: Task, what: str) -> str:
    return f"regression/{task.name(what)}"


def _chunks(task: Task) -> Iterator[slice]:
    for start in range(0, task.rows, _ROWS):
        yield slice(start, min(task.rows, start + _ROWS))


def _sum(parts: list[Steps]) -> Steps:
    """Modulo one period."""
    total = np.zeros_like(parts[0])
    for part in parts:
        total += part
    return total & _TOP
