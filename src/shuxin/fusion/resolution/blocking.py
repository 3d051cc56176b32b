"""Candidate pairs (分块): rows that share a rare key, without comparing everything with everything."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from shuxin.fusion.resolution.comparing import Pairs, Table

_CHUNK = 20_000
_RAREST = 8
_WHOLE = 1 << 62  # keys of whole fields are at least this, those of characters below


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of ``rows`` rows, flat: ``key[i]`` belongs to row ``row[i]``; no pair occurs twice."""

    row: NDArray[np.int64]
    key: NDArray[np.int64]
    rows: int

    def first(self, rows: int) -> Keys:
        """The keys of the first ``rows`` rows."""
        end = int(np.searchsorted(self.row, rows))
        return Keys(self.row[:end], self.key[:end], rows)


def name_keys(*, brands: Sequence[str], cores: Sequence[str]) -> Keys:
    """Keys of enterprise names: single characters and neighbours of the core, the brand as a whole,
    and the brand's characters in any order.
    """
    return _keys(
        [*_grams(core), _digest(f"b{brand}"), _digest("s" + "".join(sorted(brand)))]
        for brand, core in zip(brands, cores, strict=True)
    )


def equality_keys(*, table: Table, rules: Sequence[tuple[str, ...]]) -> Keys:
    """One key for each rule whose fields are all present: rows agree on a rule or they do not."""
    columns = [list(zip(*(table[field] for field in rule), strict=True)) for rule in rules]
    return _keys(
        [_digest("\x1f".join((str(n), *values))) for n, values in enumerate(row) if all(values)]
        for row in zip(*columns, strict=True)
    )


def _grams(text: str) -> Iterable[int]:
    marks = [ord(mark) for mark in text]
    return [*marks, *(one << 21 | other for one, other in pairwise(marks))]


def _digest(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1 | _WHOLE


def _keys(rows: Iterable[Iterable[int]]) -> Keys:
    row: list[NDArray[np.int64]] = []
    sizes: list[int] = []
    for keys in rows:
        distinct = np.fromiter(set(keys), np.int64)
        row.append(distinct)
        sizes.append(len(distinct))
    key = np.concatenate(row) if row else np.empty(0, np.int64)
    return Keys(np.repeat(np.arange(len(sizes)), sizes), key, len(sizes))


def candidate_pairs(*, left: Keys, right: Keys, most_common: int, best: int) -> Pairs:
    """For each left row the ``best`` right rows by summed rarity of shared keys.

    Args:
        left: rows to find partners for.
        right: rows to search; a key's rarity is ``log(rows / rows that have it)``.
        most_common: keys on more right rows than this are not used; of the others each left row
            uses its 8 rarest, keys of whole fields before characters.
        best: partners kept for each left row; ties go to the earlier right row.

    Returns:
        (n, 2) pairs ordered by left row, then falling rarity.
    """
    order = np.lexsort((right.row, right.key))
    keys, starts, counts = np.unique(right.key[order], return_index=True, return_counts=True)
    usable = counts <= most_common
    keys, starts, counts = keys[usable], starts[usable], counts[usable]
    postings = right.row[order]
    rarity = np.log1p(right.rows / np.maximum(counts, 1))
    found: list[Pairs] = [np.empty((0, 2), np.int64)]
    for first in range(0, left.rows, _CHUNK):
        low, high = np.searchsorted(left.row, (first, first + _CHUNK))
        at = np.searchsorted(keys, left.key[low:high])
        hits = np.flatnonzero(np.append(keys, -1)[at] == left.key[low:high])
        whole = left.key[low:high][hits] >= _WHOLE
        merit = np.where(whole, 0, counts[at[hits]])
        hits = hits[_rarest(left.row[low:high][hits], merit)]
        at = at[hits]
        rows = np.repeat(left.row[low:high][hits], counts[at])
        found.append(
            _best(
                rows,
                postings[_ranges(starts[at], counts[at])],
                np.repeat(rarity[at], counts[at]),
                right.rows,
                best,
            )
        )
    return np.concatenate(found)


def _rarest(rows: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of each row's keys with the fewest postings."""
    order = np.lexsort((counts, rows))
    _, first, size = np.unique(rows[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, size)
    return order[rank < _RAREST]


def _ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers ``start .. start + count`` of each range, one after the other."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) + np.repeat(starts - ends + counts, counts)


def _best(
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    rarity: NDArray[np.float64],
    width: int,
    best: int,
) -> Pairs:
    """Sum the rarity of each pair and keep the best of each left row."""
    pair, where = np.unique(left * width + right, return_inverse=True)
    score = np.round(np.bincount(where, weights=rarity, minlength=len(pair)), 9)
    one, other = pair // max(width, 1), pair % max(width, 1)
    order = np.lexsort((other, -score, one))
    one, other = one[order], other[order]
    _, first, size = np.unique(one, return_index=True, return_counts=True)
    rank = np.arange(len(one)) - np.repeat(first, size)
    return np.column_stack((one, other))[rank < best]


def self_pairs(pairs: Pairs) -> Pairs:
    """Candidate pairs of a table with itself as distinct pairs ``i < j``."""
    pairs = np.sort(pairs, axis=1)
    return np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0)
