"""Firms with outcomes at a label party whose service runs over holders that are functions."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.federation.card.samples import LABEL, contract_of, scored, world_of
from tests.federation.node import test_asking as asked
from tests.federation.node.test_asking import SERVICE, Desk, desk_of, job_of, subjects_of, word_of

from shuxin.federation.card.contract import Contribution
from shuxin.federation.domain.parameters import ServiceParameters
from shuxin.federation.node import measuring
from shuxin.federation.node.measuring import Answered, Batch, ask, batch_of
from shuxin.federation.node.outcomes import KnownFirms
from shuxin.federation.scorecard.alone import ALONE
from shuxin.infra.api import silent_progress
from shuxin.scoring.card.artefact import card_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.federation.card.samples import World

    from shuxin.kernel.statements import Statement
    from shuxin.scoring.card.artefact import Scorecard

ROWS = 60
CARD_JOB = "a" * 64
BY_HOLDER = contract_of(Contribution.BY_HOLDER)


@lru_cache
def known_world(contract: object = BY_HOLDER, holders: int = 2) -> World:
    """Whom all holders have, but for some at random."""
    return world_of(contract, seed=12, holders=holders, rows=ROWS, unknown=0.1)  # type: ignore[arg-type]


def firms_of(world: World) -> KnownFirms:
    """Worse where the score is low."""
    rng = np.random.default_rng(3)
    points = scored(world, {}).totals
    bad = rng.random(world.rows) < np.where(points < np.median(points), 0.6, 0.2)
    return KnownFirms(subjects_of(world.rows), bad, rng.random(world.rows) < 0.5)


def words_of(world: World) -> list[Statement]:
    return [word_of(code, tuple(world.parts)) for code in subjects_of(world.rows)]


def own_card_of(world: World) -> Scorecard:
    """Of the label party's own characteristics alone."""
    found = world.label.own_card
    assert found is not None
    return found


@dataclass
class Place:
    """The label party's desk, with what it knows of its firms."""

    desk: Desk
    firms: KnownFirms
    words: list[Statement]
    folder: Path

    def batch(self) -> Batch:
        return batch_of(self.desk.asking, SERVICE, firms=self.firms, words=self.words)

    def answered(self) -> Answered:
        return ask(self.desk.asking, self.batch(), progress=silent_progress)

    def questions(self) -> int:
        return sum(len(each.seen) for each in self.desk.holders.values())


@contextmanager
def place_of(world: World, folder: Path, *, per_day: int = 10_000) -> Iterator[Place]:
    """With a card of its own, and firms of which each has an authorisation for each holder."""
    job = job_of(world)
    assert isinstance(job.parameters, ServiceParameters)
    limited = job.parameters.model_copy(update={"subjects_per_day": per_day})
    job = job.model_copy(update={"parameters": limited})
    (folder / CARD_JOB).mkdir(exist_ok=True)
    (folder / CARD_JOB / ALONE).write_bytes(card_bytes(own_card_of(world)))
    with desk_of(world, folder) as desk, pytest.MonkeyPatch.context() as patched:
        for module in (measuring, asked.asking_module):
            patched.setattr(module, "open_service", lambda _service, *, now: job)  # noqa: ARG005
        yield Place(desk, firms_of(world), words_of(world), folder)


def without_a_firm(world: World, party: str, row: int) -> World:
    known = world.known[party].copy()
    known[row] = False
    return replace(world, known=world.known | {party: known})


def slow_own(world: World) -> np.ndarray:
    """Points of the own card, one firm and one value at a time."""
    return np.array(
        [
            sum(
                each.all_points[each.shape.lookup.one(world.values[LABEL][each.name][row])]
                for each in own_card_of(world).characteristics
            )
            for row in range(world.rows)
        ]
    )
