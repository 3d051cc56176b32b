"""Training of a joint card killed again and again, over real processes: the same card as without. Only in make soak.

Two jobs on the same data round log-odds by other random numbers, so coefficients differ a little between them; bins,
points and reference points do not.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import dataclass
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
ITS_OWN = frozenset(
    {"job", "version", "salt", "made_on", "part", "data_hash", "coefficient", "intercept"}
)
"""Of a job, not of its result; the common rows that ``data_hash`` is over have another order in each."""
NEAR = 1e-3
"""Of two coefficients."""
GRID = 1 << 16
"""A holder's coefficient is a whole number of 1/GRID."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        launching(tmp_path_factory.mktemp("launcher")) as launcher,
        town.founded(launcher, tmp_path_factory.mktemp("town")) as found,
    ):
        yield found


@dataclass(frozen=True)
class Left:
    """What a job left: the parts without what is its own, all coefficients, and who died on the way."""

    parts: dict[str, bytes]
    coefficients: list[float]
    died: set[str]


def trained(world: World, deaths: dict[str, Death]) -> Left:
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
    parts = {name: world.part(job, name) for name in (BANK, TAX, HRSS)}
    label = read_file(LabelPart, parts[BANK])
    numbers = [label.intercept, *(one.coefficient for one in label.characteristics)]
    for name in (TAX, HRSS):
        part = read_file(CardPart, parts[name])
        numbers += [one.coefficient / GRID for one in part.characteristics]
    return Left({name: _plain(content) for name, content in parts.items()}, numbers, died)


def _is_over(world: World, job: str, name: str) -> bool:
    state = world.city.state(job, name)
    assert state not in {"refused", "stopped", "failed", "expired"}, (
        f"{world.city.shown(job, name).text}\n{world.city.printed(name)[-3000:]}"
    )
    return state == "done"


def _plain(content: bytes) -> bytes:
    return canonical_json(_without(json.loads(content)["card"]))


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without(one) for name, one in value.items() if name not in ITS_OWN}
    return [_without(one) for one in value] if isinstance(value, list) else value


class TestKills:
    def test_of_any_party_at_any_step_leave_the_same_card(self, world: World) -> None:
        """Every job with up to four deaths, each at a step drawn over the whole of a job."""
        whole = trained(world, {})
        steps = {
            name: world.city.orders(name).with_suffix(".steps").stat().st_size for name in PARTIES
        }
        drawn, killed = random.Random(SEED), 0  # noqa: S311 - which steps, no secret
        while killed < KILLS:
            deaths = {
                name: Death(drawn.randint(1, steps[name]), after=drawn.random() < 0.5)
                for name in PARTIES
            }
            found = trained(world, deaths)
            assert found.parts == whole.parts, deaths
            assert found.coefficients == pytest.approx(whole.coefficients, abs=NEAR)
            killed += len(found.died)
            sys.stdout.write(f"{killed} kills, the last at {deaths}\n")
