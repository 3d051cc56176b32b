"""Fellegi-Sunter record linkage (概率记录匹配): weights in bits, learnt from labels or without them.

I. P. Fellegi and A. B. Sunter, A Theory for Record Linkage, JASA 64 (1969). The expectation-
maximisation step follows W. E. Winkler (1988), with u known: it is learnt from random pairs, and
pairs that blocking left out count as different records.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from shuxin.fusion.resolution.comparing import (
    MISSING,
    Comparison,
    Levels,
    Pairs,
    Table,
    compare,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_MOST_LEVELS = 8
FloatArray = NDArray[np.float64]
Shares = tuple[tuple[float, ...], ...]
"""For each comparison the share of pairs at each level, "differ" last."""


@dataclass(frozen=True, slots=True)
class Rarity:
    """Shares of a field's values among records; ``typical`` is the share met in chance agreement."""

    shares: Mapping[str, float]
    typical: float
    rarest: float

    def bits(self, value: str) -> float:
        """What agreement on this value says beyond agreement on a typical one; unseen is rarest."""
        return float(np.log2(self.typical / self.shares.get(value, self.rarest)))


@dataclass(frozen=True, slots=True)
class LinkageModel:
    """m and u shares of every level, the prior share of matching pairs, rarities by field."""

    comparisons: tuple[Comparison, ...]
    m: Shares
    u: Shares
    prior: float
    rarities: Mapping[str, Rarity]

    def __post_init__(self) -> None:
        if not 0 < self.prior < 1:
            raise ValueError("the prior lies between 0 and 1")
        for comparison, m, u in zip(self.comparisons, self.m, self.u, strict=True):
            if not len(m) == len(u) == len(comparison.labels) or min(*m, *u) <= 0:
                raise ValueError(f"{comparison.name}: one positive share for each level")


@dataclass(frozen=True, slots=True)
class Weight:
    """Evidence of one comparison, in bits; positive speaks for the same record."""

    comparison: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two records are held to be one; ``total`` is the sum of prior and weights, in bits."""

    prior: float
    weights: tuple[Weight, ...]

    @property
    def total(self) -> float:
        return self.prior + sum(weight.bits for weight in self.weights)

    @property
    def posterior(self) -> float:
        """Probability of a match."""
        return float(posterior(np.array([self.total]))[0])


def posterior(bits: FloatArray) -> FloatArray:
    """Probability of a match from total weights in bits; rises with the weight."""
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -1000, 1000))))


def prior_bits(prior: float) -> float:
    """A share of matching pairs as log2 odds."""
    return float(np.log2(prior) - np.log1p(-prior) / np.log(2))


def pair_weights(*, model: LinkageModel, left: Table, pairs: Pairs, levels: Levels) -> FloatArray:
    """(n, k) bits of each comparison for each pair; missing comparisons give 0.

    ``left`` is read for the values that agree.
    """
    weights = np.zeros(levels.shape)
    for column, comparison in enumerate(model.comparisons):
        bits = np.log2(np.array(model.m[column]) / np.array(model.u[column]))
        level = levels[:, column]
        weights[:, column] = np.where(level == MISSING, 0.0, bits[level])
        rare = np.isin(level, comparison.rare_levels)
        if comparison.rarity in model.rarities and rare.any():
            rarity = model.rarities[comparison.rarity]
            values = left[comparison.rarity]
            known: dict[str, float] = {v: rarity.bits(v) for v in set(values)}
            weights[rare, column] += [known[values[row]] for row in pairs[rare, 0].tolist()]
    return weights


def explain(*, model: LinkageModel, levels: NDArray[np.int8], weights: FloatArray) -> Explanation:
    """One pair's levels (k,) and weights (k,) in words."""
    said = tuple(
        Weight(
            comparison.name,
            "missing" if level == MISSING else comparison.labels[level],
            float(bits),
        )
        for comparison, level, bits in zip(model.comparisons, levels, weights, strict=True)
    )
    return Explanation(prior_bits(model.prior), said)


def measure_rarity(values: Sequence[str], /) -> Rarity:
    """Rarity of a field's values; empty values are left out."""
    counts = Counter(filter(None, values))
    total = max(counts.total(), 1)
    shares = {value: count / total for value, count in counts.items()}
    typical = sum(share**2 for share in shares.values()) or 1.0
    return Rarity(shares, typical, min(shares.values(), default=typical))


def level_shares(
    *,
    comparisons: Sequence[Comparison],
    levels: Levels,
    counts: FloatArray,
    before: Shares,
    strength: float,
) -> Shares:
    """Share of each level among pairs weighted by ``counts``, missing left out.

    ``before`` counts as ``strength`` pairs seen earlier, so that no share is zero.
    """
    shares = []
    for column, comparison in enumerate(comparisons):
        seen = levels[:, column] != MISSING
        size = len(comparison.labels)
        met = np.bincount(levels[seen, column], weights=counts[seen], minlength=size)
        tally = met + strength * np.array(before[column])
        shares.append(tuple((tally / tally.sum()).tolist()))
    return tuple(shares)


def even_shares(comparisons: Sequence[Comparison], /) -> Shares:
    """Every level equally often: knowing nothing."""
    return tuple((1 / len(c.labels),) * len(c.labels) for c in comparisons)


def agreeing_shares(comparisons: Sequence[Comparison], /) -> Shares:
    """A first guess for matches: nine in ten agree, the rest falls evenly."""
    return tuple((0.9, *((0.1 / (len(c.labels) - 1),) * (len(c.labels) - 1))) for c in comparisons)


def random_pairs(*, left: int, right: int, count: int, rng: np.random.Generator) -> Pairs:
    """Pairs drawn with replacement; nearly all of them are different records."""
    return np.column_stack((rng.integers(left, size=count), rng.integers(right, size=count)))


def learn_u(
    *, comparisons: Sequence[Comparison], left: Table, right: Table, pairs: Pairs
) -> Shares:
    """Level shares among random pairs, one pseudo-pair a comparison. Self-pairs must be left out."""
    levels = compare(comparisons=comparisons, left=left, right=right, pairs=pairs)
    return level_shares(
        comparisons=comparisons,
        levels=levels,
        counts=np.ones(len(levels)),
        before=even_shares(comparisons),
        strength=1.0,
    )


def expectation_maximisation(
    *,
    model: LinkageModel,
    levels: Levels,
    all_pairs: int,
    rounds: int = 100,
    tolerance: float = 1e-6,
) -> LinkageModel:
    """Find the m and prior that make the blocked pairs most likely, with u fixed.

    Args:
        model: first guess.
        levels: (n, k) of the blocked pairs.
        all_pairs: pairs there are; those not blocked count as different records.
        rounds: the most passes.
        tolerance: stop when no m moves by more.
    """
    distinct, counts = np.unique(levels, axis=0, return_counts=True)
    blank: Table = {}
    nothing = np.empty((0, 2), np.int64)
    for _ in range(rounds):
        plain = replace(model, rarities={})
        bits = pair_weights(model=plain, left=blank, pairs=nothing, levels=distinct)
        chance = posterior(bits.sum(axis=1) + prior_bits(model.prior)) * counts
        m = level_shares(
            comparisons=model.comparisons,
            levels=distinct,
            counts=chance,
            before=even_shares(model.comparisons),
            strength=1.0,
        )
        moved = max(
            abs(a - b) for x, y in zip(m, model.m, strict=True) for a, b in zip(x, y, strict=True)
        )
        model = replace(model, m=m, prior=float(np.clip(chance.sum() / all_pairs, 1e-12, 0.5)))
        if moved < tolerance:
            break
    return model


def learn_from_known(
    *, model: LinkageModel, same: Levels, different: Levels, counts: FloatArray, strength: float
) -> LinkageModel:
    """Learn m and u from pairs whose truth is known.

    Args:
        model: belief before.
        same: (n, k) levels of pairs known to match.
        different: (p, k) levels of pairs known to differ.
        counts: (p,) how many pairs each of them stands for; about one pseudo-pair a level is
            added. A comparison never met keeps its u.
        strength: pairs that the belief about m is worth.
    """
    m = level_shares(
        comparisons=model.comparisons,
        levels=same,
        counts=np.ones(len(same)),
        before=model.m,
        strength=strength,
    )
    u = level_shares(
        comparisons=model.comparisons,
        levels=different,
        counts=counts,
        before=even_shares(model.comparisons),
        strength=float(_MOST_LEVELS),
    )
    met = (different != MISSING).any(axis=0)
    return replace(
        model,
        m=m,
        u=tuple(new if seen else old for new, old, seen in zip(u, model.u, met, strict=True)),
    )
