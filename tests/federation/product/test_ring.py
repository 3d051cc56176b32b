from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.product.world import plain, random_words

from shuxin.federation.product.generator import Generator
from shuxin.federation.product.matrices import Dense, Made, OneHot
from shuxin.federation.product.ring import Ring, Sums, limbs_of, product

RINGS = [Ring(bits) for bits in (1, 7, 16, 17, 19, 32, 64)]
rings = st.sampled_from(RINGS)


class TestProduct:
    @given(rings, st.integers(0, 70), st.integers(0, 9), st.integers(0, 5), st.integers())
    def test_equals_whole_numbers(
        self, ring: Ring, rows: int, left: int, right: int, seed: int
    ) -> None:
        x = random_words(f"x{seed}", (rows, left), ring)
        v = random_words(f"v{seed}", (rows, right), ring)
        assert (product(x, v, ring=ring) == plain(x, v, ring)).all()

    @pytest.mark.parametrize("ring", RINGS, ids=str)
    def test_equals_whole_numbers_over_more_than_a_block(self, ring: Ring) -> None:
        rows = 2 * limbs_of(ring).rows + 3
        x, v = random_words("x", (rows, 3), ring), random_words("v", (rows, 2), ring)
        assert (product(x, v, ring=ring) == plain(x, v, ring)).all()

    @pytest.mark.parametrize("ring", RINGS, ids=str)
    @pytest.mark.parametrize("shift", [0, 1], ids=["largest", "lowest"])
    def test_a_block_of_most_rows_is_exact_where_all_limbs_are_largest(
        self, ring: Ring, shift: int
    ) -> None:
        """All bits set, and the sign bit alone with every lower limb full."""
        rows = limbs_of(ring).most_rows
        full = (1 << ring.bits) - 1
        signed_extreme = (full >> 1) if ring.bits in (32, 64) else full
        for word in (full, signed_extreme, 1 << (ring.bits - 1), full ^ (full >> 2)):
            value = max(0, word - shift)
            x, v = np.full((rows, 2), value, ring.dtype), np.full((rows, 1), word, ring.dtype)
            sums = Sums(ring=ring, left=2, right=1)
            sums._block(x, v)
            assert sums.words().tolist() == [[rows * value * word % (1 << ring.bits)] * 2]

    @pytest.mark.parametrize("ring", RINGS, ids=str)
    def test_the_stated_bound_follows_from_the_widths(self, ring: Ring) -> None:
        """Over every pair of limbs that is multiplied: sizes times rows is at most 2^53."""
        limbs = limbs_of(ring)
        assert sum(limbs.left) == sum(limbs.right) == ring.bits
        signed = ring.bits in (32, 64)

        def size(widths: tuple[int, ...], at: int) -> int:
            top = at == len(widths) - 1
            return 1 << (widths[at] - 1 if signed and top else widths[at])

        largest = max(
            size(limbs.left, i) * size(limbs.right, j)
            for i in range(len(limbs.left))
            for j in range(len(limbs.right))
        )
        assert largest * limbs.most_rows <= 1 << 53
        assert limbs.rows <= limbs.most_rows

    def test_other_rows_are_refused(self) -> None:
        ring = Ring(32)
        with pytest.raises(ValueError, match="same rows"):
            product(random_words("x", (3, 1), ring), random_words("v", (2, 1), ring), ring=ring)


class TestRing:
    @given(rings, st.integers(-(1 << 63), (1 << 63) - 1))
    def test_signed_numbers_come_back(self, ring: Ring, number: int) -> None:
        half = 1 << (ring.bits - 1)
        inside = (number + half) % (1 << ring.bits) - half
        assert ring.signed(ring.of([[inside]])).tolist() == [[inside]]
        assert ring.of([[number]]).tolist() == [[number % (1 << ring.bits)]]

    def test_fractions_are_refused(self) -> None:
        with pytest.raises(TypeError):
            Ring(32).of([[0.5]])

    @pytest.mark.parametrize("bits", [0, 20, 31, 33, 63, 65])
    def test_other_rings_are_refused(self, bits: int) -> None:
        with pytest.raises(ValueError, match="ring"):
            Ring(bits)


def expanded(bins: np.ndarray, sizes: tuple[int, ...], ring: Ring) -> np.ndarray:
    parts = [np.eye(size, dtype=ring.dtype)[bins[:, j]] for j, size in enumerate(sizes)]
    return np.concatenate([np.empty((len(bins), 0), ring.dtype), *parts], axis=1)


class TestMatrices:
    @given(
        rings, st.integers(0, 40), st.lists(st.integers(1, 6), max_size=4), st.integers(0, 1 << 32)
    )
    def test_one_hot_equals_its_dense_form(
        self, ring: Ring, rows: int, sizes: list[int], seed: int
    ) -> None:
        bins = np.random.default_rng(seed).integers(0, sizes, (rows, len(sizes)))
        hot = OneHot(bins, tuple(sizes), ring)
        dense = Dense(expanded(bins, tuple(sizes), ring), ring)
        assert hot.shape == dense.shape
        right = random_words(str(seed), (rows, 3), ring)
        for rows_of in (slice(0, rows), slice(rows // 3, rows // 2)):
            found = []
            for matrix in (hot, dense):
                sums = Sums(ring=ring, left=hot.shape[1], right=3)
                matrix.sum_into(sums, rows_of, right[rows_of])
                out = random_words("o", (rows_of.stop - rows_of.start, hot.shape[1]), ring)
                matrix.add_to(out, rows_of.start)
                found.append((sums.words(), out))
            assert (found[0][0] == found[1][0]).all()
            assert (found[0][1] == found[1][1]).all()

    def test_a_bin_out_of_range_is_refused(self) -> None:
        for wrong in (-1, 3):
            with pytest.raises(ValueError, match="range"):
                OneHot(np.array([[wrong]]), (3,), Ring(32))

    def test_digests_tell_matrices_apart(self) -> None:
        ring, bins = Ring(32), np.zeros((4, 2), int)
        words = np.zeros((4, 6), ring.dtype)
        other = words.copy()
        other[3, 5] = 1
        digests = {
            Dense(words, ring).digest(),
            Dense(other, ring).digest(),
            Dense(words.reshape(6, 4), ring).digest(),
            Dense(np.zeros((4, 6), "<u8"), Ring(64)).digest(),
            OneHot(bins, (3, 3), ring).digest(),
            OneHot(bins, (2, 4), ring).digest(),
            Made(Generator(bytes(32)), (4, 6), ring).digest(),
            Made(Generator(bytes(31) + b"1"), (4, 6), ring).digest(),
        }
        assert len(digests) == 8
        assert Dense(words.copy(), ring).digest() in digests

    def test_words_of_another_ring_are_refused(self) -> None:
        with pytest.raises(TypeError):
            Dense(np.zeros((2, 2), np.int64), Ring(64))
