"""Every node of a job killed at each of its durable steps, over real processes. Only in make soak.

In each run every node dies at its own step of the same number, half of them before it and half after; the next run
takes the other half. A run beyond a node's last step leaves it alive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.killing import PARTIES, Death, killed_job, steps_of
from tests.federation.processes.nodes import HRSS, NOTARY, TAX, City, launching

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.soak


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
    def test_at_every_step_of_every_node_change_nothing(self, city: City, kind: str) -> None:
        most = steps_of(city, kind)
        deaths = 0
        for at in range(1, max(most.values()) + 1):
            wanted = {
                name: Death(at, after=(number + at) % 2 == 0)
                for number, name in enumerate(PARTIES[kind])
                if at <= most[name]
            }
            died = killed_job(city, kind, wanted)
            deaths += len(died)
        assert deaths >= 0.8 * sum(most.values())  # the last steps fall after the end of some jobs
