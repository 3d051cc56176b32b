"""Who stands for whose loans: circles (担保圈) of three and more firms, and single guarantees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.world import parameters as p
from shuxin.city.world.draws import exp
from shuxin.city.world.scale import Counted

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from shuxin.city.world.draws import Draws
    from shuxin.city.world.population import Firms

_FEWEST_IN_CIRCLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarantees:
    """Rows of (g,): guarantor answers for share_ppm of the debtor's loans; circle: number of the component."""

    guarantor: NDArray[np.int32]
    debtor: NDArray[np.int32]
    share_ppm: NDArray[np.int32]
    circle: NDArray[np.int32]


def guarantee(
    *,
    firms: Firms,
    wants: NDArray[np.bool_],
    quality: NDArray[np.float32],
    living: int,
    draws: Draws,
) -> Guarantees:
    """Circles of three and more, some with a circular core, and between other borrowers single guarantees.

    wants: (n,) firms that ask for bank loans. quality: (n,), lenders ask guarantors of the weaker ones.
    """
    need = _need(quality, draws)
    rng = draws.once("guarantees")
    able = np.flatnonzero(wants & (firms.kind != p.INDIVIDUAL))
    many = min(len(able), round(wants.sum() * p.GUARANTEED))
    deck = able[np.argsort(need[able], kind="stable")][:many]
    deck = rng.permutation(deck)
    deck = deck[np.argsort(firms.region[deck], kind="stable")]
    sizes = _circle_sizes(Counted(living), many, rng)
    sizes = [*sizes, *([2] * ((many - sum(sizes)) // 2))]
    rows: list[tuple[int, int, int, int]] = []
    start = 0
    cores = Counted(living).of(p.CIRCULAR_CORES)
    for number, place in enumerate(rng.permutation(len(sizes))):
        members = deck[start : start + sizes[place]]
        start += sizes[place]
        rows += _circle_of(members, number, is_core=place < cores, rng=rng)
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Guarantees(
        guarantor=table[:, 0].astype(np.int32),
        debtor=table[:, 1].astype(np.int32),
        share_ppm=table[:, 2].astype(np.int32),
        circle=table[:, 3].astype(np.int32),
    )


def _need(quality: NDArray[np.float32], draws: Draws) -> NDArray[np.float64]:
    """(n,) an exponential race: the lower, the sooner a firm is asked for a guarantor."""
    weight = exp(p.QUALITY_IN_GUARANTEES * quality.astype(np.float64))
    return draws.exponential("need") * weight


def _circle_sizes(counted: Counted, most: int, rng: Generator) -> list[int]:
    """As many circles as the whole city's share, the first the largest."""
    many = counted.of(p.CIRCLES)
    largest = counted.of(p.LARGEST_CIRCLE, least=5)
    usual = _FEWEST_IN_CIRCLE + np.floor(
        rng.standard_exponential(many) * (p.MEAN_CIRCLE - 4.3)
    ).astype(int)
    sizes = [largest, *(int(size) for size in np.minimum(usual[1:], largest))]
    while len(sizes) > 1 and sum(sizes) > most:
        sizes.pop()
    return sizes


def _circle_of(
    members: NDArray[np.int64], number: int, *, is_core: bool, rng: Generator
) -> list[tuple[int, int, int, int]]:
    """A tree of guarantees, each for one earlier firm, and a ring of the first three where there is a core."""
    rows = []
    for place in range(1, len(members)):
        debtor = int(members[int(rng.integers(max(0, place - 6), place))])
        rows.append((int(members[place]), debtor, int(rng.integers(3, 11)) * 100_000, number))
    if is_core and len(members) >= _FEWEST_IN_CIRCLE:
        a, b, c = (int(member) for member in members[:3])
        rows = [row for row in rows if {row[0], row[1]} - {a, b, c}]
        rows += [(a, b, 500_000, number), (b, c, 500_000, number), (c, a, 500_000, number)]
    return rows
