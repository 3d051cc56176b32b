"""Programs of a job's parties in one process: processor seconds and bytes of each, without network, journal or node.

Messages go through files of a temporary folder, as between nodes, but there is no line and no fsync.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shuxin.federation.engine.channel import Declared, Work

LABEL, HOLDER, HELPER = "label", "holder", "helper"


@dataclass(frozen=True)
class File:
    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def read(self) -> bytes:
        return self.path.read_bytes()


@dataclass
class Post:
    """All messages as files, their sizes by (sender, receiver, name); a receiver sleeps until its one is there."""

    folder: Path
    sizes: dict[tuple[str, str, str], int] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def path(self, key: tuple[str, str, str]) -> Path:
        return self.folder / hashlib.sha256("|".join(key).encode()).hexdigest()


@dataclass
class Channel:
    party: str
    post: Post
    kept: dict[str, bytes] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            self.kept[name] = bytes(make())
        return self.kept[name]

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        key = (self.party, to, name)
        with self.post.path(key).open("wb") as file:
            size = sum(file.write(part) for part in parts())
        with self.post.arrived:
            self.post.sizes[key] = size
            self.post.arrived.notify_all()

    def receive(self, sender: str, name: str) -> File:
        key = (sender, self.party, name)
        with self.post.arrived:
            self.post.arrived.wait_for(lambda: key in self.post.sizes)
        return File(self.post.path(key))


class Seeds:
    def __init__(self, party: str) -> None:
        self.party = party

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        ends = "|".join(sorted((self.party, peer)))
        return hashlib.sha256(f"{ends}|{label}|".encode() + binding).digest()


def work_of(party: str, post: Post) -> Work:
    """What the steps of a job use of it: no job, rows, results or releases."""
    plain = SimpleNamespace(
        party=party, channel=Channel(party, post), seeds=Seeds(party), progress=silent_progress
    )
    return cast("Work", plain)


@dataclass
class Run:
    """Programs by party, run together once, each in a thread (角色). ``seconds``: of each thread's own processor clock,
    so BLAS must have one thread; what a party waits is not counted. ``sent``: bytes by party.
    """

    programs: dict[str, Callable[[Work], Any]]
    declared: tuple[Declared, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    def together(self) -> Run:
        with tempfile.TemporaryDirectory(prefix="shuxin-roles-") as folder:
            post = Post(Path(folder))
            threads = [
                threading.Thread(target=self._one, args=(each, post)) for each in self.programs
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._require_declared(post.sizes)
            self.sent = dict.fromkeys(self.programs, 0)
            for (sender, _, _), size in post.sizes.items():
                self.sent[sender] += size
        return self

    def _one(self, party: str, post: Post) -> None:
        work = work_of(party, post)
        begun = time.thread_time()
        try:
            self.results[party] = self.programs[party](work)
        except Exception:  # noqa: BLE001 - the others would wait for ever
            traceback.print_exc()
            os._exit(1)
        self.seconds[party] = time.thread_time() - begun

    def _require_declared(self, sizes: dict[tuple[str, str, str], int]) -> None:
        most = {(one.sender, one.receiver, one.name): one.most_bytes for one in self.declared}
        if any(size > most[key] for key, size in sizes.items()):
            raise RuntimeError("a message is longer than declared")
