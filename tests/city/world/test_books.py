from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.world.books import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

amounts = st.lists(st.integers(-(2**47) + 1, 2**47 - 1), min_size=1, max_size=9)


def kept(rows: NDArray[np.int64]) -> Column:
    found = Column.zeros(rows.shape)
    for place, row in enumerate(rows):
        found[place] = row
    return found


class TestColumn:
    @given(amounts)
    def test_gives_back_what_was_put_into_it(self, fen: list[int]) -> None:
        rows = np.array([fen, fen[::-1]], np.int64)
        column = kept(rows)
        assert column.shape == rows.shape
        assert column[...].dtype == np.int64
        assert (column[...] == rows).all()
        assert (column.T[:, 1] == rows[1]).all()
        firm, month = np.array([1, 0]), np.array([0, len(fen) - 1])
        assert (column[firm, month] == rows[firm, month]).all()

    @given(amounts)
    def test_is_an_array_in_arithmetic(self, fen: list[int]) -> None:
        rows = np.array([fen], np.int64)
        column = kept(rows)
        assert ((column - column // 2) == rows - rows // 2).all()
        assert ((column > 0) == (rows > 0)).all()
        assert (np.maximum(0, column) == np.maximum(0, rows)).all()
        assert (np.array(column) == rows).all()

    @pytest.mark.parametrize("amount", [2**47, -(2**47)])
    def test_refuses_what_does_not_fit(self, amount: int) -> None:
        with pytest.raises(OverflowError):
            Column.zeros((1, 1))[0] = np.array([amount])
