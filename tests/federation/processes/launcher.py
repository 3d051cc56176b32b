"""Starts ``shuxin`` commands and nodes from one loaded process, each a process of its own that may be told to die.

A process that finds orders kills itself at its n-th durable step from then on: at an ``fsync`` of any file (line,
log, results) or at a commit of its database, just before or just after it. It has no time to clean up, as with
``kill -9``. Orders are a file with the step's number (0: never) and ``before`` or ``after``; whoever obeys removes
it first, so that the process that takes its place does not.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.forking import answer, load

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE_BYTES = 512
PID_BYTES = 4
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_MORE = ("duckdb", "h11", "msgspec", "rbcl", "uvicorn", "numpy.random")


def serve(place: Path) -> None:
    load(*_MORE)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        aside = place.with_suffix(".new")
        listener.bind(str(aside))
        listener.listen(16)
        aside.rename(place)
        while True:
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _become(caller)
            caller.close()


def _become(caller: socket.socket) -> None:
    die_with_parent()
    caller.sendall(os.getpid().to_bytes(PID_BYTES, "big"))
    orders = caller.recv(PLACE_BYTES, socket.MSG_WAITALL).decode().strip()
    if orders:
        obey(Path(orders))
    answer(caller)


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def obey(orders: Path) -> None:
    """Look for orders at every durable step. A file beside them is as long as there were steps since they came."""
    import django.db.transaction as transactions

    counting = threading.Lock()
    counted = os.open(orders.with_suffix(".steps"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    came: int | None = None
    steps = 0

    def here() -> tuple[bool, bool]:
        """Whether this step is the last, and whether it is still done."""
        nonlocal came, steps
        with counting:
            try:
                written = orders.stat().st_mtime_ns
                at, _, when = orders.read_text().partition(" ")
            except FileNotFoundError:
                return False, True
            if written != came:
                came, steps = written, 0
                os.ftruncate(counted, 0)
            steps += 1
            os.write(counted, b".")
            last = steps == int(at)
            if last:
                orders.unlink()
            return last, not last or when == "after"

    def around(step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            last, is_done = here()
            if not is_done:
                os.kill(os.getpid(), signal.SIGKILL)
            done = step(*given, **named)
            if last:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return stepped

    os.fsync = around(os.fsync)
    transactions.Atomic.__exit__ = around(transactions.Atomic.__exit__)  # type: ignore[method-assign]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
