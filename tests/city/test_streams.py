from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.streams import Streams, scattered, stream

seeds = st.integers(0, 2**63 - 1)


class TestStream:
    @given(seeds, st.text(max_size=8), st.integers(0, 2**40))
    def test_depends_on_its_address_only(self, seed: int, purpose: str, index: int) -> None:
        first = stream(seed=seed, purpose=purpose, index=index).random(3)
        stream(seed=seed, purpose=purpose, index=index + 1).random(100)
        assert (stream(seed=seed, purpose=purpose, index=index).random(3) == first).all()

    @given(seeds, st.text(max_size=8), st.integers(0, 2**40))
    def test_every_part_of_the_address_counts(self, seed: int, purpose: str, index: int) -> None:
        addresses = [
            (seed, purpose, index),
            (seed ^ 1, purpose, index),
            (seed, purpose + "x", index),
            (seed, purpose, index + 1),
        ]
        drawn = {
            tuple(stream(seed=s, purpose=p, index=i).integers(2**62, size=2))
            for s, p, i in addresses
        }
        assert len(drawn) == 4

    def test_neighbours_do_not_overlap(self) -> None:
        one = stream(seed=1, purpose="p", index=0).integers(2**62, size=5000)
        two = stream(seed=1, purpose="p", index=1).integers(2**62, size=5000)
        assert not np.isin(one, two).any()


class TestStreams:
    @given(seeds, st.text(max_size=8), st.lists(st.integers(0, 2**40), max_size=5))
    def test_give_one_after_the_other_what_stream_gives(
        self, seed: int, purpose: str, places: list[int]
    ) -> None:
        streams = Streams(seed=seed, purpose=purpose)
        for place in places:
            rng, expected = streams.at(place), stream(seed=seed, purpose=purpose, index=place)
            assert rng.integers(7) == expected.integers(7)
            assert (rng.random(3) == expected.random(3)).all()


class TestScattered:
    @given(st.integers(3, 400), seeds)
    def test_is_one_to_one(self, size: int, seed: int) -> None:
        places = {scattered(i, size=size, seed=seed, purpose="x") for i in range(size)}
        assert places == set(range(size))
