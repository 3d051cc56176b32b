from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shuxin.city.desk import Desk, Party
from shuxin.city.streams import stream

seeds = st.integers(0, 2**63 - 1)
OUTSIDE = Party(-1, "", "code", "name")
FEBRUARY = dt.date(2024, 2, 1)


def _desk(*, seed: int, percent: int = 13, voids: float = 0.2) -> Desk:
    return Desk(
        rng=stream(seed=seed, purpose="test"),
        percent=percent,
        count=2.0,
        voids=np.array([voids]),
        shares=np.array([0.6, 0.3, 0.1]),
    )


class TestLines:
    @given(seeds, st.integers(1, 10**11), st.sampled_from([1, 6, 9, 13]))
    def test_valid_ones_add_up_to_the_fen(self, seed: int, total: int, percent: int) -> None:
        lines = _desk(seed=seed, percent=percent).lines(total, month=0, first=FEBRUARY, open_from=0)
        valid = [line for line in lines if line.voided_on is None]
        assert sum(line.net for line in valid) == total
        assert all(line.net > 0 for line in lines)
        assert all(abs(100 * line.tax - percent * line.net) <= 113 for line in lines)

    @given(seeds)
    def test_lie_in_the_month_and_are_voided_in_it_later(self, seed: int) -> None:
        for line in _desk(seed=seed).lines(10**9, month=0, first=FEBRUARY, open_from=0):
            assert line.day.replace(day=1) == FEBRUARY
            if line.voided_on is not None:
                assert line.day <= line.voided_on < dt.date(2024, 3, 1)

    @given(seeds)
    def test_leave_out_the_buyer_that_is_gone(self, seed: int) -> None:
        lines = _desk(seed=seed).lines(10**9, month=0, first=FEBRUARY, open_from=1)
        assert {line.slot for line in lines} <= {1, 2}


class TestReds:
    def test_take_back_what_was_valid_at_most_once(self) -> None:
        """Seed 7: some hundred of 8,000 invoices are taken back."""
        desk = _desk(seed=7)
        for _ in range(200):
            for line in desk.lines(10**10, month=0, first=FEBRUARY, open_from=0):
                desk.remember(line, OUTSIDE)
        kept = [line for line, _ in desk.reds]
        assert kept
        assert all(line.voided_on is None for line in kept)
        reds = []
        for _ in range(40):
            reds += desk.due_reds(first=FEBRUARY)
        assert len(reds) == len(kept)
        assert not desk.reds
        assert sum(-line.net for line, _ in reds) <= sum(line.net for line in kept)
        assert all(line.net < 0 for line, _ in reds)
