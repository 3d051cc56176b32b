"""A job whose programs are one regression with given columns; what each side got is kept for the test."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.federation.memory import run_together

from shuxin.federation.domain.job import Job, Role, job_from
from shuxin.federation.regression.columns import fixed
from shuxin.federation.regression.fitting import fit, help_fit, hold_fit
from shuxin.federation.regression.sides import Side
from shuxin.federation.regression.task import Task, messages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.regression.climb import Fit

LABEL, HELPER, *HOLDERS = (f"uscc:91310000MA1FL0{n:03}X" for n in (1, 2, 3, 4, 5))


def job_of(holders: int) -> Job:
    begun = dt.datetime(2026, 1, 1, 8, tzinfo=dt.UTC)
    return job_from(
        {
            "nonce": "0" * 32,
            "proposer": LABEL,
            "purpose": "credit_decision",
            "parties": [
                {"party": LABEL, "role": "label"},
                *({"party": holder, "role": "holder"} for holder in HOLDERS[:holders]),
                {"party": HELPER, "role": "helper"},
            ],
            "parameters": {"kind": "alignment", "learn": "one"},
            "inputs": [
                {
                    "party": party,
                    "dataset": "made",
                    "ground": "authorisations",
                    "data_from": "2025-01-01",
                    "data_to": "2026-01-01",
                }
                for party in (LABEL, *HOLDERS[:holders])
            ],
            "outputs": [{"name": "aligned", "to": LABEL}],
            "proposed_at": begun.isoformat(),
            "valid_to": (begun + dt.timedelta(days=1)).isoformat(),
        }
    )


def task_of(parts: list[np.ndarray], **settings: object) -> Task:
    return Task(
        step="fit",
        label=LABEL,
        holders=tuple(HOLDERS[: len(parts) - 1]),
        helper=HELPER,
        rows=len(parts[0]),
        columns=tuple(part.shape[1] for part in parts),
        **settings,
    )


@dataclass
class RegressionKind:
    """parts: each data party's columns, the label party's first."""

    task: Task
    parts: list[np.ndarray]
    good: np.ndarray
    fit: Fit | None = None
    coefficients: dict[str, np.ndarray] = field(default_factory=dict)

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return messages(self.task)

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER:
            help_fit(work, self.task)
        elif work.role is Role.LABEL:
            self.fit = fit(work, self.task, self.parts[0], self.good)
        elif (number := self.task.parties.index(work.party)) in self.task.present:
            x = self.parts[number]
            self.coefficients[work.party] = hold_fit(work, self.task, x)


def run(
    kind: RegressionKind | PartKind,
    folder: Path,
    *,
    change: Callable[[str, str, str, bytes], bytes] | None = None,
) -> Outcome:
    return run_together(kind, job_of(len(kind.parts) - 1), folder=folder, change=change)


def sample(
    seed: int, *, rows: int, columns: tuple[int, ...]
) -> tuple[list[np.ndarray], np.ndarray]:
    """Correlated columns cut over the parties, and outcomes that depend on all of them."""
    rng = np.random.default_rng(seed)
    width = sum(columns)
    x = rng.normal(size=(rows, width)) @ (np.eye(width) + 0.4)
    x = np.clip(x, -6, 6)
    chance = 1 / (1 + np.exp(-1.0 - x @ rng.normal(scale=0.5, size=width)))
    parts = np.split(x, np.cumsum(columns)[:-1], axis=1)
    return parts, rng.random(rows) < chance


@dataclass
class PartKind:
    """Programs that do one part of a fit; what a data party's gave, by its number."""

    task: Task
    parts: list[np.ndarray]
    deal: Callable[[Work, Task], None]
    take: Callable[[Side], object]
    found: dict[int, Any] = field(default_factory=dict)

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return messages(self.task)

    def run(self, work: Work) -> None:
        if work.role is Role.HELPER:
            self.deal(work, self.task)
            return
        number = self.task.parties.index(work.party)
        if number not in self.task.present:
            return
        x = fixed(self.task, self.parts[number])
        if not number:
            x = np.hstack([np.full((len(x), 1), self.task.scale), x])
        self.found[number] = self.take(Side(work, self.task, x))


def design(parts: list[np.ndarray]) -> np.ndarray:
    return np.hstack([np.ones((len(parts[0]), 1)), *parts])
