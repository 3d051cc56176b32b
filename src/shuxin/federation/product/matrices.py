"""The matrices that enter a dealt product: given ones, one-hot ones, and ones made from a seed."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shuxin.federation.product.generator import Generator
    from shuxin.federation.product.ring import Ring, Sums, Words

CHUNK_BYTES = 1 << 22
"""Bytes of words that are worked on at once, unless a caller says otherwise."""


def chunks(rows: int, columns: int, ring: Ring, *, most: int) -> Iterator[slice]:
    """Slices of rows of at most ``most`` bytes each (one row at least)."""
    step = max(1, most // max(1, columns * ring.bytes))
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


class Matrix(Protocol):
    """A matrix (矩阵) of words that can be gone through by rows."""

    @property
    def shape(self) -> tuple[int, int]: ...

    def digest(self) -> bytes:
        """32 bytes over kind, shape, ring and content: equal for the same matrix only."""
        ...

    def add_to(self, out: Words, row: int) -> None:
        """Add rows ``row`` to ``row + len(out)`` to ``out`` modulo 2^k."""
        ...


class LeftMatrix(Matrix, Protocol):
    """One that a product can have on its left."""

    def sum_into(self, sums: Sums, rows: slice, right: Words) -> None:
        """Add right^T times these rows of the matrix."""
        ...


class Dense:
    """Words in an array, perhaps a memory map. ``digest`` raises ValueError for a word that its ring does not have."""

    def __init__(self, words: Words, ring: Ring) -> None:
        if words.dtype != ring.dtype or words.ndim != 2:  # noqa: PLR2004 - a matrix
            raise TypeError("a dense matrix has two dimensions and words of its ring: see Ring.of")
        self._words = words
        self._ring = ring
        self.shape = (words.shape[0], words.shape[1])

    def digest(self) -> bytes:
        digest = _begun("dense", self.shape, self._ring)
        for rows in chunks(*self.shape, self._ring, most=CHUNK_BYTES):
            self._require_reduced(self._words[rows])
            digest.update(np.ascontiguousarray(self._words[rows]).reshape(-1).view(np.uint8).data)
        return digest.digest()

    def _require_reduced(self, words: Words) -> None:
        """Others would make sums of doubles longer than 2^53."""
        bits = self._ring.bits
        if bits < 8 * self._ring.bytes and words.size and int(words.max()) >> bits:
            raise ValueError("a word is beyond its ring: see Ring.of")

    def add_to(self, out: Words, row: int) -> None:
        np.add(out, self._words[row : row + len(out)], out=out)
        self._ring.reduce(out)

    def sum_into(self, sums: Sums, rows: slice, right: Words) -> None:
        sums.add(self._words[rows], right)


class Made:
    """The matrix that a generator makes: uniform words, never whole in memory."""

    def __init__(self, generator: Generator, shape: tuple[int, int], ring: Ring) -> None:
        self._generator = generator
        self._ring = ring
        self.shape = shape

    def digest(self) -> bytes:
        """Over the first 32 bytes of the stream, which stand for all of it."""
        digest = _begun("made", self.shape, self._ring)
        first = np.empty(32, np.uint8)
        self._generator.fill(first)
        digest.update(first.data)
        return digest.digest()

    def take(self, rows: slice) -> Words:
        shape = (rows.stop - rows.start, self.shape[1])
        return self._generator.words(shape, self._ring, row=rows.start)

    def add_to(self, out: Words, row: int) -> None:
        np.add(out, self.take(slice(row, row + len(out))), out=out)
        self._ring.reduce(out)

    def sum_into(self, sums: Sums, rows: slice, right: Words) -> None:
        sums.add(self.take(rows), right)


class OneHot:
    """One column for each bin of each feature, 1 where the row lies in the bin (独热编码).

    Args:
        bins: (n, features) bin of each row, ``0 <= bins[:, j] < sizes[j]``.
        sizes: bins of each feature; feature j's columns begin at ``sum(sizes[:j])``.

    Raises:
        ValueError: a bin is out of its range or no whole number, or the shapes disagree.
    """

    def __init__(self, bins: np.ndarray[Any, Any], sizes: tuple[int, ...], ring: Ring) -> None:
        if bins.ndim != 2 or bins.shape[1] != len(sizes):  # noqa: PLR2004 - a matrix
            raise ValueError("one column of bins for each size")
        if bins.size and not np.issubdtype(bins.dtype, np.integer):
            raise ValueError("a bin is a whole number")
        if bins.size and (bins.min() < 0 or (bins >= np.asarray(sizes)).any()):
            raise ValueError("a bin is out of its range")
        begins = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self._columns = (bins + begins[:-1]).astype(np.int32)
        self._ring = ring
        self.sizes = sizes
        self.shape = (len(bins), int(begins[-1]))

    def digest(self) -> bytes:
        digest = _begun("one-hot", (*self.shape, *self.sizes), self._ring)
        digest.update(self._columns.astype("<i4").reshape(-1).view(np.uint8).data)
        return digest.digest()

    def add_to(self, out: Words, row: int) -> None:
        columns = self._columns[row : row + len(out)]
        out[np.arange(len(out))[:, None], columns] += out.dtype.type(1)
        self._ring.reduce(out)

    def sum_into(self, sums: Sums, rows: slice, right: Words) -> None:
        """A sparse product: additions only, modulo the word, which 2^k divides."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - heavy, and only here

        columns = self._columns[rows]
        ones = np.ones(columns.size, right.dtype)
        ends = np.arange(len(columns) + 1) * columns.shape[1]
        rows_by_bins = csr_array((ones, columns.reshape(-1), ends), (len(columns), self.shape[1]))
        sums.add_words((rows_by_bins.T @ right).T)


def _begun(kind: str, shape: tuple[int, ...], ring: Ring) -> hashlib._Hash:
    text = f"shuxin/matrix/v1|{kind}|{','.join(map(str, shape))}|{ring.bits}|"
    return hashlib.sha256(text.encode())
