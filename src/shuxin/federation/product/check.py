"""How the label party finds out that a product is wrong (FEDERATION.md section 3)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.product.errors import ProductWrong

if TYPE_CHECKING:
    from shuxin.federation.product.matrices import Matrix
    from shuxin.federation.product.plan import Check, Plan
    from shuxin.federation.product.ring import Ring, Words


def coefficients(plan: Plan, number: int, check: Check) -> bytes:
    """New random words, (check columns, columns), of the system's generator."""
    return secrets.token_bytes(check.columns * plan.schedule[number] * plan.ring.bytes)


class Combined:
    """A right matrix with secret combinations of its columns behind them.

    Args:
        matrix: (n, c).
        factors: (t, c) words; column c + i is the sum of ``factors[i, j]`` times column j.
    """

    def __init__(self, matrix: Matrix, factors: Words, ring: Ring) -> None:
        self._matrix = matrix
        self._factors = factors
        self._ring = ring
        self.shape = (matrix.shape[0], matrix.shape[1] + len(factors))

    def digest(self) -> bytes:
        return self._matrix.digest()

    def add_to(self, out: Words, row: int) -> None:
        columns = self._matrix.shape[1]
        values = np.zeros((len(out), columns), out.dtype)
        self._matrix.add_to(values, row)
        out[:, :columns] += values
        out[:, columns:] += (
            values @ self._factors.T
        )  # whole numbers: numpy's own loop, modulo the word
        self._ring.reduce(out)


def checked(opened: Words, factors: Words, check: Check, *, ring: Ring, step: str) -> Words:
    """The opened product without its check columns.

    Args:
        opened: (c + t, left) words.
        factors: (t, c) words.

    Raises:
        ProductWrong: a combination does not come out, or a number lies outside the declared bits.
    """
    columns = factors.shape[1]
    values = opened[:columns]
    combined = ring.reduce(factors @ values)
    half, top = 1 << (check.value_bits - 1), (1 << check.value_bits) - 1
    moved = ring.reduce(values + values.dtype.type(half))
    if (combined != opened[columns:]).any() or (moved > values.dtype.type(top)).any():
        raise ProductWrong(step=step)
    return values


def bins_add_up(
    result: Words, *, sizes: tuple[int, ...], totals: Words, ring: Ring, step: str
) -> None:
    """Check a product with a one-hot matrix: each row lies in one bin of each feature.

    Catches a wrong entry unless the errors of a feature's bins add up to zero.

    Args:
        result: (c, sum(sizes)) words of the opened product.
        totals: (c,) words: the sums of the right matrix's columns.

    Raises:
        ProductWrong: the bins of a feature do not add up to the total.
    """
    begin = 0
    for size in sizes:
        found = ring.reduce(result[:, begin : begin + size].sum(axis=1, dtype=result.dtype))
        if (found != totals).any():
            raise ProductWrong(step=step)
        begin += size
