"""The one way out of a node (发布): declared outputs, within this node's policy and budgets, logged first."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from shuxin.federation.domain.job import Job, Role
from shuxin.federation.domain.parameters import AligningParameters
from shuxin.federation.domain.refusal import JobReason, Refusal, ReleaseRefused
from shuxin.federation.domain.states import State
from shuxin.federation.engine.line import JobEnded
from shuxin.federation.models import JobRecord, JointUse, ReleaseAsked, Released
from shuxin.federation.node.book import lapsed, locked, log, spent_of
from shuxin.federation.node.services import policy_or_refusal
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shuxin.federation.domain.policy import Policy
    from shuxin.federation.node.services import NodeServices

POLL_SECONDS = 0.5
"""How often a program that waits for a person looks whether one has spoken."""


class ReleaseUnknown(NotFound):
    code = "release_unknown"
    what = Text(
        en="no output '{name}' to {to} waits for a person in this job",
        zh="该任务没有等待放行的输出“{name}”（接收方 {to}）",
    )
    mend = Text(
        en="'shuxin node jobs JOB' shows what waits",
        zh="请用 shuxin node jobs 任务编号 查看等待放行的输出",
    )


@dataclass(frozen=True, slots=True)
class Releasing:
    """``engine.channel.Release`` of one running job. ``ended``: why the job ended meanwhile, or None."""

    services: NodeServices
    job: Job
    job_id: str
    ended: Callable[[], str | None]
    pause: Callable[[float], None] = time.sleep

    def __call__(self, name: str, to: str, *, size: int, numbers: int) -> None:
        """See Release; the same again after a restart passes without a second entry.

        Raises ReleaseRefused, JobEnded (stopped meanwhile).
        """
        if self._is_done(name, to, size=size, numbers=numbers):
            return
        policy = self._policy()
        self._require(policy, name, to, size=size, numbers=numbers)
        if policy.release == "person":
            self._wait_for_person(name, to, size=size, numbers=numbers)
            policy = self._policy()
        now = self.services.now()
        with transaction.atomic():
            record = locked(self.job_id)
            if record.state != State.RUNNING:
                raise JobEnded(reason=record.state)
            self._require(policy, name, to, size=size, numbers=numbers)
            log(
                self.services,
                "job-released",
                self.job_id,
                now,
                output=name,
                to=to,
                size=size,
                numbers=numbers,
            )
            dataset, version = self._entered()
            Released.objects.create(
                job_id=self.job_id,
                name=name,
                to=to,
                dataset=dataset,
                dataset_version=version,
                size=size,
                numbers=numbers,
                at=now,
            )

    def _is_done(self, name: str, to: str, *, size: int, numbers: int) -> bool:
        row = Released.objects.filter(job_id=self.job_id, name=name, to=to).first()
        if row is not None and (row.size, row.numbers) != (size, numbers):
            raise ValueError("an output is released once, with one size")
        return row is not None

    def _policy(self) -> Policy:
        held = policy_or_refusal(self.services)
        if isinstance(held, Refusal):
            raise ReleaseRefused((held,))
        return held.policy

    def _require(self, policy: Policy, name: str, to: str, *, size: int, numbers: int) -> None:
        found = self._against(policy, name, to, size=size, numbers=numbers)
        refusals = tuple(sorted((*found, *lapsed(self.job_id, services=self.services))))
        if refusals:
            raise ReleaseRefused(refusals)

    def _against(
        self, policy: Policy, name: str, to: str, *, size: int, numbers: int
    ) -> Iterator[Refusal]:
        job = self.job
        if (name, to) not in {(one.name, one.to) for one in job.outputs}:
            yield Refusal(JobReason.OUTPUT_NOT_DECLARED, name)
        if size < self._smallest(policy, name):
            yield Refusal(JobReason.SET_TOO_SMALL, str(self._smallest(policy, name)))
        rows = Released.objects.filter(job_id=self.job_id)
        so_far = int(rows.aggregate(total=Sum("numbers"))["total"] or 0)
        if so_far + numbers > policy.released_figures_per_job and numbers:
            yield Refusal(JobReason.FIGURES_TOO_MANY, str(policy.released_figures_per_job))
        dataset, version = self._entered()
        if dataset and numbers:
            spent = spent_of(dataset, version, but=self.job_id).figures + so_far + numbers
            if spent > policy.released_figures_per_dataset_version:
                yield Refusal(JobReason.BUDGET_SPENT, dataset)

    def _smallest(self, policy: Policy, name: str) -> int:
        """The job's own minimum binds everybody, the policy's the parties with data."""
        parameters = self.job.parameters
        asked = parameters.min_size if isinstance(parameters, AligningParameters) else 0
        if self.job.role_of(self.services.party) is Role.HELPER:
            return asked
        return max(asked, policy.smallest(name))

    def _entered(self) -> tuple[str, str]:
        """Dataset and version of this party's rows; empty where none entered."""
        row = JointUse.objects.filter(job_id=self.job_id).first()
        return ("", "") if row is None else (row.dataset, row.dataset_version)

    def _wait_for_person(self, name: str, to: str, *, size: int, numbers: int) -> None:
        key = {"job_id": self.job_id, "name": name, "to": to}
        values = {"size": size, "numbers": numbers, "asked_at": self.services.now()}
        row, _ = ReleaseAsked.objects.get_or_create(**key, defaults=values)
        if (row.size, row.numbers) != (size, numbers):
            raise ValueError("an output is asked for once, with one size")
        said = f"release of '{name}' to {to} waits for a person here"
        JobRecord.objects.filter(job_id=self.job_id, state=State.RUNNING).update(step=said[:200])
        while row.allowed_at is None:
            reason = self.ended()
            if reason is not None:
                raise JobEnded(reason=reason)
            self.pause(POLL_SECONDS)
            row.refresh_from_db()


def release_output(job_id: str, *, name: str, to: str, by: str, services: NodeServices) -> None:
    """A person lets an output go that waits. Raises JobUnknown, JobEnded, ReleaseUnknown."""
    now = services.now()
    with transaction.atomic():
        record = locked(job_id)
        if record.state != State.RUNNING:
            raise JobEnded(reason=record.state)
        asked = ReleaseAsked.objects.select_for_update()
        row = asked.filter(job_id=job_id, name=name, to=to, allowed_at=None).first()
        if row is None:
            raise ReleaseUnknown(name=name, to=to)
        log(services, "job-release-allowed", job_id, now, output=name, to=to)
        row.allowed_by, row.allowed_at = by[:80], now
        row.save(update_fields=["allowed_by", "allowed_at"])
