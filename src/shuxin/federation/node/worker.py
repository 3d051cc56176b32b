"""Runs the node's ready jobs (任务执行器), the oldest first, and posts its words.

A job is started by its label party's node, as many at once as that node is configured for; the other parties
start when the first message of the label party is there. So no two nodes wait for each other's turn.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import time
from threading import Event, Thread
from typing import TYPE_CHECKING

from django.db import connections

from shuxin.federation.domain.states import State
from shuxin.federation.engine.erasing import erase, remove, was_erased
from shuxin.federation.engine.line import JobEnded
from shuxin.federation.models import JobRecord
from shuxin.federation.node.answer_book import forget
from shuxin.federation.node.book import whole_job
from shuxin.federation.node.grants import grants_files
from shuxin.federation.node.jobs import expire
from shuxin.federation.node.running import fail_job, run_job
from shuxin.federation.node.serving import erase_pairs
from shuxin.federation.node.words import Postman
from shuxin.kernel.errors import ShuxinError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.lines import Lines
    from shuxin.federation.node.services import NodeServices

POLL_SECONDS = 0.2
SWEEP_SECONDS = 5.0
FORGET_SECONDS = 3600.0
"""Between two looks at what services left."""
FOLLOWED = 8
"""Jobs of other label parties that run at once, for each one of this node's own; of one of them half as many."""
AGAIN_SECONDS = 2.0
"""Before a job that this node could not go on with is taken up again."""
SECONDS_TO_STOP = 8.0
LOST = "line_lost"
"""Code of a job whose folder is gone."""
OVER_TIME = "job_over_time"
"""Code of a job that ran longer than it says."""
SECONDS_OF_ORPHANS = 86_400.0
"""How long files of a job that the database does not know are kept."""
_LOG = logging.getLogger(__name__)


class Worker:
    """All jobs of one node; one per process."""

    def __init__(self, services: NodeServices, lines: Lines) -> None:
        self._services, self._lines = services, lines
        self._threads: dict[str, Thread] = {}
        self._label: dict[str, str] = {}
        self._again: dict[str, float] = {}
        self._swept = -SWEEP_SECONDS
        self._forgot = -FORGET_SECONDS

    def run(self, stop: Event) -> None:
        """Until ``stop``; then running jobs halt where they are, for the next process to go on."""
        postman = Thread(target=self._post, args=(stop,), name="postman", daemon=True)
        postman.start()
        while not stop.is_set():
            self._guarded(self.step)
            stop.wait(POLL_SECONDS)
        self._lines.stop()
        until = time.monotonic() + SECONDS_TO_STOP
        for thread in (*self._threads.values(), postman):
            thread.join(max(0.0, until - time.monotonic()))
        connections.close_all()

    def step(self) -> int:
        """Start what can be started; how many jobs were."""
        self._forget()
        for job_id in self._threads:
            self._lines.look(job_id)
        if time.monotonic() - self._swept >= SWEEP_SECONDS:
            self._swept = time.monotonic()
            expire(services=self._services)
            self._end_overlong()
            self.sweep()
        if time.monotonic() - self._forgot >= FORGET_SECONDS:
            self._forgot = time.monotonic()
            forget(self._services.now())
            erase_pairs(services=self._services)
        return sum(self._started(job_id, job) for job_id, job in self._startable())

    def sweep(self) -> None:
        """Erase what ended jobs left on the disk; results of jobs that were not done go too."""
        for file in grants_files(self._services.folder):
            if self._is_over(file, job_id=file.stem):
                file.unlink(missing_ok=True)
        for folder in _in(self._services.folder / "jobs"):
            if folder.name in self._threads or not self._is_over(folder, job_id=folder.name):
                continue
            record = JobRecord.objects.filter(job_id=folder.name).first()
            self._again.pop(folder.name, None)
            self._lines.close(folder.name)
            if record is None or record.state != State.DONE:
                results = self._services.results_folder(folder.name)
                shutil.rmtree(results, ignore_errors=True)
                shutil.rmtree(folder / "results", ignore_errors=True)
            if not self._services.record:
                remove(folder)
            elif not was_erased(folder):
                erase(folder)

    def _end_overlong(self) -> None:
        """Jobs whose time to run is over: a party that sends a little now and then holds no place for ever."""
        now = self._services.now()
        for record in JobRecord.objects.filter(job_id__in=self._threads, state=State.RUNNING):
            hours = whole_job(record).limits.run_hours
            if now - record.changed_at > dt.timedelta(hours=hours):
                self._lines.end(record.job_id, OVER_TIME, self._services.party)

    def _is_over(self, path: Path, *, job_id: str) -> bool:
        """Also what belongs to no job for long, as after a restore of the database."""
        record = JobRecord.objects.filter(job_id=job_id).first()
        if record is None:
            return time.time() - path.stat().st_mtime > SECONDS_OF_ORPHANS
        return State(record.state).is_end

    def run_one(self, job_id: str, job: Job) -> None:
        """Run a job in this thread to its end or the node's."""
        try:
            opened = self._lines.open(job_id, job)
        except JobEnded as error:
            fail_job(job_id, job, str(error.facts["reason"]), services=self._services)
            return
        run_job(job_id, job, opened=opened, services=self._services)

    def _startable(self) -> list[tuple[str, Job]]:
        """Jobs that run (a process was killed) or are ready, in the order that is the same at every node."""
        rows = JobRecord.objects.filter(state__in=[State.RUNNING.value, State.READY.value])
        found = [(row, whole_job(row)) for row in rows if row.job_id not in self._threads]
        found.sort(
            key=lambda one: (one[0].state != State.RUNNING, one[1].proposed_at, one[0].job_id)
        )
        return [(row.job_id, job) for row, job in found]

    def _started(self, job_id: str, job: Job) -> bool:
        """One job that cannot be begun keeps no other from it."""
        try:
            return self._may_start(job_id, job)
        except ShuxinError as error:
            _LOG.warning("job %s: %s", job_id, error.say("en"))
            self._again[job_id] = time.monotonic() + AGAIN_SECONDS
            return False

    def _may_start(self, job_id: str, job: Job) -> bool:
        if time.monotonic() < self._again.get(job_id, 0.0):
            return False
        if self._was_lost(job_id, job) or not self._has_room(job.label):
            return False
        if job.label != self._services.party and not self._was_called(job_id, job):
            return False
        self._label[job_id] = job.label
        thread = Thread(target=self._job, args=(job_id, job), name=f"job {job_id[:8]}", daemon=True)
        self._threads[job_id] = thread
        thread.start()
        return True

    def _was_lost(self, job_id: str, job: Job) -> bool:
        """A job that runs, of which nothing is left here, as after a restore: a new beginning would be another job."""
        runs = JobRecord.objects.filter(job_id=job_id, state=State.RUNNING).exists()
        if not runs or self._services.job_folder(job_id).is_dir():
            return False
        fail_job(job_id, job, LOST, services=self._services)
        return True

    def _has_room(self, label: str) -> bool:
        """No label party takes all the room that there is for the jobs of others."""
        running = [self._label[one] for one in self._threads]
        workers, own = self._services.workers, running.count(self._services.party)
        if label == self._services.party:
            return own < workers
        most = workers * FOLLOWED
        return len(running) - own < most and running.count(label) < most // 2

    def _was_called(self, job_id: str, job: Job) -> bool:
        """Whether the label party's node has begun; a line that was erased before a restore is not waited for."""
        folder = self._services.job_folder(job_id)
        if not folder.is_dir() or was_erased(folder):
            return folder.is_dir()
        return bool(self._lines.open(job_id, job).line.received(job.label))

    def _job(self, job_id: str, job: Job) -> None:
        try:
            self._guarded(lambda: self.run_one(job_id, job))
        finally:
            connections.close_all()

    def _forget(self) -> None:
        """Threads that are over; what their jobs left is swept."""
        over = [one for one, thread in self._threads.items() if not thread.is_alive()]
        for job_id in over:
            del self._threads[job_id], self._label[job_id]
            self._again[job_id] = time.monotonic() + AGAIN_SECONDS
        if over:
            self._swept = -SWEEP_SECONDS

    def _post(self, stop: Event) -> None:
        postman = Postman(self._services)
        while not stop.is_set():
            self._guarded(postman.round)
            stop.wait(POLL_SECONDS)
        connections.close_all()

    def _guarded(self, work: Callable[[], object]) -> None:
        """The outermost loop: what fails is told in the node's log, and tried again."""
        try:
            work()
        except ShuxinError as error:
            _LOG.warning("%s: %s", error.code, error.say("en"))
        except Exception:  # noqa: BLE001 - the outermost loop
            _LOG.exception("the node's worker")


def _in(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []
