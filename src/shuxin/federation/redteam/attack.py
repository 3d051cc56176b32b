"""What an attack is (攻击), and how its success is measured."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import numpy as np

from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shuxin.federation.domain.job import Role
    from shuxin.federation.redteam.stage import Outcome
    from shuxin.kernel.text import Text

_HALF = 2


@dataclass(frozen=True, slots=True)
class Ground:
    """Where attacks run: everything by chance follows from ``seed``; ``folder`` is for messages in files."""

    seed: int
    folder: Path

    def rng(self, name: str) -> np.random.Generator:
        """For made-up data."""
        return np.random.default_rng(int.from_bytes(self.secret(name)[:8], "little"))

    def secret(self, name: str) -> bytes:
        """32 bytes for a stage."""
        return hashlib.sha256(f"shuxin/redteam/v1|{self.seed}|{name}".encode()).digest()


@dataclass(frozen=True, slots=True)
class AttackScore:
    """What an attacker got (攻击成效).

    right: cells that it got right, of ``tried`` that it went for, of ``whole`` that the victim has.
    guess: how many of those tried it would get right without having received anything.
    refused: code of the error that ended the run; empty where nobody noticed anything.
    """

    right: int
    tried: int
    whole: int
    guess: float
    refused: str = ""

    @property
    def succeeds(self) -> bool:
        """Nearer to all than to guessing."""
        return _HALF * (self.right - self.guess) >= self.tried - self.guess


def total(scores: Iterable[AttackScore]) -> AttackScore:
    """Of the same attack in several jobs."""
    found = list(scores)
    return AttackScore(
        right=sum(each.right for each in found),
        tried=sum(each.tried for each in found),
        whole=sum(each.whole for each in found),
        guess=sum(each.guess for each in found),
        refused=next((each.refused for each in found if each.refused), ""),
    )


class Scene(Protocol):
    """One run and the attack on it."""

    def __call__(self, ground: Ground, /) -> AttackScore: ...


class Standing(StrEnum):
    """What this project claims about an attack (防护状态)."""

    STOPPED = "stopped"
    OPEN = "open"
    """Not prevented: something only bounds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One attack of the closed list.

    by: the attacker. wants: what is counted. defence: what stops it, or bounds it where it is open.
    ours: against this code; None where it needs a node with its database, which tests have and a stage has not.
    twin: against a copy without ``taken_off``; None where there is nothing to take off.
    """

    code: str
    name: Text
    by: Role
    wants: Text
    standing: Standing
    defence: Text
    ours: Scene | None
    twin: Scene | None = None
    taken_off: Text | None = None


@dataclass(frozen=True, slots=True)
class AttackVerdict:
    """What came of one attack (攻击结果)."""

    attack: Attack
    ours: AttackScore | None
    twin: AttackScore | None

    @property
    def as_claimed(self) -> bool:
        """False when an attack that should be stopped succeeds, or a twin is not broken."""
        is_open = self.attack.standing is Standing.OPEN
        stopped = is_open or self.ours is None or not self.ours.succeeds
        return stopped and (self.twin is None or self.twin.succeeds)


def refusal(outcome: Outcome) -> str:
    """Code of what ended a run, empty where it came to its end. Raises a failure that no program foresees."""
    cause = outcome.cause
    if cause is None:
        return ""
    if isinstance(cause, ShuxinError):
        return cause.code
    raise cause
