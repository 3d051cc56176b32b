from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import JaroWinkler

from shuxin.fusion.resolution.comparing import (
    MISSING,
    Close,
    Comparison,
    Level,
    Same,
    Swapped,
    compare,
)
from shuxin.fusion.resolution.firms import COMPARISONS, firm_table
from shuxin.fusion.resolution.names import parse_name

words = st.lists(st.text("ab", max_size=4), min_size=1, max_size=6)


def jaro(one: str, other: str) -> float:
    return float(JaroWinkler.similarity(one, other))


PERSON = (
    Comparison(
        "given",
        (
            Level("same", (Same("given"),)),
            Level("swapped", (Swapped("given", "family"),)),
            Level("close", (Close("given", jaro, 0.8),)),
        ),
        needs=("given",),
    ),
)


class TestCompare:
    @given(words, words)
    def test_finds_what_a_plain_reading_finds(
        self, given_names: list[str], family: list[str]
    ) -> None:
        size = min(len(given_names), len(family))
        table = {"given": given_names[:size], "family": family[:size]}
        pairs = np.indices((size, size)).reshape(2, -1).T
        found = compare(comparisons=PERSON, left=table, right=table, pairs=pairs)
        assert found[:, 0].tolist() == [_plain(table, i, j) for i, j in pairs.tolist()]

    @given(
        st.lists(
            st.text("北京上海甲乙丙丁一二科技有限股份公司集团分店", max_size=14),
            min_size=2,
            max_size=6,
        )
    )
    def test_is_symmetric(self, names: list[str]) -> None:
        table = firm_table([parse_name(name) for name in names], rare_brands={"甲乙"})
        pairs = np.indices((len(names), len(names))).reshape(2, -1).T
        there = compare(comparisons=COMPARISONS, left=table, right=table, pairs=pairs)
        back = compare(comparisons=COMPARISONS, left=table, right=table, pairs=pairs[:, ::-1])
        assert np.array_equal(there, back)


def _plain(table: dict[str, list[str]], i: int, j: int) -> int:
    one, other = table["given"][i], table["given"][j]
    if not one or not other:
        return MISSING
    if one == other:
        return 0
    if one == table["family"][j] and other == table["family"][i]:
        return 1
    return 2 if jaro(*sorted((one, other))) >= 0.8 else 3
