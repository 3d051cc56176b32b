from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.regression.world import task_of

from shuxin.federation.product.ring import Sums
from shuxin.federation.regression import columns
from shuxin.federation.regression.columns import Pairs, fixed
from shuxin.federation.regression.errors import ColumnOutOfRange
from shuxin.federation.regression.task import RING


class TestFixed:
    @pytest.mark.parametrize("wrong", [8.001, -9.0, np.nan, np.inf])
    def test_numbers_out_of_range_are_refused_by_column(self, wrong: float) -> None:
        x = np.zeros((4, 3))
        task = task_of([x, x])
        x[2, 1] = wrong
        with pytest.raises(ColumnOutOfRange) as raised:
            fixed(task, x)
        assert raised.value.facts["column"] == 2

    def test_hundredths_are_exact(self) -> None:
        hundredths = np.arange(-800, 801)[:, None]
        for rows in (1601, 40_000):
            x = np.resize(hundredths, (rows, 1)) / 100
            task = task_of([x, x])
            assert (fixed(task, x) * 100 == np.rint(x * 100).astype(int) * task.scale).all()


def plain_pairs(x: np.ndarray) -> np.ndarray:
    """Column by column, in Python's whole numbers."""
    width = x.shape[1]
    made = [[int(row[i]) * int(row[j]) for i in range(width) for j in range(i, width)] for row in x]
    return np.array(made, np.int64).reshape(len(x), width * (width + 1) // 2)


class TestPairs:
    @given(st.integers(1, 40), st.integers(1, 4), st.integers(0, 1000))
    def test_are_all_products_of_two_columns(self, rows: int, width: int, seed: int) -> None:
        rng = np.random.default_rng(seed)
        x = rng.integers(-8000, 8001, (rows, width))
        pairs, wanted = Pairs(x), RING.of(plain_pairs(x))
        assert pairs.shape == wanted.shape
        out = rng.integers(0, 2**64, wanted.shape, np.uint64)
        before = out.copy()
        pairs.add_to(out[1:], 1)
        assert (out[1:] == before[1:] + wanted[1:]).all()
        right = rng.integers(0, 2**64, (rows, 2), np.uint64)
        sums = Sums(ring=RING, left=wanted.shape[1], right=2)
        pairs.sum_into(sums, slice(0, rows), right)
        assert (sums.words() == right.T @ wanted).all()
        assert (pairs.sums_with(right[:, 0]) == right[:, 0] @ wanted).all()

    def test_how_memory_is_cut_changes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rng = np.random.default_rng(1)
        pairs = Pairs(rng.integers(-9, 9, (50, 3)))
        values = rng.integers(0, 2**64, 50, np.uint64)
        whole = pairs.sums_with(values)
        monkeypatch.setattr(columns, "CHUNK_BYTES", 100)
        assert (pairs.sums_with(values) == whole).all()

    def test_other_columns_have_another_digest(self) -> None:
        x = np.arange(6).reshape(3, 2)
        every = [Pairs(x), Pairs(x + 1), Pairs(-x), Pairs(x.reshape(2, 3))]
        assert len({one.digest() for one in every}) == 4
