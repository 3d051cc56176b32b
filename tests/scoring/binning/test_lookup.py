"""One value and many values find the same bin."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.scoring.binning.lookup import (
    UNSEEN,
    CategoryLookup,
    InfiniteValues,
    NumericLookup,
    ValuesOfWrongKind,
    categories_of,
    numbers_of,
)

marks = st.lists(
    st.one_of(st.integers(-5, 5).map(float), st.floats(-1e300, 1e300)), max_size=6, unique=True
).map(sorted)
values = st.one_of(
    st.integers(-6, 6).map(float), st.floats(allow_infinity=False), st.just(math.nan)
)


def slow_bin(value: float, edges: list[float], specials: list[float]) -> int:
    if math.isnan(value):
        return len(edges) + 1 + len(specials)
    if value in specials:
        return len(edges) + 1 + specials.index(value)
    return sum(edge <= value for edge in edges)


class TestNumericLookup:
    @given(marks, marks, st.lists(values, min_size=1))
    def test_many_and_one_agree_with_the_definition(
        self, edges: list[float], specials: list[float], found: list[float]
    ) -> None:
        lookup = NumericLookup.of(name="x", edges=edges, specials=specials)
        slow = [slow_bin(value, edges, specials) for value in found]
        assert [lookup.one(value) for value in found] == slow
        assert lookup.many(np.array(found)).tolist() == slow
        assert lookup.many(found).tolist() == slow

    @given(marks, st.lists(st.floats(width=32, allow_infinity=False), min_size=1))
    def test_narrow_floats_stand_where_they_stand(
        self, edges: list[float], found: list[float]
    ) -> None:
        lookup = NumericLookup.of(name="x", edges=edges, specials=[])
        narrow = np.array(found, np.float32)
        assert lookup.many(narrow).tolist() == [lookup.one(value) for value in narrow]

    def test_a_value_on_an_edge_belongs_to_the_right(self) -> None:
        lookup = NumericLookup.of(name="x", edges=[1.0, 2.0], specials=[])
        assert [lookup.one(v) for v in (0.99, 1.0, 1.99, 2.0)] == [0, 1, 1, 2]

    def test_none_is_missing(self) -> None:
        lookup = NumericLookup.of(name="x", edges=[1.0], specials=[-9.0])
        assert lookup.one(None) == 3
        assert lookup.many([None, 0.5, -9, 7]).tolist() == [3, 0, 2, 1]

    def test_infinite_values_are_refused_and_counted(self) -> None:
        lookup = NumericLookup.of(name="turnover", edges=[1.0], specials=[])
        with pytest.raises(InfiniteValues) as error:
            lookup.many(np.array([1.0, math.inf, -math.inf, math.nan]))
        assert error.value.facts == {"name": "turnover", "count": 2}
        with pytest.raises(InfiniteValues):
            lookup.one(-math.inf)

    def test_text_is_refused(self) -> None:
        lookup = NumericLookup.of(name="x", edges=[], specials=[])
        for wrong in (np.array(["3"]), np.array(["3", None], object), ["3", 4.0]):
            with pytest.raises(ValuesOfWrongKind):
                lookup.many(wrong)  # type: ignore[arg-type]
        with pytest.raises(ValuesOfWrongKind):
            lookup.one("3")


class TestCategoryLookup:
    @given(st.lists(st.one_of(st.none(), st.sampled_from(["", "a", "b", "c", "z"]))))
    @pytest.mark.parametrize("others", [UNSEEN, 1])
    def test_many_and_one_agree(self, others: int, found: list[str | None]) -> None:
        lookup = CategoryLookup.of(name="x", groups=[["a"], ["b", "c"]], others=others)
        table = {"a": 0, "b": 1, "c": 1, "": 2, None: 2, "z": others}
        assert lookup.many(found).tolist() == [table[value] for value in found]
        assert [lookup.one(value) for value in found] == [table[value] for value in found]
        assert lookup.unlisted(found) == found.count("z")

    def test_reads_arrays_of_text(self) -> None:
        lookup = CategoryLookup.of(name="x", groups=[["a"], ["b"]], others=UNSEEN)
        assert lookup.many(np.array(["a", "b", "", "q"])).tolist() == [0, 1, 2, UNSEEN]

    def test_numbers_are_refused(self) -> None:
        lookup = CategoryLookup.of(name="x", groups=[["a"]], others=0)
        with pytest.raises(ValuesOfWrongKind):
            lookup.one(math.nan)
        with pytest.raises(ValuesOfWrongKind):
            lookup.many(np.array(["a", 3.0], object))


class TestReading:
    def test_whole_numbers_and_booleans_are_numbers(self) -> None:
        assert numbers_of(name="x", values=np.array([1, 2])).tolist() == [1.0, 2.0]
        assert numbers_of(name="x", values=np.array([True, False])).tolist() == [1.0, 0.0]

    def test_dates_are_not(self) -> None:
        with pytest.raises(ValuesOfWrongKind):
            numbers_of(name="x", values=np.array(["2026-01-01"], "datetime64[D]"))

    def test_nor_are_dates_among_numbers(self) -> None:
        with pytest.raises(ValuesOfWrongKind):
            numbers_of(name="x", values=np.array([1.0, date(2026, 1, 1)], object))

    def test_missing_categories_become_empty(self) -> None:
        assert categories_of(name="x", values=["a", None, ""]) == ["a", "", ""]

    def test_numbers_are_no_categories(self) -> None:
        with pytest.raises(ValuesOfWrongKind):
            categories_of(name="x", values=["a", 3.0])
