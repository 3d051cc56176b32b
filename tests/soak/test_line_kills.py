"""The durable line of a job under a kill, a loss of power and a full disk at each operation. Only in make soak."""

from __future__ import annotations

import random

import pytest
from tests.federation.engine.disk import PART, faulty_disk
from tests.federation.engine.ends import run_both
from tests.federation.engine.test_kills import equal, fill_at_each, kill_at_each, undisturbed

pytestmark = pytest.mark.soak

SIZES = (0, 1, PART, 3 * PART + 1, 6 * PART)
RUNS = 100
SEED = 20261122


class TestLine:
    @pytest.mark.parametrize("power", [False, True], ids=["process", "power"])
    def test_a_kill_at_each_operation_changes_nothing(self, power: bool) -> None:
        kill_at_each(range(1, undisturbed(SIZES) + 1), SIZES, power=power)

    def test_a_full_disk_at_each_operation_changes_nothing(self) -> None:
        fill_at_each(range(1, undisturbed(SIZES) + 1), SIZES)

    def test_thousands_of_kills_change_nothing(self) -> None:
        """Each run is killed again and again, also while it starts anew."""
        chance, kills = random.Random(SEED), 0  # noqa: S311 - sizes and kills
        for run in range(RUNS):
            sizes = [chance.randrange(8 * PART) for _ in range(6)]
            numbers = {chance.randrange(1, 2000) for _ in range(150)}
            with faulty_disk(kills=numbers) as disk:
                found = run_both(disk, sizes, power=bool(run % 2))
            equal(found)
            kills += found[0].kills + found[1].kills
        assert kills > 10 * RUNS
