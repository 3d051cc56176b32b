"""Exact products of matrices of whole numbers modulo 2^k on BLAS.

A product of doubles is exact while no sum of absolute products exceeds 2^53. So each word is cut into limbs, limbs
are multiplied as doubles over so few rows that the bound holds, and the sums are added as words.

| ring | left limbs | right limbs | products of doubles | most rows at once |
|---|---|---|---|---|
| 1 to 19 bits | all bits | all bits | 1 | 2^15 |
| 32 | 32, signed | 11, 11, 10 signed | 3 | 2^11 |
| 64 | 22, 22, 20 signed | 22, 22, 20 signed | 6 | 2^9 |

A limb of w bits is at most 2^w in size, a signed one 2^(w-1); the rows are those for which the product of both sizes
and the rows is at most 2^53.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

Words: TypeAlias = "np.ndarray[Any, np.dtype[Any]]"
"""(rows, columns) unsigned words of a ring, in the ring's ``dtype``."""
LONGEST_REDUCED = 19
_WORD_BITS = (32, 64)


@dataclass(frozen=True, slots=True)
class Ring:
    """Whole numbers modulo 2^bits (模环); 32, 64, or 1 to 19 where that suffices.

    Words of up to 16 bits lie in 2 bytes, up to 32 in 4, little-endian, in memory and on the wire.
    """

    bits: int

    def __post_init__(self) -> None:
        if self.bits not in _WORD_BITS and not 1 <= self.bits <= LONGEST_REDUCED:
            raise ValueError("a ring has 32, 64, or 1 to 19 bits")

    @property
    def bytes(self) -> int:
        """Bytes of a word."""
        return 2 if self.bits <= 16 else 4 if self.bits <= 32 else 8  # noqa: PLR2004 - word sizes

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(f"<u{self.bytes}")

    def reduce(self, words: Words) -> Words:
        """Cut to the ring's bits, in place."""
        if self.bits < 8 * self.bytes:
            np.bitwise_and(words, words.dtype.type((1 << self.bits) - 1), out=words)
        return words

    def of(self, values: npt.ArrayLike) -> Words:
        """Whole numbers, also negative ones, as words."""
        numbers = np.asarray(values)
        if not np.issubdtype(numbers.dtype, np.integer):
            raise TypeError("a ring holds whole numbers")
        return self.reduce(numbers.astype(self.dtype))

    def signed(self, words: Words) -> npt.NDArray[np.int64]:
        """The numbers in [-2^(bits-1), 2^(bits-1)) that the words stand for."""
        up = np.uint64(64 - self.bits)
        moved = (words.astype(np.uint64) << up).view(np.int64)
        return moved >> np.int64(up)


@dataclass(frozen=True, slots=True)
class _Limbs:
    """How both sides of a product are cut: widths from the lowest bit on, and rows multiplied at once."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    most_rows: int
    rows: int
    """As many as run fastest; at most ``most_rows``."""


def limbs_of(ring: Ring) -> _Limbs:
    """The table above."""
    if ring.bits == 64:  # noqa: PLR2004 - the ring
        return _Limbs((22, 22, 20), (22, 22, 20), 1 << 9, 256)
    if ring.bits == 32:  # noqa: PLR2004 - the ring
        return _Limbs((32,), (11, 11, 10), 1 << 11, 1024)
    return _Limbs((ring.bits,), (ring.bits,), 1 << 15, 1024)


class Sums:
    """right^T left modulo 2^k, summed up over blocks of rows.

    Takes 8 * (2 * limbs of the right + 1) * columns * left bytes for the sums, and twice a block of words as doubles.
    """

    def __init__(self, *, ring: Ring, left: int, right: int) -> None:
        self._ring = ring
        self._limbs = limbs_of(ring)
        self._sums = np.zeros((right, left), np.uint64)
        self._left = _Cutter(ring, self._limbs.left)
        self._right = _Cutter(ring, self._limbs.right)

    def add(self, left: Words, right: Words) -> None:
        """Add the product of (n, left) and (n, right) words."""
        if len(left) != len(right):
            raise ValueError("both sides have the same rows")
        step = self._limbs.rows
        for start in range(0, len(left), step):
            self._block(left[start : start + step], right[start : start + step])

    def _block(self, left: Words, right: Words) -> None:
        """One block of at most ``most_rows`` rows: every sum of doubles is exact."""
        columns, cuts = right.shape[1], self._limbs.right
        # (limbs, columns, n): the limbs that still count for an offset are the first ones
        cut = np.empty((len(cuts), columns, len(right)))
        for into, (_, limb) in zip(cut, self._right.limbs(right), strict=True):
            into[...] = limb.T
        for offset, limb in self._left.limbs(left):
            places = [sum(cuts[:j]) for j in range(len(cuts))]
            used = [offset + place for place in places if offset + place < self._ring.bits]
            exact = cut[: len(used)].reshape(len(used) * columns, len(right)) @ limb
            whole = exact.astype(np.int64).view(np.uint64).reshape(len(used), *self._sums.shape)
            for shift, part in zip(used, whole, strict=True):
                self._sums += np.left_shift(part, np.uint64(shift), out=part)

    def add_words(self, words: Words) -> None:
        """Add (right, left) sums that somebody else made."""
        self._sums += words

    def words(self) -> Words:
        """(right, left): one row for each column of the right side."""
        return self._ring.reduce(self._sums.astype(self._ring.dtype))


class _Cutter:
    """Cuts words into limbs as doubles; its arrays are used again and again, for memory new to a process is slow."""

    def __init__(self, ring: Ring, widths: tuple[int, ...]) -> None:
        self._widths = widths
        self._bits = ring.bits
        whole = ring.bits in _WORD_BITS
        self._type = np.dtype(ring.dtype.str.replace("u", "i") if whole else ring.dtype)
        self._rest: npt.NDArray[Any] = np.empty((0, 0), self._type)
        self._doubles: npt.NDArray[np.float64] = np.empty((0, 0))

    def limbs(self, words: Words) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """Each limb with its place, lowest first, valid until the next; in rings of 32 and 64 the top one is signed."""
        if len(words) > len(self._rest):
            self._rest, self._doubles = np.empty(words.shape, self._type), np.empty(words.shape)
        numbers, place = words.view(self._type), 0
        rest, doubles = self._rest[: len(words)], self._doubles[: len(words)]
        for width in self._widths:
            limb = numbers
            if place:
                limb = np.right_shift(numbers, self._type.type(place), out=rest)
            if place + width < self._bits:
                limb = np.bitwise_and(limb, self._type.type((1 << width) - 1), out=rest)
            np.copyto(doubles, limb)
            yield place, doubles
            place += width


def product(left: Words, right: Words, *, ring: Ring) -> Words:
    """(right, left) words of right^T left, all at once."""
    sums = Sums(ring=ring, left=left.shape[1], right=right.shape[1])
    sums.add(left, right)
    return sums.words()
