"""Sums that are kept: whole amounts split into parts, and places of cells in grids of firms and months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Whole = NDArray[np.int64]


def pieces(counts: NDArray[np.integer]) -> tuple[Whole, Whole]:
    """Of ``counts`` (g,): the group of each piece, and its place within the group, (sum of counts,) each."""
    many = counts.astype(np.int64)
    group = np.repeat(np.arange(len(many)), many)
    first = many.cumsum() - many
    return group, np.arange(len(group)) - first[group]


def split(totals: Whole, *, counts: NDArray[np.integer], weights: Whole) -> Whole:
    """Splits each total (g,) into its count of pieces by whole weights; the pieces sum to it exactly.

    Args:
        totals: (g,), below 2**62, not negative.
        counts: (g,).
        weights: (sum of counts,), above 0; those of a group sum below 2**31.
    """
    many = counts.astype(np.int64)
    group, _ = pieces(many)
    if not len(group):
        return np.zeros(0, np.int64)
    run = weights.cumsum()
    before = np.concatenate([[0], run])[many.cumsum() - many]
    upto = run - before[group]
    whole = np.bincount(group, weights=weights, minlength=len(many)).astype(np.int64)[group]
    reached = scaled(totals[group], upto, whole)
    start = scaled(totals[group], upto - weights, whole)
    return reached - start


def scaled(amounts: Whole, part: Whole, whole: Whole) -> Whole:
    """``amounts * part // whole`` for ``part <= whole < 2**31`` and amounts below 2**62, without overflow."""
    found: Whole = (amounts // whole) * part + (amounts % whole) * part // whole
    return found


def spells(late: NDArray[np.bool_]) -> tuple[Whole, Whole, Whole]:
    """Runs of True in each row of (n, months): row, first month, first month after it (months: not over)."""
    edge = np.zeros((len(late), 1), np.int8)
    change = np.diff(late.astype(np.int8), axis=1, prepend=edge, append=edge)
    row, first = np.nonzero(change == 1)
    _, after = np.nonzero(change == -1)
    return row, first, after
