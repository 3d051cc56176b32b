"""A card made ready to score (编译评分卡): nothing but lookups, one applicant or many, equal points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.binning.characteristic import LengthsDisagree
from shuxin.scoring.binning.lookup import CategoryLookup, NumericLookup, Value, Values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from shuxin.scoring.card.artefact import CardCharacteristic, Scorecard
    from shuxin.scoring.card.points import Scaling

_Step: TypeAlias = tuple[str, Callable[[Value], int], tuple[int, ...]]


class ColumnMissing(InvalidInput):
    code = "scoring_column_missing"
    what = Text(en="There is no column {name}", zh="缺少列 {name}")
    mend = Text(
        en="Give every characteristic of the card a column; a value that is not known is NaN or None",
        zh="请为评分卡的每个特征提供一列；未知值用 NaN 或 None",
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """One applicant's score: points within the scale, PD (0-1) from these whole points.

    by_characteristic: (name, index of the bin, points) in the order of the card; the index is UNSEEN
    for a category that no bin takes. The points add up to the score before it was kept within the scale.
    """

    points: int
    pd: float
    by_characteristic: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class CompiledCard:
    """Made by ``of``; holds no state between applicants and may be shared between threads."""

    card: Scorecard
    steps: tuple[_Step, ...]
    scaling: Scaling
    pd_by_points: tuple[float, ...]

    @classmethod
    def of(cls, card: Scorecard, /) -> CompiledCard:
        scale = card.scaling
        chances = (
            scale.probability_of_bad(score=points)
            for points in range(scale.floor, scale.ceiling + 1)
        )
        steps = (
            (each.name, each.shape.lookup.one, each.all_points) for each in card.characteristics
        )
        return cls(card=card, steps=tuple(steps), scaling=scale, pd_by_points=tuple(chances))

    def score(self, row: Mapping[str, Value], /) -> Scored:
        """Score one applicant. NaN, None and empty text are missing values.

        Raises:
            ColumnMissing: the row lacks a characteristic.
            InfiniteValues: a number is infinite.
            ValuesOfWrongKind: text for a number or the reverse.
        """
        parts = []
        total = 0
        for name, bin_of, points in self.steps:
            if name not in row:
                raise ColumnMissing(name=name)
            found = bin_of(row[name])
            gained = points[found]
            total += gained
            parts.append((name, found, gained))
        total = self.scaling.clamp(total)
        return Scored(total, self.pd_by_points[total - self.scaling.floor], tuple(parts))

    def score_many(self, columns: Mapping[str, Values], /) -> NDArray[np.int64]:
        """(n,) scores of (n,) columns, each as ``score`` gives it. Raises LengthsDisagree too."""
        total = np.zeros(self._rows(columns), np.int64)
        for each in self.card.characteristics:
            total += _points_of(each, columns[each.name])
        return np.clip(total, self.scaling.floor, self.scaling.ceiling, out=total)

    def points_many(self, columns: Mapping[str, Values], /) -> NDArray[np.int64]:
        """(n, k) points of every characteristic, in the order of the card. Raises as ``score_many``."""
        self._rows(columns)
        parts = [_points_of(each, columns[each.name]) for each in self.card.characteristics]
        return np.column_stack(parts).astype(np.int64)

    def unlisted(self, columns: Mapping[str, Values], /) -> dict[str, int]:
        """For each categorical characteristic, how many values were in no group at training."""
        looked = {each.name: each.shape.lookup for each in self.card.characteristics}
        return {
            name: lookup.unlisted(columns[name])
            for name, lookup in looked.items()
            if isinstance(lookup, CategoryLookup)
        }

    def probability_of_bad(self, points: NDArray[np.int64], /) -> NDArray[np.float64]:
        """(n,) PD of (n,) scores of this card."""
        return np.asarray(self.pd_by_points)[points - self.scaling.floor]

    def _rows(self, columns: Mapping[str, Values]) -> int:
        names = [each.name for each in self.card.characteristics]
        for name in names:
            if name not in columns:
                raise ColumnMissing(name=name)
            if len(columns[name]) != len(columns[names[0]]):
                raise LengthsDisagree(
                    name=name, found=len(columns[name]), wanted=len(columns[names[0]])
                )
        return len(columns[names[0]])


def _points_of(characteristic: CardCharacteristic, values: Values) -> NDArray[np.int32]:
    points, lookup = characteristic.all_points, characteristic.shape.lookup
    if isinstance(lookup, NumericLookup):
        by_cell = [points[place] for place in (*lookup.bins, lookup.missing)]
        return np.asarray(by_cell, np.int32)[lookup.cells(values)]
    return np.asarray(points, np.int32)[lookup.many(values)]
