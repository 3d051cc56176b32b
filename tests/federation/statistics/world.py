"""Parties with functions for programs, and features made from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.federation.alignment.cases import HELPER, HOLDER, LABEL, THIRD, job_of
from tests.federation.memory import run_together

from shuxin.federation.product.plan import Seats
from shuxin.federation.statistics.counting import help_counts
from shuxin.federation.statistics.features import prebin_categories, prebin_numbers
from shuxin.federation.statistics.tables import hold_tables, joint_tables
from shuxin.federation.statistics.task import Counting, Minimum, table_messages
from shuxin.scoring.api import BinningPlan, MergePlan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tests.federation.memory import Outcome

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared, Work
    from shuxin.federation.statistics.features import FineFeature

LOOSE = Minimum(rows=1, good=1, bad=1)
"""Under it nothing is put together that pooled values would not put together."""


@dataclass
class Given:
    """A kind of job whose programs are these functions; what they return stands in ``results`` by party."""

    declared: tuple[Declared, ...]
    programs: dict[str, Callable[[Work], Any]]
    results: dict[str, Any] = field(default_factory=dict)

    def messages(self, job: Job) -> tuple[Declared, ...]:
        return self.declared

    def run(self, work: Work) -> None:
        if work.party in self.programs:
            self.results[work.party] = self.programs[work.party](work)

    def together(self, folder: Path, **more: Any) -> Outcome:
        return run_together(self, job_of(holders=2), folder=folder, **more)


def counting(holder: str = HOLDER, **changed: Any) -> Counting:
    plain: dict[str, Any] = {
        "step": f"counts.{holder[-2]}",
        "seats": Seats(HELPER, holder, LABEL),
        "most_rows": 5000,
        "most_features": 6,
        "minimum": LOOSE,
    }
    return Counting(**plain | changed)


def plan(**merge: Any) -> BinningPlan:
    """Few bins at the end, so that the merge is fast."""
    return BinningPlan(max_fine=50, merge=MergePlan(**{"max_bins": 4} | merge))


def tables_of(
    held: dict[str, tuple[Counting, Sequence[FineFeature]]], bad: Any, merge: BinningPlan
) -> Given:
    """Tables with every holder, one after the other."""

    def ask(work: Work) -> Any:
        return {
            party: joint_tables(work, task, bad=bad, plan=merge)
            for party, (task, _) in held.items()
        }

    def help_all(work: Work) -> None:
        for task, _ in held.values():
            help_counts(work, task)

    programs: dict[str, Callable[[Work], Any]] = {LABEL: ask, HELPER: help_all}
    for party, (task, features) in held.items():
        programs[party] = lambda work, task=task, features=features: hold_tables(
            work, task, features
        )
    declared = tuple(one for task, _ in held.values() for one in table_messages(task))
    return Given(declared, programs)


def numbers(rng: np.random.Generator, rows: int) -> np.ndarray[Any, Any]:
    """Amounts with ties, codes -1 and -2 and missing values."""
    found = np.round(rng.gamma(2.0, 50.0, rows), int(rng.integers(-1, 3)))
    found[rng.random(rows) < rng.choice([0, 0.05, 0.3, 1], p=[0.4, 0.3, 0.25, 0.05])] = np.nan
    found[rng.random(rows) < rng.choice([0, 0.02])] = -1.0
    found[rng.random(rows) < rng.choice([0, 0.1])] = -2.0
    return found


def texts(rng: np.random.Generator, rows: int) -> np.ndarray[Any, Any]:
    """Categories, some rare, and missing ones."""
    size = int(rng.integers(1, 40))
    shares = rng.dirichlet(np.full(size, 0.5))
    names = np.array([f"行业{nth}" for nth in range(size)], object)
    found = names[rng.choice(size, rows, p=shares)]
    found[rng.random(rows) < rng.choice([0, 0.2])] = None
    return np.asarray(found, object)


def outcomes(rng: np.random.Generator, rows: int) -> np.ndarray[Any, Any]:
    return rng.random(rows) < rng.choice([0.0, 0.1, 0.5, 1.0], p=[0.05, 0.5, 0.4, 0.05])


def fine(
    values: Sequence[np.ndarray[Any, Any]], *, least: int = 1, most: int = 50
) -> tuple[FineFeature, ...]:
    """Numbers and texts by the type of the array."""
    return tuple(
        prebin_categories(name=f"特征{nth}", values=each, most=most, least=least)
        if each.dtype == object
        else prebin_numbers(
            name=f"特征{nth}", values=each, most=most, least=least, specials=(-2.0, -1.0)
        )
        for nth, each in enumerate(values)
    )


__all__ = ["HELPER", "HOLDER", "LABEL", "THIRD"]
