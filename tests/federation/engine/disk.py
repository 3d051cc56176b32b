"""A disk that fails when it is told to: the program killed, the power lost, or no space, at any one operation."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from shuxin.federation.engine import inbox, journal, pump

if TYPE_CHECKING:
    from collections.abc import Iterator

PART = 64
SYNC_EVERY = 3


class Killed(BaseException):
    """As if the process were gone at this very operation."""


@dataclass
class FaultyDisk:
    """Stands for ``os`` in the journal; counts what changes the disk, and fails at the numbers told."""

    kills: set[int] = field(default_factory=set)
    full: set[int] = field(default_factory=set)
    count: int = 0
    names: list[tuple[str, str, str]] = field(default_factory=list)
    unsynced: dict[int, int] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def _tick(self) -> None:
        self.count += 1
        if self.count in self.kills:
            raise Killed
        if self.count in self.full:
            raise OSError(errno.ENOSPC, "full")

    def mkdir(self, path: Path, mode: int) -> None:
        self._tick()
        path.mkdir(mode)

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_CREAT:
            self._tick()
        return os.open(path, flags, mode)

    def write(self, descriptor: int, data: memoryview) -> int:
        at = os.lseek(descriptor, 0, os.SEEK_CUR)
        return self._written(descriptor, data, at, lambda some: os.write(descriptor, some))

    def pwrite(self, descriptor: int, data: memoryview, at: int) -> int:
        return self._written(descriptor, data, at, lambda some: os.pwrite(descriptor, some, at))

    def _written(self, descriptor: int, data: memoryview, at: int, write: Any) -> int:
        """Half of it is there when the program is killed, or the disk is full, in the midst of it."""
        inode = os.fstat(descriptor).st_ino
        self.unsynced[inode] = min(self.unsynced.get(inode, at), at)
        try:
            self._tick()
        except (Killed, OSError):
            write(data[: len(data) // 2])
            raise
        return write(data[:40])

    def fsync(self, descriptor: int) -> None:
        self._tick()
        self.unsynced.pop(os.fstat(descriptor).st_ino, None)
        folder = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        self.names = [one for one in self.names if one[0] != folder]

    def replace(self, old: Path, new: Path) -> None:
        self._tick()
        old.replace(new)
        self.names = [one for one in self.names if one[2] != str(new)]
        self.names.append((str(new.parent), str(old), str(new)))

    def unlink(self, path: Path) -> None:
        self._tick()
        path.unlink()
        self.names = [one for one in self.names if one[2] != str(path)]

    def lose_power(self, folder: Path) -> None:
        """In ``folder``: names that were not synced are as before, bytes that were not are zeros."""
        for _, old, new in reversed(self.names):
            if new.startswith(f"{folder}/"):
                Path(new).replace(old)
        for path in folder.rglob("*"):
            at = self.unsynced.pop(path.stat().st_ino, None)
            if at is not None and path.is_file():
                size = path.stat().st_size
                os.truncate(path, min(at, size))
                os.truncate(path, size)
        self.names = [one for one in self.names if not one[2].startswith(f"{folder}/")]


@contextmanager
def faulty_disk(**failing: set[int]) -> Iterator[FaultyDisk]:
    """The engine on such a disk, with parts of 64 bytes that are synced by threes."""
    disk = FaultyDisk(**failing)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "os", disk)
        small_parts(patch)
        yield disk


def small_parts(patch: pytest.MonkeyPatch) -> None:
    for module in (inbox, pump):
        patch.setattr(module, "PART_BYTES", PART)
    patch.setattr(inbox, "SYNC_EVERY", SYNC_EVERY)
