"""How this node judges a job as it stands now (任务审查结论): every rule that bears on it, for people to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.federation.domain.job import job_from
from shuxin.federation.domain.rules import judged_by_rule
from shuxin.federation.node.book import job_in, record_of
from shuxin.federation.node.jobs import filled_in, judged

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from shuxin.federation.domain.job import Job
    from shuxin.federation.domain.rules import Judged
    from shuxin.federation.node.services import NodeServices


def judgement(job_id: str, *, services: NodeServices) -> tuple[Judged, ...]:
    """By the policy now; nothing of a job that this program cannot read. Raises JobUnknown."""
    job = job_in(record_of(job_id))
    return () if job is None else _judged(job, job_id, services)


def would_be(
    values: Mapping[str, Any], *, services: NodeServices
) -> tuple[Job, tuple[Judged, ...]]:
    """The job that ``propose`` would make of these values, and how this node judges it; nothing is kept.

    Raises JobInvalid.
    """
    job = job_from(filled_in(values, services=services, now=services.now()))
    return job, _judged(job, "", services)


def _judged(job: Job, job_id: str, services: NodeServices) -> tuple[Judged, ...]:
    refusals, _ = judged(job, job_id=job_id, services=services, now=services.now())
    return judged_by_rule(job, refusals, me=services.party)
