"""State machines (状态机): which event leads from where to where, and who may cause it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, NotPermitted
from shuxin.kernel.text import Enumerated, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shuxin.kernel.text import Sayable


class Actor(StrEnum):
    """Who causes a step (操作主体). AGENT acts in an enterprise's name with its grant."""

    ENTERPRISE = "enterprise"
    AGENT = "agent"
    LENDER = "lender"
    OPERATOR = "operator"
    GOVERNMENT = "government"
    SYSTEM = "system"


_NOTHING = Text(en="nothing, it has ended or waits for others", zh="无，已办结或待其他方办理")


class StepImpossible(Conflict):
    """``event`` does not lead on from ``state``, in words ``named``. possible: steps that are, in words."""

    code = "step_impossible"
    what = Text(
        en="this is not possible now; its state is: {state}",
        zh="当前状态为“{state}”，不能办理此操作",
    )
    mend = Text(
        en="Possible for you now: {steps}. Load it again, somebody may have acted meanwhile",
        zh="您目前可以办理：{steps}。请刷新查看，可能已有他人先行办理",
    )

    def __init__(
        self, *, event: str, state: str, named: Text | None = None, possible: Iterable[Text] = ()
    ) -> None:
        self.named, self.possible = named, tuple(possible)
        super().__init__(event=event, state=state)

    def in_words(self) -> Mapping[str, Sayable]:
        words: dict[str, Sayable] = {
            "steps": Enumerated(self.possible) if self.possible else _NOTHING
        }
        return words if self.named is None else words | {"state": self.named}


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

    initial: where it begins. steps: all there are. states: in the order in which pages show them. state_texts,
    step_texts: what people call the states and the steps.
    """

    name: str
    initial: str
    states: tuple[str, ...]
    steps: tuple[Step, ...]
    state_texts: Mapping[str, Text] = field(default_factory=dict, repr=False, compare=False)
    step_texts: Mapping[str, Text] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = [(source, step.event) for step in self.steps for source in step.sources]
        named = {step.to for step in self.steps} | {source for source, _ in pairs} | {self.initial}
        if len(set(pairs)) < len(pairs) or named != set(self.states):
            raise ValueError(f"{self.name}: an event leads to two places, or a state is unknown")

    def after(self, state: str, event: str, *, actor: Actor) -> str:
        """The next state. Raises StepImpossible, StepOfOther."""
        step = next((s for s in self.steps if s.event == event and state in s.sources), None)
        if step is None:
            raise self.impossible(event, state, actor=actor)
        if actor not in step.actors:
            raise StepOfOther(event=event)
        return step.to

    def impossible(self, event: str, state: str, *, actor: Actor) -> StepImpossible:
        """What to raise where ``event`` is not possible: it says the state, and what this actor may do instead."""
        instead = (one for one in self.events(state, actor=actor) if one != event)
        possible = [self.step_texts.get(one, Text(en=one, zh=one)) for one in instead]
        return StepImpossible(
            event=event, state=state, named=self.state_texts.get(state), possible=possible
        )

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
