"""How much a holder's numbers tell whoever knows the points of its bins, as the label party does.

For the holder, before it approves a part: points can be chosen so that a total spells out every bin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.federation.card.values import points_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.federation.card.parts import CardPart
    from shuxin.scoring.api import Values


def told_share(part: CardPart, values: Mapping[str, Values], /) -> float:
    """Share, 0 to 1, of the (n, k) values whose points follow for certain from the numbers that the contract opens.

    Of a sum this is reckoned as if the other holders' totals were known. Bins of equal points are not told apart.
    What is merely likely is not counted. Raises as ``points_of``.
    """
    gained = points_of([(each.shape, each.points) for each in part.characteristics], values)
    told = 0
    for column in part.contract.columns(part.categories):
        codes = {part.categories[place].code for place in column}
        inside = [nth for nth, each in enumerate(part.characteristics) if each.category in codes]
        told += _told(gained[:, inside], [part.characteristics[nth].points for nth in inside])
    return told / gained.size


def _told(gained: NDArray[np.int64], tables: Sequence[Sequence[int]]) -> int:
    """How many of (n, k) points follow from their sum by row. A set of totals is the bits of one whole number."""
    lows = [min(points) for points in tables]
    raised = [{one - low for one in points} for points, low in zip(tables, lows, strict=True)]
    totals, counts = np.unique(gained.sum(axis=1) - sum(lows), return_counts=True)
    told = 0
    for nth, own in enumerate(raised):
        others = _totals([*raised[:nth], *raised[nth + 1 :]])
        once = twice = 0
        for points in own:
            reached = others << points
            once, twice = once | reached, twice | (once & reached)
        certain = once & ~twice
        told += sum(
            count
            for total, count in zip(totals.tolist(), counts.tolist(), strict=True)
            if certain >> total & 1
        )
    return told


def _totals(tables: Sequence[set[int]]) -> int:
    """All sums of one number of each table."""
    found = 1
    for points in tables:
        reached = 0
        for one in points:
            reached |= found << one
        found = reached
    return found
