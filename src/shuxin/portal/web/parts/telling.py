"""Small parts that tell something: facts, events over time, the steps of a wizard, cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from shuxin.portal.web.parts.cells import State, Tone, Words


@dataclass(frozen=True, slots=True)
class Linked:
    """Words that lead to a page."""

    text: Words
    url: str


@dataclass(frozen=True, slots=True)
class Code:
    """Signs to compare or copy: a key, a hash, an id."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values; a value may be words, a number, a time, ``State``, ``Linked`` or a list of them."""

    facts: Sequence[tuple[Words, Any]]
    template: str = field(default="parts/facts.html", init=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or will."""

    at: date
    text: Words
    detail: Words = ""
    tone: Tone = "quiet"
    url: str = ""


@dataclass(frozen=True, slots=True)
class TimeLine:
    """Events in the order given."""

    events: Sequence[Event]
    template: str = field(default="parts/time_line.html", init=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a wizard; a done one may lead back."""

    text: Words
    state: Literal["done", "current", "later"]
    url: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """The head of a wizard: where one is, what is done and what comes."""

    steps: Sequence[Step]
    template: str = field(default="parts/steps.html", init=False)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing among several; the whole card leads to ``url``."""

    title: Words
    text: Words = ""
    url: str = ""
    state: State | None = None
    figure: Words = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """Cards side by side."""

    cards: Sequence[Card]
    template: str = field(default="parts/cards.html", init=False)
