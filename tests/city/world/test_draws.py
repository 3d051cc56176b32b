from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.streams import stream
from shuxin.city.world.draws import BLOCK, Draws, dealt, exp


class TestExp:
    @given(st.floats(-700, 700))
    def test_is_the_exponential(self, power: float) -> None:
        found = float(exp(np.array([power]))[0])
        assert math.isclose(found, math.exp(power), rel_tol=1e-14)

    def test_is_made_of_single_roundings(self) -> None:
        """The same steps, one number at a time, in Python's own arithmetic."""
        powers = np.linspace(-30, 30, 997)
        assert [_slow(float(power)) for power in powers] == exp(powers).tolist()


def _slow(power: float) -> float:
    whole = float(round(power * 1.4426950408889634))
    rest = power - whole * 0.693147180369123816490
    rest = rest - whole * 1.90821492927058770002e-10
    raised = 1.0
    for term in range(12, 0, -1):
        raised = raised * rest / term + 1.0
    return math.ldexp(raised, int(whole))


class TestDraws:
    def test_do_not_depend_on_the_order_of_blocks(self) -> None:
        count = 3 * BLOCK + 17
        forward = Draws(seed=5, count=count)
        backward = Draws(seed=5, count=count, order=reversed)
        for kind in ("uniform", "normal", "exponential"):
            one, other = (getattr(draws, kind)("thing") for draws in (forward, backward))
            assert np.array_equal(one, other)

    def test_a_block_is_the_stream_of_its_address(self) -> None:
        found = Draws(seed=5, count=2 * BLOCK).uniform("thing")
        alone = stream(seed=5, purpose="world/thing", index=1).random(BLOCK)
        assert np.array_equal(found[BLOCK:], alone)

    def test_purposes_and_seeds_differ(self) -> None:
        draws = Draws(seed=5, count=100)
        other = Draws(seed=6, count=100)
        assert not np.array_equal(draws.uniform("one"), draws.uniform("other"))
        assert not np.array_equal(draws.uniform("one"), other.uniform("one"))

    def test_variates_lie_on_the_grid(self) -> None:
        drawn = Draws(seed=5, count=1000).normal("thing") * 2**30
        assert np.array_equal(drawn, np.rint(drawn))


class TestDealt:
    @given(st.lists(st.floats(0.01, 10), min_size=1, max_size=6), st.integers(0, 300))
    def test_counts_are_within_one_of_the_shares(self, shares: list[float], total: int) -> None:
        found = dealt(tuple(shares), total=total, rng=np.random.default_rng(0))
        counts = np.bincount(found, minlength=len(shares))
        wanted = np.array(shares) / sum(shares) * total
        assert counts.sum() == total
        assert np.abs(counts - wanted).max() <= 1.0001
