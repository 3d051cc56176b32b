"""A holder's characteristics in fine pre-bins, before anything is counted together. Pure; edges and names stay here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.scoring.api import BinShape, Kind, fine_categories, quantile_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    IntArray: TypeAlias = NDArray[np.int64]
    Given: TypeAlias = NDArray[np.generic] | Sequence[float | str | None]


@dataclass(frozen=True, slots=True, eq=False)
class FineFeature:
    """A characteristic in fine pre-bins (细分箱).

    shape: its bins; of categories a group holds one, and ``others`` those that are too rare.
    bins: (n,) bin of each row, ``0 <= bins < shape.count``. Raises ValueError.
    """

    shape: BinShape
    bins: IntArray

    def __post_init__(self) -> None:
        if self.bins.ndim != 1 or not np.issubdtype(self.bins.dtype, np.integer):
            raise ValueError("one bin for each row")
        if self.bins.size and not 0 <= self.bins.min() <= self.bins.max() < self.shape.count:
            raise ValueError("a bin is out of its range")

    @property
    def name(self) -> str:
        return self.shape.name

    @property
    def rows(self) -> IntArray:
        """(shape.count,) rows in each bin."""
        return np.bincount(self.bins, minlength=self.shape.count).astype(np.int64)


def counted_together(feature: FineFeature, *, least: int) -> FineFeature:
    """The feature as it is counted jointly: a bin with fewer rows than ``least`` counts with the fullest one.

    So each bin then holds no rows, ``least`` or more, or all of them.
    """
    rows = feature.rows
    place = np.arange(len(rows))
    place[rows < least] = int(rows.argmax())
    return FineFeature(feature.shape, place[feature.bins])


def prebin_numbers(
    *, name: str, values: Given, most: int, least: int, specials: Sequence[float] = ()
) -> FineFeature:
    """At most ``most`` quantile bins of ``least`` rows or more each; neighbours below it are put together.

    Args:
        name: the public name.
        values: (n,) numbers; NaN is missing.
        most: bins of ordinary values, at least 1.
        least: rows of a bin; one bin alone may hold fewer.
        specials: values that are codes, each with a bin of its own.

    Raises:
        InfiniteValues, ValuesOfWrongKind: as scoring's bins do.
    """
    codes = tuple(sorted(set(specials)))
    plain = BinShape(name=name, kind=Kind.NUMERIC, specials=codes).lookup.many(values) == 0
    ordered = np.sort(np.asarray(values, np.float64)[plain])
    edges = quantile_edges(ordered=ordered, most=most)
    upto = np.searchsorted(ordered, np.asarray(edges, np.float64), side="left")
    rows = np.diff(upto, prepend=0, append=ordered.size).tolist()
    shape = BinShape(
        name=name, kind=Kind.NUMERIC, edges=_full_enough(edges, rows, least), specials=codes
    )
    return FineFeature(shape, shape.lookup.many(values).astype(np.int64))


def _full_enough(edges: Sequence[float], rows: Sequence[int], least: int) -> tuple[float, ...]:
    """The edges that are left when bins below ``least`` are put together, from the lowest on."""
    kept: list[float] = []
    filled = 0
    for edge, more in zip(edges, rows[:-1], strict=True):
        filled += more
        if filled >= least:
            kept.append(edge)
            filled = 0
    if filled + rows[-1] < least:
        kept = kept[:-1]
    return tuple(kept)


def prebin_categories(
    *, name: str, values: Given, most: int, least: int, rare_share: float = 0.01
) -> FineFeature:
    """One bin for each category, rare ones pooled as the others by scoring's rule, then those below ``least``.

    Args:
        name: the public name.
        values: (n,) text; None and empty text are missing.
        most: bins of categories, with the others.
        least: rows of a bin; the others take in the smallest categories until they have so many.
        rare_share: a category with a smaller share (0-1) of the rows that have one is rare.

    Raises:
        ValuesOfWrongKind: values that are not text.
    """
    pooled = BinShape(name=name, kind=Kind.CATEGORICAL, categories=((),), others=0)
    missing = pooled.lookup.many(values) == 1
    counts = Counter(value for value, none in zip(values, missing, strict=True) if not none)
    names = sorted(map(str, counts))
    rows = np.array([counts[each] for each in names], np.int64)
    nothing = np.zeros(len(names), np.int64)
    found = fine_categories(
        names=names, good=rows, bad=nothing, rare_share=rare_share, most=max(most, 1)
    )
    kept = _common_enough(dict(zip(found.names, found.good.tolist(), strict=True)), least)
    if kept:
        others = len(kept) < len(names)
        groups = (*(((),) if others else ()), *((each,) for each in kept))
        pooled = BinShape(
            name=name, kind=Kind.CATEGORICAL, categories=groups, others=0 if others else -1
        )
    return FineFeature(pooled, pooled.lookup.many(values).astype(np.int64))


def _common_enough(rows: dict[str, int], least: int) -> list[str]:
    """The categories that keep a bin of their own, sorted; ``rows[""]`` are the others."""
    others = rows.get("", 0)
    by_size = sorted((count, each) for each, count in rows.items() if each)
    while by_size and (by_size[0][0] < least or 0 < others < least):
        others += by_size.pop(0)[0]
    return sorted(each for _, each in by_size)
