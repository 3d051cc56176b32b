from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shuxin.catalogue.domain.contract import Cycle
from shuxin.catalogue.domain.freshness import Timeliness, freshness

NOW = datetime(2026, 11, 21, tzinfo=UTC)


class TestFreshness:
    @pytest.mark.parametrize(
        ("days", "state"),
        [(36, Timeliness.ON_TIME), (37, Timeliness.LATE), (0, Timeliness.ON_TIME)],
    )
    def test_allows_cycle_and_lag(self, days: int, state: Timeliness) -> None:
        found = freshness(cycle=Cycle.MONTH, lag_days=5, newest=NOW - timedelta(days=days), now=NOW)
        assert (found.state, found.days_since, found.allowed_days) == (state, days, 36)

    def test_is_unknown_without_loads_or_rhythm(self) -> None:
        assert freshness(cycle=Cycle.DAY, lag_days=0, newest=None, now=NOW).state == "unknown"
        assert freshness(cycle=Cycle.EVENT, lag_days=0, newest=NOW, now=NOW).state == "unknown"

    def test_every_cycle_but_events_has_a_length(self) -> None:
        for cycle in set(Cycle) - {Cycle.EVENT}:
            found = freshness(cycle=cycle, lag_days=0, newest=NOW, now=NOW)
            assert found.state is Timeliness.ON_TIME
