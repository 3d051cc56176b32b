"""From values to points, many subjects at once, with the very lookups that a scorecard uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from shuxin.scoring.api import ColumnMissing, LengthsDisagree

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.scoring.api import BinShape, Values


def bins_of(shapes: Sequence[BinShape], values: Mapping[str, Values], /) -> NDArray[np.intp]:
    """(n, k) bin of every value, UNSEEN for a category in none; ``values`` has more columns than needed or just these.

    Raises ColumnMissing, LengthsDisagree, InfiniteValues, ValuesOfWrongKind.
    """
    for shape in shapes:
        if shape.name not in values:
            raise ColumnMissing(name=shape.name)
    columns = [values[shape.name] for shape in shapes]
    for shape, column in zip(shapes, columns, strict=True):
        if len(column) != len(columns[0]):
            raise LengthsDisagree(name=shape.name, found=len(column), wanted=len(columns[0]))
    found = [shape.lookup.many(column) for shape, column in zip(shapes, columns, strict=True)]
    return np.column_stack(found)


def points_of(
    table: Sequence[tuple[BinShape, Sequence[int]]], values: Mapping[str, Values], /
) -> NDArray[np.int64]:
    """(n, k) points of every value; a table's points are by bin, those of UNSEEN last. Raises as ``bins_of``."""
    found = bins_of([shape for shape, _ in table], values)
    gained = np.empty(found.shape, np.int64)
    for nth, (_, points) in enumerate(table):
        gained[:, nth] = np.asarray(points, np.int64)[found[:, nth]]
    return gained
