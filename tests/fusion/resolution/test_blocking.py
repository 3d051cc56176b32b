from __future__ import annotations

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from shuxin.fusion.resolution.blocking import (
    candidate_pairs,
    equality_keys,
    name_keys,
    self_pairs,
)

names = st.lists(st.text("甲乙丙丁戊", min_size=1, max_size=5), min_size=1, max_size=12)


class TestCandidatePairs:
    @given(names, names)
    def test_ranks_by_the_rarity_of_shared_keys(self, left: list[str], right: list[str]) -> None:
        tables = {"left": {"a": left}, "right": {"a": right}}
        keys = {s: equality_keys(table=t, rules=(("a",),)) for s, t in tables.items()}
        found = candidate_pairs(**keys, most_common=100, best=2)
        expected = [
            [i, j]
            for i, one in enumerate(left)
            for j in [j for j, other in enumerate(right) if one == other][:2]
        ]
        assert found.tolist() == expected

    @given(names)
    def test_puts_the_best_first(self, cores: list[str]) -> None:
        keys = name_keys(brands=cores, cores=cores)
        found = candidate_pairs(left=keys, right=keys, most_common=100, best=1)
        assert all(cores[i] == cores[j] for i, j in found.tolist())
        assert found[:, 0].tolist() == list(range(len(cores)))

    @given(names, st.integers(1, 4))
    def test_never_uses_common_keys_and_keeps_the_bound(self, values: list[str], most: int) -> None:
        keys = equality_keys(table={"a": values}, rules=(("a",),))
        found = candidate_pairs(left=keys, right=keys, most_common=most, best=2)
        counts = Counter(values)
        assert all(counts[values[i]] <= most for i, _ in found.tolist())
        assert max(Counter(found[:, 0].tolist()).values(), default=0) <= 2


class TestSelfPairs:
    @given(names)
    def test_gives_each_pair_once(self, values: list[str]) -> None:
        keys = equality_keys(table={"a": values}, rules=(("a",),))
        found = self_pairs(candidate_pairs(left=keys, right=keys, most_common=100, best=100))
        assert len(found) == sum(math.comb(n, 2) for n in Counter(values).values())
        assert (found[:, 0] < found[:, 1]).all()


class TestEqualityKeys:
    def test_a_missing_field_matches_nobody(self) -> None:
        keys = equality_keys(table={"a": ["", ""], "b": ["x", "x"]}, rules=(("a", "b"),))
        assert not len(candidate_pairs(left=keys, right=keys, most_common=9, best=9))
