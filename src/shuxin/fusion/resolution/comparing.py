"""Declarative comparisons of two records, field by field, as levels from agreement to difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Table = Mapping[str, Sequence[str]]
"""Columns of equal length; the empty string is a missing value."""
Pairs = NDArray[np.int64]
"""(n, 2) row in the left table, row in the right table."""
Levels = NDArray[np.int8]
"""(n, k) level reached in each of k comparisons; ``MISSING`` where a needed value is absent."""
Similarity = Callable[[str, str], float]

MISSING = -1


@dataclass(frozen=True, slots=True)
class Same:
    """Both values of the field are equal and present."""

    field: str


@dataclass(frozen=True, slots=True)
class Close:
    """Similarity of the two present values, 0 to 1, is at least ``at_least``."""

    field: str
    similarity: Similarity
    at_least: float


@dataclass(frozen=True, slots=True)
class Swapped:
    """The two fields hold each other's values (姓名颠倒)."""

    one: str
    other: str


Test = Same | Close | Swapped


@dataclass(frozen=True, slots=True)
class Level:
    """Reached when all tests hold and no better level was."""

    label: str
    tests: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Levels from best to worst; a last level "differ" is implied.

    ``needs`` are the fields that must be present on both sides, else the comparison is missing and
    says nothing. ``rarity`` names a field whose common values count for less in levels that test
    ``Same`` on it.
    """

    name: str
    levels: tuple[Level, ...]
    needs: tuple[str, ...]
    rarity: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        return (*(level.label for level in self.levels), "differ")

    @property
    def rare_levels(self) -> tuple[int, ...]:
        """Levels whose weight follows the rarity of the value."""
        rare = Same(self.rarity)
        return tuple(i for i, level in enumerate(self.levels) if rare in level.tests)


def compare(
    *, comparisons: Sequence[Comparison], left: Table, right: Table, pairs: Pairs
) -> Levels:
    """Levels of each pair. Symmetric: swapping tables and columns of ``pairs`` changes nothing."""
    fields = _Coded(left, right, pairs)
    result = np.empty((len(pairs), len(comparisons)), np.int8)
    for column, comparison in enumerate(comparisons):
        result[:, column] = _levels(comparison, fields)
    return result


def _levels(comparison: Comparison, fields: _Coded) -> NDArray[np.int8]:
    levels = np.full(fields.count, len(comparison.levels), np.int8)
    present = np.logical_and.reduce([fields.present(name) for name in comparison.needs])
    levels[~present] = MISSING
    undecided = np.flatnonzero(present)
    for number, level in enumerate(comparison.levels):
        holds = np.ones(len(undecided), bool)
        for test in level.tests:
            holds[holds] = fields.test(test, undecided[holds])
        levels[undecided[holds]] = number
        undecided = undecided[~holds]
    return levels


class _Coded:
    """Fields as integers, so that each distinct pair of values is compared once."""

    def __init__(self, left: Table, right: Table, pairs: Pairs) -> None:
        self._left, self._right, self._pairs = left, right, pairs
        self._fields: dict[tuple[str, str], tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._values: dict[tuple[str, str], list[str]] = {}
        self.count = len(pairs)

    def _codes(self, one: str, other: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Codes of the left column ``one`` and the right column ``other`` for every pair; 0 is missing."""
        if (one, other) not in self._fields:
            numbers: dict[str, int] = {"": 0}
            columns = self._left[one], self._right[other]
            left, right = (
                np.fromiter((numbers.setdefault(v, len(numbers)) for v in c), np.int64, len(c))
                for c in columns
            )
            self._fields[one, other] = left[self._pairs[:, 0]], right[self._pairs[:, 1]]
            self._values[one, other] = list(numbers)
        return self._fields[one, other]

    def present(self, field: str) -> NDArray[np.bool_]:
        left, right = self._codes(field, field)
        return (left > 0) & (right > 0)

    def test(self, test: Test, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        if isinstance(test, Swapped):
            return self._same(test.one, test.other, rows) & self._same(test.other, test.one, rows)
        if isinstance(test, Same):
            return self._same(test.field, test.field, rows)
        return self._close(test, rows)

    def _same(self, one: str, other: str, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        left, right = self._codes(one, other)
        here, there = left[rows], right[rows]
        same: NDArray[np.bool_] = np.logical_and(here == there, here > 0)
        return same

    def _close(self, test: Close, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        left, right = self._codes(test.field, test.field)
        values = self._values[test.field, test.field]
        one, other = left[rows], right[rows]
        keys = np.minimum(one, other) * len(values) + np.maximum(one, other)
        distinct, where = np.unique(keys, return_inverse=True)
        close = np.empty(len(distinct), bool)
        for i, key in enumerate(distinct.tolist()):
            low, high = sorted((values[key // len(values)], values[key % len(values)]))
            close[i] = bool(low) and test.similarity(low, high) >= test.at_least
        return np.asarray(close[where], bool)
