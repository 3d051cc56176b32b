from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.alignment.order import random_order


class TestRandomOrder:
    @given(st.binary(min_size=32, max_size=32), st.integers(0, 200))
    def test_is_a_permutation_and_the_same_again(self, seed: bytes, size: int) -> None:
        order = random_order(seed, size)
        assert sorted(order.tolist()) == list(range(size))
        assert (order == random_order(seed, size)).all()

    def test_every_order_is_equally_likely(self) -> None:
        """24 orders over 6,000 fixed seeds: each count within 6 standard deviations (false alarm < 1e-6)."""
        seen = Counter(
            tuple(random_order(number.to_bytes(32, "little"), 4).tolist())
            for number in range(6_000)
        )
        assert set(seen) == set(permutations(range(4)))
        assert all(abs(count - 250) < 6 * 15.5 for count in seen.values())

    def test_equal_words_are_drawn_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        drawn = [np.array([5, 5, 1], "<u8").tobytes(), np.array([9, 3, 7], "<u8").tobytes()]

        class Stream:
            def __init__(self, *_: object) -> None:
                pass

            def encryptor(self) -> "Stream":
                return self

            def update(self, _: bytes) -> bytes:
                return drawn.pop(0)

        monkeypatch.setattr("shuxin.federation.alignment.order.Cipher", Stream)
        assert random_order(bytes(32), 3).tolist() == [1, 2, 0]
