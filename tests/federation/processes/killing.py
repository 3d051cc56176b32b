"""Jobs whose nodes are killed at chosen durable steps and started again by the same command."""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.federation.processes.nodes import (
    ALL,
    BANK,
    DATA,
    HOLDERS,
    JOB_SECONDS,
    NOTARY,
    TAX,
    common,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.federation.processes.nodes import City

ENDS = ("done", "refused", "stopped", "failed", "expired")
PARTIES = {"tags": ALL, "ecdh": (BANK, TAX), "rehearsal": (BANK, TAX, NOTARY)}


@dataclass(frozen=True)
class Death:
    """At which durable step of its process a node is killed, just before or just after it."""

    at: int
    after: bool = False


def killed_job(city: City, kind: str, deaths: Mapping[str, Death]) -> set[str]:
    """Run a job while nodes die; each is started again as soon as it is dead. Returns who died.

    Raises AssertionError unless the job is done everywhere, with the right set.
    """
    parties = PARTIES[kind]
    city.stop(*parties)
    for name in parties:
        death = deaths.get(name, Death(0))
        count = str(city.folder / f"{name}.steps")
        city.start(name, fault={"at": death.at, "after": death.after, "count": count})
    job = proposed(city, kind)
    died = nursed(city, job, parties)
    check(city, kind, job)
    return died


def nursed(city: City, job: str, parties: tuple[str, ...]) -> set[str]:
    died: set[str] = set()
    until = time.monotonic() + JOB_SECONDS
    while {city.state(job, name) for name in parties} != {"done"}:
        states = {name: city.state(job, name) for name in parties}
        printed = "\n".join(city.printed(name)[-3000:] for name in parties)
        assert not [one for one in states.values() if one in ENDS and one != "done"], (
            f"{states}\n{[city.shown(job, name).text for name in parties]}\n{printed}"
        )
        assert time.monotonic() < until, f"{states}\n{printed}"
        for name in parties:
            if city.running[name].is_over():
                status = city.running[name].wait()
                assert status == -signal.SIGKILL, f"{name}: {status}\n{printed}"
                died.add(name)
                city.start(name)
        time.sleep(0.05)
    return died


def proposed(city: City, kind: str) -> str:
    if kind == "rehearsal":
        return city.rehearse(rows=200, left=5, right=3, products=2, ring=32)
    if kind == "ecdh":
        return city.propose(holders=(TAX,), helper="")
    return city.propose(holders=HOLDERS)


def check(city: City, kind: str, job: str) -> None:
    """The truth, and one order; each party's words at every other."""
    if kind == "rehearsal":
        assert '"exact": true' in city.do(BANK, "node", "result", job)
        return
    data = DATA if kind == "tags" else (BANK, TAX)
    found = [city.aligned(job, name) for name in data]
    assert set(found[0]) == common(*data)
    assert len(found[0]) == len(common(*data))
    assert all(one == found[0] for one in found)


def steps_of(city: City, kind: str) -> dict[str, int]:
    """How many durable steps each node's process took from its start to the end of a job without deaths."""
    assert killed_job(city, kind, {}) == set()
    city.stop(*PARTIES[kind])
    return {name: (city.folder / f"{name}.steps").stat().st_size for name in PARTIES[kind]}
