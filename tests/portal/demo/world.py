"""A small demo world for tests in a browser: the real processes on a tiny city, made once a session.

    @pytest.mark.soak
    def test_…(demo_world: World) -> None:
        demo_world.url("bank"), demo_world.password("bank-officer")

SHUXIN_DEMO_WORLD may name the folder of a demo that runs already: then that one is used and left as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shuxin.portal.demo.plan import LOGINS, SEATS, Place, site_url

if TYPE_CHECKING:
    from collections.abc import Iterator

READY_SECONDS, END_SECONDS, STEP_SECONDS = 600, 40, 60
_SHUXIN = str(Path(sys.executable).parent / "shuxin")
_BY_NAME = {seat.name: seat for seat in SEATS}


@dataclass(frozen=True)
class World:
    """A demo that runs: platform, bureau, utility, bank and notary, with a joint card in service."""

    folder: Path

    @property
    def place(self) -> Place:
        return Place(self.folder)

    @property
    def state(self) -> dict[str, Any]:
        """``firm`` (credit code of the person's firm), ``alignment``, ``card``, ``service``: ids of jobs; ``ports``."""
        return self.place.state()

    def url(self, seat: str) -> str:
        """Of a site: platform, bureau, utility, bank, notary."""
        return site_url(self.state["ports"], _BY_NAME[seat])

    def home(self, seat: str) -> Path:
        return self.place.home(_BY_NAME[seat])

    def password(self, login: str) -> str:
        """Of an account, such as ``bank-officer``."""
        return str(json.loads(self.place.accounts_file.read_text())[login])

    def site_of(self, login: str) -> str:
        """The address at which an account signs in."""
        (found,) = (one for one in LOGINS if one.name == login)
        return self.url(found.seat.name)

    def do(self, seat: str, *words: object, given: str = "") -> str:
        """What a command in that home prints; it must succeed."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUXIN_")}
        found = subprocess.run(
            [_SHUXIN, "--lang", "en", "--home", str(self.home(seat)), *map(str, words)],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def job_done(self, job: str, seat: str = "bank") -> None:
        """Wait until a job has ended well there."""
        self.do(seat, "node", "jobs", job, "--wait", STEP_SECONDS)


@contextlib.contextmanager
def demo(folder: Path, *, until: str = "", size: str = "tiny") -> Iterator[subprocess.Popen[str]]:
    """``shuxin demo`` in this folder; ended as by Ctrl-C."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SHUXIN_")}
    words = ["--lang", "en", "demo", "--size", size, "--folder", str(folder)]
    words += ["--until", until] if until else []
    with (
        (folder.parent / f"{folder.name}.out").open("a+") as out,
        subprocess.Popen(
            [_SHUXIN, *words], env=environment, stdout=out, stderr=out, text=True
        ) as run,
    ):
        try:
            yield run
        finally:
            if run.poll() is None:
                run.send_signal(signal.SIGINT)
            run.wait(END_SECONDS)


def wait_until_ready(folder: Path, run: subprocess.Popen[str]) -> None:
    """Until it says how to end it."""
    out = folder.parent / f"{folder.name}.out"
    deadline = time.monotonic() + READY_SECONDS
    while "Ctrl-C" not in out.read_text():
        assert run.poll() is None, out.read_text()
        assert time.monotonic() < deadline, out.read_text()
        time.sleep(0.2)


@pytest.fixture(scope="session")
def demo_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Its service is approved at the holders as well, so that the bank may ask for joint scores."""
    given = os.environ.get("SHUXIN_DEMO_WORLD", "")
    if given:
        yield World(Path(given).absolute())
        return
    folder = tmp_path_factory.mktemp("demo") / "world"
    with demo(folder) as run:
        wait_until_ready(folder, run)
        world = World(folder)
        service = world.state["service"]
        for seat in world.state["to_approve"]:
            world.do(seat, "node", "approve", service, "--wait", STEP_SECONDS)
        world.job_done(service)
        yield world
