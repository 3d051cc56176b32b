"""Chance by address: a number for each edge, month and piece of it, the same from whichever side it is asked.

An invoice is drawn twice, by its seller's block and by its buyer's, and no stream that is read in order serves both.
So what both must know is hashed: splitmix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014), whole numbers only.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.city.records.drawn import Block
    from shuxin.city.world.world import World

    Bits = NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


class Lots:
    """The lots of one purpose."""

    def __init__(self, *, seed: int, purpose: str) -> None:
        word = hashlib.blake2b(f"records/{seed}/{purpose}".encode(), digest_size=8).digest()
        self._key = np.frombuffer(word, dtype=">u8").astype(np.uint64)

    def bits(self, *address: NDArray[np.integer]) -> Bits:
        """64 bits for each address; its parts have one shape."""
        found = np.broadcast_to(self._key, address[0].shape).copy()
        for part in address:
            found ^= part.astype(np.uint64)
            found = _mixed(found)
        return found

    def at(self, *address: NDArray[np.integer]) -> NDArray[np.float64]:
        """In [0, 1)."""
        return unit(self.bits(*address))


def unit(bits: Bits) -> NDArray[np.float64]:
    """In [0, 1)."""
    found: NDArray[np.float64] = (bits >> np.uint64(11)).astype(np.float64) * _UNIT
    return found


def again(bits: Bits, *, purpose: int) -> Bits:
    """Other bits for another purpose, as good as those given."""
    return _mixed(bits + np.uint64((purpose * int(_STEP)) % 2**64))


def _mixed(bits: Bits) -> Bits:
    found = bits + _STEP
    found ^= found >> np.uint64(30)
    found *= _FIRST
    found ^= found >> np.uint64(27)
    found *= _SECOND
    found ^= found >> np.uint64(31)
    return found


def firm_lots(world: World, block: Block, purpose: str) -> NDArray[np.float64]:
    """(firms of the block,) in [0, 1), of each firm."""
    return Lots(seed=world.seed, purpose=purpose).at(block.firms)
