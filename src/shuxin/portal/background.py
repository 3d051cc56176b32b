"""Background work of pages: each task in a process of its own, so that the serving process stays small.

A kind of work is a function ``(task, progress) -> outcome``, named here by its module. The process ends with the server
that began it; the task is then interrupted, and a page offers to begin it again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from shuxin.infra.api import Progress, TaskView

    Work = Callable[[TaskView, Progress], dict[str, Any]]

KINDS = {
    "import": "shuxin.portal.web.views.importing:work",
    "back-test": "shuxin.portal.web.views.bank_backtests:work",
}
"""Where each kind of work is done, as ``module:function``."""


def begin(*, kind: str, about: dict[str, Any], by: str, key: str, now: datetime) -> int:
    """Begin the work in the background and return the task's number; the same key again begins nothing."""
    from shuxin.infra.api import ask_task  # noqa: PLC0415 - needs the database

    if kind not in KINDS:
        raise ValueError(f"there is no work called {kind}")
    asked, is_new = ask_task(key=key, kind=kind, about=about, by=by, now=now)
    if is_new:
        spawn(asked.number)
    return int(asked.number)


def begin_again(number: int, *, now: datetime) -> None:
    """Raises TaskUnknown, TaskTaken."""
    from shuxin.infra.api import again  # noqa: PLC0415 - needs the database

    again(number, now=now)
    spawn(number)


def spawn(number: int) -> None:
    """A process of its own for one task; it goes when this process goes."""
    subprocess.Popen(  # noqa: S603 - this very module
        [sys.executable, "-P", "-m", __name__, str(number), str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def run(number: int, *, stop: Callable[[], bool]) -> None:
    """Do one waiting task in this process. Raises TaskUnknown, TaskTaken."""
    from shuxin.infra.api import now_in_china, task, work_on  # noqa: PLC0415 - needs the database

    module, _, name = KINDS[task(number, now=now_in_china()).kind].partition(":")
    work = cast("Work", getattr(import_module(module), name))
    work_on(number, work, stop=stop)


def _main(number: str, parent: str) -> None:
    from shuxin.portal.bootstrap import start  # noqa: PLC0415 - sets Django up

    start()
    run(int(number), stop=lambda: os.getppid() != int(parent))


if __name__ == "__main__":
    _main(*sys.argv[1:])
