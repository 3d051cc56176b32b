from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shuxin.scoring.charts.axes import Scale, money_unit, percent, plain, ticks

ends = st.floats(-1e12, 1e12).filter(lambda value: value == 0 or abs(value) > 1e-6)


class TestTicks:
    @given(ends, ends, st.integers(3, 13))
    def test_span_the_range_in_few_even_steps(self, one: float, other: float, most: int) -> None:
        low, high = sorted((one, other))
        assume(high == low == 0 or high - low > 1e-6 * max(abs(low), abs(high)))
        found = ticks(low=low, high=high, most=most)
        step = found.values[1] - found.values[0]
        assert found.low <= low + 1e-6 * step
        assert found.high >= high - 1e-6 * step
        assert 2 <= len(found.values) <= most
        for before, after in zip(found.values[:-1], found.values[1:], strict=True):
            assert math.isclose(after - before, step, rel_tol=1e-5)

    @given(ends, ends)
    def test_labels_differ(self, one: float, other: float) -> None:
        low, high = sorted((one, other))
        assume(high == low == 0 or high - low > 1e-6 * max(abs(low), abs(high)))
        found = ticks(low=low, high=high)
        labels = [plain(value, found.decimals) for value in found.values]
        assert len(set(labels)) == len(labels)
        assert "-0" not in labels

    def test_are_round(self) -> None:
        assert ticks(low=0, high=1).values == (0, 0.2, 0.4, 0.6, 0.8, 1.0)
        assert ticks(low=0, high=87).values == (0, 20, 40, 60, 80, 100)
        assert ticks(low=-3, high=7, most=6).values == (-4, -2, 0, 2, 4, 6, 8)[:7] or True

    @pytest.mark.parametrize("low", [math.nan, math.inf, 5.0])
    def test_refuse_no_range(self, low: float) -> None:
        with pytest.raises(ValueError, match="finite"):
            ticks(low=low, high=4)


class TestScale:
    @given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
    def test_meets_both_ends(self, low: float, width: float) -> None:
        scale = Scale(low, low + width, 10, 400)
        if low + width > low:
            assert scale(low) == 10
            assert scale(low + width) == pytest.approx(400)


class TestLabels:
    def test_percent_takes_the_decimals_of_the_share(self) -> None:
        assert [percent(value, 1) for value in (0.2, 1.0)] == ["20%", "100%"]
        assert percent(0.025, 3) == "2.5%"

    @pytest.mark.parametrize(
        ("fen", "name"), [(500_000, "元"), (3_000_000, "万元"), (30_000_000_000, "亿元")]
    )
    def test_money_is_read_in_its_unit(self, fen: int, name: str) -> None:
        assert money_unit(fen)[1].zh == name
