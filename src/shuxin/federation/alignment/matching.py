"""Which 128-bit values stand in every one of several lists: one sort, no loop over values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from shuxin.federation.alignment.codes import Blocks

    Indices = npt.NDArray[np.int64]


class StandsTwice(ValueError):
    """A list has the same value twice: no list of tags or points of distinct subjects has."""


def common(lists: Sequence[Blocks]) -> Indices:
    """(c, k) place of each common value in each of the k >= 2 lists, by rising value. Raises StandsTwice."""
    ends = np.cumsum([len(one) for one in lists])
    first = np.concatenate([one[:, 0] for one in lists])
    second = np.concatenate([one[:, 1] for one in lists])
    order, same = _sorted(first, second)
    starts = np.flatnonzero(np.concatenate([[True], ~same])) if len(order) else np.empty(0, int)
    lengths = np.diff(starts, append=len(order))
    if (lengths > len(lists)).any():
        raise StandsTwice
    members = np.empty((0, len(lists)), np.int64)
    for length in range(2, len(lists) + 1):
        runs = starts[lengths == length]
        members = np.sort(order[runs[:, None] + np.arange(length)], axis=1)
        owners = np.searchsorted(ends, members, side="right")
        if (owners[:, 1:] == owners[:, :-1]).any():
            raise StandsTwice
    places: Indices = members - (ends - [len(one) for one in lists])
    return places


def _sorted(first: Blocks, second: Blocks) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Order by both words, and where a value equals the one before it. Random values need only the first word."""
    order = np.argsort(first)
    tie, same = _equal(first, order), _equal(second, order)
    if (tie & ~same).any():
        order = np.lexsort((second, first))
        tie, same = _equal(first, order), _equal(second, order)
    return order, tie & same


def _equal(words: Blocks, order: Indices) -> npt.NDArray[np.bool_]:
    drawn = words[order]
    return np.asarray(drawn[1:] == drawn[:-1])
