"""Chance for columns: one stream for each purpose and block of firms, and arithmetic that is the same everywhere.

The exponential of a platform's mathematics library may differ in its last bit from another's, and a month of cash
that falls one fen short changes all that follows. So :func:`exp` is made of single roundings, which IEEE 754 fixes,
normal and exponential variates are rounded to 2**-30, and sums over firms run in one order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.city.streams import Streams, stream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.random import Generator
    from numpy.typing import NDArray

    Drawn = Callable[[Generator, int], NDArray[np.float64]]

BLOCK = 4096
_GRID = 2.0**30
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.693147180369123816490, 1.90821492927058770002e-10
"""Of ln 2 the first 33 bits and the rest (Cody and Waite), so that a whole multiple of the first is exact."""
_TERMS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """(count,) variates for one purpose, block by block of 4,096 firms.

    order: the blocks are drawn in this order; what is drawn does not depend on it.
    """

    seed: int
    count: int
    order: Callable[[range], Iterable[int]] = iter

    def uniform(self, purpose: str) -> NDArray[np.float64]:
        """In [0, 1)."""
        return self._filled(purpose, lambda rng, many: rng.random(many))

    def normal(self, purpose: str) -> NDArray[np.float64]:
        return rounded(self._filled(purpose, lambda rng, many: rng.standard_normal(many)))

    def exponential(self, purpose: str) -> NDArray[np.float64]:
        return rounded(self._filled(purpose, lambda rng, many: rng.standard_exponential(many)))

    def blocks(self, purpose: str) -> list[tuple[slice, Generator]]:
        """Places of each block and a stream of its own, in the order of the firms."""
        return [
            (self._places(block), stream(seed=self.seed, purpose=f"world/{purpose}", index=block))
            for block in range(-(-self.count // BLOCK))
        ]

    def once(self, purpose: str) -> Generator:
        """The stream of what is dealt over the whole city."""
        return stream(seed=self.seed, purpose=f"world/once/{purpose}")

    def _filled(self, purpose: str, draw: Drawn) -> NDArray[np.float64]:
        filled = np.empty(self.count)
        streams = Streams(seed=self.seed, purpose=f"world/{purpose}")
        for block in self.order(range(-(-self.count // BLOCK))):
            places = self._places(block)
            filled[places] = draw(streams.at(block), places.stop - places.start)
        return filled

    def _places(self, block: int) -> slice:
        return slice(block * BLOCK, min((block + 1) * BLOCK, self.count))


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """To a multiple of 2**-30."""
    kept: NDArray[np.float64] = np.rint(values * _GRID) / _GRID
    return kept


def exp(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Raises e to the ``power`` in [-700, 700], to 1e-14 of itself, bit for bit the same on every machine."""
    whole = np.rint(power * _LOG2_E)
    rest = power - whole * _LN2_HIGH
    rest -= whole * _LN2_LOW
    raised = np.ones_like(rest)
    for term in range(_TERMS, 0, -1):
        raised *= rest
        raised /= term
        raised += 1.0
    scaled: NDArray[np.float64] = np.ldexp(raised, whole.astype(np.int32))
    return scaled


def dealt(shares: tuple[float, ...], *, total: int, rng: Generator) -> NDArray[np.int8]:
    """(total,) places in ``shares``, each as often as its share says, in random order."""
    edges = np.rint(np.cumsum(np.array(shares)) / sum(shares) * total).astype(np.int64)
    counts = np.diff(edges, prepend=0)
    return rng.permutation(np.repeat(np.arange(len(shares), dtype=np.int8), counts))
