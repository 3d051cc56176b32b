from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.resolution.comparing import MISSING, Comparison, Level, Same, compare
from shuxin.fusion.resolution.linkage import (
    LinkageModel,
    agreeing_shares,
    even_shares,
    expectation_maximisation,
    explain,
    learn_from_known,
    measure_rarity,
    pair_weights,
    posterior,
    prior_bits,
)

FIELDS = ("a", "b", "c", "d")
COMPARISONS = tuple(
    Comparison(f, (Level("same", (Same(f),)),), needs=(f,), rarity="a" if f == "a" else "")
    for f in FIELDS
)
M = ((0.9, 0.1), (0.8, 0.2), (0.95, 0.05), (0.7, 0.3))
U = ((0.1, 0.9), (0.05, 0.95), (0.2, 0.8), (0.01, 0.99))


def model(prior: float = 0.01) -> LinkageModel:
    return LinkageModel(COMPARISONS, M, U, prior, {})


class TestPosterior:
    @given(st.floats(-60, 60), st.floats(-60, 60))
    def test_rises_with_the_weight(self, one: float, other: float) -> None:
        low, high = posterior(np.array(sorted((one, other))))
        assert 0 <= low <= high <= 1

    @given(st.floats(1e-9, 0.999))
    def test_of_no_evidence_is_the_prior(self, prior: float) -> None:
        assert posterior(np.array([prior_bits(prior)]))[0] == pytest.approx(prior, rel=1e-6)


class TestPairWeights:
    @given(st.lists(st.tuples(*[st.sampled_from("xyz ")] * 4), min_size=2, max_size=6))
    def test_add_up_to_the_explained_total(self, rows: list[tuple[str, ...]]) -> None:
        table = {f: [row[i].strip() for row in rows] for i, f in enumerate(FIELDS)}
        pairs = np.indices((len(rows), len(rows))).reshape(2, -1).T
        levels = compare(comparisons=COMPARISONS, left=table, right=table, pairs=pairs)
        rare = replace(model(), rarities={"a": measure_rarity(table["a"])})
        weights = pair_weights(model=rare, left=table, pairs=pairs, levels=levels)
        for level, weight in zip(levels, weights, strict=True):
            said = explain(model=rare, levels=level, weights=weight)
            assert said.total == pytest.approx(prior_bits(0.01) + weight.sum())
            assert all(w.bits == 0 for w in said.weights if w.level == "missing")

    def test_rare_values_say_more(self) -> None:
        table = {f: ["x", "x", "x", "y"] for f in FIELDS}
        pairs = np.array([[0, 1], [3, 3]])
        levels = compare(comparisons=COMPARISONS, left=table, right=table, pairs=pairs)
        rare = replace(model(), rarities={"a": measure_rarity(table["a"])})
        weights = pair_weights(model=rare, left=table, pairs=pairs, levels=levels)
        assert weights[1, 0] - weights[0, 0] == pytest.approx(np.log2(3))


class TestExpectationMaximisation:
    def test_recovers_the_shares_that_made_the_pairs(self) -> None:
        """Seed 7; 200,000 pairs put each m within 0.02: six standard errors at 20,000 matches."""
        rng = np.random.default_rng(7)
        match = rng.random(200_000) < 0.1
        same = np.where(match[:, None], [m[0] for m in M], [u[0] for u in U])
        levels = (rng.random(same.shape) >= same).astype(np.int8)
        first = LinkageModel(COMPARISONS, agreeing_shares(COMPARISONS), U, 0.01, {})
        learnt = expectation_maximisation(model=first, levels=levels, all_pairs=len(levels))
        assert learnt.prior == pytest.approx(0.1, abs=0.01)
        assert np.abs(np.array(learnt.m) - np.array(M)).max() < 0.02


class TestLearnFromKnown:
    def test_counts_levels(self) -> None:
        same = np.array([[0, 0, 0, MISSING]] * 3 + [[1, 0, 0, MISSING]], np.int8)
        different = np.array([[0, 1, 1, MISSING], [1, 1, 1, MISSING]], np.int8)
        learnt = learn_from_known(
            model=LinkageModel(COMPARISONS, even_shares(COMPARISONS), U, 0.01, {}),
            same=same,
            different=different,
            counts=np.array([1e6, 3e6]),
            strength=1e-9,
        )
        assert learnt.m[0] == pytest.approx((0.75, 0.25))
        assert learnt.u[0] == pytest.approx((0.25, 0.75), abs=1e-4)
        assert learnt.u[3] == U[3]


class TestLinkageModel:
    def test_refuses_shares_that_do_not_fit(self) -> None:
        with pytest.raises(ValueError, match="one positive share"):
            replace(model(), m=(*M[:3], (1.0, 0.0)))
        with pytest.raises(ValueError, match="prior"):
            model(prior=0.0)
