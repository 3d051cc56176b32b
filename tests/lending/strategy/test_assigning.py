from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.lending.strategy.strategy_world import (
    APPLIED,
    NOW,
    SERVICE,
    STANDARD,
    CountingSources,
    changed,
    no_models,
)

from shuxin.lending.api import (
    Decided,
    Running,
    Verdict,
    assigned,
    decide_running,
    replay,
    standard_strategy,
)
from shuxin.lending.strategy.assigning import place_bp

OTHER = changed(STANDARD, lambda stated: stated.update(name="other"))
FIRMS = [f"uscc:{number}" for number in range(20_000)]


def running(share_bp: int) -> Running:
    return Running("credit", STANDARD, OTHER, share_bp)


def decided(one: Running, sources: CountingSources) -> Decided:
    return decide_running(
        APPLIED, running=one, sources=sources, request_id="r", now=NOW, models=no_models
    )


class TestAssigned:
    @given(st.text(max_size=20), st.integers(0, 10_000))
    def test_a_firm_has_the_same_strategy_each_time(self, firm: str, share: int) -> None:
        assert assigned(running(share), firm=firm) == assigned(running(share), firm=firm)

    @given(st.text(max_size=20), st.integers(0, 10_000), st.integers(0, 10_000))
    def test_a_growing_share_moves_nobody_back(self, firm: str, one: int, other: int) -> None:
        low, high = sorted((one, other))
        if assigned(running(low), firm=firm)[1] == "challenger":
            assert assigned(running(high), firm=firm)[1] == "challenger"

    def test_the_share_is_kept(self) -> None:
        """Binomial, n = 20,000, p = .1: the bound is 5 standard deviations, a false alarm of 6e-7 (one fixed draw)."""
        taken = sum(assigned(running(1000), firm=firm)[1] == "challenger" for firm in FIRMS)
        assert abs(taken - 2000) < 5 * (20_000 * 0.1 * 0.9) ** 0.5

    def test_another_set_draws_anew(self) -> None:
        places = [(place_bp("a", firm=firm), place_bp("b", firm=firm)) for firm in FIRMS[:200]]
        assert sum(one == other for one, other in places) < 20


class TestDecideRunning:
    def test_a_shadow_decides_beside_and_asks_nobody(self) -> None:
        young = standard_strategy(service=SERVICE, identity="shadow")
        shadow = changed(young, lambda stated: stated["stages"].pop(0))
        sources = CountingSources()
        found = decided(replace(running(0), shadows=(shadow,)), sources)
        assert sources.asked == ["open", "own", "joint"]
        (beside,) = found.shadows
        assert (beside.role, found.record.role) == ("shadow", "champion")
        assert beside.strategy == shadow.digest
        assert replay(beside.content, models={}).content == beside.content

    def test_what_was_not_asked_is_silent_to_it(self) -> None:
        shadow = changed(STANDARD, lambda stated: stated["stages"].pop(1))
        listed = CountingSources(open={"open.dishonest": True})
        found = decided(replace(running(0), shadows=(shadow,)), listed)
        assert found.record.verdict is Verdict.DECLINE
        assert found.shadows[0].verdict is Verdict.REFER
        assert listed.asked == ["open"]

    def test_it_does_not_follow_itself(self) -> None:
        found = decided(replace(running(0), shadows=(STANDARD,)), CountingSources())
        assert found.shadows == ()
