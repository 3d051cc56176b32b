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

from shuxin.federation.engine.erasing import was_erased

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tests.federation.processes.nodes import City

ENDS = ("done", "refused", "stopped", "failed", "expired")
PARTIES = {"tags": ALL, "ecdh": (BANK, TAX), "rehearsal": (BANK, TAX, NOTARY)}


@dataclass(frozen=True)
class Death:
    """At which durable step a node is killed (0: never), just before or just after it."""

    at: int
    after: bool = False


def killed_job(
    city: City, kind: str, deaths: Mapping[str, Death], *, from_start: bool = False
) -> set[str]:
    """Run a job while nodes die; each is started again as soon as it is dead. Returns who died.

    Steps count from the proposal on, or ``from_start`` from the start of the nodes' processes. Raises AssertionError
    unless the job is done everywhere, with the right set, all words are delivered and the folders swept.
    """
    parties = PARTIES[kind]
    if from_start:
        city.stop(*parties)
    else:
        keep_running(city, parties)
    for name in parties:
        order(city, name, deaths.get(name, Death(0)))
    keep_running(city, parties)
    job = proposed(city, kind)
    nursed(city, parties, until=lambda: all(is_over(city, job, name) for name in parties))
    check(city, kind, job)
    died = {name for name in deaths if not city.orders(name).exists()}
    for name in parties:
        city.orders(name).unlink(missing_ok=True)
    return died


def order(city: City, name: str, death: Death) -> None:
    place = city.orders(name)
    aside = place.with_suffix(".aside")
    aside.write_text(f"{death.at} {'after' if death.after else 'before'}")
    aside.rename(place)


def keep_running(city: City, parties: Iterable[str]) -> None:
    """Start again who is dead; nobody may have ended but by a kill."""
    for name in parties:
        running = city.running.get(name)
        if running is not None and running.is_over():
            status = running.wait()
            assert status == -signal.SIGKILL, f"{name}: {status}\n{city.printed(name)}"
        if running is None or running.is_over():
            city.start(name)


def nursed(city: City, parties: tuple[str, ...], *, until: Callable[[], bool]) -> None:
    latest = time.monotonic() + JOB_SECONDS
    while not until():
        keep_running(city, parties)
        assert time.monotonic() < latest, "\n".join(city.printed(name)[-3000:] for name in parties)
        time.sleep(0.05)


def is_over(city: City, job: str, name: str) -> bool:
    """Done, with nothing left to post or to sweep. Raises AssertionError when it ended otherwise."""
    state = city.state(job, name)
    assert state == "done" or state not in ENDS, (
        f"{city.shown(job, name).text}\n{city.printed(name)[-3000:]}"
    )
    unposted = "select 1 from federation_delivery where delivered_at is null"
    folder = city.node(name) / "jobs" / city.whole_id(job)
    swept = was_erased(folder) if city.records else not folder.exists()
    return state == "done" and not city.rows(name, unposted) and swept


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
    """How many durable steps each node takes from the proposal of a job without deaths to its end."""
    assert killed_job(city, kind, {}) == set()
    return steps_taken(city, PARTIES[kind])


def steps_to_start(city: City, parties: tuple[str, ...]) -> dict[str, int]:
    """How many durable steps each node's process takes until it listens."""
    city.stop(*parties)
    for name in parties:
        order(city, name, Death(0))
    city.start_all(*parties)
    return steps_taken(city, parties)


def steps_taken(city: City, parties: Iterable[str]) -> dict[str, int]:
    return {name: city.orders(name).with_suffix(".steps").stat().st_size for name in parties}
