from __future__ import annotations

import pytest
from tests.federation.domain.samples import HOLDER, LABEL

from shuxin.federation.node.pace import A_SECOND, AT_ONCE, Pace, WordsTooMany


class TestPace:
    def test_so_many_at_once_then_as_time_goes_by(self) -> None:
        clock = [0.0]
        pace = Pace(monotonic=lambda: clock[0])
        for _ in range(AT_ONCE):
            pace.take(LABEL)
        with pytest.raises(WordsTooMany):
            pace.take(LABEL)
        pace.take(HOLDER)
        clock[0] = 3 / A_SECOND
        for _ in range(3):
            pace.take(LABEL)
        with pytest.raises(WordsTooMany):
            pace.take(LABEL)

    def test_silence_saves_up_no_more_than_that(self) -> None:
        clock = [0.0]
        pace = Pace(monotonic=lambda: clock[0])
        pace.take(LABEL)
        clock[0] = 1e9
        for _ in range(AT_ONCE):
            pace.take(LABEL)
        with pytest.raises(WordsTooMany):
            pace.take(LABEL)
