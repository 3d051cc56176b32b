"""The same readers and changes as in the long runs, a few hundred of each: only their own refusals come out."""

from __future__ import annotations

import random

import pytest
from tests.soak.fuzz.mutating import mutated
from tests.soak.fuzz.targets import targets

TARGETS = targets()
CHANGES = 250


class TestReaders:
    @pytest.mark.parametrize("name", sorted(TARGETS))
    def test_read_what_is_right(self, name: str) -> None:
        assert all(TARGETS[name].accepts(seed) for seed in TARGETS[name].seeds)

    @pytest.mark.parametrize("name", sorted(TARGETS))
    def test_refuse_in_their_own_words_only(self, name: str) -> None:
        rng = random.Random(name)  # noqa: S311 - changes to try, no secret
        target = TARGETS[name]
        read = sum(
            target.accepts(mutated(rng.choice(target.seeds), rng=rng)) for _ in range(CHANGES)
        )
        assert read < CHANGES or not target.refusals
