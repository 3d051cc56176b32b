"""The open lines of this process (任务通道): the desk's messages and the worker's programs meet here."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from shuxin.federation.domain.states import ON_THE_LINE, State
from shuxin.federation.engine.digests import digest_messages
from shuxin.federation.engine.line import Line
from shuxin.federation.engine.secrets import key_messages
from shuxin.federation.models import JobRecord, Peer
from shuxin.federation.node.book import others

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shuxin.federation.domain.job import Job
    from shuxin.federation.engine.channel import Declared
    from shuxin.federation.node.services import NodeServices

LOOK_SECONDS = 0.25
"""How often the database is asked whether somebody stopped the job."""
GRACE_SECONDS = 20.0
"""How long a party whose peer is over waits for that peer's signed word of why."""
STOPPING, REMOVED = "node_stops", "peer_removed"
_OVER = frozenset({"job_over", "job_unknown"})


class Watch:
    """Whether a job still runs here, asked often and looked up seldom; from any thread of the job."""

    def __init__(
        self,
        job_id: str,
        *,
        stopping: Callable[[], bool],
        others: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``others``: parties that must be peers of this node as long as the job runs."""
        self._job_id, self._stopping, self._monotonic = job_id, stopping, monotonic
        self._others = tuple(others)
        self._looking = threading.Lock()
        self._looked = -LOOK_SECONDS
        self._state: str | None = None
        self._broken: tuple[str, str] | None = None
        self._until = 0.0

    @property
    def broken(self) -> tuple[str, str] | None:
        """(code, party) of a peer whose answer ends the job."""
        return self._broken

    def broke(self, code: str, party: str) -> None:
        """A peer refused for good; when it is over there, its own word of why is waited for a while."""
        if self._broken is None:
            self._until = self._monotonic() + (GRACE_SECONDS if code in _OVER else 0.0)
            self._broken = code, party

    def ended(self) -> str | None:
        if self._stopping():
            return STOPPING
        now = self._monotonic()
        with self._looking:  # nobody answers from what another thread has yet to read
            if now - self._looked >= LOOK_SECONDS:
                self._look()
                self._looked = now
        if self._state not in ON_THE_LINE:
            return self._state or "unknown"
        if self._broken is not None and now >= self._until:
            return self._broken[0]
        return None

    def _look(self) -> None:
        records = JobRecord.objects.filter(job_id=self._job_id)
        self._state = records.values_list("state", flat=True).first()
        self._look_for_peers()

    def _look_for_peers(self) -> None:
        """Nothing more goes to a party that was removed."""
        pinned = Peer.objects.filter(removed_at=None, party__in=self._others)
        for party in sorted(set(self._others) - set(pinned.values_list("party", flat=True))):
            self.broke(REMOVED, party)

    def say(self, text: str) -> None:
        """For people: what the job does or waits for."""
        running = JobRecord.objects.filter(job_id=self._job_id, state=State.RUNNING)
        running.update(step=text[:200])


class Opened:
    """A line, and the watch over its job."""

    def __init__(self, line: Line, watch: Watch) -> None:
        self.line, self.watch = line, watch


class Lines:
    """One line per job of this process, opened when the job is ready or runs."""

    def __init__(self, services: NodeServices) -> None:
        self._services = services
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[str, Opened] = {}

    def open(self, job_id: str, job: Job) -> Opened:
        """The one line of this job. Raises LineHeld, LineUnwritable, JobEnded."""
        with self._lock:
            found = self._open.get(job_id)
            if found is None:
                parties = others(job, self._services.party)
                watch = Watch(job_id, stopping=self._stopping.is_set, others=parties)
                line = Line(
                    self._services.job_folder(job_id),
                    party=self._services.party,
                    declared=declared(job, self._services),
                    wait_seconds=job.limits.wait_seconds,
                    ended=watch.ended,
                    say=watch.say,
                )
                found = self._open[job_id] = Opened(line, watch)
            return found

    def look(self, job_id: str) -> None:
        """Halt the line of a job that has ended here, even while its program computes and does not look."""
        with self._lock:
            found = self._open.get(job_id)
        if found is not None and found.watch.ended() is not None:
            found.line.halt()

    def end(self, job_id: str, code: str, party: str) -> None:
        """End an open job for a reason that this party found itself."""
        with self._lock:
            found = self._open.get(job_id)
        if found is not None:
            found.watch.broke(code, party)
            found.line.wake()

    def close(self, job_id: str) -> None:
        with self._lock:
            found = self._open.pop(job_id, None)
            if found is not None:
                found.line.close()

    def stop(self) -> None:
        """Every program ends at its next step, to be taken up by the next process."""
        self._stopping.set()
        with self._lock:
            for one in self._open.values():
                one.line.wake()


def declared(job: Job, services: NodeServices) -> tuple[Declared, ...]:
    """Every message of a job: keys, entry, those of its kind, digests. ValueError when a name stands twice."""
    found = (
        *key_messages(job),
        *services.entering.messages(job),
        *services.kinds[job.parameters.kind].messages(job),
        *digest_messages(job),
    )
    names = [(one.sender, one.receiver, one.name) for one in found]
    if len(set(names)) != len(names):
        raise ValueError("a message is declared twice")
    return found
