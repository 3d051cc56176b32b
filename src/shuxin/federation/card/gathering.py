"""Joint scores of several batches as one, and of some rows of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.federation.card.label import JointScores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Rows: TypeAlias = NDArray[np.bool_] | NDArray[np.intp]


def joined(batches: Sequence[JointScores], /) -> JointScores:
    """One after another. Raises ValueError: none, or of several parts."""
    parts = {id(each.tally.part): each.tally.part for each in batches}.values()
    if not batches or any(part != batches[0].tally.part for part in parts):
        raise ValueError("batches of one part")
    tallies = [each.tally for each in batches]
    tally = replace(
        tallies[0],
        standings=np.concatenate([each.standings for each in tallies]),
        points=np.concatenate([each.points for each in tallies]),
        numbers={
            party: np.concatenate([each.numbers[party] for each in tallies])
            for party in tallies[0].numbers
        },
        reasons={
            party: np.concatenate([each.reasons[party] for each in tallies])
            for party in tallies[0].reasons
        },
    )
    return JointScores(
        tally=tally,
        totals=np.concatenate([each.totals for each in batches]),
        points=np.concatenate([each.points for each in batches]),
        pd=np.concatenate([each.pd for each in batches]),
        own_bins=np.concatenate([each.own_bins for each in batches]),
        own_points=np.concatenate([each.own_points for each in batches]),
    )


def chosen(scores: JointScores, rows: Rows, /) -> JointScores:
    """Of the rows that a mask or places name."""
    tally = replace(
        scores.tally,
        standings=scores.tally.standings[rows],
        points=scores.tally.points[rows],
        numbers={party: each[rows] for party, each in scores.tally.numbers.items()},
        reasons={party: each[rows] for party, each in scores.tally.reasons.items()},
    )
    return JointScores(
        tally=tally,
        totals=scores.totals[rows],
        points=scores.points[rows],
        pd=scores.pd[rows],
        own_bins=scores.own_bins[rows],
        own_points=scores.own_points[rows],
    )
