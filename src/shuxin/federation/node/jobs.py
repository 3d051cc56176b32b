"""What a node does with jobs (任务用例): propose, take, approve, refuse, stop, expire; the log before the change."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Any

from django.db import transaction

from shuxin.federation.domain.job import JOB, Job, job_from, read_job
from shuxin.federation.domain.judging import judge_job, not_understood
from shuxin.federation.domain.refusal import JobReason, JobRefused, Refusal
from shuxin.federation.domain.states import BEFORE_START, Event, JobStateForbids, State
from shuxin.federation.domain.words import Approval, Given, Objection, Stop
from shuxin.federation.models import JobRecord
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.book import (
    advance,
    given,
    job_in,
    keep_word,
    locked,
    log,
    move,
    others,
    queue,
    say,
    spent_by_others,
    whole_job,
)
from shuxin.federation.node.peers import node_facts
from shuxin.federation.node.services import policy_or_refusal
from shuxin.kernel.errors import Unavailable
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.federation.node.services import NodeServices
    from shuxin.kernel.statements import Statement

NONCE_BYTES = 16
DAY, JOBS_A_DAY = dt.timedelta(days=1), 2000
"""Jobs of one proposer that a node looks at in a day: each is kept and logged for good, whatever becomes of it."""
_NO_POLICY = "0" * 64


class JobsTooMany(Unavailable):
    code = "jobs_too_many"
    what = Text(
        en="{party} has proposed {most} jobs within a day; this node looks at no more",
        zh="{party} 一日内已提出 {most} 个任务，本节点不再受理",
    )
    mend = Text(
        en="They are sent again by themselves; if it was not meant so, ask the people of that node",
        zh="系统会自动重发；如非本意，请联系对方节点人员",
    )


def propose(values: Mapping[str, Any], *, by: str, services: NodeServices) -> str:
    """Sign a job and queue it for every party; proposing is this party's approval. Returns the job's id.

    values: fields of the job; version, proposer, time, and the nonce if there is none, are filled in. With a nonce
    that this party proposed a job with before, it is that job again. by: the operating account.
    Raises JobInvalid, JobRefused (by this node's own policy; logged, nothing is sent).
    """
    now = services.now()
    job = job_from(filled_in(values, services=services, now=now))
    if (before := _proposed_with(job.nonce, services)) is not None:
        return before
    statement = job.sign(signer=services.signer)
    job_id = statement.hash
    refusals, policy = judged(job, job_id=job_id, services=services, now=now)
    if refusals:
        _log_refusal(services, job_id, refusals, party=services.party, now=now)
        raise JobRefused(refusals)
    with transaction.atomic():
        log(services, "job-proposed", job_id, now, sort=job.parameters.kind)
        record, _ = _received(statement, now=now)
        move(record, Event.JUDGED, now=now)
        word = keep_word(record, statement, party=services.party, now=now)
        queue(word, to=others(job, services.party))
        _approve(record, job, by=by, policy=policy, services=services, now=now)
    return job_id


def _proposed_with(nonce: str, services: NodeServices) -> str | None:
    """The job that this party proposed with the nonce."""
    rows = JobRecord.objects.filter(statement__contains=f'"nonce":"{nonce}"')
    found = ((row.job_id, job_in(row)) for row in rows)
    mine = (key for key, job in found if job is not None and job.proposer == services.party)
    return next(mine, None)


def filled_in(
    values: Mapping[str, Any], *, services: NodeServices, now: dt.datetime
) -> dict[str, Any]:
    """With what nobody types: version, proposer and time; the nonce too, unless the caller chose one."""
    filled = {"version": 1, "proposer": services.party, "proposed_at": now.isoformat()}
    return {"nonce": secrets.token_hex(NONCE_BYTES), **values, **filled}


def take_job(peer: str, statement: Statement, *, services: NodeServices) -> None:
    """A job came from ``peer``, who must be its proposer: judge it; the answer is queued, signed, with all reasons.

    The same again changes nothing. Raises JobRefused (not the proposer's), JobInvalid, JobsTooMany.
    """
    now, job_id = services.now(), statement.hash
    if JobRecord.objects.filter(job_id=job_id).exists():
        return
    _require_proposer(peer, statement, services=services, now=now)
    if WordRow.objects.filter(kind=JOB, party=peer, at__gt=now - DAY).count() >= JOBS_A_DAY:
        raise JobsTooMany(party=peer, most=JOBS_A_DAY)
    strange = not_understood(statement.body)
    job = None if strange else read_job(statement)
    if job is None:
        refusals, policy = strange, _NO_POLICY
    else:
        refusals, policy = judged(job, job_id=job_id, services=services, now=now)
    with transaction.atomic():
        record, is_new = _received(statement, now=now)
        if not is_new:
            return
        log(services, "job-received", job_id, now, proposer=peer)
        keep_word(record, statement, party=peer, now=now)
        if refusals or job is None:
            to = (peer,) if job is None else others(job, services.party)
            _object(record, given(_told(refusals)), to=to, services=services, now=now)
            return
        move(record, Event.JUDGED, now=now, step="waits for a person here")
        number = _standing(job, services=services, now=now)
        if number is not None:
            by = f"standing:{number}"
            _approve(record, job, by=by, policy=policy, services=services, now=now)


def approve(job_id: str, *, by: str, services: NodeServices) -> None:
    """A person here approves; the policy as it is now must still allow it.

    Raises JobUnknown, JobStateForbids, JobRefused (the job goes on waiting).
    """
    now = services.now()
    with transaction.atomic():
        record = locked(job_id)
        job = whole_job(record)
        if record.state != State.WAITING:
            raise JobStateForbids(state=record.state, event=Event.APPROVED_HERE.value)
        refusals, policy = judged(job, job_id=job_id, services=services, now=now)
        if not refusals:
            _approve(record, job, by=by, policy=policy, services=services, now=now)
    if refusals:
        _log_refusal(services, job_id, refusals, party=services.party, now=now)
        raise JobRefused(refusals)


def refuse(job_id: str, *, by: str, why: str = "", services: NodeServices) -> None:
    """A person here refuses, for good; all parties are told. ``why``: a few words that the others may read.

    Raises JobUnknown, JobStateForbids (a running job is stopped instead).
    """
    now = services.now()
    with transaction.atomic():
        record = locked(job_id)
        if record.state == State.RUNNING:
            raise JobStateForbids(state=record.state, event=Event.REFUSED.value)
        to = others(whole_job(record), services.party)
        reasons = (Given(JobReason.BY_PERSON.value, _plain(why)),)
        _object(record, reasons, to=to, services=services, now=now, by=by)


def stop(job_id: str, *, by: str, services: NodeServices) -> None:
    """Stop it here and everywhere; nothing is released afterwards. Raises JobUnknown, JobStateForbids."""
    now = services.now()
    with transaction.atomic():
        record = locked(job_id)
        job = whole_job(record)
        word = Stop(job_id, services.party, _plain(by), now)
        log(services, "job-stopped", job_id, now, party=services.party)
        move(record, Event.STOPPED, now=now, by=services.party, reasons=(Given("stopped"),))
        say(record, word, to=others(job, services.party), services=services, now=now)


def expire(*, services: NodeServices) -> list[str]:
    """End the jobs that did not start in time; their ids."""
    now, ended = services.now(), []
    waiting = JobRecord.objects.filter(state__in=[one.value for one in BEFORE_START])
    for record in waiting.order_by("id"):
        job = job_in(record)
        if job is not None and now >= job.valid_to and _expire(record.job_id, services, now):
            ended.append(record.job_id)
    return ended


def _expire(job_id: str, services: NodeServices, now: dt.datetime) -> bool:
    with transaction.atomic():
        record = locked(job_id)
        if State(record.state) not in BEFORE_START:
            return False
        log(services, "job-ended", job_id, now, state=State.EXPIRED.value)
        move(record, Event.EXPIRED, now=now, reasons=(Given(JobReason.EXPIRED.value),))
    return True


def judged(
    job: Job, *, job_id: str, services: NodeServices, now: dt.datetime
) -> tuple[tuple[Refusal, ...], str]:
    """Every reason of this node's policy against the job now, and the hash of the policy's text."""
    held = policy_or_refusal(services)
    if isinstance(held, Refusal):
        return (held,), _NO_POLICY
    found = judge_job(
        job,
        held.policy,
        me=services.party,
        nodes=node_facts(services),
        spent=spent_by_others(job, job_id=job_id, services=services),
        now=now,
    )
    return found, held.hash


def _require_proposer(
    peer: str, statement: Statement, *, services: NodeServices, now: dt.datetime
) -> None:
    """It comes from its proposer's node, signed by a key of the proposer. Of anything else nothing is kept."""
    named = statement.body.get("proposer") == peer
    if not named or not services.speaks(statement, party=peer, seen_at=now):
        refusal = Refusal(JobReason.PROPOSER_UNPROVEN)
        _log_refusal(services, statement.hash, (refusal,), party=peer, now=now)
        raise JobRefused((refusal,))


def _told(refusals: Sequence[Refusal]) -> Sequence[Refusal]:
    """Who may not propose here learns nothing else of the policy."""
    strange = {JobReason.PROPOSER_NOT_ACCEPTED, JobReason.NOT_A_PARTY}
    return [one for one in refusals if one.reason in strange] or refusals


def _standing(job: Job, *, services: NodeServices, now: dt.datetime) -> int | None:
    held = policy_or_refusal(services)
    if isinstance(held, Refusal):
        return None
    return held.policy.standing_for(job, me=services.party, now=now)


def _received(statement: Statement, *, now: dt.datetime) -> tuple[JobRecord, bool]:
    """The job's row, and whether it was made just now."""
    values = {
        "statement": statement.dump().decode(),
        "state": State.PROPOSED.value,
        "received_at": now,
        "changed_at": now,
    }
    return JobRecord.objects.get_or_create(job_id=statement.hash, defaults=values)


def _approve(
    record: JobRecord,
    job: Job,
    *,
    by: str,
    policy: str,
    services: NodeServices,
    now: dt.datetime,
) -> None:
    word = Approval(record.job_id, services.party, _plain(by), policy, now)
    log(services, "job-approved", record.job_id, now, party=services.party, policy=policy)
    move(record, Event.APPROVED_HERE, now=now)
    say(record, word, to=others(job, services.party), services=services, now=now)
    advance(record, job, services=services, now=now)


def _object(
    record: JobRecord,
    reasons: Sequence[Given],
    *,
    to: Sequence[str],
    services: NodeServices,
    now: dt.datetime,
    by: str = "",
) -> None:
    """Refuse here, and tell the others. ``by``: the account of a person, which stays here."""
    word = Objection(record.job_id, services.party, tuple(reasons), now)
    facts = {"party": services.party, **_numbered(reasons)}
    log(services, "job-refused", record.job_id, now, **facts)
    step = f"refused by {by}" if by else ""
    move(record, Event.REFUSED, now=now, reasons=reasons, by=services.party, step=step)
    say(record, word, to=to, services=services, now=now)


def _log_refusal(
    services: NodeServices,
    job_id: str,
    refusals: Sequence[Refusal],
    *,
    party: str,
    now: dt.datetime,
) -> None:
    log(services, "job-refused", job_id, now, party=party, **_numbered(given(refusals)))


def _numbered(reasons: Sequence[Given]) -> dict[str, str]:
    """As facts of the log: ``reason_1``, ``reason_2``..."""
    return {f"reason_{number}": one.reason for number, one in enumerate(reasons[:20], start=1)}


def _plain(text: str) -> str:
    """One printable line of at most 200 signs, as words carry it."""
    return "".join(sign for sign in text if sign.isprintable())[:200]
