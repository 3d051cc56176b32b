"""Words of other parties about jobs, and the delivery of this party's own (声明收发)."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.federation.domain.job import JOB
from shuxin.federation.domain.states import Event, State
from shuxin.federation.domain.words import (
    Approval,
    Ending,
    Given,
    JobWord,
    Objection,
    Outcome,
    Stop,
    read_word,
)
from shuxin.federation.models import Delivery, JobRecord, Peer
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.book import advance, job_in, keep_word, locked, log, move
from shuxin.federation.node.jobs import JobsTooMany, take_job
from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted, ShuxinError, Unavailable
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from shuxin.federation.node.services import NodeServices, PeerLine
    from shuxin.kernel.statements import Statement

LONGEST_WORD = 1 << 18
"""Bytes: a job with a thousand features; every one is kept for good."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0
"""Seconds between attempts to reach a peer that does not answer."""
LONGEST_WAIT_REFUSED = 3600.0
"""After a refusal for good: perhaps a key is trusted there meanwhile."""
GIVE_UP = dt.timedelta(days=30)
"""After which a word is not posted any more."""


class WordTooLong(InvalidInput):
    code = "job_word_too_long"
    what = Text(
        en="a job or a word about one has at most {longest} bytes",
        zh="任务或任务声明最多 {longest} 字节",
    )
    mend = Text(en="Propose a job with fewer features", zh="请减少任务中的特征数量")


class WordEarly(Unavailable):
    code = "job_word_early"
    what = Text(
        en="this node does not know the job yet that the statement is about",
        zh="本节点尚未收到该声明所涉的任务",
    )
    mend = Text(
        en="It is sent again by itself, after the proposer's node has delivered the job",
        zh="提出方送达任务后会自动重发",
    )


class WordUnproven(NotPermitted):
    code = "job_word_unproven"
    what = Text(
        en="the statement is not signed by a valid key of {party}, or {party} is no party of the job",
        zh="声明未由 {party} 的有效密钥签名，或 {party} 不是任务参与方",
    )
    mend = Text(
        en="A word counts only from its own party's node and key; see that its key is trusted here",
        zh="声明须由该方自己的节点以其密钥发出；请确认本节点信任该密钥",
    )


class WordDiffers(Conflict):
    code = "job_word_differs"
    what = Text(
        en="{party} has said something else of this kind about the job before",
        zh="{party} 此前已就该任务作出不同的同类声明",
    )
    mend = Text(
        en="The first word counts; look whether that node's database was restored",
        zh="以首次声明为准；请检查该节点数据库是否被恢复",
    )


def take(peer: str, data: bytes, *, services: NodeServices) -> None:
    """A job or a word about one came from ``peer``. Raises ShuxinError; Unavailable when it may be sent again."""
    if len(data) > LONGEST_WORD:
        raise WordTooLong(longest=LONGEST_WORD)
    statement = parse_statement(data)
    if statement.kind == JOB:
        take_job(peer, statement, services=services)
    else:
        take_word(peer, statement, services=services)


def take_word(peer: str, statement: Statement, *, services: NodeServices) -> None:
    """Keep a word of ``peer`` and do what follows from it; the same again changes nothing.

    Raises WordInvalid, WordEarly, WordUnproven, WordDiffers.
    """
    word, now = read_word(statement), services.now()
    if word.party != peer or not services.speaks(statement, party=peer, seen_at=now):
        raise WordUnproven(party=peer)
    with transaction.atomic():
        if not JobRecord.objects.filter(job_id=word.job).exists():
            raise WordEarly
        record = locked(word.job)
        job = job_in(record)
        if job is None or job.role_of(peer) is None:
            raise WordUnproven(party=peer)
        if not _is_new(record, statement, party=peer):
            return
        _effect(record, word, statement.hash, services=services, now=now)
        keep_word(record, statement, party=peer, now=now)
        if isinstance(word, Approval):
            advance(record, job, services=services, now=now)


def _is_new(record: JobRecord, statement: Statement, *, party: str) -> bool:
    """One word of each kind by each party. Raises WordDiffers."""
    said = WordRow.objects.filter(job=record, party=party, kind=statement.kind).first()
    if said is not None and said.hash != statement.hash:
        raise WordDiffers(party=party)
    return said is None


def _effect(
    record: JobRecord,
    word: JobWord,
    digest: str,
    *,
    services: NodeServices,
    now: dt.datetime,
) -> None:
    """Into the log, and the end of the job here where the word is one."""
    kind, event, reasons = _meaning(word)
    facts: dict[str, str | int] = {"party": word.party, "word": digest, **_numbered(reasons)}
    if isinstance(word, Ending):
        facts["outcome"] = word.outcome.value
    log(services, kind, record.job_id, now, **facts)
    if event is not None and not State(record.state).is_end:
        move(record, event, now=now, reasons=reasons, by=word.party)


def _meaning(word: JobWord) -> tuple[str, Event | None, tuple[Given, ...]]:
    """Its kind of entry in the log, what happens to the job here, and why."""
    match word:
        case Approval():
            return "job-approved", None, ()
        case Objection():
            return "job-refused", Event.REFUSED, word.reasons
        case Stop():
            return "job-stopped", Event.STOPPED, (Given("stopped"),)
        case Ending(outcome=Outcome.FAILED):
            return "job-ended", Event.FAILED, (Given(word.code or "failed"), *word.reasons)
        case Ending():
            return "job-ended", None, ()


def _numbered(reasons: tuple[Given, ...]) -> dict[str, str]:
    return {f"reason_{number}": one.reason for number, one in enumerate(reasons[:20], start=1)}


@dataclass(slots=True)
class Postman:
    """Posts this party's words to the peers that do not have them yet (投递); for one thread."""

    services: NodeServices
    monotonic: Callable[[], float] = time.monotonic
    _lines: dict[str, PeerLine] = field(default_factory=dict)
    _failures: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _next: dict[tuple[str, ...], float] = field(default_factory=dict)

    def round(self) -> int:
        """Try every peer whose time has come, its words in their order; how many were delivered."""
        due = set(self._due().values_list("peer", flat=True))
        pinned = Peer.objects.filter(removed_at=None, party__in=due).values_list("party", flat=True)
        return sum(self._to(peer) for peer in sorted(pinned) if self._is_time(peer))

    def _due(self) -> QuerySet[Delivery]:
        """Not for ever: a peer that does not know a job after days will not hear of it any more."""
        since = self.services.now() - GIVE_UP
        return Delivery.objects.filter(delivered_at=None, word__at__gte=since)

    def _to(self, peer: str) -> int:
        """A peer that is away keeps all its words waiting, one that cannot take a job's word yet just that job's."""
        delivered, held_up = 0, set()
        for row in self._due().filter(peer=peer).select_related("word__job").order_by("id"):
            about = row.word.job.job_id
            if about in held_up or not self._is_time(peer, about):
                held_up.add(about)
                continue
            if not self._is_time(peer, about, row.word.hash):
                continue
            try:
                self._line(peer).word(row.word.statement.encode())
            except ShuxinError as error:
                self._failed(row, error)
                if not _is_later(error):
                    self._wait(peer, about, row.word.hash)
                    continue
                if getattr(error, "refusal", "") not in _OF_ONE_JOB:
                    self._wait(peer)
                    break
                held_up.add(about)
                self._wait(peer, about)
                continue
            Delivery.objects.filter(pk=row.pk).update(delivered_at=self.services.now(), problem="")
            self._forget(peer, about)
            delivered += 1
        else:
            self._forget(peer)
        return delivered

    def _is_time(self, *what: str) -> bool:
        return self._next.get(what, 0.0) <= self.monotonic()

    def _forget(self, *what: str) -> None:
        self._failures.pop(what, None)
        self._next.pop(what, None)

    def _failed(self, row: Delivery, error: ShuxinError) -> None:
        """Remember why; a job that the peer's node cannot take at all is refused by it."""
        code = str(getattr(error, "refusal", error.code))[:80]
        Delivery.objects.filter(pk=row.pk).update(problem=code)
        if not _is_later(error) and row.word.kind == JOB and code in _CANNOT_TAKE:
            self._ended_by(row, code)

    def _ended_by(self, row: Delivery, code: str) -> None:
        now, job_id = self.services.now(), row.word.job.job_id
        with transaction.atomic():
            record = locked(job_id)
            if State(record.state).is_end:
                return
            log(self.services, "job-refused", job_id, now, party=row.peer, reason_1=code)
            move(record, Event.REFUSED, now=now, reasons=(Given(code),), by=row.peer)

    def _line(self, peer: str) -> PeerLine:
        if peer not in self._lines:
            self._lines[peer] = self.services.client_of(peer)
        return self._lines[peer]

    def _wait(self, *what: str) -> None:
        """Longer after each failure in a row: of a peer, of a job there, or of a word that is refused for good."""
        self._failures[what] += 1
        longest = LONGEST_WAIT if len(what) < _WORD else LONGEST_WAIT_REFUSED
        pause = min(longest, FIRST_WAIT * 2 ** min(self._failures[what], 20))
        self._next[what] = self.monotonic() + pause
        if len(what) == 1:
            self._lines.pop(what[0], None)


_WORD = 3
_OF_ONE_JOB = frozenset({WordEarly.code, JobsTooMany.code})
_CANNOT_TAKE = frozenset({"job_invalid", "job_refused", "statement_invalid", WordTooLong.code})


def _is_later(error: ShuxinError) -> bool:
    """Whether the same may be sent again: the peer said so, or was not reached."""
    return bool(getattr(error, "later", isinstance(error, Unavailable)))
