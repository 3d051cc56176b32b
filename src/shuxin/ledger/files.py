"""Files that are durable before they count, and one writer at a time over all processes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ASIDE = "aside"
"""The one name under which the holder of the lock writes a file before it is named."""

_PAUSE_SECONDS = 0.002
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


class LogBusy(Unavailable):
    code = "log_busy"
    what = Text(
        en="another process has written to {folder} for {seconds} seconds",
        zh="另一进程已持续写入 {folder} 达 {seconds} 秒",
    )
    mend = Text(
        en="Wait for it and try again; nothing was written",
        zh="请等待其结束后重试；没有写入任何内容",
    )


class LogUnwritable(Unavailable):
    code = "log_unwritable"
    what = Text(
        en="the disk did not take a write to {folder} ({reason}); nothing of it counts",
        zh="磁盘未能写入 {folder}（{reason}）；该次写入不算数",
    )
    mend = Text(en="Free space or mend the disk, and try again", zh="请清理空间或修复磁盘后重试")


@contextmanager
def locked(folder: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the folder's lock, also against other threads. Raises LogBusy, LogUnwritable."""
    with explained(folder):
        descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        _wait_for(descriptor, folder, wait_seconds)
        yield
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, folder: Path, wait_seconds: float) -> None:
    patience = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= patience:
                raise LogBusy(folder=str(folder), seconds=wait_seconds) from error
            time.sleep(_PAUSE_SECONDS)
        else:
            return


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Failures of the disk become LogUnwritable; a file that is not there stays FileNotFoundError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, "OSError")
        raise LogUnwritable(folder=str(folder), reason=reason) from error


def write_all(descriptor: int, content: bytes, *, at: int) -> None:
    rest = memoryview(content)
    while rest:
        done = os.pwrite(descriptor, rest, at)
        rest, at = rest[done:], at + done


def put(root: Path, name: str, content: bytes) -> Path:
    """Write a file aside, make it durable and name it; the caller makes its folders durable (``sync_folders``).

    Readers see the old file or the new one, whole. Only for the holder of the lock of ``root``.
    """
    target = root / name
    _make(target.parent)
    aside = root / ASIDE
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE)
    try:
        write_all(descriptor, content, at=0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    aside.rename(target)
    return target


def put_durably(root: Path, name: str, content: bytes) -> None:
    """The same, and durable when it returns."""
    sync_folders(root, [put(root, name, content)])


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each durable in the one above.

    One that is there already is made durable too: whoever made it may have been killed before.
    """
    if folder.is_dir():
        with contextlib.suppress(PermissionError):  # then it was made by others
            sync_folder(folder.parent)
        return
    make_folder(folder.parent)
    _make(folder)
    sync_folder(folder.parent)


def _make(folder: Path) -> None:
    if not folder.is_dir():
        _make(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=_PRIVATE_FOLDER)


def sync_folders(root: Path, files: Iterable[Path]) -> None:
    """Make the names of files durable, and those of their folders up to ``root``."""
    folders = {folder for file in files for folder in file.parents}
    for folder in sorted(folders, reverse=True):
        if folder.is_relative_to(root):
            sync_folder(folder)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
