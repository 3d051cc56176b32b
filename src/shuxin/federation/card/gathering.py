"""Joint scores of several batches as one, and of some rows of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from shuxin.federation.card.label import JointScores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Rows: TypeAlias = NDArray[np.bool_] | NDArray[np.intp]


def joined(batches: Sequence[JointScores], /) -> JointScores:
    """One after another. Raises ValueError: none, or of several parts."""
    parts = {id(each.tally.part): each.tally.part for each in batches}.values()
    if not batches or any(part != batches[0].tally.part for part in parts):
        raise ValueError("batches of one part")
    return _made(batches, np.concatenate)


def chosen(scores: JointScores, rows: Rows, /) -> JointScores:
    """Of the rows that a mask or places name."""
    return _made([scores], lambda arrays: arrays[0][rows])


def _made(
    batches: Sequence[JointScores], how: Callable[[Sequence[NDArray[Any]]], NDArray[Any]]
) -> JointScores:
    """Every array by row made of those of the batches."""
    tallies = [each.tally for each in batches]
    tally = replace(
        tallies[0],
        standings=how([each.standings for each in tallies]),
        points=how([each.points for each in tallies]),
        numbers={one: how([each.numbers[one] for each in tallies]) for one in tallies[0].numbers},
        reasons={one: how([each.reasons[one] for each in tallies]) for one in tallies[0].reasons},
    )
    return JointScores(
        tally=tally,
        totals=how([each.totals for each in batches]),
        points=how([each.points for each in batches]),
        pd=how([each.pd for each in batches]),
        own_bins=how([each.own_bins for each in batches]),
        own_points=how([each.own_points for each in batches]),
    )
