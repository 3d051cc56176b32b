"""The chance that a lender approves (获批可能性), learnt from outcomes; lenders lend each other strength. Pure.

A logistic regression on bands. Every lender has the common weights and its own departures from them; both are drawn
towards zero, and so are the differences between neighbouring bands (partial pooling; Gelman and Hill 2007, chapters
12-14; here the posterior mode). A lender of which little is known is thus judged as the others, one with a long
history by its own. How strongly lenders resemble each other is chosen by outcomes held back.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json
from shuxin.market.matching.bands import FEATURES
from shuxin.market.matching.policy import WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

LEAST_OUTCOMES = 100
"""Below that nothing is estimated [D]."""
_LEAST, _MOST = 100, 9900
_MICRO = 1_000_000
_COMMON = 0.5
_OWN = (1.0, 4.0, 16.0, 64.0)
_FOLDS = 5
_ROUNDS, _NEAR = 40, 1e-8
_OFFSETS = tuple(accumulate((count for _, count, _ in FEATURES), initial=1))
_WIDTH = _OFFSETS[-1]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A lender's verdict on one application, with the bands that it had then (``bands_of``)."""

    lender: str
    bands: tuple[int, ...]
    approved: bool


@dataclass(frozen=True, slots=True)
class ChanceModel:
    """Weights as millionths of log-odds: first the constant, then each feature's bands.

    common: of all lenders; own: each lender's departures. outcomes: from how many it was learnt. likeness: the chosen
    strength with which departures are drawn to zero.
    """

    common: tuple[int, ...]
    own: Mapping[str, tuple[int, ...]]
    outcomes: int
    likeness: float

    def chance_bp(self, lender: str, bands: Sequence[int]) -> int:
        """1 to 99 percent, in basis points; a lender without outcomes has the common weights."""
        places = (0, *(start + band for start, band in zip(_OFFSETS, bands, strict=False)))
        odds = sum(self.common[place] for place in places)
        if (own := self.own.get(lender)) is not None:
            odds += sum(own[place] for place in places)
        share = 1 / (1 + math.exp(-odds / _MICRO))
        return min(max(round(share * WHOLE), _LEAST), _MOST)

    @property
    def content(self) -> bytes:
        """Canonical JSON."""
        return canonical_json(
            {
                "common": list(self.common),
                "own": {lender: list(weights) for lender, weights in self.own.items()},
                "outcomes": self.outcomes,
                "likeness": int(self.likeness),
            }
        )

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def chance_model_from(facts: Mapping[str, Any]) -> ChanceModel:
    """Of its own content."""
    own = {lender: tuple(weights) for lender, weights in facts["own"].items()}
    return ChanceModel(
        tuple(facts["common"]), own, int(facts["outcomes"]), float(facts["likeness"])
    )


def learn_chances(outcomes: Sequence[Outcome]) -> ChanceModel | None:
    """None below LEAST_OUTCOMES, or where all ended alike. Renaming lenders renames them in the model, no more."""
    if len(outcomes) < LEAST_OUTCOMES or len({one.approved for one in outcomes}) < 2:  # noqa: PLR2004 - both verdicts
        return None
    import numpy as np  # noqa: PLC0415 - heavy

    names = list(dict.fromkeys(one.lender for one in outcomes))
    number = {name: place for place, name in enumerate(names)}
    sample = _Sample(
        _design(outcomes),
        np.array([one.approved for one in outcomes], float),
        np.array([number[one.lender] for one in outcomes]),
        len(names),
    )
    likeness = _best_likeness(sample)
    common, own = _fitted(sample, likeness)
    return ChanceModel(
        _micro(common),
        {name: _micro(own[place]) for name, place in number.items()},
        len(outcomes),
        likeness,
    )


@dataclass(frozen=True, slots=True)
class _Sample:
    """design: (n, width) zeros and ones; approved: (n,); lender: (n,) places from 0 to ``lenders`` - 1."""

    design: NDArray[Any]
    approved: NDArray[Any]
    lender: NDArray[Any]
    lenders: int

    def part(self, rows: NDArray[Any]) -> _Sample:
        return _Sample(self.design[rows], self.approved[rows], self.lender[rows], self.lenders)


def _design(outcomes: Sequence[Outcome]) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - heavy

    bands = np.array([one.bands for one in outcomes])
    design = np.zeros((len(outcomes), _WIDTH))
    design[:, 0] = 1
    rows = np.arange(len(outcomes))
    for place, start in enumerate(_OFFSETS[:-1]):
        design[rows, start + bands[:, place]] = 1
    return design


def _penalty(strength: float, constant: float) -> NDArray[Any]:
    """Each band to zero, and neighbouring known bands to each other."""
    import numpy as np  # noqa: PLC0415 - heavy

    penalty = np.eye(_WIDTH) * strength
    penalty[0, 0] = constant
    for (_, count, is_ordered), start in zip(FEATURES, _OFFSETS, strict=False):
        for left in range(start + 1, start + count - 1) if is_ordered else ():
            penalty[left : left + 2, left : left + 2] += strength * np.array([[1, -1], [-1, 1]])
    return penalty


def _best_likeness(sample: _Sample) -> float:
    import numpy as np  # noqa: PLC0415 - heavy

    fold = np.arange(len(sample.approved)) % _FOLDS
    losses = dict.fromkeys(_OWN, 0.0)
    for likeness in _OWN:
        for held in range(_FOLDS):
            weights = _fitted(sample.part(fold != held), likeness)
            losses[likeness] += _loss(sample.part(fold == held), *weights)
    return min(losses, key=lambda likeness: losses[likeness])


def _fitted(sample: _Sample, likeness: float) -> tuple[NDArray[Any], NDArray[Any]]:
    """Newton's method, halved steps where the whole one overshoots. (width,) and (lenders, width)."""
    import numpy as np  # noqa: PLC0415 - heavy

    for_common, for_own = _penalty(_COMMON, 1e-6), _penalty(likeness, 1.0)
    common, own = np.zeros(_WIDTH), np.zeros((sample.lenders, _WIDTH))

    def height(common: NDArray[Any], own: NDArray[Any]) -> float:
        drawn = common @ for_common @ common + np.einsum("li,ij,lj->", own, for_own, own)
        return _loss(sample, common, own) + float(drawn) / 2

    before = height(common, own)
    for _ in range(_ROUNDS):
        by_common, by_own = _step(sample, common, own, for_common, for_own)
        part = 1.0
        while (now := height(common + part * by_common, own + part * by_own)) > before + _NEAR:
            part /= 2
        common, own = common + part * by_common, own + part * by_own
        if before - now < _NEAR:
            break
        before = now
    return common, own


def _step(
    sample: _Sample,
    common: NDArray[Any],
    own: NDArray[Any],
    for_common: NDArray[Any],
    for_own: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any]]:
    """One Newton step; the lenders' blocks are eliminated one by one (Schur complement)."""
    import numpy as np  # noqa: PLC0415 - heavy

    share = _shares(sample, common, own)
    rest, weight = sample.approved - share, share * (1 - share)
    whole, right = for_common.copy(), -for_common @ common
    kept = []
    for lender in range(sample.lenders):
        rows = sample.lender == lender
        design = sample.design[rows]
        block = (design * weight[rows, None]).T @ design
        pull = design.T @ rest[rows]
        inner = np.linalg.solve(
            block + for_own, np.column_stack([block, pull - for_own @ own[lender]])
        )
        kept.append(inner)
        whole += block - block @ inner[:, :-1]
        right += pull - block @ inner[:, -1]
    by_common = np.linalg.solve(whole, right)
    return by_common, np.array([inner[:, -1] - inner[:, :-1] @ by_common for inner in kept])


def _shares(sample: _Sample, common: NDArray[Any], own: NDArray[Any]) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415 - heavy

    odds = sample.design @ common + np.einsum("ni,ni->n", sample.design, own[sample.lender])
    shares: NDArray[Any] = 1 / (1 + np.exp(-odds))
    return shares


def _loss(sample: _Sample, common: NDArray[Any], own: NDArray[Any]) -> float:
    """Minus the log-likelihood."""
    import numpy as np  # noqa: PLC0415 - heavy

    share = np.clip(_shares(sample, common, own), 1e-12, 1 - 1e-12)
    right = np.where(sample.approved > 0, share, 1 - share)
    return float(-np.log(right).sum())


def _micro(weights: NDArray[Any]) -> tuple[int, ...]:
    return tuple(round(float(one) * _MICRO) for one in weights)
