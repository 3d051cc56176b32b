"""Every state machine is whole, and has words for its states and steps: a refusal says what is possible instead."""

from __future__ import annotations

import sys

import pytest
from tools.error_pages import all_errors

from shuxin.kernel.machine import Actor, Machine, StepImpossible

all_errors()  # imports every module


def machines() -> list[Machine]:
    found = {
        id(one): one
        for name, module in list(sys.modules.items())
        if name.startswith("shuxin.")
        for one in vars(module).values()
        if isinstance(one, Machine)
    }
    return sorted(found.values(), key=lambda one: one.name)


def test_all_are_found() -> None:
    assert len(machines()) >= 10


def reached(machine: Machine, start: str) -> set[str]:
    found, more = set(), {start}
    while more:
        found |= more
        more = {s.to for s in machine.steps if s.sources & found} - found
    return found


@pytest.mark.parametrize("machine", machines(), ids=lambda one: one.name)
class TestGraph:
    def test_reaches_every_state(self, machine: Machine) -> None:
        assert reached(machine, machine.initial) == set(machine.states)

    def test_gives_every_step_to_somebody(self, machine: Machine) -> None:
        assert all(step.actors for step in machine.steps)


@pytest.mark.parametrize("machine", machines(), ids=lambda one: one.name)
class TestWords:
    def test_there_are_for_every_state_and_step(self, machine: Machine) -> None:
        assert set(machine.states) <= set(machine.state_texts)
        assert {one.event for one in machine.steps} <= set(machine.step_texts)

    def test_a_refusal_says_the_state_and_what_is_possible(self, machine: Machine) -> None:
        for state in machine.states:
            for actor in Actor:
                refusal = machine.impossible("nothing", state, actor=actor)
                assert isinstance(refusal, StepImpossible)
                for language in ("en", "zh"):
                    what, mend = refusal.sentences(language)
                    assert machine.state_texts[state].say(language) in what
                    for event in machine.events(state, actor=actor):
                        assert machine.step_texts[event].say(language) in mend
