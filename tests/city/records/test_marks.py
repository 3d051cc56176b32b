from __future__ import annotations

import numpy as np
import pytest

from shuxin.city.numbers import uscc_of
from shuxin.city.records.marks import digits, mixed, signs_of, spread, texts, tokens, unit, usccs
from shuxin.city.streams import scattered
from shuxin.kernel.uscc import USCC


class TestUsccs:
    @pytest.mark.parametrize("seed", [0, 11])
    def test_are_those_that_are_made_one_at_a_time(self, seed: int) -> None:
        numbers = np.array([0, 1, 30, 31, 9999, 262_143], np.int64)
        category = np.array([91, 92, 93, 91, 92, 91], np.int64)
        region = np.array([349901, 349902, 349907, 349931, 349901, 349953], np.int64)
        made = texts(usccs(numbers, category=category, region=region, seed=seed)).to_pylist()
        assert made == [
            str(uscc_of(int(n), category=str(c), region=str(r), seed=seed))
            for n, c, r in zip(numbers, category, region, strict=True)
        ]
        assert all(USCC(code) for code in made)


class TestDigits:
    def test_have_noughts_in_front(self) -> None:
        assert texts(digits(np.array([7, 12_345], np.int64), width=4)).to_pylist() == [
            "0007",
            "2345",
        ]

    def test_come_back_from_their_texts(self) -> None:
        shown = digits(np.arange(5, dtype=np.int64) * 111, width=3)
        assert (signs_of(texts(shown).slice(2), width=3) == shown[2:]).all()


class TestSpread:
    def test_is_what_streams_scatter(self) -> None:
        made = spread(np.arange(50, dtype=np.int64), size=997, seed=3, purpose="x")
        assert made.tolist() == [scattered(n, size=997, seed=3, purpose="x") for n in range(50)]

    def test_meets_every_number_once(self) -> None:
        made = spread(np.arange(997, dtype=np.int64), size=997, seed=3, purpose="x")
        assert sorted(made.tolist()) == list(range(997))


class TestMixed:
    def test_depends_on_every_part_and_on_their_order(self) -> None:
        one = np.arange(1000, dtype=np.int64)
        assert len(np.unique(mixed(1, one))) == 1000
        assert (mixed(1, one) != mixed(2, one)).all()
        assert (mixed(one, 5) != mixed(5, one)).any()

    def test_is_even(self) -> None:
        # 16 equal bins of 160,000; chi square with 15 degrees above 60 by chance 2e-7
        counts = np.histogram(unit(4, np.arange(160_000)), bins=16, range=(0, 1))[0]
        assert ((counts - 10_000) ** 2 / 10_000).sum() < 60

    def test_tokens_are_hexadecimal_and_differ(self) -> None:
        made = texts(tokens(1, np.arange(500))).to_pylist()
        assert len(set(made)) == 500
        assert all(len(one) == 32 and int(one, 16) >= 0 for one in made)
