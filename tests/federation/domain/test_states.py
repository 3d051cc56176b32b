from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.federation.domain.states import (
    BEFORE_START,
    ENDS,
    OPEN,
    Event,
    JobStateForbids,
    State,
    moved,
)


def walk(events: list[Event]) -> list[State]:
    """States along the way; events that may not happen are left out."""
    seen = [State.PROPOSED]
    for event in events:
        try:
            seen.append(moved(seen[-1], event))
        except JobStateForbids:
            continue
    return seen


WALKS = st.lists(st.sampled_from(Event), max_size=30)


class TestStates:
    def test_the_plain_way_leads_to_done(self) -> None:
        way = [Event.JUDGED, Event.APPROVED_HERE, Event.ALL_APPROVED, Event.STARTED, Event.FINISHED]
        assert walk(way) == [
            State.PROPOSED,
            State.WAITING,
            State.APPROVED,
            State.READY,
            State.RUNNING,
            State.DONE,
        ]

    @pytest.mark.parametrize("state", sorted(ENDS))
    @pytest.mark.parametrize("event", sorted(Event))
    def test_nothing_follows_an_end(self, state: State, event: Event) -> None:
        with pytest.raises(JobStateForbids) as refused:
            moved(state, event)
        assert state.value in str(refused.value)

    @given(WALKS)
    def test_nothing_runs_that_was_not_approved_here_and_by_all(self, events: list[Event]) -> None:
        seen = walk(events)
        if State.RUNNING in seen:
            before = seen[: seen.index(State.RUNNING)]
            assert before == [State.PROPOSED, State.WAITING, State.APPROVED, State.READY]

    @given(WALKS)
    def test_no_state_comes_twice(self, events: list[Event]) -> None:
        seen = walk(events)
        assert len(set(seen)) == len(seen)

    @pytest.mark.parametrize("state", sorted(OPEN))
    @pytest.mark.parametrize("event", [Event.STOPPED, Event.REFUSED, Event.FAILED])
    def test_whatever_is_open_can_be_ended_by_anybody(self, state: State, event: Event) -> None:
        assert moved(state, event) in ENDS

    def test_a_job_expires_just_before_it_runs(self) -> None:
        assert {s for s in State if s in OPEN and s not in BEFORE_START} == {State.RUNNING}
        with pytest.raises(JobStateForbids):
            moved(State.RUNNING, Event.EXPIRED)

    @pytest.mark.parametrize("state", sorted(State))
    def test_every_state_has_words(self, state: State) -> None:
        assert state.text.en
        assert state.text.zh
