"""The chance and its slope as sums of sines, in whole numbers that are the same on every machine.

z lies on a grid of 2^20 steps per period of 48. For |z| <= 20::

    1 / (1 + exp(-z)) - 1/2  =  sum over k = 1..K of b_k sin(k pi z / 24)
    the chance's slope in z  =  a_0 + sum over k = 1..24 of a_k cos(k pi z / 24)

The coefficients are truncated least squares fits on [-20, 20], in units of 2^-30; docs/protocols/regression.md
prints them and the largest errors.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from shuxin.federation.regression.errors import SineTableWrong

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole: TypeAlias = NDArray[np.int64]
    Steps: TypeAlias = NDArray[np.uint32]

PERIOD = 48
GRID_BITS = 20
DITHER_BITS = 12
STEPS = 1 << GRID_BITS
"""Of one period."""
TABLE_BITS = 30
"""Fractional bits of table and coefficients."""
TABLE_SHA256 = "b7b8d263f8626c9003a85e3863e48e167cc000e3a6aeceb25f0f73f42752cc1f"
REACH = 20
"""The sums hold for z of at most this size."""
_QUARTER = STEPS // 4
_TOP = np.uint32(STEPS - 1)
CHANCE = {
    24: (
        667701634, -5270804, 185133911, -5879304, 77600450, -2464316, 32002619, 1672184,
        10662051, 4277146, 1293167, 4884923, -1928263, 4090863, -2263463, 2751389,
        -1575620, 1512567, -807790, 666897, -301175, 222121, -67188, 48600,
    ),
    32: (
        667032598, -3922103, 183087991, -3118468, 74115583, 1735922, 27121530, 7168191,
        4650452, 10673735, -5332654, 11568507, -8494067, 10371664, -8112015, 8050002,
        -6242641, 5505199, -4121205, 3330041, -2370057, 1771594, -1182304, 816530,
        -501832, 317070, -174173, 98629, -45513, 22238, -7147, 2856,
    ),
}  # fmt: skip
"""b_k, by the number of terms."""
SLOPE_FLAT = 20746836
"""a_0."""
SLOPE = (
    46527882, 37681364, 36513450, 29383456, 22650349, 21567502, 10489220, 16139200,
    2191435, 12523318, -2270710, 9683040, -3798078, 7070185, -3518077, 4665596,
    -2456657, 2683589, -1344797, 1292630, -550400, 490868, -136098, 131658,
)  # fmt: skip
"""a_k from k = 1 on."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A sum of sines (正弦级数) as two parties' arithmetic takes it.

    coefficients: in units of 2^-30. quarter: steps by which the sum is moved, 0 for sines and a quarter of a
    period for cosines. factor_bits: of each coefficient times a sine, rounded; sine_bits: of each dealt sine.
    """

    coefficients: tuple[int, ...]
    flat: int
    quarter: int
    factor_bits: int
    sine_bits: int

    @property
    def terms(self) -> int:
        return len(self.coefficients)

    @property
    def bits(self) -> int:
        """Fractional bits of the result."""
        return self.factor_bits + self.sine_bits

    @property
    def constant(self) -> int:
        """What one party adds, in units of the result."""
        return _rounded(self.flat, TABLE_BITS - self.bits)


def chance_wave(*, terms: int, bits: int) -> Wave:
    """The chance less one half. The split of the bits makes the sum of both roundings about least."""
    factor = bits // 2 + 2
    return Wave(CHANCE[terms], 0, 0, factor, bits - factor)


def slope_wave(*, bits: int) -> Wave:
    """The chance's slope, p (1 - p)."""
    factor = bits // 2 + 2
    return Wave(SLOPE, SLOPE_FLAT, _QUARTER, factor, bits - factor)


@cache
def sine_table() -> NDArray[np.int32]:
    """(2^20,) of sin(2 pi j / 2^20) in units of 2^-30, rounded.

    One unit of difference between two parties would make random results, so its hash is checked.
    The nearest value to a half lies 6e-7 units from it, five times the last place of a double.

    Raises:
        SineTableWrong: this machine's sine is not good enough.
    """
    angles = 2.0 * np.pi * np.arange(_QUARTER + 1) / STEPS
    quarter = np.rint(np.sin(angles) * (1 << TABLE_BITS)).astype("<i4")
    up = np.concatenate([quarter, quarter[-2:0:-1]])
    table = np.concatenate([up, -up])
    if hashlib.sha256(table.tobytes()).hexdigest() != TABLE_SHA256:
        raise SineTableWrong
    table.setflags(write=False)
    return table


@cache
def _short_table(bits: int) -> NDArray[np.int32]:
    """The table with fewer bits, for the helper."""
    table = _rounded_all(sine_table().astype(np.int64), TABLE_BITS - bits).astype(np.int32)
    table.setflags(write=False)
    return table


def dealt_words(wave: Wave, r: Steps) -> NDArray[np.uint64]:
    """(n, 2 terms) words of what the helper shares out: cos(k r) for all k, then sin(k r)."""
    table, at = _short_table(wave.sine_bits), _multiples(wave, r)
    words = np.empty((len(r), 2 * wave.terms), np.int64)
    words[:, : wave.terms] = table[(at + np.uint32(_QUARTER)) & _TOP]
    words[:, wave.terms :] = table[at]
    return words.view(np.uint64)


def shared_value(wave: Wave, c: Steps, shares: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One party's share of the sum at z = c - r, in Z_2^64 with ``wave.bits`` fractional bits.

    sin(k (c - r)) = sin(k c) cos(k r) - cos(k c) sin(k r), and the same a quarter on for cosines.
    No share is ever truncated.
    """
    table = sine_table()
    coefficients = np.array(wave.coefficients, np.int64)
    at = _multiples(wave, c) + np.uint32(wave.quarter)
    total = np.zeros(len(c), np.uint64)
    for quarter, sign, begin in ((0, 1, 0), (_QUARTER, -1, wave.terms)):
        factors = table[(at + np.uint32(quarter)) & _TOP].astype(np.int64)
        factors *= sign * coefficients
        factors = _rounded_all(factors, 2 * TABLE_BITS - wave.factor_bits)
        part = shares[:, begin : begin + wave.terms]
        total += np.einsum("nk,nk->n", factors.view(np.uint64), part)
    return total


def on_grid(z: Whole, *, scale: int, dither: Steps) -> Whole:
    """Of z in units of 1 / (2^16 scale) a step of the grid next to it: up or down by chance, right on average.

    To the nearest would be wrong by the same for all rows that are alike. dither: (n,) of 12 bits.
    """
    step = 3 * scale
    return (z + (2 * dither.astype(np.int64) + 1) * step // (2 << DITHER_BITS)) // step


def _multiples(wave: Wave, steps: Steps) -> Steps:
    """(n, terms) of k times the steps, in one period."""
    k = np.arange(1, wave.terms + 1, dtype=np.uint32)
    return (steps[:, None] * k) & _TOP


def _rounded(value: int, bits: int) -> int:
    """Without that many bits; to the nearest, halves up."""
    return value << -bits if bits <= 0 else (value + (1 << (bits - 1))) >> bits


def _rounded_all(values: NDArray[Any], bits: int) -> NDArray[Any]:
    if bits > 0:
        values += values.dtype.type(1 << (bits - 1))
        values >>= values.dtype.type(bits)
    return values
