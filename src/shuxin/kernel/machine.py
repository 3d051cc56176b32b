"""State machines (状态机): which event leads from where to where, and who may cause it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable


class Actor(StrEnum):
    """Who causes a step (操作主体). AGENT acts in an enterprise's name with its grant."""

    ENTERPRISE = "enterprise"
    AGENT = "agent"
    LENDER = "lender"
    OPERATOR = "operator"
    GOVERNMENT = "government"
    SYSTEM = "system"


class StepImpossible(Conflict):
    code = "step_impossible"
    what = Text(
        en="this is not possible in its present state",
        zh="当前状态下不能办理此操作",
    )
    mend = Text(
        en="Look how it stands; somebody may have acted meanwhile",
        zh="请查看最新状态；可能已有他人先行办理",
    )


class StepOfOther(NotPermitted):
    code = "step_of_other"
    what = Text(en="this step is for others to take", zh="您无权办理此操作")
    mend = Text(en="Ask who may", zh="请由有权的一方办理")


@dataclass(frozen=True, slots=True)
class Step:
    """One transition (状态转移): ``event`` leads from ``sources`` to ``to`` when one of ``actors`` causes it."""

    event: str
    sources: frozenset[str]
    to: str
    actors: frozenset[Actor]


@dataclass(frozen=True, slots=True)
class Machine:
    """The whole life of one kind of thing (生命周期). From one state an event leads to one place only.

    initial: where it begins. steps: all there are. states: in the order in which pages show them.
    """

    name: str
    initial: str
    states: tuple[str, ...]
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        pairs = [(source, step.event) for step in self.steps for source in step.sources]
        named = {step.to for step in self.steps} | {source for source, _ in pairs} | {self.initial}
        if len(set(pairs)) < len(pairs) or named != set(self.states):
            raise ValueError(f"{self.name}: an event leads to two places, or a state is unknown")

    def after(self, state: str, event: str, *, actor: Actor) -> str:
        """The next state. Raises StepImpossible, StepOfOther."""
        step = next((s for s in self.steps if s.event == event and state in s.sources), None)
        if step is None:
            raise StepImpossible(event=event, state=state)
        if actor not in step.actors:
            raise StepOfOther(event=event)
        return step.to

    def events(self, state: str, *, actor: Actor) -> tuple[str, ...]:
        """What this actor may do now, in the order of the steps."""
        return tuple(s.event for s in self.steps if state in s.sources and actor in s.actors)

    def is_final(self, state: str) -> bool:
        """Whether no step leads to another state."""
        return not any(state in step.sources and step.to != state for step in self.steps)


def step(event: str, sources: str, to: str, *actors: Actor) -> Step:
    """``sources``: names of states with spaces between them."""
    return Step(event, frozenset(sources.split()), to, frozenset(actors))


def all_but(states: Iterable[str], *finals: str) -> str:
    """The other states, as ``step`` reads them."""
    return " ".join(state for state in states if state not in finals)
