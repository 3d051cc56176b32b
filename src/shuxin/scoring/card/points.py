"""Log-odds to points and back (评分刻度): points to double the odds (PDO)."""

from __future__ import annotations

import math
from dataclasses import dataclass

from shuxin.kernel import rounded
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text

MOST_POINTS = 100_000


class ScalingInvalid(InvalidInput):
    code = "scaling_invalid"
    what = Text(
        en="The scale of the score cannot be right",
        zh="评分刻度有误",
    )
    mend = Text(
        en="Use positive odds and points to double them, and a floor below the ceiling",
        zh="基准好坏比和翻倍分值须为正数，最低分须小于最高分",
    )


@dataclass(frozen=True, slots=True)
class Scaling:
    """``base_points`` at ``base_odds`` good:bad; ``pdo`` points more double the odds. Raises ScalingInvalid.

    Scores are kept within ``floor`` and ``ceiling``, both included.
    """

    base_points: float = 600.0
    base_odds: float = 50.0
    pdo: float = 20.0
    floor: int = 300
    ceiling: int = 850

    def __post_init__(self) -> None:
        numbers = (self.base_points, self.base_odds, self.pdo, self.floor, self.ceiling)
        bounded = all(math.isfinite(n) and abs(n) <= MOST_POINTS for n in numbers)
        if not bounded or self.base_odds <= 0 or self.pdo <= 0 or self.floor >= self.ceiling:
            raise ScalingInvalid

    @property
    def factor(self) -> float:
        """Points per unit of natural log-odds."""
        return self.pdo / rounded.log(2.0)

    @property
    def offset(self) -> float:
        """Points at even odds."""
        return self.base_points - self.factor * rounded.log(self.base_odds)

    def points(self, *, log_odds: float) -> float:
        """Score of good:bad log-odds, neither rounded nor clamped."""
        return self.offset + self.factor * log_odds

    def attribute_points(
        self, *, coefficient: float, woe: float, intercept: float, characteristics: int
    ) -> int:
        """Whole points of one bin; each characteristic carries an equal part of intercept and offset.

        Halves round to the even number. The sum over n characteristics differs from ``points`` by at
        most n/2.
        """
        log_odds = coefficient * woe + intercept / characteristics
        return round(log_odds * self.factor + self.offset / characteristics)

    def clamp(self, total: int, /) -> int:
        """The score: the sum of rounded points, kept within floor and ceiling."""
        return min(max(total, self.floor), self.ceiling)

    def probability_of_bad(self, *, score: float) -> float:
        """PD (违约概率), 0-1, at a score."""
        log_odds = (score - self.offset) / self.factor
        if log_odds < 0:
            return 1.0 / (1.0 + rounded.exp(log_odds))
        bad = rounded.exp(-log_odds)
        return bad / (1.0 + bad)
