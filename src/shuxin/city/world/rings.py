"""Rings of fraud: firms of one hand, founded together, that send money in circles, borrow, and are emptied."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.population import first_months
from shuxin.city.world.scale import WINDOW_MONTHS, Counted

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws
    from shuxin.city.world.population import Firms

_CIRCLE = (2, 6)
_LAST_FOUNDED = 44
"""Month of the window before which rings are founded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings:
    """Rings of fraud. member: int16 (n,) number of the ring, -1 none. runs: int16 (rings,) month in which the
    controller takes the money; the count of months where it has not come to that.

    Flows of (f,): source, target numbers of firms, month, amount in fen: what is sent around in circles.
    """

    member: NDArray[np.int16]
    runs: NDArray[np.int16]
    source: NDArray[np.int32]
    target: NDArray[np.int32]
    month: NDArray[np.int16]
    amount: NDArray[np.int64]


def find_rings(*, firms: Firms, living: int, draws: Draws) -> tuple[Firms, Rings]:
    """Rings among micro enterprises, and the firms with the rings' bunched founding days."""
    rng = draws.once("rings")
    counted = Counted(living)
    young = (firms.born >= 0) & (firms.born < _LAST_FOUNDED)
    able = np.flatnonzero((firms.kind == 0) & (firms.size == 0) & young)
    able = able[np.argsort(firms.founded[able], kind="stable")]
    founded = firms.founded.copy()
    sizes = _ring_sizes(counted.of(p.RINGS), rng)
    member = np.full(firms.count, -1, np.int16)
    runs = np.full(len(sizes), WINDOW_MONTHS, np.int16)
    for ring, size in enumerate(sizes):
        free = able[member[able] < 0]
        if len(free) < size:
            break
        start = int(rng.integers(len(free) - size + 1))
        near = free[start : start + 3 * size]
        chosen = np.sort(rng.permutation(near)[:size])
        member[chosen] = ring
        founded[chosen] = founded[chosen].min() + rng.integers(p.RING_DAYS, size=size)
        first = int(first_months(founded[chosen]).max())
        runs[ring] = min(WINDOW_MONTHS, first + _between(p.RING_RUNS_AFTER, rng))
    firms = replace(firms, founded=founded, born=first_months(founded))
    return firms, _with_flows(firms, member, runs, rng)


def _between(bounds: tuple[int, int], rng: Generator) -> int:
    return int(rng.integers(bounds[0], bounds[1] + 1))


def _ring_sizes(many: int, rng: Generator) -> list[int]:
    least, most = p.RING_SIZES
    more = np.floor(rng.standard_exponential(many) * p.RING_MORE).astype(int)
    return [int(size) for size in np.minimum(least + more, most)]


def _with_flows(
    firms: Firms, member: NDArray[np.int16], runs: NDArray[np.int16], rng: Generator
) -> Rings:
    """Every ring sends money around circles of two to six of its firms, in each month until it runs."""
    rows: list[NDArray[np.int64]] = []
    for ring in range(len(runs)):
        order = rng.permutation(np.flatnonzero(member == ring))
        while len(order) >= _CIRCLE[0]:
            size = min(len(order), _between(_CIRCLE, rng))
            rows.append(_circle(firms, order[:size], int(runs[ring]), rng))
            order = order[size:]
    found = np.concatenate(rows, axis=1) if rows else np.zeros((4, 0), np.int64)
    return Rings(
        member=member,
        runs=runs,
        source=found[0].astype(np.int32),
        target=found[1].astype(np.int32),
        month=found[2].astype(np.int16),
        amount=found[3],
    )


def _circle(
    firms: Firms, circle: NDArray[np.int64], runs: int, rng: Generator
) -> NDArray[np.int64]:
    months = np.arange(int(firms.born[circle].max()) + 1, min(runs + 1, WINDOW_MONTHS))
    usual = int(firms.base_revenue[circle].max()) // 12
    amount = (usual * (1 + 3 * rng.random(len(months)))).astype(np.int64)
    kept = 1 - 0.01 * np.arange(len(circle))
    amounts = np.rint(amount[:, None] * kept[None, :]).astype(np.int64)
    return np.stack(
        [
            np.tile(circle, len(months)),
            np.tile(np.roll(circle, -1), len(months)),
            np.repeat(months, len(circle)),
            amounts.ravel(),
        ]
    )
