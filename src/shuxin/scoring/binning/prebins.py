"""Fine bins before the merge: quantiles of numbers, counts of categories."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.scoring.binning.counts import bad_rates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    FloatArray: TypeAlias = NDArray[np.float64]
    IntArray: TypeAlias = NDArray[np.int64]

_DIGITS = 17
_SMALLEST_WIDTH, _LARGEST_WIDTH = 1e-290, 1e290  # beyond, powers of ten leave the floats


@dataclass(frozen=True, slots=True)
class FineCategories:
    """Categories in the order of their bad rate, with counts; one entry, the others, may stand for many.

    names: one name per entry, empty for the others (其他). good, bad: counts of each entry.
    """

    names: tuple[str, ...]
    good: IntArray
    bad: IntArray


def quantile_edges(*, ordered: FloatArray, most: int) -> tuple[float, ...]:
    """Edges of about ``most`` bins with equally many rows, from sorted finite numbers.

    A value is never split: an edge lies above one value and at or below the next, at the roundest
    number there. A value with a bin's worth of rows or more gets a bin of its own.
    """
    if not ordered.size:
        return ()
    marks = ordered[np.arange(1, most) * ordered.size // most]
    heavy = marks[1:][marks[1:] == marks[:-1]]
    after = np.searchsorted(ordered, np.unique(heavy), side="right")
    uppers = np.unique(np.concatenate((marks, ordered[after[after < ordered.size]])))
    if np.count_nonzero(ordered[1:] != ordered[:-1]) < most:
        uppers = np.unique(ordered)
    first = np.searchsorted(ordered, uppers, side="left")
    between = zip(ordered[first[first > 0] - 1].tolist(), uppers[first > 0].tolist(), strict=True)
    return tuple(round_edge(above=low, at_most=high) for low, high in between)


def round_edge(*, above: float, at_most: float) -> float:
    """The number with the fewest decimals in ``(above, at_most]``, the largest of those."""
    width = at_most - above
    if not _SMALLEST_WIDTH < width < _LARGEST_WIDTH:
        return at_most
    coarsest = -math.ceil(math.log10(width))
    for digits in range(coarsest, coarsest + _DIGITS):
        step = 10.0**-digits
        edge = round(math.floor(at_most / step) * step, digits)
        if above < edge <= at_most:
            return edge
    return at_most


def counts_between(*, ordered: FloatArray, edges: Sequence[float]) -> IntArray:
    """(len(edges) + 1,) how many of the sorted numbers lie in each bin, closed on the left."""
    upto = np.searchsorted(ordered, np.asarray(edges, np.float64), side="left")
    return np.diff(upto, prepend=0, append=ordered.size).astype(np.int64)


def fine_categories(
    *, names: Sequence[str], good: IntArray, bad: IntArray, rare_share: float, most: int
) -> FineCategories:
    """Pool the rare categories as the others, then order all by bad rate.

    Args:
        names: (c,) categories, any number of them.
        good: (c,) counts of the good in each.
        bad: (c,) counts of the bad.
        rare_share: a category with a smaller share (0-1) of the rows is rare.
        most: at most so many entries; the smallest categories become rare until they fit.
    """
    rows = good + bad
    by_size = sorted(range(len(names)), key=lambda place: (-int(rows[place]), names[place]))
    kept = [place for place in by_size if rows[place] >= rare_share * rows.sum()]
    if len(kept) > most or len(kept) < len(names):
        kept = kept[: most - 1]
    rare = sorted(set(range(len(names))) - set(kept))
    entries = [*((names[place], int(good[place]), int(bad[place])) for place in kept)]
    if rare:
        entries.append(("", int(good[rare].sum()), int(bad[rare].sum())))
    rates = bad_rates(good=[g for _, g, _ in entries], bad=[b for _, _, b in entries])
    order = sorted(range(len(entries)), key=lambda place: (rates[place], entries[place][0]))
    found = [entries[place] for place in order]
    return FineCategories(
        names=tuple(name for name, _, _ in found),
        good=np.array([g for _, g, _ in found], np.int64),
        bad=np.array([b for _, _, b in found], np.int64),
    )
