"""Services that this node takes part in (联合评分服务): which are open, and the end of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum

from shuxin.federation.domain.parameters import ServiceParameters
from shuxin.federation.domain.states import State
from shuxin.federation.models import JobRecord, JointAnswer, ServiceEnd
from shuxin.federation.node.book import job_in, log
from shuxin.federation.service.kind import PAIRS
from shuxin.infra.api import CHINA
from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.services import NodeServices


class ServiceUnknown(NotFound):
    code = "service_unknown"
    what = Text(en="this node takes part in no such service", zh="本节点未参与该评分服务")
    mend = Text(
        en="'shuxin node service list' shows them; a service begins when its job is done at all parties",
        zh="用 shuxin node service list 查看；服务在其任务于各方完成后开始",
    )


class ServiceOver(Conflict):
    code = "service_over"
    what = Text(en="the service has ended here", zh="该评分服务在本节点已结束")
    mend = Text(
        en="The label party proposes a new one if it is still wanted",
        zh="如仍需要，由标签方提出新的服务",
    )


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A service in a list. ``today``: subjects that this node answered about since midnight in China."""

    job_id: str
    label: str
    holders: tuple[str, ...]
    until: dt.datetime
    is_open: bool
    today: int


def open_service(job_id: str, *, now: dt.datetime) -> Job:
    """The job of a service that runs here now. Raises ServiceUnknown, ServiceOver."""
    record = JobRecord.objects.filter(job_id=job_id, state=State.DONE).first()
    job = None if record is None else job_in(record)
    if job is None or not isinstance(job.parameters, ServiceParameters):
        raise ServiceUnknown
    if now >= job.parameters.until or ServiceEnd.objects.filter(service=job_id).exists():
        raise ServiceOver
    return job


def end_service(job_id: str, *, by: str, services: NodeServices) -> None:
    """No more answers from here, and no masks any more. Raises ServiceUnknown, ServiceOver."""
    now, pairs = services.now(), services.results_folder(job_id) / PAIRS
    try:
        with transaction.atomic():
            open_service(job_id, now=now)
            log(services, "service-ended", job_id, now)
            ServiceEnd.objects.create(service=job_id, by=by[:80], at=now)
    except ServiceOver:  # by its date, or killed when it was ended
        pairs.unlink(missing_ok=True)
        raise
    pairs.unlink(missing_ok=True)


def erase_pairs(*, services: NodeServices) -> None:
    """Secrets of services that are over here."""
    for one in services_here(now=services.now()):
        if not one.is_open:
            (services.results_folder(one.job_id) / PAIRS).unlink(missing_ok=True)


def services_here(*, now: dt.datetime) -> list[ServiceLine]:
    """All whose job is done here, the newest first."""
    ended = set(ServiceEnd.objects.values_list("service", flat=True))
    found = []
    for record in JobRecord.objects.filter(state=State.DONE).order_by("-id"):
        job = job_in(record)
        if job is None or not isinstance(job.parameters, ServiceParameters):
            continue
        until = job.parameters.until
        is_open = now < until and record.job_id not in ended
        today = answered_today(record.job_id, now=now)
        found.append(ServiceLine(record.job_id, job.label, job.holders, until, is_open, today))
    return found


def answered_today(job_id: str, *, now: dt.datetime) -> int:
    """Subjects of all questions that this holder took up since midnight in China."""
    rows = JointAnswer.objects.filter(service=job_id, at__gte=midnight(now))
    return int(rows.aggregate(total=Sum("subjects"))["total"] or 0)


def midnight(now: dt.datetime) -> dt.datetime:
    """The first moment of the day in China."""
    return now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
