from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.machine import Actor, Machine, StepImpossible, StepOfOther, all_but, step
from shuxin.lending.api import APPLICATION
from shuxin.market.api import DEMAND, PRODUCT, REFERRAL

DOOR = Machine(
    "door",
    "shut",
    ("shut", "open", "gone"),
    (
        step("open", "shut", "open", Actor.ENTERPRISE),
        step("shut", "open", "shut", Actor.ENTERPRISE, Actor.SYSTEM),
        step("remove", all_but(("shut", "open", "gone"), "gone"), "gone", Actor.OPERATOR),
    ),
)
MACHINES = (DOOR, PRODUCT, DEMAND, REFERRAL, APPLICATION)


class TestMachine:
    def test_leads_on_where_a_step_is(self) -> None:
        assert DOOR.after("shut", "open", actor=Actor.ENTERPRISE) == "open"
        assert DOOR.events("open", actor=Actor.SYSTEM) == ("shut",)
        assert DOOR.is_final("gone")
        assert not DOOR.is_final("open")

    def test_refuses_what_is_not_possible_or_not_ones_own(self) -> None:
        with pytest.raises(StepImpossible):
            DOOR.after("open", "open", actor=Actor.ENTERPRISE)
        with pytest.raises(StepOfOther):
            DOOR.after("shut", "open", actor=Actor.OPERATOR)

    def test_a_machine_that_is_not_one_is_not_made(self) -> None:
        twice = (
            step("go", "a", "b", Actor.SYSTEM),
            step("go", "a b", "a", Actor.SYSTEM),
        )
        with pytest.raises(ValueError, match="two places"):
            Machine("m", "a", ("a", "b"), twice)
        with pytest.raises(ValueError, match="unknown"):
            Machine("m", "a", ("a",), (step("go", "a", "b", Actor.SYSTEM),))

    @given(st.sampled_from(MACHINES), st.data())
    def test_offers_just_what_it_allows(self, machine: Machine, data: st.DataObject) -> None:
        state = data.draw(st.sampled_from(machine.states))
        actor = data.draw(st.sampled_from(Actor))
        for event in {one.event for one in machine.steps}:
            if event in machine.events(state, actor=actor):
                assert machine.after(state, event, actor=actor) in machine.states
            else:
                with pytest.raises((StepImpossible, StepOfOther)):
                    machine.after(state, event, actor=actor)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_is_reached_and_leads_to_an_end(machine: Machine) -> None:
    reached, ends = {machine.initial}, {s for s in machine.states if machine.is_final(s)}
    for _ in machine.states:
        reached |= {s.to for s in machine.steps if s.sources & reached}
        ends |= {source for s in machine.steps if s.to in ends for source in s.sources}
    assert reached == set(machine.states)
    assert ends == set(machine.states)
