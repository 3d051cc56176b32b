"""What a party's program may do: talk to the other parties and remember; nothing else reaches out.

A program is a plain function that is run again from its beginning after a kill. It takes up where it was, because
whatever it made by chance (``once``), sent or received is kept durably and handed out again, byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from shuxin.federation.domain.job import Job, Role
    from shuxin.infra.api import Progress

PART_BYTES = 1 << 20
"""Bytes of one part on the wire: gateways of banks cut at 2 MB."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A message that a kind of job sends (消息): its name, between whom, and its most bytes. Any other is refused.

    ``name``: ``[a-z0-9][a-z0-9./-]{0,79}``, once per (sender, receiver) in a job.
    """

    name: str
    sender: str
    receiver: str
    most_bytes: int


class Received(Protocol):
    """A whole message, kept in a file of this node until the job ends."""

    @property
    def size(self) -> int:
        """Bytes."""
        ...

    @property
    def path(self) -> Path:
        """For memory maps; read only."""
        ...

    def read(self) -> bytes: ...


class Channel(Protocol):
    """The durable line between this party's program and the other parties of one job."""

    def once(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What ``make`` gave at its first run, durably kept: for everything random or read from outside."""
        ...

    def send(self, to: str, name: str, parts: Callable[[], Iterable[bytes | memoryview]]) -> None:
        """Keep the whole message, then deliver it in the background in parts of at most ``PART_BYTES``.

        ``parts`` is called only when the message was not kept before; the pieces may have any length.
        """
        ...

    def receive(self, sender: str, name: str) -> Received:
        """Wait for the whole message. Raises PeerSilent (who and what is waited for), JobEnded."""
        ...


class Seeds(Protocol):
    """Seeds of this job, each for one use (一次性种子)."""

    def pair(self, peer: str, label: str, *, binding: bytes = b"") -> bytes:
        """32 bytes that only this party and ``peer`` can derive: KDF(pair secret, job, label, binding).

        ``binding``: hash of the input that the seed will mask. The use of (peer, label) is kept durably before this
        returns; the same label with another binding is refused. Raises MaskAskedTwice.
        """
        ...


class Release(Protocol):
    """The one explicit way out (发布): only declared outputs, checked against this node's policy, logged first."""

    def __call__(self, name: str, to: str, *, size: int, numbers: int) -> None:
        """Ask leave to give output ``name`` to party ``to``. ``size``: subjects behind it; ``numbers``: figures.

        Called by whoever is about to hand it over. Raises ReleaseRefused.
        """
        ...


class Rows(Protocol):
    """The subjects that this party enters, after the gate (入场主体)."""

    def codes(self) -> bytes:
        """Their codes, 18 ASCII symbols each, without separators: distinct, sorted; the same at every run."""
        ...


class Values(Protocol):
    """What this party's data say of the subjects that it enters (入场取值)."""

    def __call__(self, codes: bytes, /) -> Mapping[str, NDArray[Any]]:
        """By field, for these codes in their order: the job's features, at the label party the target too.

        Numbers are float64 with NaN for missing, others an object array of str and None. The same at every run.
        """
        ...


def _everything() -> int:
    """Where no node's policy is asked: on a stage, of data that were made up."""
    return 100


@dataclass(frozen=True, slots=True)
class Work:
    """All that a program gets."""

    job: Job
    job_id: str
    party: str
    role: Role
    channel: Channel
    seeds: Seeds
    release: Release
    rows: Rows | None
    keep: Callable[[str, bytes], None]
    """Keep a result in this party's own results folder under a name; the same again changes nothing."""
    progress: Progress
    values: Values | None = None
    """None where this party has no data in the job."""
    most_told_percent: Callable[[], int] = _everything
    """How much of its values this node's policy lets the answers of a model tell. Raises ReleaseRefused."""


class Kind(Protocol):
    """A kind of job: what it sends, and each role's program. ``messages`` is pure."""

    def messages(self, job: Job) -> tuple[Declared, ...]: ...

    def run(self, work: Work) -> None:
        """Run this party's program to its end; raises ShuxinError to end the job for all."""
        ...
