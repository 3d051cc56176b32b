"""Asks sources (数据查询): live, or out of a record; what came is reduced to what the strategy declares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import NotPermitted, ShuxinError
from shuxin.lending.strategy.facts import FactUnfit, Level, plain, taken

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from shuxin.lending.strategy.facts import Fact, FactSpec
    from shuxin.lending.strategy.sources import Fetched, Sources

Problem: TypeAlias = Literal["silent", "unauthorised"]
Wanted: TypeAlias = "Mapping[str, FactSpec | None]"
"""Names of facts, with how they are declared; None: a characteristic that only a card reads."""
NOT_ASKED = "not_asked"
_LONGEST = 128
_LARGEST = 1 << 53


@dataclass(frozen=True, slots=True)
class Told:
    """What one source said, as the record keeps it. ``code``: of the error, where there is a problem."""

    facts: Mapping[str, Fact]
    uses: tuple[int, ...] = ()
    evidence: str = ""
    problem: Problem | Literal[""] = ""
    code: str = ""

    def as_json(self) -> dict[str, Any]:
        if self.problem:
            return {"problem": self.problem, "code": self.code}
        said: dict[str, Any] = {"facts": dict(self.facts), "sha256": content_hash(dict(self.facts))}
        return said | {"uses": list(self.uses), "evidence": self.evidence}


class Asking(Protocol):
    """One source, once. ``names``: what is kept of its facts."""

    def __call__(self, level: Level, *, service: str, names: Wanted) -> Told: ...


@dataclass(frozen=True, slots=True)
class Live:
    """The sources themselves."""

    sources: Sources
    firm: str
    now: dt.datetime

    def __call__(self, level: Level, *, service: str, names: Wanted) -> Told:
        ask: Mapping[Level, Callable[[], Fetched]] = {
            Level.OPEN: lambda: self.sources.open_facts(self.firm, self.now),
            Level.OWN: lambda: self.sources.own_facts(self.firm, self.now, names=names),
            Level.JOINT: lambda: self.sources.joint_score(self.firm, service, self.now),
        }
        try:
            got = ask[level]()
        except NotPermitted as error:
            return Told({}, problem="unauthorised", code=error.told_as or error.code)
        except ShuxinError as error:
            return Told({}, problem="silent", code=error.told_as or error.code)
        return Told(reduced(got.facts, names), tuple(got.uses), got.evidence[:_LONGEST])


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the sources said then; one that was not asked is silent. Raises ValueError, KeyError, TypeError."""

    sources: Mapping[str, Mapping[str, Any]]

    def __call__(self, level: Level, *, service: str, names: Wanted) -> Told:  # noqa: ARG002 - as live
        said = self.sources.get(level.value, {"problem": "silent", "code": NOT_ASKED})
        if "problem" in said:
            return Told({}, problem=said["problem"], code=said["code"])
        if not all(type(use) is int for use in said["uses"]):
            raise ValueError("uses are numbers")
        return Told(reduced(said["facts"], names), tuple(said["uses"]), said["evidence"])


def reduced(facts: Mapping[str, Fact], names: Wanted) -> dict[str, Fact]:
    """Every fact that is wanted and no other; one that did not come is unknown. Raises FactUnfit."""
    return {
        name: _raw(name, facts.get(name)) if spec is None else taken(facts.get(name), spec)
        for name, spec in sorted(names.items())
    }


def _raw(name: str, value: Fact) -> Fact:
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    if math.isnan(number):
        return None
    if abs(number) >= _LARGEST:
        raise FactUnfit(fact=name)
    return plain(number)
