"""Tables written by several processes that share one World: they are forked after it was made."""

from __future__ import annotations

import errno
import multiprocessing
import multiprocessing.connection
import os
import signal
import traceback
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shuxin.city.records.errors import CityWorkStopped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from shuxin.city.records.filing import Written

    Heard = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Task:
    """Something to write. rows: about how many, so that the greatest come first; it hears of those that are written."""

    name: str
    rows: float
    write: Callable[[Callable[[int], None]], Written]


class DiskFull(Exception):
    """A process found no room on the disk."""


def run_tasks(
    tasks: Sequence[Task],
    *,
    processes: int,
    folder: Path,
    keep: Callable[[Written], None],
    heard: Heard,
) -> None:
    """Writes all of them, the greatest first, in so many processes.

    keep: called in the process that wrote a table once it is whole. heard: with rows and the name, as they are written.

    Raises:
        CityWorkStopped: a process was killed.
        DiskFull: there is no room.
        RuntimeError: a process failed; with its traceback.
    """
    ordered = sorted(tasks, key=lambda task: (-task.rows, task.name))
    if processes == 1:
        _alone(ordered, keep, heard)
        return
    context = multiprocessing.get_context("fork")
    next_one = context.Value("i", 0)

    def work(pipe: Connection, parent: int) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            with next_one.get_lock():
                place = next_one.value
                next_one.value += 1
            if place >= len(ordered):
                break
            task = ordered[place]
            keep(task.write(partial(_tell, pipe, parent, task.name)))
        pipe.send(("done", 0, ""))

    pipes: list[Connection] = []
    workers: list[BaseProcess] = []
    for _ in range(processes):
        mine, theirs = context.Pipe(duplex=False)
        worker = context.Process(target=_guarded, args=(work, theirs, os.getpid()))
        worker.start()
        theirs.close()
        pipes.append(mine)
        workers.append(worker)
    try:
        _listen(pipes, workers, folder, heard)
    finally:
        for started in workers:
            if started.is_alive():
                started.terminate()
            started.join()


def _alone(tasks: Sequence[Task], keep: Callable[[Written], None], heard: Heard) -> None:
    for task in tasks:

        def done(rows: int, name: str = task.name) -> None:
            heard(rows, name)

        try:
            keep(task.write(done))
        except OSError as error:
            raise _told(error) from error


def _told(error: OSError) -> Exception:
    return DiskFull(str(error)) if error.errno in (errno.ENOSPC, errno.EDQUOT) else error


def _tell(pipe: Connection, parent: int, name: str, rows: int) -> None:
    """Tells of rows; a process whose parent is gone ends here."""
    if os.getppid() != parent:
        os._exit(1)
    pipe.send(("rows", rows, name))


def _guarded(work: Callable[[Connection, int], None], pipe: Connection, parent: int) -> None:
    """What goes wrong in a process is told to its parent."""
    try:
        work(pipe, parent)
    except OSError as error:
        told = _told(error)
        kind = "disk" if isinstance(told, DiskFull) else "bug"
        pipe.send((kind, 0, traceback.format_exc()))
    except Exception:  # noqa: BLE001 the outermost loop of a worker
        pipe.send(("bug", 0, traceback.format_exc()))


def _listen(
    pipes: list[Connection], workers: list[BaseProcess], folder: Path, heard: Heard
) -> None:
    """Until every process has said that it is done."""
    running = dict(zip(pipes, workers, strict=True))
    while running:
        multiprocessing.connection.wait(list(running), timeout=1.0)
        for pipe in [one for one in running if one.poll()]:
            try:
                kind, rows, name = pipe.recv()
            except EOFError:
                running[pipe].join()
                reason = _reason(running[pipe].exitcode)
                raise CityWorkStopped(reason=reason, folder=folder.name) from None
            if kind == "done":
                del running[pipe]
            elif kind == "disk":
                raise DiskFull(name)
            elif kind == "bug":
                raise RuntimeError(f"a process that writes the city failed:\n{name}")
            else:
                heard(rows, name)


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit {code}"
