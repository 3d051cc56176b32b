"""Small groups stay hidden: nobody computes them from the groups that are shown."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from shuxin.market.indicators.suppression import LEAST_FIRMS, TOTAL, Key, hidden_groups

observations = st.lists(
    st.tuples(
        st.sampled_from("abc"), st.sampled_from("xyz"), st.sampled_from("pq"), st.integers(0, 25)
    ),
    max_size=40,
)


def grouped(rows: list[tuple[str, str, str, int]]) -> dict[Key, frozenset[int]]:
    found: dict[Key, set[int]] = {TOTAL: set(range(len(rows)))}
    for number, row in enumerate(rows):
        for dimension, value in zip(("month", "region", "lender"), row, strict=False):
            found.setdefault((dimension, value), set()).add(number)
    return {key: frozenset(group) for key, group in found.items()}


def is_combination(wanted: frozenset[int], shown: list[frozenset[int]], n: int) -> bool:
    """Whether ``wanted`` is a linear combination of the shown: exact elimination over the rationals."""
    rows = [[Fraction(i in group) for i in range(n)] for group in [*shown]]
    target = [Fraction(i in wanted) for i in range(n)]
    for column in range(n):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        for row in [*rows, target]:
            if row[column]:
                factor = row[column] / pivot[column]
                row[:] = [a - factor * b for a, b in zip(row, pivot, strict=True)]
    return not any(target)


class TestHidden:
    @given(observations)
    def test_no_small_group_can_be_computed(self, rows: list[tuple[str, str, str, int]]) -> None:
        firms = [str(row[3]) for row in rows]
        groups = grouped(rows)
        hidden = hidden_groups(groups, firms=firms)
        shown = [group for key, group in groups.items() if group and key not in hidden]

        def few(group: frozenset[int]) -> bool:
            return 0 < len({firms[n] for n in group}) < LEAST_FIRMS

        assert not any(few(group) for group in shown)
        for key in hidden:
            if few(groups[key]):
                assert not is_combination(groups[key], shown, len(rows))
        for one, other in itertools.permutations(shown, 2):
            assert not (one < other and few(other - one))
        for dimension in ("month", "region", "lender"):
            rest = frozenset().union(*(groups[key] for key in hidden if key[0] == dimension))
            if few(rest):
                assert not is_combination(rest, shown, len(rows))

    def test_a_second_group_is_hidden_with_the_only_small_one(self) -> None:
        rows = [("a", "x", "p", n) for n in range(9)] + [("b", "x", "p", n) for n in range(9, 15)]
        rows += [("c", "x", "p", 15), ("c", "x", "p", 16)]
        hidden = hidden_groups(grouped(rows), firms=[str(row[3]) for row in rows])
        assert hidden == {("month", "c"), ("month", "b")}

    def test_nothing_is_hidden_where_all_are_large(self) -> None:
        rows = [(month, "x", "p", n) for month in "ab" for n in range(LEAST_FIRMS)]
        assert hidden_groups(grouped(rows), firms=[str(row[3]) for row in rows]) == frozenset()

    def test_many_rows_of_one_firm_are_one_firm(self) -> None:
        rows = [("a", "x", "p", 1)] * 30
        assert TOTAL in hidden_groups(grouped(rows), firms=["one"] * 30)
