"""Training of a joint card killed again and again, over real processes: the same card as without. Only in make soak."""

from __future__ import annotations

import json
import random
import sys
from typing import TYPE_CHECKING, Any

import pytest
from tests.federation.processes import test_service as town
from tests.federation.processes.killing import Death, keep_running, nursed, order
from tests.federation.processes.nodes import BANK, HRSS, NOTARY, TAX, job_in, launching

from shuxin.federation.card.files import read_file
from shuxin.federation.card.parts import CardPart, LabelPart
from shuxin.kernel.canonical import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.federation.processes.test_service import World

pytestmark = pytest.mark.soak
PARTIES = (BANK, TAX, HRSS, NOTARY)
KILLS = 50
SEED = 20261122
ITS_OWN = {"job", "version", "salt", "made_on", "part"}
"""Of a job, not of its result."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        launching(tmp_path_factory.mktemp("launcher")) as launcher,
        town.founded(launcher, tmp_path_factory.mktemp("town")) as found,
    ):
        yield found


def trained(world: World, deaths: dict[str, Death]) -> tuple[dict[str, bytes], set[str]]:
    """The parts that a job left, without what is its own; and who died."""
    city = world.city
    for name in PARTIES:
        order(city, name, deaths.get(name, Death(0)))
    job = job_in(world.propose_card("--fits", 2, "--iterations", 12))
    for name in (TAX, HRSS, NOTARY):
        nursed(city, PARTIES, until=lambda name=name: city.state(job, name))
        keep_running(city, PARTIES)
        city.say(name, "node", "approve", job)
    nursed(city, PARTIES, until=lambda: all(_is_over(world, job, name) for name in PARTIES))
    died = {name for name in deaths if not city.orders(name).exists()}
    return {name: _plain(world.part(job, name), name) for name in (BANK, TAX, HRSS)}, died


def _is_over(world: World, job: str, name: str) -> bool:
    state = world.city.state(job, name)
    assert state not in {"refused", "stopped", "failed", "expired"}, (
        f"{world.city.shown(job, name).text}\n{world.city.printed(name)[-3000:]}"
    )
    return state == "done"


def _plain(content: bytes, name: str) -> bytes:
    read_file(LabelPart if name == BANK else CardPart, content)
    return canonical_json(_without(json.loads(content)["card"]))


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items() if name not in ITS_OWN}
    return [_without(one) for one in value] if isinstance(value, list) else value


class TestKills:
    def test_of_any_party_at_any_step_leave_the_same_card(self, world: World) -> None:
        """Every job with up to four deaths, each at a step drawn over the whole of a job."""
        whole, _ = trained(world, {})
        steps = {
            name: world.city.orders(name).with_suffix(".steps").stat().st_size for name in PARTIES
        }
        drawn, killed = random.Random(SEED), 0  # noqa: S311 - which steps, no secret
        while killed < KILLS:
            deaths = {
                name: Death(drawn.randint(1, steps[name]), after=drawn.random() < 0.5)
                for name in PARTIES
            }
            found, died = trained(world, deaths)
            assert found == whole, deaths
            killed += len(died)
            sys.stdout.write(f"{killed} kills, the last at {deaths}\n")
