"""What a node's work needs of the rest: handed in whole, so that nothing here asks for clocks, keys or addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shuxin.federation.domain.policy import read_policy
from shuxin.federation.domain.refusal import JobReason, Refusal
from shuxin.federation.engine.channel import Rows
from shuxin.kernel.errors import ShuxinError
from shuxin.parties.api import KeyRole, KnownKey

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from shuxin.consent.api import Keys
    from shuxin.federation.domain.job import Job
    from shuxin.federation.domain.policy import HeldPolicy, NodeFacts
    from shuxin.federation.engine.channel import Channel, Declared, Kind
    from shuxin.federation.node.features import JobFeatures
    from shuxin.federation.wire.messages import Hello, Part, Score, Scored, Taken, Where
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Entry

SPEAKERS = frozenset({KeyRole.SUBJECT, KeyRole.OFFICER, KeyRole.NODE})
"""Not an attester's or an administrator's key."""


class PeerLine(Protocol):
    """A way to one peer's node; ``wire.client.PeerClient`` is one. For one thread."""

    def hello(self, message: Hello) -> Hello: ...

    def word(self, statement: bytes) -> None: ...

    def part(self, part: Part) -> Taken: ...

    def where(self, where: Where) -> Taken: ...

    def score(self, message: Score) -> Scored: ...

    def close(self) -> None: ...


class Entered(Rows, Protocol):
    """A data party's rows, and what its data say of them."""

    @property
    def features(self) -> JobFeatures: ...


class Entering(Protocol):
    """How a data party's rows enter (入场); ``node.entering`` fills it."""

    def messages(self, job: Job) -> tuple[Declared, ...]: ...

    def enter(self, job: Job, *, job_id: str, channel: Channel, booked: str) -> Entered | None:
        """This party's rows, after the gate; None when it has no data in the job. Raises ShuxinError."""
        ...


class Answering(Protocol):
    """How a holder answers a question of a service (应答); ``node.answering`` fills it."""

    def answer(self, peer: str, message: Score) -> Scored:
        """Raises ShuxinError."""
        ...


class Versions(Protocol):
    """The version of a dataset that this node has now, 64 hexadecimal digits; None when it has no such dataset."""

    def __call__(self, dataset: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class NodeServices:
    """All that a node's use cases, desk and worker are given (节点服务).

    folder: ``home/node``. log: appends to the node's own log, durable when it returns. client_of: a new way to a
    peer at each call. own: what this node's own card says. entering: rows of this party. answering: questions of
    services. kinds: by name.
    """

    party: str
    signer: Signer
    keys: Keys
    log: Callable[[Entry], object]
    folder: Path
    now: Callable[[], dt.datetime]
    client_of: Callable[[str], PeerLine]
    own: NodeFacts
    kinds: Mapping[str, Kind]
    entering: Entering
    answering: Answering
    dataset_version: Versions
    software: str = ""
    workers: int = 2
    record: bool = False
    protocols: tuple[int, ...] = (1,)

    def speaks(self, statement: Statement, *, party: str, seen_at: dt.datetime) -> bool:
        """Whether a key signed it that counts for the party and may speak for it in jobs."""
        key = self.keys.who_signed(statement, party=party, seen_at=seen_at)
        return isinstance(key, KnownKey) and bool(key.roles & SPEAKERS)

    def job_folder(self, job_id: str) -> Path:
        return self.folder / "jobs" / job_id

    def results_folder(self, job_id: str) -> Path:
        return self.folder / "results" / job_id

    def meter_file(self, job_id: str) -> Path:
        return self.folder / "meters" / f"{job_id}.json"

    def archive_file(self, job_id: str) -> Path:
        return self.folder / "archive" / f"{job_id}.json"


def policy_or_refusal(services: NodeServices) -> HeldPolicy | Refusal:
    """The policy as it stands now; without a readable one there is a reason to refuse everything."""
    try:
        return read_policy(services.folder)
    except ShuxinError as error:
        missing = error.code == "node_policy_missing"
        return Refusal(JobReason.POLICY_MISSING if missing else JobReason.POLICY_BROKEN)
