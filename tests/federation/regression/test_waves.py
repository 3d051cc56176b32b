"""The sums of sines against the chance itself, and the table against whole numbers without any sine."""

from __future__ import annotations

import hashlib
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.regression import waves
from shuxin.federation.regression.errors import SineTableWrong
from shuxin.federation.regression.waves import (
    CHANCE,
    REACH,
    SLOPE,
    STEPS,
    TABLE_SHA256,
    Wave,
    chance_wave,
    dealt_words,
    on_grid,
    shared_value,
    sine_table,
    slope_wave,
)

PAGE = Path(__file__).parents[3] / "docs" / "protocols" / "regression.md"
Z = np.linspace(-REACH, REACH, 100_001)
K = np.arange(1, 33)


def chance(z: np.ndarray) -> np.ndarray:
    return np.asarray(np.tanh(z / 2) / 2)


def slope(z: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (2 + 2 * np.cosh(z)))


def largest_rounding(wave: Wave) -> float:
    """Of factors and dealt sines, each wrong by half a unit at most; two of each for every term."""
    sines = sum(map(abs, wave.coefficients)) / 2**30 + wave.terms * 2.0**-wave.factor_bits
    factors = wave.terms * 2.0**-wave.factor_bits
    return float(
        np.sqrt(2) * (sines * 2.0 ** -(wave.sine_bits + 1) + factors / 2) + 2.0**-wave.bits
    )


class TestCoefficients:
    @pytest.mark.parametrize(("terms", "most"), [(24, 1.92e-5), (32, 6.5e-7)])
    def test_give_the_chance_as_exactly_as_the_page_says(self, terms: int, most: float) -> None:
        sines = np.sin(2 * np.pi * np.outer(Z, K[:terms]) / 48)
        error = np.abs(sines @ (np.array(CHANCE[terms]) / 2**30) - chance(Z)).max()
        assert 0.97 * most < error < most

    def test_give_the_slope_as_exactly_as_the_page_says(self) -> None:
        cosines = np.cos(2 * np.pi * np.outer(Z, K[:24]) / 48)
        flat = waves.SLOPE_FLAT / 2**30
        error = np.abs(flat + cosines @ (np.array(SLOPE) / 2**30) - slope(Z)).max()
        assert 7.2e-5 < error < 7.4e-5

    def test_stand_in_the_page_with_the_hash_of_the_table(self) -> None:
        page = PAGE.read_text(encoding="utf-8")
        numbers = {int(found) for found in re.findall(r"-?\d{4,}", page.replace("−", "-"))}
        assert {*CHANCE[24], *CHANCE[32], *SLOPE, waves.SLOPE_FLAT} <= numbers
        assert TABLE_SHA256 in page


class TestTable:
    def test_is_that_of_whole_numbers(self) -> None:
        """Turning a vector by one step again and again, with 120 bits: sine of one step by its series."""
        one, angle = 1 << 120, _pi(120) * 2 // STEPS
        sine = angle - angle**3 // (6 << 240) + angle**5 // (120 << 480)
        cosine = one - angle**2 // (2 << 120) + angle**4 // (24 << 360)
        x, y, table = one, 0, []
        for _ in range(STEPS // 4 + 1):
            table.append((y + (1 << 89)) >> 90)
            x, y = (x * cosine - y * sine) >> 120, (y * cosine + x * sine) >> 120
        quarter = np.array(table, "<i4")
        up = np.concatenate([quarter, quarter[-2:0:-1]])
        whole = np.concatenate([up, -up])
        assert (sine_table() == whole).all()
        assert hashlib.sha256(whole.tobytes()).hexdigest() == TABLE_SHA256

    def test_a_machine_with_another_sine_stops(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waves.np, "sin", lambda x: x - x**3 / 6)
        with pytest.raises(SineTableWrong):
            sine_table.__wrapped__()


def _pi(bits: int) -> int:
    """Machin's formula."""

    def arctangent(inverse: int) -> int:
        total, power, n = 0, (1 << (bits + 20)) // inverse, 1
        while power:
            total += power // n if n % 4 == 1 else -(power // n)
            power //= inverse**2
            n += 2
        return total

    return (16 * arctangent(5) - 4 * arctangent(239)) >> 20


class TestOnGrid:
    @given(
        st.integers(-(REACH * 65_000 << 16), REACH * 65_000 << 16), st.sampled_from([65_000, 4_000])
    )
    def test_is_next_to_the_number_and_right_on_average(self, z: int, scale: int) -> None:
        exact = Fraction(z, scale << 16) * STEPS / 48
        every = np.arange(4096, dtype=np.uint32)
        found = on_grid(np.full(4096, z), scale=scale, dither=every)
        assert max(abs(step - exact) for step in {*found.tolist()}) < 1
        assert abs(Fraction(int(found.sum()), 4096) - exact) <= Fraction(1, 4096)


WAVES = [
    (chance_wave(terms=24, bits=28), chance, 2e-5),
    (chance_wave(terms=32, bits=28), chance, 1e-6),
    (chance_wave(terms=32, bits=32), chance, 1e-6),
    (slope_wave(bits=19), slope, 8e-5),
    (slope_wave(bits=28), slope, 8e-5),
]


class TestSharedValue:
    @given(st.sampled_from(WAVES), st.integers(0, 2**32 - 1), st.integers(1, 4))
    def test_shares_add_up_to_the_wave(
        self, case: tuple[Wave, object, float], seed: int, parties: int
    ) -> None:
        wave, plain, approximation = case
        rng = np.random.default_rng(seed)
        z = rng.integers(-REACH * STEPS // 48, REACH * STEPS // 48, 200)
        r = rng.integers(0, STEPS, 200, np.uint32)
        words = dealt_words(wave, r)
        shares = [rng.integers(0, 2**64, words.shape, np.uint64) for _ in range(parties - 1)]
        shares.append(words - sum(shares, np.zeros_like(words)))
        c = ((z + r) % STEPS).astype(np.uint32)
        total = sum((shared_value(wave, c, share) for share in shares), np.zeros(200, np.uint64))
        found = (total + np.uint64(wave.constant)).view(np.int64) / 2.0**wave.bits
        error = np.abs(found - plain(z * 48 / STEPS)).max()
        assert error <= approximation + largest_rounding(wave)

    def test_rounding_leaves_nothing_on_average(self) -> None:
        """Masks are uniform, so errors of different rows are those of different masks: over all of them, none."""
        wave = chance_wave(terms=32, bits=28)
        r = np.arange(0, STEPS, 25, np.uint32)
        for z in (0, 12_345, -200_000):
            c = ((z + r.astype(np.int64)) % STEPS).astype(np.uint32)
            found = shared_value(wave, c, dealt_words(wave, r)).view(np.int64) / 2.0**28
            error = found - chance(np.array(z * 48 / STEPS))
            assert error.std() < 6e-5
            assert abs(error.mean()) < 2e-6

    def test_gives_the_vectors_of_the_page(self) -> None:
        table = sine_table()
        assert table[[1, 2, 3, 100_000]].tolist() == [6434, 12868, 19302, 605581058]
        r, c = np.array([123_456], np.uint32), np.array([223_456], np.uint32)
        wave = chance_wave(terms=32, bits=28)
        words = dealt_words(wave, r)
        assert words.view(np.int64)[0, :4].tolist() == [3025, 373, -2474, -4028]
        assert words.view(np.int64)[0, 32:36].tolist() == [2761, 4079, 3264, 744]
        assert shared_value(wave, c, words).view(np.int64).tolist() == [131465592]
        ones = np.ones((1, 64), np.uint64)
        assert shared_value(wave, c, ones).view(np.int64).tolist() == [27654]
        wave = slope_wave(bits=19)
        assert wave.constant == 10130
        found = shared_value(wave, c, dealt_words(wave, r)).view(np.int64) + wave.constant
        assert found.tolist() == [4948]
