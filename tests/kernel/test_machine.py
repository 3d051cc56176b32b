from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuxin.kernel.machine import Actor, Machine, StepImpossible, StepOfOther, all_but, step
from shuxin.kernel.text import Text

DOOR = Machine(
    "door",
    "shut",
    ("shut", "open", "gone"),
    (
        step("open", "shut", "open", Actor.ENTERPRISE),
        step("shut", "open", "shut", Actor.ENTERPRISE, Actor.SYSTEM),
        step("remove", all_but(("shut", "open", "gone"), "gone"), "gone", Actor.OPERATOR),
    ),
    {"open": Text(en="stands open", zh="敞开")},
)


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

    def test_a_refusal_says_the_state_and_what_is_possible_instead(self) -> None:
        with pytest.raises(StepImpossible) as refused:
            DOOR.after("open", "open", actor=Actor.ENTERPRISE)
        assert refused.value.sentences("en") == (
            "this is not possible now; its state is: stands open",
            "Possible for you now: shut. Load it again, somebody may have acted meanwhile",
        )
        assert refused.value.sentences("zh") == (
            "当前状态为“敞开”，不能办理此操作",
            "您目前可以办理：shut。请刷新查看，可能已有他人先行办理",
        )
        ended = DOOR.impossible("open", "gone", actor=Actor.ENTERPRISE)
        assert "Possible for you now: nothing" in ended.say("en")
        assert ended.facts == {"event": "open", "state": "gone"}

    def test_a_machine_that_is_not_one_is_not_made(self) -> None:
        twice = (
            step("go", "a", "b", Actor.SYSTEM),
            step("go", "a b", "a", Actor.SYSTEM),
        )
        with pytest.raises(ValueError, match="two places"):
            Machine("m", "a", ("a", "b"), twice)
        with pytest.raises(ValueError, match="unknown"):
            Machine("m", "a", ("a",), (step("go", "a", "b", Actor.SYSTEM),))

    @given(st.sampled_from(DOOR.states), st.sampled_from(Actor))
    def test_offers_just_what_it_allows(self, state: str, actor: Actor) -> None:
        for event in {one.event for one in DOOR.steps}:
            if event in DOOR.events(state, actor=actor):
                assert DOOR.after(state, event, actor=actor) in DOOR.states
            else:
                with pytest.raises((StepImpossible, StepOfOther)):
                    DOOR.after(state, event, actor=actor)
