"""The stage (推演台): one job of any kind with every party's program in a thread of one process, messages in memory.

For attacks and audits of the protocols on made-up data only, never for holders' real data: whoever runs it has the
data of all parties, and with a ``seed`` all masks follow from it. The programs are those that nodes run; the durable
line, TLS, the signed exchange of keys and the database of mask uses are not here.
"""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from shuxin.federation.engine.channel import Work
from shuxin.federation.engine.seeds import JobSeeds, MaskAskedTwice
from shuxin.federation.product.generator import Generator
from shuxin.infra.api import silent_progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared, Kind, Seeds, Values
    from shuxin.federation.engine.seeds import MaskLedger

    Change: TypeAlias = Callable[[str, str, str, bytes], bytes]
    """(sender, receiver, name, content) -> content: what a false party or line makes of a message."""
    Messages: TypeAlias = dict[tuple[str, str, str], bytes]
    """By (sender, receiver, name)."""
    Received: TypeAlias = dict[tuple[str, str], bytes]
    """By (sender, name)."""

JOB_ID = "0" * 64
SECONDS = 60
_DRAWN = frozenset({
    "alignment/key", "alignment/order", "alignment/raised-order", "alignment/common-order",
    "alignment/scalar",
})  # fmt: skip
_DRAWN_ENDS = ("/salt", "factors", "/seed")
_SCALAR_TOP = 0x0F
"""Of a scalar's last byte: so it is below the order of the group."""


class OtherFailed(Exception):
    """Another party's program stopped."""


@dataclass(frozen=True)
class InMemory:
    """A message that arrived; its file is made when asked for."""

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
    """All messages so far (消息集). ``seed``: where not empty, what programs draw by chance follows from it."""

    folder: Path
    change: Change | None = None
    messages: Messages = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    failed: list[BaseException] = field(default_factory=list)
    seed: bytes = b""

    def drawn(self, party: str, name: str, made: bytes) -> bytes:
        """What a program drew under this name: as it was made, or as many bytes that follow from the seed."""
        if not self.seed or not (name in _DRAWN or name.endswith(_DRAWN_ENDS)):
            return made
        found = np.empty(len(made), np.uint8)
        Generator(_hash(self.seed, "drawn", party, name)).fill(found)
        if name == "alignment/scalar":
            found[-1] &= _SCALAR_TOP
        return found.tobytes()


@dataclass
class StageChannel:
    """A Channel over a Post."""

    party: str
    post: Post
    kept: dict[str, bytes] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        if name not in self.kept:
            self.kept[name] = self.post.drawn(self.party, name, bytes(make()))
        return self.kept[name]

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        content = b"".join(bytes(part) for part in parts())
        if self.post.change is not None:
            content = self.post.change(self.party, to, name, content)
        with self.post.arrived:
            if (self.party, to, name) in self.post.messages:
                raise ValueError(f"{name} was sent twice")
            self.post.messages[self.party, to, name] = content
            self.post.arrived.notify_all()

    def receive(self, sender: str, name: str) -> InMemory:
        key = (sender, self.party, name)
        with self.post.arrived:
            if not self.post.arrived.wait_for(
                lambda: key in self.post.messages or self.post.failed, timeout=SECONDS
            ):
                raise TimeoutError(f"{self.party} waits in vain for {name} of {sender}")
            if key not in self.post.messages:
                raise OtherFailed
            return InMemory(self.post.messages[key], self.post.folder)


@dataclass
class MemoryLedger:
    """A MaskLedger that ends with the process."""

    used: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, *, job_id: str, peer: str, labels: Sequence[str], binding: str) -> None:
        """Raises MaskAskedTwice."""
        for label in labels:
            if self.used.get((f"{job_id}/{peer}", label), binding) != binding:
                raise MaskAskedTwice(label=label, party=peer)
        for label in labels:
            self.used[f"{job_id}/{peer}", label] = binding


@dataclass
class StageSeeds:
    """The nodes' own derivation and refusal, under secrets of pairs that both ends find from ``seed`` alone."""

    party: str
    seed: bytes = b""
    ledger: MaskLedger = field(default_factory=MemoryLedger)

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        """Raises MaskAskedTwice."""
        secrets = {peer: self.secret(peer)}
        seeds = JobSeeds(job_id=JOB_ID, secrets=secrets, ledger=self.ledger)
        return seeds.pair(peer, label, binding=binding)

    def secret(self, peer: str) -> bytes:
        return _hash(self.seed, "pair", *sorted((self.party, peer)))


@dataclass(frozen=True)
class GivenRows:
    """Codes that a party enters."""

    content: bytes

    def codes(self) -> bytes:
        return self.content


@dataclass
class Outcome:
    """What a run left (推演结果).

    kept: results by party. messages: every byte that anybody received. released: (party, output, to, size, numbers).
    failures: by party. once: what each party's ``once`` made.
    """

    kept: dict[str, dict[str, bytes]]
    messages: Messages
    released: list[tuple[str, str, str, int, int]]
    failures: dict[str, BaseException]
    once: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def received(self, party: str) -> Received:
        """The transcript of one party."""
        return {
            (sender, name): content
            for (sender, to, name), content in self.messages.items()
            if to == party
        }

    @property
    def cause(self) -> BaseException | None:
        """Why the run failed, not that others then stopped too."""
        found = [each for each in self.failures.values() if not isinstance(each, OtherFailed)]
        return found[0] if found else None


@dataclass
class Programs:
    """A kind of job whose programs are these functions; what they return stands in ``results`` by party."""

    declared: tuple[Declared, ...]
    programs: Mapping[str, Callable[[Work], Any]]
    results: dict[str, Any] = field(default_factory=dict)

    def messages(self, job: Job) -> tuple[Declared, ...]:  # noqa: ARG002 - a Kind's
        return self.declared

    def run(self, work: Work) -> None:
        if work.party in self.programs:
            self.results[work.party] = self.programs[work.party](work)


def play(
    kind: Kind,
    job: Job,
    *,
    folder: Path,
    rows: Mapping[str, bytes] | None = None,
    values: Mapping[str, Values] | None = None,
    change: Change | None = None,
    release: Callable[[str, str, str, int, int], None] | None = None,
    seeds: Callable[[str], Seeds] | None = None,
    once: dict[str, dict[str, bytes]] | None = None,
    most_told_percent: int = 100,
    seed: bytes = b"",
) -> Outcome:
    """Run every party's program to its end.

    Args:
        kind: of the job.
        job: whose parties run.
        folder: for messages that programs read from files.
        rows: codes by party. values: of its subjects by party.
        change: what becomes of each message on its way.
        release: may raise to refuse.
        seeds: by party; without it those of the stage.
        once: what was drawn before, by party; added to. With it programs go on as after a restart.
        most_told_percent: what the holders' policies say.
        seed: where not empty the run repeats byte for byte.

    Raises:
        ValueError: a program sent a message that its kind did not declare, or a longer one.
    """
    post = Post(folder, change, seed=seed)
    drawn = {} if once is None else once
    outcome = Outcome({s.party: {} for s in job.parties}, post.messages, [], {}, drawn)

    def work_of(party: str) -> Work:
        def ask(name: str, to: str, *, size: int, numbers: int) -> None:
            if release is not None:
                release(party, name, to, size, numbers)
            outcome.released.append((party, name, to, size, numbers))

        return Work(
            job=job,
            job_id=JOB_ID,
            party=party,
            role=next(seat.role for seat in job.parties if seat.party == party),
            channel=StageChannel(party, post, drawn.setdefault(party, {})),
            seeds=StageSeeds(party, seed) if seeds is None else seeds(party),
            release=ask,
            rows=GivenRows(rows[party]) if rows is not None and party in rows else None,
            keep=outcome.kept[party].__setitem__,
            progress=silent_progress,
            values=(values or {}).get(party),
            most_told_percent=lambda: most_told_percent,
        )

    def run(party: str) -> None:
        try:
            kind.run(work_of(party))
        except OtherFailed as error:
            outcome.failures.setdefault(party, error)
        except Exception as error:  # noqa: BLE001 - the outermost of a thread: handed to the caller
            outcome.failures[party] = error
            with post.arrived:
                post.failed.append(error)
                post.arrived.notify_all()

    threads = [threading.Thread(target=run, args=(seat.party,)) for seat in job.parties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _require_declared(kind, job, post.messages)
    return outcome


def _require_declared(kind: Kind, job: Job, messages: Messages) -> None:
    declared = {(d.sender, d.receiver, d.name): d.most_bytes for d in kind.messages(job)}
    for key, content in messages.items():
        if key not in declared:
            raise ValueError(f"not declared: {key}")
        if len(content) > declared[key]:
            raise ValueError(f"longer than declared: {key}")


def _hash(seed: bytes, *names: str) -> bytes:
    return hashlib.sha256(seed + "|".join(("", *names)).encode()).digest()
