"""A holder's answer to a question about subjects (联合评分应答): who asks, who agreed, how often; then it reads.

In this order, so that a kill at any moment lets nothing out uncounted: the question is taken up and counted against
the service's limits; the gate judges and counts every subject's authorisation and writes it into the log; the values
are read under its permit; the answer goes into the log by its hash, is kept, and leaves. The same question again gets
the same bytes.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from shuxin.consent.api import (
    GateLimits,
    Reason,
    Refusal,
    UseRefused,
    entity_of,
    keep_refusals,
    permit_set,
    read_authorisation,
    read_request,
)
from shuxin.federation.card.answers import answer_bytes
from shuxin.federation.card.contract import Contribution
from shuxin.federation.card.files import hash_of, read_file
from shuxin.federation.card.holder import answer, check_question
from shuxin.federation.card.parts import CardPart
from shuxin.federation.domain.job import Role
from shuxin.federation.evidence.leaves import ANSWERED, REFUSED
from shuxin.federation.node.answer_book import COUNTING, Page, QuestionRefusedBefore
from shuxin.federation.node.pace import Pace
from shuxin.federation.node.sealing import Told
from shuxin.federation.node.serving import ServiceOver, ServiceUnknown, open_service
from shuxin.federation.product.generator import Cipher
from shuxin.federation.service.kind import CARD, PAIRS, asked_of, read_pairs, require_part
from shuxin.federation.service.question import answer_digest, question_of
from shuxin.federation.wire.codec import decode_answered, encode
from shuxin.federation.wire.messages import Scored
from shuxin.fusion.api import ValueReader
from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted, Unavailable
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import Entry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from shuxin.consent.api import Gate, Permit, PermittedSet, Request
    from shuxin.federation.card.answers import Question
    from shuxin.federation.domain.job import Input, Job
    from shuxin.federation.node.sealing import Seal
    from shuxin.federation.wire.messages import Receipt, Score
    from shuxin.infra.api import Settings
    from shuxin.kernel.errors import ShuxinError
    from shuxin.kernel.statements import Statement

_KEEPS = (InvalidInput, NotPermitted, Conflict)
"""Refusals that stand in the log."""


class QuestionInvalid(InvalidInput):
    code = "joint_question_invalid"
    what = Text(en="the question contradicts itself: {field}", zh="询问内容自相矛盾：{field}")
    mend = Text(
        en="Run the same version of shuxin on both sides; a request is made for one question and one holder",
        zh="请确认双方 shuxin 版本一致；每个申请只对应一次询问和一个数据方",
    )


class QuestionOutsideService(NotPermitted):
    code = "joint_question_outside_service"
    what = Text(
        en="the question asks for something else than the service allows: {field}",
        zh="询问超出评分服务约定：{field}",
    )
    mend = Text(
        en="'shuxin node jobs SERVICE' shows what all parties approved",
        zh="用 shuxin node jobs 查看各方批准的内容",
    )


class QuestionUnderWay(Unavailable):
    code = "joint_question_under_way"
    what = Text(en="this very question is being answered already", zh="该询问正在处理中")
    mend = Text(en="Nothing to do: it is asked again by itself", zh="无需处理：系统会自动重试")


@dataclass(frozen=True, slots=True)
class _Held:
    """What a service rests on here: the part that all approved, its hash, and the way to its values."""

    part: CardPart
    hash: str
    reader: ValueReader


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that fits its service."""

    service: str
    job: Job
    own: Input
    held: _Held
    question: Question
    subjects: tuple[str, ...]
    request: Request
    statement: Statement
    words: tuple[Statement, ...]
    worded: frozenset[str]
    """Subjects of the words."""


@dataclass(frozen=True, slots=True)
class NodeAnswering:
    """What a node is given to answer questions; from any thread.

    gate: of this holder, with limits. results: the folder of a job's results. log: appends, durable when it returns.
    """

    party: str
    gate: Callable[[GateLimits], Gate]
    settings: Settings
    results: Callable[[str], Path]
    log: Callable[[Entry], object]
    now: Callable[[], dt.datetime]
    seal: Seal | None = None
    """Makes receipts; without one answers have none."""
    _under_way: set[str] = field(default_factory=set, compare=False, repr=False)
    _pace: Pace = field(default_factory=Pace, compare=False, repr=False)
    _held: dict[str, _Held] = field(default_factory=dict, compare=False, repr=False)

    def answer(self, peer: str, message: Score) -> Scored:
        """Raises ServiceUnknown, ServiceOver, QuestionInvalid, QuestionOutsideService, QuestionRefused, AsksTooMany.

        Also UseRefused when nobody asked about may be read, QuestionRefusedBefore, QuestionUnderWay, WordsTooMany
        after many refusals, and as reading and logging do.
        """
        now = self.now()
        try:
            return self._taken(self._understood(peer, message, now), now)
        except QuestionRefusedBefore:
            self._pace.take(peer)
            raise
        except _KEEPS as error:
            self._pace.take(peer)
            error.proof = self._log_refusal(peer, message, error, now)
            raise

    def _taken(self, asked: _Asked, now: dt.datetime) -> Scored:
        limits, question = asked_of(asked.job), asked.question.request
        page = Page(asked.service, asked.job.label, question, asked.subjects, limits)
        gate = self.gate(GateLimits(max_status_age=timedelta(seconds=limits.status_seconds)))
        with self._alone(question):
            gate.require_requester(asked.request, asked.statement, now=now)
            pairs = self._pairs(asked)
            kept = page.take_up(now)
            if kept is not None:
                return _kept(kept)
            try:
                scored = self._answered(asked, gate, pairs, now)
            except UseRefused as error:
                page.refuse()
                why = [one.reason.value for one in error.refusals]
                self._keep_refusals(asked, dict.fromkeys(asked.subjects, why), now)
                raise
            page.keep(encode(scored))
            return scored

    def _understood(self, peer: str, message: Score, now: dt.datetime) -> _Asked:
        job = open_service(message.service, now=now)
        own = job.input_of(self.party)
        if peer != job.label or own is None or job.role_of(self.party) is not Role.HOLDER:
            raise ServiceUnknown
        question = _question(message)
        held = self._of_service(message.service, job, own)
        check_question(held.part, question)
        statement = parse_statement(message.request)
        request = read_request(statement)
        _require_request(request, job=job, own=own, question=question)
        words = tuple(map(parse_statement, message.words))
        worded = frozenset(entity_of(read_authorisation(one).subject) for one in words)
        if not worded <= set(message.subjects):  # of others nothing may be counted
            raise QuestionInvalid(field="words")
        return _Asked(
            service=message.service,
            job=job,
            own=own,
            held=held,
            question=question,
            subjects=tuple(message.subjects),
            request=request,
            statement=statement,
            words=words,
            worded=worded,
        )

    def _of_service(self, service: str, job: Job, own: Input) -> _Held:
        """Read once: it never changes. Raises ServiceImpossible."""
        if service not in self._held:
            part = read_file(CardPart, (self.results(service) / CARD).read_bytes())
            require_part(job, part, party=self.party)
            names = tuple(each.shape.name for each in part.characteristics)
            reader = ValueReader(own.dataset, names, self.settings)
            self._held[service] = _Held(part, hash_of(part), reader)
        return self._held[service]

    @contextmanager
    def _alone(self, question: str) -> Iterator[None]:
        """Raises QuestionUnderWay."""
        with COUNTING:
            if question in self._under_way:
                raise QuestionUnderWay
            self._under_way.add(question)
        try:
            yield
        finally:
            self._under_way.discard(question)

    def _answered(
        self, asked: _Asked, gate: Gate, pairs: Mapping[str, bytes], now: dt.datetime
    ) -> Scored:
        if not asked.words:
            raise UseRefused([Refusal(Reason.AUTHORISATION_MISSING)])
        permitted = permit_set(
            gate,
            asked.statement,
            authorisations=asked.words,
            now=now,
            job=asked.question.request,
            fields=frozenset(asked.held.reader.fields),
        )
        made = self._read(asked, permitted.permit, pairs)
        refused = [
            nth for nth, one in enumerate(asked.subjects) if not permitted.permit.covers(one)
        ]
        against = {
            asked.subjects[nth]: _why(asked.subjects[nth], asked, permitted) for nth in refused
        }
        self._keep_refusals(asked, against, now)
        reasons = set(permitted.refused)
        if not {asked.subjects[nth] for nth in refused} <= asked.worded:
            reasons.add(Reason.AUTHORISATION_MISSING)
        scored = Scored(made, refused, sorted(one.value for one in reasons))
        facts: dict[str, str | int] = {"service": asked.service, "question": asked.question.request}
        facts |= {"subjects": len(asked.subjects), "refused": len(refused)}
        facts["answer"] = answer_digest(scored)
        if self.seal is None:
            self._log("joint-answer", now, facts)
            return scored
        told = _told(asked, made, permitted, refused)
        return replace(scored, receipt=self.seal.receipt(told, facts=facts, now=now))

    def _pairs(self, asked: _Asked) -> Mapping[str, bytes]:
        """The secrets with the other holders, before anything is counted. Raises ServiceOver: they are erased."""
        if asked.held.part.contract.contribution is not Contribution.SUM:
            return {}
        try:
            return read_pairs((self.results(asked.service) / PAIRS).read_bytes())
        except FileNotFoundError:
            raise ServiceOver from None

    def _read(self, asked: _Asked, permit: Permit, pairs: Mapping[str, bytes]) -> bytes:
        held = asked.held
        known, values = held.reader.read("".join(asked.subjects).encode(), permit=permit)
        made = answer(
            held.part,
            question=asked.question,
            values=values,
            known=known,
            secrets=pairs,
            cipher=Cipher[asked.job.cipher.name],
        )
        return answer_bytes(made, question=asked.question, part=held.hash)

    def _log_refusal(
        self, peer: str, message: Score, error: ShuxinError, now: dt.datetime
    ) -> Receipt | None:
        """Also of a question that is none: then without its hash, and without a receipt."""
        refusals = error.refusals if isinstance(error, UseRefused) else ()
        reasons = sorted({one.reason.value for one in refusals}) or [str(error.code)]
        facts: dict[str, str | int] = {
            "service": message.service,
            "subjects": len(message.subjects),
        }
        facts |= {f"reason_{nth}": one for nth, one in enumerate(reasons[:10], start=1)}
        with suppress(QuestionInvalid):
            facts["question"] = _question(message).request
        if self.seal is None or "question" not in facts:
            self._log("joint-refusal", now, facts)
            return None
        told = Told(
            outcome=REFUSED,
            service=message.service,
            question=str(facts["question"]),
            asker=peer,
            holders=message.holders,
            subjects=message.subjects,
            refused=dict.fromkeys(range(len(message.subjects)), reasons),
        )
        return self.seal.receipt(told, facts=facts, now=now)

    @staticmethod
    def _keep_refusals(asked: _Asked, why: Mapping[str, Sequence[str]], now: dt.datetime) -> None:
        """Each subject sees who tried to use its data and why that was refused."""
        by_party = {f"uscc:{code}": reasons for code, reasons in why.items()}
        keep_refusals(by_party, reader=asked.job.label, purpose=asked.job.purpose, now=now)

    def _log(self, kind: str, now: dt.datetime, facts: Mapping[str, str | int]) -> None:
        self.log(Entry(kind, now, self.party, facts))


def _told(asked: _Asked, made: bytes, permitted: PermittedSet, refused: Sequence[int]) -> Told:
    """What the receipt is about; of one who is refused its own reasons."""
    return Told(
        outcome=ANSWERED,
        service=asked.service,
        question=asked.question.request,
        asker=asked.job.label,
        holders=asked.question.holders,
        subjects=asked.subjects,
        part=asked.held.hash,
        answer=made,
        most=asked.held.part.contract.most_categories,
        refused={nth: _why(asked.subjects[nth], asked, permitted) for nth in refused},
        papers=permitted.papers,
    )


def _why(subject: str, asked: _Asked, permitted: PermittedSet) -> list[str]:
    if subject not in asked.worded:
        return [Reason.AUTHORISATION_MISSING.value]
    found = permitted.against.get(subject, frozenset())
    return sorted(one.value for one in found) or [UseRefused.code]


def _question(message: Score) -> Question:
    """Raises QuestionInvalid."""
    if len(set(message.subjects)) != len(message.subjects):
        raise QuestionInvalid(field="subjects")
    try:
        return question_of(
            service=message.service,
            holders=message.holders,
            subjects=message.subjects,
            nonce=message.nonce,
        )
    except ValueError:
        raise QuestionInvalid(field="holders") from None


def _require_request(request: Request, *, job: Job, own: Input, question: Question) -> None:
    """It is for this very question and for just what the service reads: by another period events could be dated.

    Raises QuestionInvalid, QuestionOutsideService.
    """
    for name, found, wanted in (
        ("request_id", request.request_id, question.request),
        ("holder", request.holder, own.party),
        ("grantee", request.grantee, job.label),
    ):
        if found != wanted:
            raise QuestionInvalid(field=name)
    for name, within in (
        ("purpose", request.purpose is job.purpose),
        ("catalogues", request.catalogues == (own.dataset,)),
        ("level", request.level == own.level),
        ("data_from", request.data_from == own.data_from),
        ("data_to", request.data_to == own.data_to),
    ):
        if not within:
            raise QuestionOutsideService(field=name)


def _kept(data: bytes) -> Scored:
    found = decode_answered(data)
    if not isinstance(found, Scored):
        raise TypeError("an answer was kept that is none")
    return found
