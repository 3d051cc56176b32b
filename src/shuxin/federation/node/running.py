"""One job at this party, from its start to its end (任务执行); run again after a kill it goes on where it was."""

from __future__ import annotations

import hashlib
import logging
import re
import shutil
import threading
import time
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.federation.domain.figures import figures_of
from shuxin.federation.domain.judging import over_budget
from shuxin.federation.domain.refusal import JobReason, JobRefused, Refusal, ReleaseRefused
from shuxin.federation.domain.states import Event, State
from shuxin.federation.domain.words import Ending, Given, Handed, Outcome
from shuxin.federation.engine.channel import Work
from shuxin.federation.engine.digests import compare
from shuxin.federation.engine.journal import LineUnwritable, explained, sync
from shuxin.federation.engine.line import JobEnded
from shuxin.federation.engine.pump import Pump
from shuxin.federation.engine.secrets import exchange
from shuxin.federation.engine.seeds import JobSeeds
from shuxin.federation.engine.uses import KeptUses
from shuxin.federation.models import JointUse, Released
from shuxin.federation.node.archive import RESULTS, archive
from shuxin.federation.node.book import given, lapsed, locked, log, move, others, say, spent_of
from shuxin.federation.node.jobs import judged
from shuxin.federation.node.lines import STOPPING
from shuxin.federation.node.metering import Metered
from shuxin.federation.node.releasing import Releasing
from shuxin.federation.node.services import policy_or_refusal
from shuxin.infra.api import DatabaseBusy, DiskFull, database_failures_explained, write_whole
from shuxin.kernel.errors import ShuxinError
from shuxin.kernel.text import Text
from shuxin.ledger.api import LogBusy, LogUnwritable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from shuxin.federation.domain.job import Job
    from shuxin.federation.models import JobRecord
    from shuxin.federation.node.lines import Opened
    from shuxin.federation.node.services import NodeServices, PeerLine
    from shuxin.infra.api import Progress

BUG = "node_failed"
"""Code of a job that ended by a fault of this program."""
OWN_TROUBLE = (DatabaseBusy, DiskFull, LineUnwritable, LogBusy, LogUnwritable)
"""What may pass by itself; the other parties wait meanwhile, as long as the job lets them."""
_TRAVELS = frozenset(
    {"party", "name", "dataset", "limit", "field", "seconds", "label", "step", "side"}
)
"""Facts of errors that the other parties may read: no addresses, files or texts of the system."""
_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")
_LOG = logging.getLogger(__name__)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_BUDGETS = threading.Lock()
"""One node is one process: no two of its jobs count a budget at once."""
_SAY_SECONDS = 1.0


def run_job(job_id: str, job: Job, *, opened: Opened, services: NodeServices) -> None:
    """Run this party's program to its end, and say to all how it ended.

    When the node stops, or its own disk, log or database cannot be written, the job stays as it is and is taken up
    again; when somebody stopped it, nothing is said.
    """
    try:
        with database_failures_explained():
            _start(job_id, job, services)
            _run(job_id, job, opened, services)
    except JobEnded as error:
        _ended(job_id, job, opened, services, error)
    except OWN_TROUBLE as error:
        _LOG.warning("job %s: %s", job_id, error.say("en"))
        opened.watch.say(f"tries again: {error.code}")
    except ShuxinError as error:
        _fail(job_id, job, str(error.code), reasons_of(error), services, told_as=error.told_as)
    except Exception:  # noqa: BLE001 - the outermost of a job: told in the log, and to the others as a bare code
        _LOG.exception("job %s", job_id)
        _fail(job_id, job, BUG, (), services)


def fail_job(job_id: str, job: Job, code: str, *, services: NodeServices) -> None:
    """End a job that cannot be taken up here at all."""
    with database_failures_explained():
        _fail(job_id, job, code, (), services)


def _start(job_id: str, job: Job, services: NodeServices) -> None:
    """Once; after a restart the job runs already. The policy as it is now and all approvals must still allow it.

    Raises JobEnded, JobRefused.
    """
    now = services.now()
    with transaction.atomic():
        record = locked(job_id)
        if refusals := lapsed(job_id, services=services):
            raise JobRefused(refusals)
        if record.state == State.RUNNING:
            return
        if record.state != State.READY:
            raise JobEnded(reason=record.state)
        refusals, _ = judged(job, job_id=job_id, services=services, now=now)
        if refusals:
            raise JobRefused(refusals)
        log(services, "job-started", job_id, now)
        move(record, Event.STARTED, now=now, step="starting")


def _run(job_id: str, job: Job, opened: Opened, services: NodeServices) -> None:
    line, watch = opened.line, opened.watch
    clients = {peer: services.client_of(peer) for peer in line.receivers}
    pumps = [_pump(job_id, peer, client, opened) for peer, client in clients.items()]
    metered = Metered(line, services.meter_file(job_id))
    for pump in pumps:
        pump.start()
    try:
        booked = _count_use(job_id, job, line.once, services)
        secrets = exchange(
            metered,
            job=job,
            job_id=job_id,
            party=services.party,
            signer=services.signer,
            keys=services.keys,
            now=services.now(),
        )
        work = _work(job_id, job, opened, services, channel=metered, secrets=secrets, booked=booked)
        services.kinds[job.parameters.kind].run(work)
        watch.say("comparing transcripts")
        digests = compare(line, job=job, job_id=job_id)
        watch.say("delivering the last messages")
        line.settle()
        _finish(job_id, job, digests, services)
    finally:
        metered.save()
        for pump in pumps:
            pump.stop()
        for client in clients.values():
            client.close()


def _pump(job_id: str, peer: str, client: PeerLine, opened: Opened) -> Pump:
    def failed(code: str, _en: str, _zh: str) -> None:
        opened.watch.broke(code, peer)
        opened.line.wake()

    return Pump(line=opened.line, job_id=job_id, peer=peer, deliver=client, failed=failed)


def _work(
    job_id: str,
    job: Job,
    opened: Opened,
    services: NodeServices,
    *,
    channel: Metered,
    secrets: Mapping[str, bytes],
    booked: str,
) -> Work:
    watch = opened.watch
    role = job.role_of(services.party)
    if role is None:
        raise ValueError("a job is run by its parties")
    ledger = KeptUses(now=services.now)
    entered = services.entering.enter(job, job_id=job_id, channel=channel, booked=booked)
    return Work(
        job=job,
        job_id=job_id,
        party=services.party,
        role=role,
        channel=channel,
        seeds=JobSeeds(job_id=job_id, secrets=secrets, ledger=ledger),
        release=Releasing(services, job, job_id, watch.ended),
        rows=entered,
        keep=_keeper(services.job_folder(job_id) / RESULTS),
        progress=_progress(watch.say),
        values=None if entered is None else entered.features.values,
        most_told_percent=partial(_most_told, services),
    )


def _most_told(services: NodeServices) -> int:
    """As the policy is now. Raises ReleaseRefused."""
    held = policy_or_refusal(services)
    if isinstance(held, Refusal):
        raise ReleaseRefused((held,))
    return held.policy.max_told_share_percent


def _keeper(folder: Path) -> Callable[[str, bytes], None]:
    def keep(name: str, content: bytes) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError("a result's name is small letters, digits and . _ -")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(folder / name, content)

    return keep


def _progress(tell: Callable[[str], None]) -> Progress:
    """Tell people, at most once a second."""
    told = -_SAY_SECONDS

    def progress(done: int, total: int, what: str, /) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _SAY_SECONDS:
            told = now
            tell(f"{what} {done}/{total}" if total else f"{what} {done}")

    return progress


def _count_use(
    job_id: str,
    job: Job,
    once: Callable[[str, Callable[[], bytes]], bytes],
    services: NodeServices,
) -> str:
    """Take this job from the budgets of the dataset's version, before anything of it leaves; which version that is.

    Raises JobRefused.
    """
    own = job.input_of(services.party)
    if own is None or not job.enters_rows:
        return ""

    def version() -> bytes:
        found = services.dataset_version(own.dataset)
        if found is None:
            raise JobRefused((Refusal(JobReason.DATASET_UNKNOWN, own.dataset),))
        return found.encode()

    named = once("node/dataset-version", version).decode()
    held = policy_or_refusal(services)
    if isinstance(held, Refusal):
        raise JobRefused((held,))
    now = services.now()
    with _BUDGETS, transaction.atomic():
        spent = spent_of(own.dataset, named, but=job_id)
        refusals = tuple(over_budget(job, held.policy, me=services.party, spent=spent))
        if refusals:
            raise JobRefused(refusals)
        for partner in job.data_parties:
            if partner != services.party:
                values = {
                    "dataset": own.dataset,
                    "dataset_version": named,
                    "figures": figures_of(job, party=services.party),
                    "at": now,
                }
                JointUse.objects.get_or_create(job_id=job_id, partner=partner, defaults=values)
    return named


def _finish(job_id: str, job: Job, digests: Mapping[str, str], services: NodeServices) -> None:
    """Archive, log, say so to all; the results are there when the state says done. Raises JobEnded."""
    now = services.now()
    archived = archive(job_id, services=services)
    _publish(job_id, services)
    agreed = hashlib.sha256("".join(digests[one] for one in sorted(digests)).encode()).hexdigest()
    with transaction.atomic():
        record = locked(job_id)
        if record.state != State.RUNNING:
            raise JobEnded(reason=record.state)
        facts = {"party": services.party, "outcome": Outcome.DONE.value, **archived.facts}
        log(services, "job-ended", job_id, now, **facts, digests=agreed, **_hashes(archived.words))
        move(record, Event.FINISHED, now=now)
        handed = _handed(job_id)
        word = Ending(job_id, services.party, Outcome.DONE, "", (), agreed, handed, now)
        say(record, word, to=others(job, services.party), services=services, now=now)


def _hashes(words: Iterable[str]) -> dict[str, str]:
    """One fact over the hashes of all words; they stand in the archive's file."""
    return {"words_hash": hashlib.sha256("".join(words).encode()).hexdigest()}


def _publish(job_id: str, services: NodeServices) -> None:
    """Durably: the job's folder is erased once it is done."""
    made, target = services.job_folder(job_id) / RESULTS, services.results_folder(job_id)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.rmtree(target, ignore_errors=True)
    if made.is_dir():
        shutil.copytree(made, target)
        with explained():
            for path in (*target.iterdir(), target, target.parent):
                sync(path)


def _handed(job_id: str) -> tuple[Handed, ...]:
    rows = Released.objects.filter(job_id=job_id).order_by("id")
    return tuple(Handed(row.name, row.to) for row in rows)


def _ended(job_id: str, job: Job, opened: Opened, services: NodeServices, error: JobEnded) -> None:
    """Stopped, or ended by a word of another; a peer that refused without a word ends it here."""
    if error.facts.get("reason") == STOPPING:
        return
    broken = opened.watch.broken
    if broken is not None:
        code, party = broken
        _fail(job_id, job, code, (Given(code, party),), services)


def _fail(
    job_id: str,
    job: Job,
    code: str,
    reasons: tuple[Given, ...],
    services: NodeServices,
    *,
    told_as: str = "",
) -> None:
    """Into the log, and a signed word to all; nothing when it had ended already.

    ``told_as``: the code in that word, where the reason is this party's own affair.
    """
    now = services.now()
    code = code if _CODE.fullmatch(code) else BUG
    with transaction.atomic():
        record: JobRecord = locked(job_id)
        if State(record.state).is_end:
            return
        messages = archive(job_id, services=services).messages
        facts = {"party": services.party, "outcome": Outcome.FAILED.value, "reason_1": code}
        log(services, "job-ended", job_id, now, **facts, messages=messages)
        move(record, Event.FAILED, now=now, reasons=(Given(code), *reasons), by=services.party)
        handed = _handed(job_id)
        told = (told_as, ()) if told_as else (code, reasons)
        word = Ending(job_id, services.party, Outcome.FAILED, *told, "", handed, now)
        say(record, word, to=others(job, services.party), services=services, now=now)


def reasons_of(error: ShuxinError) -> tuple[Given, ...]:
    """What the others may know of a failure: reasons, parties and names; errors hold no data of subjects."""
    if isinstance(error, JobRefused | ReleaseRefused):
        return given(error.refusals)
    refusals = getattr(error, "refusals", ())
    if refusals:
        return tuple(Given(str(one.reason)) for one in refusals)
    facts = [
        f"{name} {fact.say('en') if isinstance(fact, Text) else fact}"
        for name, fact in error.facts.items()
        if name in _TRAVELS and isinstance(fact, (str, int, Text))
    ]
    about = "".join(sign for sign in ", ".join(facts) if sign.isprintable())
    return (Given(str(error.code), about[:200]),) if about else ()
