"""The processes of the demo: commands of its set-up, and the sites and nodes that stay (演示进程)."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text
from shuxin.portal.demo.plan import HOST, LENDERS, NODES, PLATFORM, SITES, site_url
from shuxin.portal.demo.starter import received, send

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from shuxin.portal.demo.plan import Place, Seat

LOADING_SECONDS, LISTENING_SECONDS, ANSWERING_SECONDS, ENDING_SECONDS = 120, 120, 120, 20
_LOOK_SECONDS = 0.5
_PROGRAM = """
import contextlib, ctypes, signal, sys
with contextlib.suppress(OSError, AttributeError):
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG: a demo that is killed leaves nobody behind
from shuxin.portal.cli import main
sys.exit(main())
"""
_OWN = ("SHUXIN_", "DJANGO_")


class DemoStepFailed(Unavailable):
    code = "demo_step_failed"
    what = Text(en="a step of the demo failed: {step}", zh="演示步骤失败：{step}")
    mend = Text(
        en="{log} has what it said; run 'shuxin demo' again: what is half made is made anew",
        zh="详情见 {log}；重新运行 shuxin demo 即可，未完成的内容会重新生成",
    )


def environment(language: str) -> dict[str, str]:
    """Ours without what speaks of another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)}
    # one thread a process: two cores are shared by nine
    return kept | {"SHUXIN_LANG": language, "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs ``shuxin`` in the demo's homes, each command in a process of its own; raises what fails.

    Everything that was run stands in ``logs/commands.log``.
    """

    place: Place
    socket: Path
    language: str

    def run(self, seat: Seat, *words: object, given: str = "") -> str:
        """What the command printed. Raises DemoStepFailed."""
        arguments = ["--home", str(self.place.home(seat)), *map(str, words)]
        return self._call({"arguments": arguments, "function": "", "given": given}, seat)

    def call(self, seat: Seat, function: str, /, **facts: object) -> Any:
        """What ``module:name`` of ours returns when it runs in this home. Raises DemoStepFailed."""
        said = self._call({"function": function, "facts": facts, "given": ""}, seat)
        return json.loads(said.splitlines()[-1])

    def _call(self, call: dict[str, Any], seat: Seat) -> str:
        more = {"SHUXIN_HOME": str(self.place.home(seat))}
        whole = {"environment": more, "folder": str(self.place.folder)} | call
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.socket))
            send(line, json.dumps(whole).encode())
            answer = json.loads(received(line))
        shown = call["function"] or " ".join(call["arguments"])
        self._note(f"$ shuxin {shown}\n{answer['text']}\n")
        if answer["status"]:
            raise DemoStepFailed(step=shown[:200], log=self.place.log("commands"))
        return str(answer["text"])

    def _note(self, text: str) -> None:
        with self.place.log("commands").open("a", encoding="utf-8") as file:
            file.write(text)


@contextlib.contextmanager
def commands(place: Place, *, language: str) -> Iterator[Commands]:
    """The starter runs as long as this is open. Raises DemoStepFailed when it does not start."""
    with tempfile.TemporaryDirectory(prefix="shuxin-") as folder, _log(place, "starter") as out:
        at = Path(folder) / "socket"
        process = subprocess.Popen(
            [sys.executable, "-m", "shuxin.portal.demo.starter", str(at)],
            env=environment(language),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        try:
            _until(at.exists, process, LOADING_SECONDS, place, "starter")
            yield Commands(place, at, language)
        finally:
            process.terminate()
            process.wait()


def at_once(*works: Callable[[], object]) -> list[Any]:
    """Side by side; the first failure is raised once all have ended."""
    with ThreadPoolExecutor(max(1, len(works))) as pool:
        waiting = [pool.submit(work) for work in works]
    return [one.result() for one in waiting]


@dataclass(slots=True)
class Processes:
    """The processes of the demo, each a command that a customer uses, in its own home."""

    place: Place
    ports: Mapping[str, int]
    language: str
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_all(self) -> None:
        """Everything of a demo that is made. Raises DemoStepFailed."""
        self.start()
        self.start_workers()

    def start_workers(self) -> None:
        """What works in the background: the marketplace of the platform, the desk of each lender."""
        self._start(PLATFORM, "market", "market", "run")
        for seat in LENDERS:
            self._start(seat, "desk", "lending", "run")

    def start(self, seats: Sequence[Seat] = SITES) -> None:
        """Sites and nodes of these, and wait until all listen. Raises DemoStepFailed."""
        for seat in seats:
            if seat in NODES:
                self._start(seat, "node", "node", "run")
            port = self.ports[f"{seat.name}-site"]
            self._start(seat, "site", "serve", "--host", HOST, "--port", str(port))
        for name, process in self.running.items():
            if name not in self.ports:
                continue
            _until(
                lambda name=name: _listens(self.ports[name]),  # type: ignore[misc]
                process,
                LISTENING_SECONDS,
                self.place,
                name,
            )

    def until_answered(self, seat: Seat) -> None:
        """Until the site has shown its first page: on a busy machine others would not wait so long for an answer."""
        log = self.place.log(f"{seat.name}-site")
        until_answered(site_url(self.ports, seat), seconds=ANSWERING_SECONDS, log=log)

    def _start(self, seat: Seat, what: str, *words: str) -> None:
        name = f"{seat.name}-{what}"
        with _log(self.place, name) as out:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, "--home", str(self.place.home(seat)), *words],
                env=environment(self.language),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C reaches the demo alone, which ends them in order
            )

    def dead(self) -> str:
        """The name of one that ended by itself, or ""."""
        gone = (name for name, process in self.running.items() if process.poll() is not None)
        return next(gone, "")

    def stop(self) -> None:
        """Ask all to end, as an administrator does; kill what does not."""
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + ENDING_SECONDS
        for process in self.running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()


def until_answered(url: str, *, seconds: float, log: Path) -> None:
    """Until the first page comes, as a browser would ask for it: it may be slow. Raises DemoStepFailed."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=left) as page:  # noqa: S310 - our own address
            if page.status == 200:  # noqa: PLR2004 - HTTP's OK
                return
        time.sleep(_LOOK_SECONDS)
    raise DemoStepFailed(step=url, log=log)


@contextlib.contextmanager
def _log(place: Place, name: str) -> Iterator[Any]:
    with place.log(name).open("ab") as file:
        yield file


def _until(
    holds: Callable[[], bool],
    process: subprocess.Popen[bytes],
    seconds: float,
    place: Place,
    name: str,
) -> None:
    """Raises DemoStepFailed when the process ends first, or it takes too long."""
    deadline = time.monotonic() + seconds
    while not holds():
        if process.poll() is not None or time.monotonic() > deadline:
            raise DemoStepFailed(step=name, log=place.log(name))
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as line:
        line.settimeout(0.5)
        return line.connect_ex((HOST, port)) == 0
