"""The scorecard of a dataset (质量评分卡): five parts, 0 to 100 each, their weights stated.

A part is the mean over its rules of the share of cases that keep the rule; a rule that several files measured counts
by their cases. What nothing measured has no score and no weight.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.catalogue.domain.check import Dimension, Verdict
from shuxin.catalogue.domain.freshness import Timeliness

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.catalogue.domain.check import Measured
    from shuxin.catalogue.domain.freshness import Freshness

WEIGHTS = {
    Dimension.COMPLETENESS: 25,
    Dimension.VALIDITY: 25,
    Dimension.UNIQUENESS: 15,
    Dimension.CONSISTENCY: 20,
    Dimension.TIMELINESS: 15,
}
"""Of a score of which every part was measured; they make 100."""
_BROKEN = frozenset({Verdict.BROKEN, Verdict.STOPPED})


@dataclass(frozen=True, slots=True)
class Part:
    """``score`` 0 to 100, None where nothing was measured; ``rules`` that were measured, ``broken`` of them."""

    dimension: Dimension
    score: float | None
    weight: int
    rules: int
    broken: int


@dataclass(frozen=True, slots=True)
class Scorecard:
    """``total`` 0 to 100, None where no part has a score."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> float | None:
        scored = [(part.score, part.weight) for part in self.parts if part.score is not None]
        if not scored:
            return None
        mean = math.fsum(s * w for s, w in scored) / sum(w for _, w in scored)
        return min(max(mean, 0.0), 100.0)


def scorecard(*, measured: Iterable[Measured], freshness: Freshness) -> Scorecard:
    """Of what the loads in force of one dataset measured, and of how old the newest is."""
    by_rule: dict[tuple[Dimension, str, str], list[Measured]] = defaultdict(list)
    for one in measured:
        if one.verdict is not Verdict.UNJUDGED:
            by_rule[one.dimension, one.rule, one.field].append(one)
    parts = []
    for dimension, weight in WEIGHTS.items():
        found = [group for (where, _, _), group in by_rule.items() if where is dimension]
        shares = [_share(group) for group in found]
        broken = sum(any(one.verdict in _BROKEN for one in group) for group in found)
        if dimension is Dimension.TIMELINESS and (on_time := _on_time(freshness)) is not None:
            shares, broken = [*shares, on_time], broken + (on_time < 1)
        score = 100 * math.fsum(shares) / len(shares) if shares else None
        parts.append(Part(dimension, score, weight, len(shares), broken))
    return Scorecard(tuple(parts))


def _share(group: list[Measured]) -> float:
    """Of one rule over several files, each by its cases; files without a case count alike."""
    cases = sum(one.of for one in group)
    if not cases:
        return math.fsum(one.kept for one in group) / len(group)
    return min(math.fsum(one.kept * one.of for one in group) / cases, 1.0)


def _on_time(freshness: Freshness) -> float | None:
    """1 within cycle and lag; later, the share that the days allowed are of the days gone by."""
    if freshness.state is Timeliness.UNKNOWN or freshness.allowed_days is None:
        return None
    days = freshness.days_since or 0
    return 1.0 if days <= freshness.allowed_days else freshness.allowed_days / days
