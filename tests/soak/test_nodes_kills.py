"""Every node of a job killed at each of its durable steps, over real processes. Only in make soak.

In each run every node dies at its own step of the same number, half of them before it and half after; the next run
takes the other half. A step that a node did not reach in two runs lies beyond the end of its part of the job.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.killing import (
    Death,
    killed_job,
    steps_of,
    steps_to_start,
)
from tests.federation.processes.nodes import ALL, HRSS, NOTARY, TAX, City, launching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = pytest.mark.soak
BEYOND = 3
"""So many steps not reached by a node are taken for the end of its part."""
FEWER = 4
"""How many steps a node may take less than without deaths."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with launching(tmp_path_factory.mktemp("launcher")) as launcher:
        made = City(tmp_path_factory.mktemp("city"), launcher)
        try:
            made.found(record=False)
            for name in (TAX, HRSS, NOTARY):
                made.stand_by(name)
            yield made
        finally:
            made.kill_all()


class TestKills:
    @pytest.mark.parametrize("kind", ["tags", "ecdh", "rehearsal"])
    def test_at_every_step_of_a_job_change_nothing(self, city: City, kind: str) -> None:
        """A node may take a few steps less or more when others die."""
        most = steps_of(city, kind)
        missed: dict[str, list[int]] = {name: [] for name in most}
        at = 0
        while alive := [name for name in most if len(missed[name]) < BEYOND]:
            at += 1
            for name in survivors(city, kind, alive, at=at):
                missed[name].append(at)
            sys.stdout.write(f"{kind} {at}, not reached: {missed}\n")
        assert {name: min(missed[name]) >= most[name] - FEWER for name in most} == dict.fromkeys(
            most, True
        )

    def test_at_every_step_of_a_start_change_nothing(self, city: City) -> None:
        most = steps_to_start(city, ALL)
        for at in range(1, max(most.values()) + 1):
            names = [name for name in most if at <= most[name]]
            died = killed_job(city, "tags", deaths(names, at), from_start=True)
            assert died == set(names)


def survivors(city: City, kind: str, names: list[str], *, at: int) -> list[str]:
    """Who did not come to that step in two runs."""
    for _ in range(2):
        died = killed_job(city, kind, deaths(names, at))
        names = [name for name in names if name not in died]
        if not names:
            break
    return names


def deaths(names: Iterable[str], at: int) -> dict[str, Death]:
    return {name: Death(at, after=(number + at) % 2 == 0) for number, name in enumerate(names)}
