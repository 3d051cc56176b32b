"""``shuxin demo``: five institutions on this machine with a synthetic city, to be tried in a browser."""

from __future__ import annotations

import contextlib
import fcntl
import json
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.demo.plan import (
    LOGINS,
    PLATFORM,
    DemoFolderTaken,
    DemoRunning,
    Found,
    Place,
    clear,
    examine,
    new_ports,
    site_url,
)
from shuxin.portal.demo.running import DemoStepFailed, Processes, commands

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from shuxin.kernel.text import Language

__all__ = ["DemoFolderTaken", "run"]
FOLDER = "demo"
_LOOK_SECONDS = 0.5
_FIRST = Text(
    en="The demo is made in {folder}; this takes three to four minutes on two cores, later starts take seconds.",
    zh="正在 {folder} 中建立演示环境，双核机器约需三四分钟；再次启动仅需数秒。",
)
_AGAIN = Text(en="The demo in {folder} starts.", zh="正在启动 {folder} 中的演示环境。")
_ANEW = Text(
    en="What stood in {folder} was made in part or by another version, so it is made anew.",
    zh="{folder} 中的演示环境不完整或版本不同，将重新建立。",
)
_READY = Text(
    en="\nOpen {url}\nand follow the tour. The firms are invented; the accounts work on this machine only.\n",
    zh="\n请打开 {url}\n并按导览操作。企业均为虚构，账户仅限本机使用。\n",
)
_ACCOUNTS = Text(en="account|password|site|who", zh="账户|密码|站点|身份")
_STOP = Text(en="Ctrl-C ends the demo.", zh="按 Ctrl-C 结束演示。")
_STOPPED = Text(
    en="the demo has ended; what was made stays in {folder}", zh="演示已结束；内容保留在 {folder}"
)


@dataclass(slots=True)
class _Clock:
    """Says each step with the seconds since the start."""

    language: Language
    began: float = field(default_factory=time.monotonic)

    def tell(self, what: Text, **facts: object) -> None:
        seconds = time.monotonic() - self.began
        print(f"{seconds:6.1f} s  {what.say(self.language, **facts)}", flush=True)


def run(options: argparse.Namespace, language: Language) -> int:
    if options.alone:
        from shuxin.portal.commands import demo_alone

        return demo_alone.run(options, language)
    place = Place(Path(options.folder or FOLDER).absolute())
    found = examine(place, size=options.size)
    clock = _Clock(language)
    with _ended_by_signals(), _alone(place):
        if found is Found.WHOLE:
            clock.tell(_AGAIN, folder=place.folder)
        else:
            clock.tell(_FIRST if found is Found.NOTHING else _ANEW, folder=place.folder)
        processes = Processes(place, {}, language)
        try:
            _start(place, found, options.size, processes, clock)
            processes.until_answered(PLATFORM)
            _show(place, clock)
            if options.until != "ready":
                print(_STOP.say(language), flush=True)
                _watch(processes, place)
        except KeyboardInterrupt:
            print(flush=True)
        finally:
            processes.stop()
        print(_STOPPED.say(language, folder=place.folder), flush=True)
    return 0


def _start(place: Place, found: Found, size: str, processes: Processes, clock: _Clock) -> None:
    """Make what is not there, and start all processes. Raises DemoStepFailed."""
    if found is Found.WHOLE:
        processes.ports = place.state()["ports"]
        processes.start_all()
        return
    from shuxin.portal.demo.making import Making

    clear(place)
    processes.ports = new_ports()
    place.keep(ports=processes.ports, size=size)
    with commands(place, language=clock.language) as made:
        Making(place, size, processes.ports, made, processes, clock.tell).run()
    place.keep(ready=True)


def _show(place: Place, clock: _Clock) -> None:
    """The one link, and who may sign in where."""
    from shuxin.portal.display import show

    ports, language = place.state()["ports"], clock.language
    made = json.loads(place.accounts_file.read_text(encoding="utf-8"))
    print(_READY.say(language, url=f"{site_url(ports, PLATFORM)}/tour"), flush=True)
    rows = [
        (one.name, made[one.name], site_url(ports, one.seat), one.title.say(language))
        for one in LOGINS
    ]
    show("", _ACCOUNTS.say(language).split("|"), rows)


def _watch(processes: Processes, place: Place) -> None:
    """Until a signal comes. Raises DemoStepFailed when a process ends by itself."""
    while not (gone := processes.dead()):
        time.sleep(_LOOK_SECONDS)
    raise DemoStepFailed(step=gone, log=place.log(gone))


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM ends the demo as Ctrl-C does, also where a shell that started it in the background ignores Ctrl-C."""
    kinds = (signal.SIGTERM, signal.SIGINT)
    before = [(kind, signal.signal(kind, signal.default_int_handler)) for kind in kinds]
    try:
        yield
    finally:
        for kind, handler in before:
            signal.signal(kind, handler)


@contextlib.contextmanager
def _alone(place: Place) -> Iterator[None]:
    """One demo at a time in a folder; the lock goes with the process. Raises DemoRunning."""
    place.folder.parent.mkdir(parents=True, exist_ok=True)
    lock = place.folder.with_name(f".{place.folder.name}.lock")
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRunning(folder=place.folder) from None
        yield
