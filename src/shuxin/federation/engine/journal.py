"""Files of a job that are durable before they count (先落盘后生效): written, synced, named, the folder synced.

Every operation on files of the line is here, so that tests can stop the program between any two of them.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700
_PEER = re.compile(r"[0-9A-Za-z:.-]{1,80}")


class LineUnwritable(Unavailable):
    code = "line_unwritable"
    what = Text(
        en="the disk of this node did not take a write of a job's line ({reason}); nothing of it counts",
        zh="本节点磁盘未能写入任务通信记录（{reason}）；该次写入不算数",
    )
    mend = Text(
        en="Free space or mend the disk; the job goes on by itself",
        zh="请清理空间或修复磁盘；任务会自行继续",
    )


class LineHeld(Unavailable):
    code = "line_held"
    what = Text(en="another process of this node runs the job", zh="本节点另有进程正在运行该任务")
    mend = Text(en="Stop it, or let it go on", zh="请停止该进程，或让其继续")


@dataclass(frozen=True, slots=True)
class Kept:
    """A whole message in a file of this node; never changed until the job ends."""

    path: Path
    size: int
    sha256: bytes

    def read(self) -> bytes:
        return self.path.read_bytes()


@contextmanager
def explained() -> Iterator[None]:
    """Failures of the disk become LineUnwritable."""
    try:
        yield
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, "OSError")
        raise LineUnwritable(reason=reason) from error


def peer_folder(peer: str) -> str:
    """The name of a party's folder."""
    if not _PEER.fullmatch(peer):
        raise ValueError("a party's id is letters, digits and colons")
    return peer.replace(":", "_")


def peer_of(folder: str) -> str:
    return folder.replace("_", ":")


def file_name(*parts: str) -> str:
    """One file's name; ``~`` and ``_`` stand in no message's name."""
    return "~".join(parts).replace("/", "_")


def parts_of(name: str) -> list[str]:
    """The parts that ``file_name`` joined."""
    return name.replace("_", "/").split("~")


def make_folder(folder: Path) -> None:
    """A private folder, durable in the one above; also those above it."""
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, _PRIVATE_FOLDER)  # noqa: PTH102 - as every operation here
    sync(folder.parent)


def sync(path: Path) -> None:
    """Make a file's content durable, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_at(path: Path, data: bytes | memoryview, *, at: int) -> None:
    """Not durable before ``sync``."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        rest = memoryview(data)
        while rest:
            done = os.pwrite(descriptor, rest, at)
            rest, at = rest[done:], at + done
    finally:
        os.close(descriptor)


def write_aside(path: Path, pieces: Iterable[bytes | memoryview], *, most: int) -> Kept:
    """Stream pieces into a file that has no name yet that counts; durable. Raises ValueError above ``most`` bytes."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    descriptor = os.open(path, flags, _PRIVATE)
    digest, size = hashlib.sha256(), 0
    try:
        for rest in map(_flat, pieces):
            size += len(rest)
            if size > most:
                raise ValueError(f"longer than the {most} bytes that were declared")
            digest.update(rest)
            while rest:
                rest = rest[os.write(descriptor, rest) :]  # noqa: PLW2901 - what is left of it
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return Kept(path, size, digest.digest())


def _flat(piece: bytes | memoryview) -> memoryview:
    """Its bytes, of whatever shape; it must be contiguous."""
    view = memoryview(piece)
    return view.cast("B") if view.nbytes else memoryview(b"")


def name_it(aside: Path, target: Path) -> None:
    """Give a synced file the name by which it counts, durably."""
    os.replace(aside, target)  # noqa: PTH105 - as every operation here
    sync(target.parent)


def rename(old: Path, new: Path) -> None:
    """For a name that may be lost: it tells only what need not be done again."""
    os.replace(old, new)  # noqa: PTH105


def drop(path: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)  # noqa: PTH108


def read_at(path: Path, *, at: int, size: int) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(descriptor, size, at)
    finally:
        os.close(descriptor)


def hold(folder: Path) -> int:
    """Be the only one who runs a line here, until the descriptor is closed. Raises LineHeld."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise LineHeld from None
    return descriptor


def overwrite(path: Path) -> None:
    """Zeros over a file's bytes, durably, before it is dropped."""
    left, at, zeros = path.stat().st_size, 0, bytes(1 << 20)
    while left:
        some = min(left, len(zeros))
        write_at(path, zeros[:some], at=at)
        left, at = left - some, at + some
    sync(path)
