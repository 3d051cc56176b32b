"""Starts ``shuxin`` commands and nodes from one loaded process, each a process of its own that may be told to die.

A node that is told so kills itself at its n-th durable step: at an ``fsync`` of any file (line, log, results) or at a
commit of its database, just before or just after it. It has no time to clean up, as with ``kill -9``.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.forking import LIBRARIES, answer

if TYPE_CHECKING:
    from collections.abc import Callable

FAULT_BYTES = 256
PID_BYTES = 4
_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_MORE = ("duckdb", "h11", "msgspec", "rbcl", "uvicorn", "numpy.random")


def serve(place: Path) -> None:
    for library in (*LIBRARIES, *_MORE):
        __import__(library)
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
    fault = json.loads(caller.recv(FAULT_BYTES, socket.MSG_WAITALL))
    if fault:
        arm(fault["at"], after=fault["after"], count=Path(fault["count"]))
    answer(caller)


def die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)


def arm(at: int, *, after: bool, count: Path) -> None:
    """Die at the ``at``-th durable step (never when 0). ``count``: a file as long as there were steps."""
    import django.db.transaction as transactions

    counting = threading.Lock()
    steps = 0
    descriptor = os.open(count, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)

    def around(step: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*given: Any, **named: Any) -> Any:
            nonlocal steps
            with counting:
                steps += 1
                mine = steps
            os.write(descriptor, b".")
            if mine == at and not after:
                os.kill(os.getpid(), signal.SIGKILL)
            done = step(*given, **named)
            if mine == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return stepped

    os.fsync = around(os.fsync)
    transactions.Atomic.__exit__ = around(transactions.Atomic.__exit__)  # type: ignore[method-assign]


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
