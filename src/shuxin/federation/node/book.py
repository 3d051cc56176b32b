"""The rows of jobs, words and deliveries (任务簿): small steps inside the transactions of the use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from shuxin.federation.domain.job import JobInvalid, read_job
from shuxin.federation.domain.policy import Spent
from shuxin.federation.domain.refusal import JobReason, Refusal
from shuxin.federation.domain.states import Event, State, moved
from shuxin.federation.domain.words import Approval, Given, JobWord, sign_word
from shuxin.federation.models import Delivery, JobRecord, JointUse, Peer, Released
from shuxin.federation.models import JobWord as WordRow
from shuxin.kernel.errors import NotFound
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.services import NodeServices
    from shuxin.kernel.statements import Statement

HOLDER = "holder"
"""Who acts in the log: whose log it is."""
_LONGEST_ABOUT, _LONGEST_STEP = 400, 200


class JobUnknown(NotFound):
    code = "job_unknown"
    what = Text(en="this node knows no such job", zh="本节点没有该任务")
    mend = Text(
        en="See 'shuxin node jobs' for the ids of all jobs",
        zh="请用 shuxin node jobs 查看全部任务编号",
    )


def record_of(job_id: str) -> JobRecord:
    """Raises JobUnknown."""
    row = JobRecord.objects.filter(job_id=job_id).first()
    if row is None:
        raise JobUnknown
    return row


def locked(job_id: str) -> JobRecord:
    """Within a transaction: nobody else changes it meanwhile. Raises JobUnknown."""
    row = JobRecord.objects.select_for_update().filter(job_id=job_id).first()
    if row is None:
        raise JobUnknown
    return row


def job_in(record: JobRecord) -> Job | None:
    """None when this program cannot read it: of a later version."""
    try:
        return read_job(parse_statement(record.statement))
    except JobInvalid:
        return None


def whole_job(record: JobRecord) -> Job:
    """Of a job that was judged. Raises JobUnknown when it cannot be read."""
    job = job_in(record)
    if job is None:
        raise JobUnknown
    return job


def move(
    record: JobRecord,
    event: Event,
    *,
    now: dt.datetime,
    reasons: Sequence[Given] = (),
    by: str = "",
    step: str = "",
) -> State:
    """Raises JobStateForbids."""
    state = moved(State(record.state), event)
    record.state, record.changed_at, record.step = state.value, now, step[:_LONGEST_STEP]
    if reasons or by:
        record.reason = reasons[0].reason if reasons else ""
        record.about = "; ".join(one.about for one in reasons if one.about)[:_LONGEST_ABOUT]
        record.ended_by = by
    record.save()
    return state


def log(
    services: NodeServices, kind: str, job_id: str, now: dt.datetime, **facts: str | int
) -> None:
    """Append to the node's own log; call it in the transaction of the change that it tells, before the rows."""
    services.log(Entry(kind, now, HOLDER, {"job": job_id, **facts}))


def keep_word(record: JobRecord, statement: Statement, *, party: str, now: dt.datetime) -> WordRow:
    return WordRow.objects.create(
        job=record,
        party=party,
        kind=statement.kind,
        statement=statement.dump().decode(),
        hash=statement.hash,
        at=now,
    )


def say(
    record: JobRecord,
    word: JobWord,
    *,
    to: Iterable[str],
    services: NodeServices,
    now: dt.datetime,
) -> Statement:
    """Sign this party's word, keep it, and queue it for delivery."""
    statement = sign_word(word, signer=services.signer)
    queue(keep_word(record, statement, party=services.party, now=now), to=to)
    return statement


def queue(word: WordRow, *, to: Iterable[str]) -> None:
    """For those of the parties that are peers of this node."""
    known = Peer.objects.filter(removed_at=None, party__in=list(to)).order_by("party")
    Delivery.objects.bulk_create(
        [Delivery(word=word, peer=party) for party in known.values_list("party", flat=True)]
    )


def others(job: Job, me: str) -> tuple[str, ...]:
    return tuple(seat.party for seat in job.parties if seat.party != me)


def advance(record: JobRecord, job: Job, *, services: NodeServices, now: dt.datetime) -> None:
    """Once all have approved, it is ready."""
    if record.state != State.APPROVED:
        return
    said = WordRow.objects.filter(job=record, kind=Approval.kind)
    approved = set(said.values_list("party", flat=True))
    missing = [seat.party for seat in job.parties if seat.party not in approved]
    if missing:
        record.step = f"waits for the approval of {', '.join(missing)}"[:_LONGEST_STEP]
        record.save(update_fields=["step"])
        return
    log(services, "job-ready", record.job_id, now)
    move(record, Event.ALL_APPROVED, now=now)


def lapsed(job_id: str, *, services: NodeServices) -> tuple[Refusal, ...]:
    """Parties whose approval was signed with a key that does not count any more."""
    said = WordRow.objects.filter(job__job_id=job_id, kind=Approval.kind)
    return tuple(
        Refusal(JobReason.APPROVAL_LAPSED, row.party)
        for row in said.exclude(party=services.party).order_by("party")
        if not services.speaks(parse_statement(row.statement), party=row.party, seen_at=row.at)
    )


def given(refusals: Sequence[Refusal]) -> tuple[Given, ...]:
    return tuple(Given(one.reason.value, one.about[:200]) for one in refusals)


def spent_by_others(job: Job, *, job_id: str, services: NodeServices) -> Spent | None:
    """What other jobs took of the version that this party's dataset has now; None when there is no such dataset."""
    own = job.input_of(services.party)
    if own is None:
        return Spent()
    version = services.dataset_version(own.dataset)
    return None if version is None else spent_of(own.dataset, version, but=job_id)


def spent_of(dataset: str, version: str, *, but: str) -> Spent:
    """What jobs other than ``but`` took of this version: figures that they declared or, if more, released."""
    uses = JointUse.objects.filter(dataset=dataset, dataset_version=version).exclude(job_id=but)
    taken = dict(uses.values_list("job_id", "figures"))
    released = Released.objects.filter(dataset=dataset, dataset_version=version)
    summed = released.exclude(job_id=but).values("job_id").annotate(total=Sum("numbers"))
    for job, total in summed.values_list("job_id", "total"):
        taken[job] = max(taken.get(job, 0), total)
    counted = uses.values("partner").annotate(jobs=Count("job_id", distinct=True))
    return Spent(sum(taken.values()), {one["partner"]: one["jobs"] for one in counted})
