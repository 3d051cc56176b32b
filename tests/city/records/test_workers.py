from __future__ import annotations

import errno
import os
import signal
from typing import TYPE_CHECKING

import pytest

from shuxin.city.records.errors import CityWorkStopped
from shuxin.city.records.filing import Written
from shuxin.city.records.workers import DiskFull, Task, run_tasks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BOTH = pytest.mark.parametrize("processes", [1, 2])


def fine(name: str, rows: float = 1.0) -> Task:
    def write(done: Callable[[int], None]) -> Written:
        done(2)
        done(3)
        return Written(slug=name, file=name, rows=5, doubled=0, damaged=0, bytes=0, digest="")

    return Task(name, rows, write)


def failing(error: BaseException) -> Task:
    def write(done: Callable[[int], None]) -> Written:
        raise error

    return Task("bad", 9.0, write)


def run(tasks: list[Task], processes: int, folder: Path) -> list[tuple[int, str]]:
    heard: list[tuple[int, str]] = []

    def keep(written: Written) -> None:
        (folder / written.slug).write_text("whole")

    run_tasks(
        tasks,
        processes=processes,
        folder=folder,
        keep=keep,
        heard=lambda rows, name: heard.append((rows, name)),
    )
    return heard


class TestRunTasks:
    @BOTH
    def test_writes_everything_and_tells_of_it(self, tmp_path: Path, processes: int) -> None:
        heard = run([fine("a"), fine("b", 5), fine("c", 2)], processes, tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
        assert sorted(heard) == [(2, "a"), (2, "b"), (2, "c"), (3, "a"), (3, "b"), (3, "c")]

    def test_begins_with_the_greatest(self, tmp_path: Path) -> None:
        heard = run([fine("a"), fine("b", 5), fine("c", 2)], 1, tmp_path)
        assert [name for _, name in heard[::2]] == ["b", "c", "a"]

    @BOTH
    def test_says_that_the_disk_is_full(self, tmp_path: Path, processes: int) -> None:
        with pytest.raises(DiskFull):
            run([failing(OSError(errno.ENOSPC, "no room")), fine("a")], processes, tmp_path)

    def test_says_that_a_process_was_killed(self, tmp_path: Path) -> None:
        def write(done: Callable[[int], None]) -> Written:
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

        with pytest.raises(CityWorkStopped, match="SIGKILL"):
            run([Task("bad", 9.0, write), fine("a")], 2, tmp_path)

    def test_a_bug_is_told_with_its_traceback(self, tmp_path: Path) -> None:
        with pytest.raises(RuntimeError, match="ZeroDivisionError: of nothing"):
            run([failing(ZeroDivisionError("of nothing"))], 2, tmp_path)
