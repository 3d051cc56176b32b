"""Descriptions and answers from a stranger."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.federation.statistics.world import counting

from shuxin.federation.statistics.errors import StatisticsMessageWrong
from shuxin.federation.statistics.task import counting_messages, largest_hundredths, ring_for
from shuxin.federation.statistics.wire import (
    SharedFeature,
    answer,
    description,
    read_answer,
    read_description,
    require_fitting,
)
from shuxin.scoring.api import Kind
from shuxin.scoring.binning.counts import woe_of_counts

TASK = counting(most_features=2, most_bins=4, most_apart=2)
FEATURE = SharedFeature("行业", Kind.NUMERIC, 3, 2, (50, 20, 0, 25, 5))
PLACES = SharedFeature("b", Kind.CATEGORICAL, 3, 1, (50, 20, 0, 30))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def told(**changed: Any) -> list[dict[str, Any]]:
    plain = json.loads(description([FEATURE]))[0]
    return [plain | changed]


def read(value: object) -> tuple[SharedFeature, ...]:
    return read_description(json.dumps(value).encode(), counting=TASK, rows=100)


class TestDescription:
    def test_comes_back_whole(self) -> None:
        content = description([FEATURE, PLACES])
        assert read_description(content, counting=TASK, rows=100) == (FEATURE, PLACES)

    @pytest.mark.parametrize(
        "changed",
        [
            {"name": ""}, {"name": "a" * 201}, {"name": "a\n"}, {"name": 3}, {"kind": "other"},
            {"kind": []}, {"values": 0}, {"values": 5}, {"values": True}, {"values": 3.0},
            {"values": 2}, {"apart": 0}, {"apart": 3}, {"kind": "categorical"}, {"more": 1},
            {"rows": [50, 20, 0, 25, 4]}, {"rows": [50, 20, 0, 30]}, {"rows": [50, 20, -1, 26, 5]},
            {"rows": [50, 20, 0, 25, 5.0]}, {"rows": [50, 20, 0, 25, "5"]}, {"rows": None},
        ],
    )  # fmt: skip
    def test_that_cannot_be_is_refused(self, changed: dict[str, Any]) -> None:
        assert read(told())
        with pytest.raises(StatisticsMessageWrong):
            read(told(**changed))

    def test_of_no_or_of_doubled_or_of_too_many_features_is_refused(self) -> None:
        for wrong in ([], told() * 2, [*told(), *told(name="b"), *told(name="c")], {}, None):
            with pytest.raises(StatisticsMessageWrong):
                read(wrong)

    @given(JSON)
    def test_of_anything_else_is_refused(self, value: Any) -> None:
        with pytest.raises(StatisticsMessageWrong):
            read(value)
        with pytest.raises(StatisticsMessageWrong):
            read([value])

    @given(st.binary())
    def test_of_any_bytes_is_refused(self, content: bytes) -> None:
        with pytest.raises(StatisticsMessageWrong):
            read_description(content, counting=TASK, rows=100)

    def test_fits_in_what_is_declared(self) -> None:
        """The longest names, counts and most bins."""
        most = counting(most_features=3, most_bins=50, most_apart=4, most_rows=20_000_000)
        rows = (20_000_000, *(0,) * 53)
        for letter in ('"', "\U0001f600", "\\"):
            features = [
                SharedFeature(f"{nth}".ljust(200, letter), Kind.CATEGORICAL, 50, 4, rows)
                for nth in range(3)
            ]
            require_fitting(features, most)
            content = description(
                [SharedFeature(f.name, f.kind, 50, 4, (20_000_000,) * 54) for f in features]
            )
            assert len(content) <= most.features_bytes


def groups(**changed: Any) -> list[dict[str, Any]]:
    return [{"groups": [[0, 1], [2]], "woe": [-30, 12, 0, 55]} | changed]


def take(value: object, feature: SharedFeature = FEATURE) -> object:
    content = json.dumps(value).encode()
    return read_answer(content, counting=TASK, features=[feature], rows=100)


class TestAnswer:
    def test_comes_back_whole(self) -> None:
        (found,) = read_answer(
            json.dumps(groups()).encode(), counting=TASK, features=[FEATURE], rows=100
        )
        assert found.groups == ((0, 1), (2,))
        assert found.hundredths == (-30, 12, 0, 55)
        assert answer([found]) == json.dumps(groups(), separators=(",", ":")).encode()

    @pytest.mark.parametrize(
        "changed",
        [
            {"groups": [[0, 1]]}, {"groups": [[0], [1]]}, {"groups": [[0, 2], [1]]},
            {"groups": [[1, 0], [2]]}, {"groups": [[0, 1], [2, 3]]}, {"groups": [[0, 1], [1, 2]]},
            {"groups": [[0, 1, 2], []]}, {"groups": []}, {"groups": [0, 1]}, {"groups": {}},
            {"groups": [[0, True], [2]]}, {"groups": [[0, 1.0], [2]]}, {"groups": [[2], [0, 1]]},
            {"woe": [-30, 12, 0]}, {"woe": [-30, 12, 0, 55.0]}, {"woe": [-30, 12, 0, None]},
            {"woe": [-30, 12, 0, largest_hundredths(100) + 1]}, {"more": 1},
        ],
    )  # fmt: skip
    def test_that_cannot_be_is_refused(self, changed: dict[str, Any]) -> None:
        assert take(groups())
        with pytest.raises(StatisticsMessageWrong):
            take(groups(**changed))

    def test_may_group_categories_in_any_order(self) -> None:
        assert take([{"groups": [[2], [0, 1]], "woe": [5, -5, 0]}], PLACES)
        for wrong in ([[2], [0]], [[2], [0, 0]], [[2], [0, 1], []]):
            with pytest.raises(StatisticsMessageWrong):
                take([{"groups": wrong, "woe": [0] * (len(wrong) + 1)}], PLACES)

    @given(JSON)
    def test_of_anything_else_is_refused(self, value: Any) -> None:
        for wrong in (value, [value], groups() * 2):
            with pytest.raises(StatisticsMessageWrong):
                take(wrong)


class TestLargestHundredths:
    @given(
        st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)) | st.just((0, 500)), max_size=5)
    )
    def test_is_a_bound_of_every_woe(self, bins: list[tuple[int, int]]) -> None:
        good, bad = zip((0, 0), *bins, strict=True)
        for woe in (woe_of_counts(good=good, bad=bad), woe_of_counts(good=bad, bad=good)):
            assert np.abs(100 * woe).max() <= largest_hundredths(sum(good) + sum(bad))


class TestRing:
    @given(st.integers(0, 20_000_000))
    def test_holds_every_count_and_its_check_misses_little(self, most: int) -> None:
        ring, check = ring_for(most=most)
        assert most < 1 << (check.value_bits - 1)
        assert check.missed(ring) <= 2**-40
        assert check.columns <= 4

    @pytest.mark.parametrize(
        ("most", "bits"), [(63, 16), (64, 32), (1_000_000, 32), (20_000_000, 64)]
    )
    def test_is_the_shortest(self, most: int, bits: int) -> None:
        assert ring_for(most=most)[0].bits == bits

    def test_every_message_has_a_size_for_the_largest_job(self) -> None:
        assert all(one.most_bytes > 0 for one in counting_messages(TASK))
