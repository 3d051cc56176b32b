"""The oracle's way to run a job: every party's program in a thread of one process, messages in memory."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shuxin.federation.engine.channel import Work
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Kind, Values

SECONDS = 60


@dataclass(frozen=True)
class InMemory:
    content: bytes
    folder: Path

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def path(self) -> Path:
        path = self.folder / hashlib.sha256(self.content).hexdigest()
        if not path.exists():
            aside = path.with_name(f"{path.name}-{threading.get_ident()}")
            aside.write_bytes(self.content)
            aside.replace(path)
        return path

    def read(self) -> bytes:
        return self.content


@dataclass
class Post:
    """All messages so far; ``change`` may alter one on its way, as a false party would."""

    folder: Path
    change: Callable[[str, str, str, bytes], bytes] | None = None
    messages: dict[tuple[str, str, str], bytes] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    failed: list[BaseException] = field(default_factory=list)


class OtherFailed(Exception):
    """Another party's program stopped."""


@dataclass
class MemoryChannel:
    party: str
    post: Post
    kept: dict[str, bytes] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            self.kept[name] = bytes(make())
        return self.kept[name]

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        content = b"".join(bytes(part) for part in parts())
        if self.post.change is not None:
            content = self.post.change(self.party, to, name, content)
        with self.post.arrived:
            if (self.party, to, name) in self.post.messages:
                raise AssertionError(f"{name} was sent twice")
            self.post.messages[self.party, to, name] = content
            self.post.arrived.notify_all()

    def receive(self, sender: str, name: str) -> InMemory:
        key = (sender, self.party, name)
        with self.post.arrived:
            if not self.post.arrived.wait_for(
                lambda: key in self.post.messages or self.post.failed, timeout=SECONDS
            ):
                raise AssertionError(f"{self.party} waits in vain for {name} of {sender}")
            if key not in self.post.messages:
                raise OtherFailed
            return InMemory(self.post.messages[key], self.post.folder)


@dataclass
class MemorySeeds:
    """Both ends derive the same from names alone; a second use for another input is refused."""

    party: str
    used: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        if self.used.setdefault((peer, label), binding) != binding:
            raise AssertionError(f"mask {label} asked twice")
        ends = "|".join(sorted((self.party, peer)))
        return hashlib.sha256(f"{ends}|{label}|".encode() + binding).digest()


@dataclass(frozen=True)
class GivenRows:
    content: bytes

    def codes(self) -> bytes:
        return self.content


@dataclass
class Outcome:
    """What each party kept, every message by (sender, receiver, name), releases, and failures by party."""

    kept: dict[str, dict[str, bytes]]
    messages: dict[tuple[str, str, str], bytes]
    released: list[tuple[str, str, str, int, int]]
    failures: dict[str, BaseException]


def run_together(
    kind: Kind,
    job: Job,
    *,
    folder: Path,
    rows: Mapping[str, bytes] | None = None,
    change: Callable[[str, str, str, bytes], bytes] | None = None,
    release: Callable[[str, str, str, int, int], None] | None = None,
    values: Mapping[str, Values] | None = None,
) -> Outcome:
    """Run the job; messages that the kind did not declare, or longer ones, fail the test.

    rows: codes by party. values: of its subjects by party.
    change: (sender, receiver, name, content) -> content. release: may raise to refuse.
    """
    post = Post(folder, change)
    outcome = Outcome({s.party: {} for s in job.parties}, post.messages, [], {})

    def work_of(party: str) -> Work:
        def ask(name: str, to: str, *, size: int, numbers: int) -> None:
            if release is not None:
                release(party, name, to, size, numbers)
            outcome.released.append((party, name, to, size, numbers))

        role = job.role_of(party)
        assert role is not None
        own = None if rows is None or party not in rows else GivenRows(rows[party])
        keep = outcome.kept[party].__setitem__
        channel = MemoryChannel(party, post)
        seeds, known = MemorySeeds(party), (values or {}).get(party)
        return Work(
            job, "0" * 64, party, role, channel, seeds, ask, own, keep, silent_progress, known
        )

    def run(party: str) -> None:
        try:
            kind.run(work_of(party))
        except OtherFailed as error:
            outcome.failures.setdefault(party, error)
        except Exception as error:  # noqa: BLE001 - handed to the test
            outcome.failures[party] = error
            with post.arrived:
                post.failed.append(error)
                post.arrived.notify_all()

    threads = [threading.Thread(target=run, args=(seat.party,)) for seat in job.parties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    declared = {(d.sender, d.receiver, d.name): d.most_bytes for d in kind.messages(job)}
    for key, content in post.messages.items():
        assert key in declared, f"not declared: {key}"
        assert len(content) <= declared[key], f"longer than declared: {key}"
    return outcome
