"""The label party asks about subjects and scores them (联合评分): own values, holders' answers, the model's rules."""

from __future__ import annotations

import re
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from shuxin.consent.api import AUTHORISED, Reason, Request, entity_of, read_authorisation
from shuxin.federation.card.files import read_file
from shuxin.federation.card.label import Standing, begin, due, judge, took
from shuxin.federation.card.parts import LabelPart
from shuxin.federation.node.serving import open_service
from shuxin.federation.service.kind import CARD
from shuxin.federation.service.question import NONCE_BYTES, answer_digest, question_of
from shuxin.federation.wire.messages import MOST_SUBJECTS, MOST_WORDS, Score
from shuxin.fusion.api import ValueReader
from shuxin.kernel.errors import Conflict, InvalidInput, ShuxinError, Unavailable
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import InvalidUSCC
from shuxin.ledger.api import Entry

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from shuxin.consent.api import Authorisation, Gate
    from shuxin.federation.card.answers import Question
    from shuxin.federation.card.label import JointScores, Tally
    from shuxin.federation.domain.job import Job
    from shuxin.federation.node.services import PeerLine
    from shuxin.federation.wire.messages import Scored
    from shuxin.infra.api import Settings
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement
    from shuxin.scoring.api import Values

MOST_WORD_BYTES = 900_000
"""Of one question; a message between nodes has little more."""
TRIES, PAUSE_SECONDS = 3, 0.2
_CREDIT_CODE, _REASON = re.compile(r"[0-9A-Z]{18}"), re.compile(r"[a-z0-9_]{1,60}")


class NotTheLabelParty(Conflict):
    code = "service_of_another"
    what = Text(
        en="the label party of this service asks, not this party",
        zh="该评分服务由标签方询问，而非本方",
    )
    mend = Text(
        en="'shuxin node service list' shows whose it is", zh="用 shuxin node service list 查看归属"
    )


class SubjectsRepeated(InvalidInput):
    code = "joint_subjects_repeated"
    what = Text(en="a subject stands twice, or none does", zh="主体重复或为空")
    mend = Text(en="Name each subject once", zh="每个主体只列一次")


@dataclass(frozen=True, slots=True)
class Because:
    """Why a holder gave nothing: a code, and its sentence where there is one."""

    party: str
    code: str
    sentence: Text


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores of subjects in their order, and why holders gave nothing to some, each reason once (联合评分结果)."""

    subjects: tuple[str, ...]
    scores: JointScores
    because: tuple[Because, ...]
    questions: tuple[str, ...]
    score_ids: tuple[str, ...] = ()
    """Under which this party keeps them, in the order of the subjects; none where it keeps none."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one holder said to one question (应答记录)."""

    question: Question
    holder: str
    message: Score
    found: Scored | ShuxinError


class ScoreBook(Protocol):
    """How scores are kept with what proves them (评分簿); ``node.score_book`` fills it."""

    def check(self, heard: Heard, *, part: LabelPart) -> None:
        """Raises AnswerInvalid: the receipt is missing or not of this answer."""
        ...

    def keep(self, found: Scoring, heard: Sequence[Heard], *, service: str) -> tuple[str, ...]:
        """The ids of the scores, in the order of the subjects."""
        ...


@dataclass(frozen=True, slots=True)
class _Word:
    terms: Authorisation
    data: bytes


@dataclass(slots=True)
class Asking:
    """The label party's way to joint scores; for one thread, its connections are kept until ``close``.

    gate: of this party, for its own data. results: the folder of a job's results. log: appends, durable when it
    returns. client_of: a new way to a peer.
    """

    party: str
    signer: Signer
    gate: Callable[[], Gate]
    settings: Settings
    results: Callable[[str], Path]
    log: Callable[[Entry], object]
    client_of: Callable[[str], PeerLine]
    now: Callable[[], dt.datetime]
    pause: Callable[[float], None] = time.sleep
    book: ScoreBook | None = None
    """Keeps scores and wants receipts; without one neither."""
    _lines: dict[str, PeerLine] = field(default_factory=dict)
    _parts: dict[str, LabelPart] = field(default_factory=dict)
    _readers: dict[tuple[str, tuple[str, ...]], ValueReader] = field(default_factory=dict)

    def score(
        self, service: str, *, subjects: Sequence[str], words: Iterable[Statement]
    ) -> Scoring:
        """Ask and score.

        subjects: credit codes. words: the authorisations that are at hand; each goes just to the holders that it
        names.
        Raises ServiceUnknown, ServiceOver, NotTheLabelParty, SubjectsRepeated, InvalidUSCC, AnswerInvalid, UseRefused.
        """
        job = self.job(service)
        if not subjects or len(set(subjects)) != len(subjects):
            raise SubjectsRepeated
        if not all(map(_CREDIT_CODE.fullmatch, subjects)):
            raise InvalidUSCC
        for one in job.holders:
            with suppress(ShuxinError):  # found in this thread, which may ask the database
                self.line(one)
        part = self.part(service)
        work = _Work(self, service, job, tuple(subjects), _by_subject(words))
        names = tuple(each.name for each in part.characteristics)
        values = self.own_values(job, names, subjects=subjects) if names else {}
        tally = begin(part, rows=len(subjects))
        while questions := due(tally):
            for holders, rows in questions:
                for some in work.pieces(rows):
                    tally = work.asked(tally, holders, some)
        scores = judge(tally, values)
        found = Scoring(tuple(subjects), scores, tuple(work.because), tuple(work.questions))
        if self.book is None:
            return found
        return replace(found, score_ids=self.book.keep(found, work.heard, service=service))

    def job(self, service: str) -> Job:
        """Of a service that runs now. Raises ServiceUnknown, ServiceOver, NotTheLabelParty."""
        job = open_service(service, now=self.now())
        if job.label != self.party:
            raise NotTheLabelParty
        return job

    def part(self, service: str) -> LabelPart:
        """Read once: it never changes."""
        if service not in self._parts:
            part = read_file(LabelPart, (self.results(service) / CARD).read_bytes())
            self._parts[service] = part
        return self._parts[service]

    def own_values(
        self, job: Job, names: tuple[str, ...], *, subjects: Sequence[str]
    ) -> Mapping[str, Values]:
        """Of this party's own fields, under a permit of its gate for them. Raises UseRefused."""
        own = job.input_of(self.party)
        if own is None:
            raise ValueError("a service has an input of each data party")
        permit = self.gate().permit_own_part(
            purpose=job.purpose,
            catalogue=own.dataset,
            level=own.level,
            data_from=own.data_from,
            data_to=own.data_to,
            job=secrets.token_hex(NONCE_BYTES),
            now=self.now(),
            basis_id=own.basis,
            fields=frozenset(names),
        )
        key = (own.dataset, names)
        reader = self._readers.setdefault(key, ValueReader(*key, self.settings))
        found: Mapping[str, Values] = reader.read("".join(subjects).encode(), permit=permit)[1]
        return found

    def line(self, peer: str) -> PeerLine:
        if peer not in self._lines:
            self._lines[peer] = self.client_of(peer)
        return self._lines[peer]

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._lines.clear()


@dataclass(slots=True)
class _Work:
    """One call's work."""

    asking: Asking
    service: str
    job: Job
    subjects: tuple[str, ...]
    words: Mapping[str, Sequence[_Word]]
    because: list[Because] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def pieces(self, rows: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
        """As many subjects as one message can ask about, with their words."""
        piece: list[int] = []
        size = count = 0
        for row in rows.tolist():
            theirs = self.words.get(self.subjects[row], ())
            more = sum(len(one.data) + 5 for one in theirs)
            full = len(piece) == MOST_SUBJECTS or count + len(theirs) > MOST_WORDS
            if piece and (full or size + more > MOST_WORD_BYTES):
                yield np.array(piece, np.intp)
                piece, size, count = [], 0, 0
            piece.append(row)
            size, count = size + more, count + len(theirs)
        yield np.array(piece, np.intp)

    def asked(self, tally: Tally, holders: tuple[str, ...], rows: NDArray[np.intp]) -> Tally:
        """One question to all these holders at once."""
        subjects = [self.subjects[row] for row in rows.tolist()]
        nonce = secrets.token_bytes(NONCE_BYTES)
        question = question_of(
            service=self.service, holders=holders, subjects=subjects, nonce=nonce
        )
        self.questions.append(question.request)
        messages = {one: self._message(one, question, subjects, nonce) for one in holders}
        with ThreadPoolExecutor(len(holders)) as threads:
            heard = dict(zip(holders, threads.map(self._heard, messages.items()), strict=True))
        self._write(question, heard)
        self._check([Heard(question, one, messages[one], said) for one, said in heard.items()])
        answers = {one: found for one, found in heard.items() if not isinstance(found, ShuxinError)}
        absent = {one: self._why(one, found) for one, found in heard.items() if one not in answers}
        for one, scored in answers.items():
            self._say(one, scored)
        return took(
            tally,
            question=question,
            rows=rows,
            answers={one: scored.answer for one, scored in answers.items()},
            absent=absent,
            refused={one: _places(scored.refused, len(rows)) for one, scored in answers.items()},
        )

    def _message(
        self, holder: str, question: Question, subjects: Sequence[str], nonce: bytes
    ) -> Score:
        theirs = self.job.input_of(holder)
        if theirs is None:
            raise ValueError("a service has an input of each data party")
        request = Request(
            request_id=question.request,
            grantee=self.asking.party,
            holder=holder,
            subject=AUTHORISED,
            purpose=self.job.purpose,
            catalogues=(theirs.dataset,),
            level=theirs.level,
            data_from=theirs.data_from,
            data_to=theirs.data_to,
            at=self.asking.now(),
        )
        words = [
            one.data
            for subject in subjects
            for one in self.words.get(subject, ())
            if holder in one.terms.holders and theirs.dataset in one.terms.catalogues
        ]
        return Score(
            service=self.service,
            holders=list(question.holders),
            subjects=list(subjects),
            nonce=nonce,
            request=request.sign(signer=self.asking.signer).dump(),
            words=words,
        )

    def _heard(self, one: tuple[str, Score]) -> Scored | ShuxinError:
        """What a holder answers; a few times where it says that it may be asked again."""
        holder, message = one
        for left in reversed(range(TRIES)):
            try:
                return self.asking.line(holder).score(message)
            except ShuxinError as error:
                if not left or not getattr(error, "later", False):
                    return error
                self.asking.pause(PAUSE_SECONDS)
        raise ValueError("a holder is asked once at least")

    def _write(self, question: Question, heard: Mapping[str, Scored | ShuxinError]) -> None:
        """Into this party's log: who was asked, and the hash of what it said, as the holder's log has it too."""
        for holder, found in sorted(heard.items()):
            facts: dict[str, str | int] = {"service": self.service, "question": question.request}
            facts |= {"holder": holder, "subjects": question.rows}
            if isinstance(found, ShuxinError):
                facts["reason_1"] = _code(found)
            else:
                facts["answer"] = answer_digest(found)
            self.asking.log(Entry("joint-question", self.asking.now(), self.asking.party, facts))

    def _check(self, heard: Sequence[Heard]) -> None:
        """Raises AnswerInvalid."""
        book = self.asking.book
        if book is None:
            return
        for one in heard:
            book.check(one, part=self.asking.part(self.service))
        self.heard += heard

    def _why(self, holder: str, error: Scored | ShuxinError) -> Standing:
        if not isinstance(error, ShuxinError):
            raise TypeError("a holder that answered is not absent")
        sentence = Text(en=_plain(error.say("en")), zh=_plain(error.say("zh")))
        self._because(Because(holder, _code(error), sentence))
        later = getattr(error, "later", isinstance(error, Unavailable))
        refused = hasattr(error, "refusal") and not later
        return Standing.REFUSED if refused else Standing.DOWN

    def _say(self, holder: str, scored: Scored) -> None:
        """Its codes are a stranger's: one that is known here has its sentence, another is shown if it is plain."""
        for told in scored.reasons:
            code = told if _REASON.fullmatch(told) else "unreadable"
            known = code in set(Reason)
            sentence = Reason(code).text if known else Text(en=code, zh=code)
            self._because(Because(holder, code, sentence))

    def _because(self, one: Because) -> None:
        if one not in self.because:
            self.because.append(one)


def _by_subject(words: Iterable[Statement]) -> dict[str, list[_Word]]:
    """Raises AuthorisationInvalid, StatementUnreadable."""
    found: dict[str, list[_Word]] = {}
    for one in words:
        terms = read_authorisation(one)
        found.setdefault(entity_of(terms.subject), []).append(_Word(terms, one.dump()))
    return found


def _places(told: Sequence[int], rows: int) -> NDArray[np.bool_]:
    found = np.zeros(rows, np.bool_)
    found[[one for one in told if one < rows]] = True
    return found


def _code(error: ShuxinError) -> str:
    return str(getattr(error, "refusal", error.code))


def _plain(text: str) -> str:
    """For a template: braces that a stranger wrote name nothing."""
    return text.replace("{", "{{").replace("}", "}}")
