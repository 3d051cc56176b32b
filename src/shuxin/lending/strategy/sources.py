"""Where a decision gets its facts (数据来源): asked one after another, each only when it is needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from shuxin.lending.strategy.facts import Fact


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a source gave. uses: numbers of the recorded uses in this institution's own log.

    evidence: id of what proves it.
    """

    facts: Mapping[str, Fact]
    uses: tuple[int, ...] = ()
    evidence: str = ""


class Sources(Protocol):
    """Filled by the portal; each raises what explains itself. names: what is wanted, so that nothing else is read.

    NotPermitted: an authorisation or basis is missing. Any other ShuxinError: the source is silent.
    Fact names carry their prefix: ``open.<list>``, ``own.<feature>``, ``joint.points``, ``joint.pd``,
    ``joint.complete``.
    """

    def open_facts(self, firm: str, now: dt.datetime) -> Fetched: ...

    def own_facts(self, firm: str, now: dt.datetime, *, names: Collection[str]) -> Fetched: ...

    def joint_score(self, firm: str, service: str, now: dt.datetime) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class StatedSources:
    """Facts that are known beforehand: of a back-test's case, an example, a test."""

    open: Mapping[str, Fact] = field(default_factory=dict)
    own: Mapping[str, Fact] = field(default_factory=dict)
    joint: Mapping[str, Fact] = field(default_factory=dict)

    def open_facts(self, firm: str, now: dt.datetime) -> Fetched:  # noqa: ARG002 - the Protocol's
        return Fetched(self.open)

    def own_facts(self, firm: str, now: dt.datetime, *, names: Collection[str]) -> Fetched:  # noqa: ARG002 - the Protocol's
        return Fetched(self.own)

    def joint_score(self, firm: str, service: str, now: dt.datetime) -> Fetched:  # noqa: ARG002 - as above
        return Fetched(self.joint)
