"""The bank's rating as something to predict (信誉评级预测): never a feature for default."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel import rounded
from shuxin.scoring.card.sealed import CardInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from shuxin.scoring.card.ordinal import OrdinalCard

INPUTS = ("points", "inv_out_amt_12m", "inv_in_amt_12m", "inv_out_parties_12m")
"""What the rating is predicted from: the card's points, and logarithms of three sizes."""


@dataclass(frozen=True, slots=True)
class RatingModel:
    """Proportional odds of A < B < C < D on ``INPUTS``."""

    ordinal: OrdinalCard

    def probabilities(
        self, *, points: int, features: Mapping[str, float | None]
    ) -> tuple[float, float, float, float]:
        """Of A, B, C, D. Raises CardInvalid for a model whose numbers are too large to give any."""
        row = rating_inputs(points=points, features=features)
        a, b, c, d = self.ordinal.probabilities_of(row)
        if math.isnan(a + b + c + d):
            raise CardInvalid(where="rating")
        return (a, b, c, d)


def rating_inputs(*, points: int, features: Mapping[str, float | None]) -> list[float]:
    """The inputs of one enterprise; sizes as ``ln(1 + size)``, fen in yuan, nothing as zero."""
    sold, bought, parties = (max(features.get(name) or 0.0, 0.0) for name in INPUTS[1:])
    return [
        float(points),
        rounded.log1p(sold / 100),
        rounded.log1p(bought / 100),
        rounded.log1p(parties),
    ]


def rating_matrix(
    points: Sequence[int], rows: Sequence[Mapping[str, float | None]]
) -> NDArray[np.float64]:
    """(n, 4) inputs of many."""
    pairs = zip(points, rows, strict=True)
    return np.array([rating_inputs(points=p, features=row) for p, row in pairs])
