"""Every node killed at two of its durable steps; at each of them in tests/soak/test_nodes_kills.py."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from tests.federation.processes.killing import Death, killed_job
from tests.federation.processes.nodes import ALL

if TYPE_CHECKING:
    from tests.federation.processes.nodes import City

SEED = 5
LEAST_STEPS = 60
"""Fewer than any node takes in such a job."""


class TestKills:
    @pytest.mark.parametrize("number", [0, 1], ids=["first", "second"])
    def test_all_four_nodes_killed_and_started_again_find_the_truth(
        self, city: City, number: int
    ) -> None:
        chance = random.Random(SEED + number)  # noqa: S311 - steps to die at
        deaths = {name: Death(chance.randint(1, LEAST_STEPS), after=bool(number)) for name in ALL}
        assert killed_job(city, "tags", deaths) == set(ALL)
