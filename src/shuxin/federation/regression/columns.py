"""A party's columns as whole numbers, and all products of two of them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.product.matrices import CHUNK_BYTES, Dense, chunks
from shuxin.federation.product.ring import Sums
from shuxin.federation.regression.errors import ColumnOutOfRange
from shuxin.federation.regression.task import LARGEST, RING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shuxin.federation.product.ring import Words
    from shuxin.federation.regression.task import Task
    from shuxin.federation.regression.waves import Whole

    FloatArray: TypeAlias = NDArray[np.float64]


def fixed(task: Task, x: FloatArray) -> Whole:
    """(n, d) columns in units of the task's scale.

    Raises:
        ColumnOutOfRange: a number is not finite or larger than 8.
    """
    for column in range(x.shape[1]):
        if not (np.abs(x[:, column]) <= LARGEST).all():
            raise ColumnOutOfRange(column=column + 1, most=LARGEST)
    return np.rint(x * task.scale).astype(np.int64)


def divided(x: Whole, by: int) -> Whole:
    """To the nearest, halves up."""
    return (x + by // 2) // by


class Pairs:
    """(n, d (d + 1) / 2) products of two columns (列积), row by row of the upper triangle; never whole in memory."""

    def __init__(self, x: Whole) -> None:
        self._x = x
        self._one, self._other = np.triu_indices(x.shape[1])
        self.shape = (len(x), len(self._one))

    def digest(self) -> bytes:
        columns = Dense(RING.of(self._x), RING).digest()
        return hashlib.sha256(b"shuxin/pairs/v1|" + columns).digest()

    def add_to(self, out: Words, row: int) -> None:
        np.add(out, self._take(slice(row, row + len(out))), out=out)

    def sum_into(self, sums: Sums, rows: slice, right: Words) -> None:
        sums.add(self._take(rows), right)

    def sums_with(self, values: Words) -> Words:
        """(d (d + 1) / 2,) words of the sums over all rows, times (n,) values."""
        sums = Sums(ring=RING, left=self.shape[1], right=1)
        for rows in chunks(*self.shape, RING, most=CHUNK_BYTES):
            self.sum_into(sums, rows, values[rows, None])
        words: Words = sums.words()[0]
        return words

    def _take(self, rows: slice) -> Words:
        x = self._x[rows]
        return RING.of(x[:, self._one] * x[:, self._other])
