"""What people see of jobs (任务视图): frozen, without the rows of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import Reason
from shuxin.federation.domain.refusal import JobReason
from shuxin.federation.domain.states import ENDS, State
from shuxin.federation.domain.words import Approval, Ending, Given, Objection, read_word
from shuxin.federation.models import Delivery, JobRecord, ReleaseAsked, Released
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.book import job_in, record_of
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from shuxin.federation.domain.job import Job
    from shuxin.federation.domain.words import JobWord
    from shuxin.kernel.text import Language

_ENDED = {
    "stopped": Text(en="a person stopped it", zh="已由人员停止"),
    "use_refused": Text(en="the gate there let no rows enter", zh="该方授权闸门不允许数据入场"),
    "release_refused": Text(en="an output was not released", zh="未放行输出"),
    "job_rows_outside_limits": Text(
        en="too few or too many rows would enter", zh="入场行数过少或过多"
    ),
    "alignment_too_few": Text(
        en="fewer subjects are common than the job asks for", zh="共同主体少于任务要求"
    ),
    "peer_silent": Text(en="another party did not answer in time", zh="另一方未按时应答"),
    "message_differs": Text(
        en="a message is not the one that was sent before", zh="消息与此前发送的不一致"
    ),
}
"""How jobs end most often; each code has its page among the errors."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job in a list. ``kind`` and ``proposer`` are "" of a job that this program cannot read."""

    job_id: str
    state: State
    step: str
    title: str
    kind: str
    proposer: str
    reason: str
    received_at: dt.datetime
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Said:
    """A party's word about the job. ``by``: its account or ``standing:<n>``; ``reasons``: why, of a refusal or end."""

    party: str
    kind: str
    by: str
    at: dt.datetime
    outcome: str
    reasons: tuple[Given, ...]
    hash: str


@dataclass(frozen=True, slots=True)
class Out:
    """An output: what left, or what waits for a person here."""

    name: str
    to: str
    size: int
    numbers: int


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A word that a peer does not have yet, and the code of why the last attempt failed."""

    peer: str
    kind: str
    problem: str


@dataclass(frozen=True, slots=True)
class JobView:
    """All about one job (任务详情). ``waits_for``: parties that have not approved yet, while it is open."""

    line: JobLine
    job: Job | None
    about: str
    ended_by: str
    said: tuple[Said, ...]
    waits_for: tuple[str, ...]
    undelivered: tuple[Undelivered, ...]
    released: tuple[Out, ...]
    to_release: tuple[Out, ...]


def jobs() -> list[JobLine]:
    """All that this node knows, the newest first."""
    return [_line(row, job_in(row)) for row in JobRecord.objects.order_by("-received_at", "-id")]


def job_view(job_id: str) -> JobView:
    """Raises JobUnknown."""
    record = record_of(job_id)
    job = job_in(record)
    rows = WordRow.objects.filter(job=record).order_by("id")
    said = tuple(_said(row) for row in rows if row.kind != "job")
    return JobView(
        line=_line(record, job),
        job=job,
        about=record.about,
        ended_by=record.ended_by,
        said=said,
        waits_for=_missing(record, job, said),
        undelivered=_undelivered(record),
        released=_outs(Released.objects.filter(job_id=job_id)),
        to_release=_outs(ReleaseAsked.objects.filter(job_id=job_id, allowed_at=None)),
    )


def say_reason(code: str, language: Language) -> str:
    """A reason in words; how a job ended also with its code, a code of a later version alone."""
    for reasons in (JobReason, Reason):
        if code in set(reasons):
            return reasons(code).text.say(language)
    ended = _ENDED.get(code)
    return f"{ended.say(language)} ({code})" if ended else code


def _line(record: JobRecord, job: Job | None) -> JobLine:
    return JobLine(
        job_id=record.job_id,
        state=State(record.state),
        step=record.step,
        title="" if job is None else job.title,
        kind="" if job is None else job.parameters.kind,
        proposer="" if job is None else job.proposer,
        reason=record.reason,
        received_at=record.received_at,
        changed_at=record.changed_at,
    )


def _said(row: WordRow) -> Said:
    word = read_word(parse_statement(row.statement))
    outcome = word.outcome.value if isinstance(word, Ending) else ""
    return Said(row.party, row.kind, getattr(word, "by", ""), row.at, outcome, _why(word), row.hash)


def _why(word: JobWord) -> tuple[Given, ...]:
    if isinstance(word, Objection):
        return word.reasons
    if isinstance(word, Ending) and word.code:
        return (Given(word.code), *word.reasons)
    return ()


def _missing(record: JobRecord, job: Job | None, said: tuple[Said, ...]) -> tuple[str, ...]:
    if job is None or record.state in ENDS:
        return ()
    approved = {one.party for one in said if one.kind == Approval.kind}
    return tuple(seat.party for seat in job.parties if seat.party not in approved)


def _undelivered(record: JobRecord) -> tuple[Undelivered, ...]:
    rows = Delivery.objects.filter(word__job=record, delivered_at=None).select_related("word")
    return tuple(Undelivered(row.peer, row.word.kind, row.problem) for row in rows.order_by("id"))


def _outs(rows: QuerySet[Any]) -> tuple[Out, ...]:
    return tuple(
        Out(*one) for one in rows.order_by("id").values_list("name", "to", "size", "numbers")
    )
