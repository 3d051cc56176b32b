"""Folders of immutable files: written aside, made durable, then named in one step."""

from __future__ import annotations

import errno
import os
import shutil
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotFound, Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFull(Unavailable):
    code = "disk_full"
    what = Text(
        en="the disk of {folder} is full; nothing of this load was kept",
        zh="{folder} 所在磁盘已满；本次装载未保留任何内容",
    )
    mend = Text(
        en="Free some space and run the same command again",
        zh="请清理空间后重新运行同一命令",
    )


class StoredFolderMissing(NotFound):
    code = "stored_folder_missing"
    what = Text(en="the store has no folder {name}", zh="存储中没有目录 {name}")
    mend = Text(
        en="Restore the store folder from the backup of the same time as the database",
        zh="请从与数据库同一时刻的备份恢复存储目录",
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """A folder being written; it does not exist for readers until ``Store.keep``."""

    folder: Path


@dataclass(frozen=True, slots=True)
class Store:
    """Folders under ``root``, each named once and never changed afterwards."""

    root: Path

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """A new private folder, removed at the end unless it was kept.

        Raises DiskFull when the operating system says that no space is left.
        """
        folder = self.root / "drafts" / f"{os.getpid()}-{uuid.uuid4().hex}"
        try:
            folder.mkdir(parents=True)
            yield Draft(folder)
        except OSError as error:
            if error.errno in _FULL:
                raise DiskFull(folder=str(self.root)) from error
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, draft: Draft, *, name: str) -> Path:
        """Make the draft durable and give it its name; keeping the same name again changes nothing."""
        target = self._place(name)
        if target.exists():
            return target
        for file in draft.folder.iterdir():
            _sync(file)
        _sync(draft.folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.folder.rename(target)
        _sync(target.parent)
        return target

    def folder(self, name: str) -> Path:
        """Where ``name`` is kept. Raises StoredFolderMissing."""
        target = self._place(name)
        if not target.is_dir():
            raise StoredFolderMissing(name=name)
        return target

    def names(self) -> frozenset[str]:
        """Every kept name."""
        kept = self.root / "kept"
        return frozenset(path.name for path in kept.glob("*/*")) if kept.is_dir() else frozenset()

    def remove_dead_drafts(self) -> int:
        """Delete the drafts of processes that are gone; how many. Kept folders are never deleted."""
        removed = 0
        for path in (self.root / "drafts").glob("*-*"):
            if not _alive(int(path.name.split("-")[0])):
                shutil.rmtree(path, ignore_errors=True)
                removed += 1
        return removed

    def _place(self, name: str) -> Path:
        if not name.isalnum() or not name.isascii():
            raise ValueError("names in the store are letters and digits")
        return self.root / "kept" / name[:2] / name


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
