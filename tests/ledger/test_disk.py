"""A disk that fails a sync and forgets, or fails it and has written; then the power goes."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.samples import NOW, copy_of, entry, files_of, new_log

from shuxin.ledger.api import LogUnwritable

if TYPE_CHECKING:
    from pathlib import Path

    from shuxin.ledger.api import Log

Outcome = Literal["works", "failed", "failed but persisted"]
Step = tuple[int, list[Outcome], list[Outcome]]
OUTCOMES = st.sampled_from(["works", "failed", "failed but persisted"])
STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.lists(OUTCOMES, max_size=3), st.lists(OUTCOMES, max_size=2)),
    min_size=1,
    max_size=6,
)


class LosingDisk:
    """What of the tail is on the platter, byte by byte, while the system's memory holds what was written.

    When a sync fails, the bytes that it was for count as written from then on, as on Linux: a later sync that works
    does not write them.
    """

    def __init__(self, tail: Path, patch: pytest.MonkeyPatch) -> None:
        self.platter = bytearray(tail.read_bytes())
        self.waiting: list[tuple[int, bytes]] = []
        self.syncs: list[Outcome] = []
        self.cuts: list[Outcome] = []
        self._inode = tail.stat().st_ino
        self._pwrite, self._fsync, self._ftruncate = os.pwrite, os.fsync, os.ftruncate
        for name in ("pwrite", "fsync", "ftruncate"):
            patch.setattr(os, name, getattr(self, name))

    def pwrite(self, descriptor: int, content: bytes, at: int) -> int:
        done = self._pwrite(descriptor, content, at)
        if self._is_tail(descriptor):
            self.waiting.append((at, bytes(content[:done])))
        return done

    def ftruncate(self, descriptor: int, length: int) -> None:
        if self._next(self.cuts) != "works":
            raise OSError(errno.EIO, "cut")
        self._ftruncate(descriptor, length)

    def fsync(self, descriptor: int) -> None:
        if not self._is_tail(descriptor):
            return
        outcome = self._next(self.syncs)
        if outcome != "failed":
            self._write_down(os.fstat(descriptor).st_size)
        self.waiting.clear()
        if outcome != "works":
            raise OSError(errno.EIO, "sync")

    def _write_down(self, size: int) -> None:
        for at, content in self.waiting:
            self.platter.extend(bytes(max(at - len(self.platter), 0)))
            self.platter[at : at + len(content)] = content
        del self.platter[size:]
        self.platter.extend(bytes(size - len(self.platter)))

    def _is_tail(self, descriptor: int) -> bool:
        return os.fstat(descriptor).st_ino == self._inode

    @staticmethod
    def _next(planned: list[Outcome]) -> Outcome:
        return planned.pop(0) if planned else "works"


class TestLosingDisk:
    @settings(deadline=None)
    @given(STEPS)
    def test_loses_no_acknowledged_entry(
        self, tmp_path_factory: pytest.TempPathFactory, steps: list[Step]
    ) -> None:
        """Many more in the soak tests."""
        append_and_lose_power(tmp_path_factory.mktemp("losing"), steps)

    @pytest.mark.parametrize("cut", ["works", "failed"])
    @pytest.mark.parametrize("outcome", ["failed", "failed but persisted"])
    def test_takes_the_mark_before_a_failed_sync_with_it(
        self, tmp_path: Path, outcome: Outcome, cut: Outcome
    ) -> None:
        """A mark is not synced by itself: it may go with the sync of the next group that fails."""
        append_and_lose_power(tmp_path, [(0, [], []), (0, [outcome], [cut]), (1, [], [])])

    @pytest.mark.parametrize("outcome", ["failed", "failed but persisted"])
    def test_that_cannot_cut_back_keeps_the_group_for_good(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcome: Outcome
    ) -> None:
        """The group stays in the tail; the next writer may build on it only when it is on the platter."""
        log = new_log(tmp_path / "log")
        log.append(entry(0), now=NOW)
        with monkeypatch.context() as patch:
            disk = LosingDisk(tmp_path / "log" / "tail", patch)
            disk.syncs[:], disk.cuts[:] = [outcome], ["failed"]
            with pytest.raises(LogUnwritable):
                log.append(entry(1), now=NOW)
            assert log.append(entry(2), now=NOW).index == 2
        files = files_of(tmp_path / "log") | {"tail": bytes(disk.platter)}
        assert_kept(new_log(copy_of(files, tmp_path / "after")), {0: 0, 1: 1, 2: 2})


def append_and_lose_power(home: Path, steps: list[Step]) -> None:
    """Two writers take turns; a step is the writer, and what the next syncs and cuts do."""
    logs = [new_log(home / "log"), new_log(home / "log")]
    acknowledged: dict[int, int] = {}
    with pytest.MonkeyPatch.context() as patch:
        disk = LosingDisk(home / "log" / "tail", patch)
        for number, (writer, syncs, cuts) in enumerate(steps):
            disk.syncs[:], disk.cuts[:] = syncs, cuts
            index = index_or_none(logs[writer], number)
            if index is not None:
                acknowledged[index] = number
    files = files_of(home / "log") | {"tail": bytes(disk.platter)}
    assert_kept(new_log(copy_of(files, home / "after")), acknowledged)


def index_or_none(log: Log, number: int) -> int | None:
    try:
        return log.append(entry(number), now=NOW).index
    except LogUnwritable:
        return None


def assert_kept(log: Log, acknowledged: dict[int, int]) -> None:
    for index, number in acknowledged.items():
        assert log.entries(index, index + 1) == [entry(number)]
    log.append(entry(99), now=NOW)
    assert log.check() == []
