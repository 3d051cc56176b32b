"""What people read about a characteristic."""

from __future__ import annotations

import pytest

from shuxin.scoring.binning.characteristic import BinnedCharacteristic
from shuxin.scoring.binning.shape import BinShape, Kind
from shuxin.scoring.binning.table import amount, bin_labels, findings_of, woe_table


def numeric(
    good: tuple[int, ...], bad: tuple[int, ...], edges: tuple[float, ...] = (1000.0, 2500.5)
) -> BinnedCharacteristic:
    shape = BinShape(name="x", kind=Kind.NUMERIC, edges=edges, specials=(-1.0,))
    return BinnedCharacteristic(shape=shape, good=good, bad=bad)


class TestWoeTable:
    def test_has_a_row_for_each_bin_that_matters(self) -> None:
        rows = woe_table(characteristic=numeric((50, 30, 20, 0, 0), (5, 10, 15, 0, 5)), unit="yuan")
        assert [row.label.say("en") for row in rows] == [
            "under 1,000 yuan",
            "1,000 yuan to under 2,500.5 yuan",
            "2,500.5 yuan or more",
            "missing",
        ]
        assert rows[0].label.say("zh") == "不足 1,000 yuan"
        assert [row.count for row in rows] == [55, 40, 35, 5]
        assert sum(row.share for row in rows) == pytest.approx(1)
        assert rows[0].bad_rate == pytest.approx(5 / 55)
        assert rows[0].woe > 0 > rows[-1].woe

    def test_an_empty_bin_has_no_bad_rate(self) -> None:
        rows = woe_table(characteristic=numeric((50, 0, 20, 0, 0), (5, 0, 15, 0, 5)), unit="")
        assert rows[1].bad_rate is None


class TestBinLabels:
    def test_codes_and_one_bin(self) -> None:
        shape = BinShape(name="x", kind=Kind.NUMERIC, specials=(-1.0, 99.0))
        assert [text.en for text in bin_labels(shape=shape, unit="")] == [
            "any value",
            "code -1",
            "code 99",
            "missing",
        ]

    def test_categories(self) -> None:
        groups = (("a", "b"), tuple("cdefgh"), ("{i}",), ())
        shape = BinShape(name="x", kind=Kind.CATEGORICAL, categories=groups, others=3)
        labels = bin_labels(shape=shape, unit="")
        assert [text.say("en") for text in labels] == [
            "a, b",
            "c, d, e, f, g and 1 more",
            "{i}",
            "others",
            "missing",
        ]
        assert labels[1].say("zh") == "c、d、e、f、g等 6 类"

    def test_named_categories_with_others(self) -> None:
        shape = BinShape(name="x", kind=Kind.CATEGORICAL, categories=(("a",),), others=0)
        assert bin_labels(shape=shape, unit="")[0].say("en") == "a, others"


class TestAmount:
    @pytest.mark.parametrize(
        ("number", "text"),
        [
            (1e6, "1,000,000"),
            (0.25, "0.25"),
            (-1.0, "-1"),
            (12345678901234.0, "12,345,678,901,234"),
        ],
    )
    def test_says_what_is_there(self, number: float, text: str) -> None:
        assert amount(number=number, unit="") == text


class TestFindings:
    @pytest.mark.parametrize(
        ("good", "bad", "code"),
        [
            ((0, 0, 0, 0, 9), (0, 0, 0, 0, 5), "all_missing"),
            ((9, 0, 0, 0, 0), (5, 0, 0, 0, 0), "constant"),
            ((1000, 5, 0, 0, 0), (5, 1000, 0, 0, 0), "suspected_leakage"),
            ((700, 300, 100, 0, 0), (100, 200, 100, 0, 0), "high_iv"),
            ((100, 100, 100, 0, 0), (10, 11, 10, 0, 0), "useless"),
        ],
    )
    def test_each_is_found(self, good: tuple[int, ...], bad: tuple[int, ...], code: str) -> None:
        (finding,) = findings_of(characteristic=numeric(good, bad))
        assert (finding.code, finding.characteristic) == (code, "x")
        assert finding.detail.say("en") != finding.detail.say("zh")

    def test_a_sound_characteristic_has_none(self) -> None:
        assert findings_of(characteristic=numeric((300, 200, 100, 0, 0), (20, 25, 25, 0, 0))) == ()
