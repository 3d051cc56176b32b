"""Questions of subjects as they come to a holder: judged, answered once each, and not too many in a day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from shuxin.consent import records
from shuxin.consent.domain.gate import HIGHEST_TO_LEAVE
from shuxin.consent.domain.permit import Ground, Permit, entity_of
from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.question import judge_question, read_question
from shuxin.consent.domain.refusal import UseRefused
from shuxin.consent.lookups import holds_of, is_person
from shuxin.consent.models import AnsweredRequest, Use
from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from shuxin.consent.domain.gate import GateLimits, Keys
    from shuxin.kernel.statements import Statement

MOST_A_DAY = 500
"""Questions of one subject at one holder in 24 hours: a page asks each holder four things at once."""
_PREFIX = "question:"


class QuestionsTooMany(NotPermitted):
    code = "subject_questions_too_many"
    what = Text(
        en="{most} questions of this subject were answered here in the last 24 hours",
        zh="近 24 小时内已答复该主体 {most} 次查阅",
    )
    mend = Text(en="Ask again tomorrow", zh="请次日再查阅")


class Answering(Protocol):
    """What of a gate is needed to answer a question; ``consent.api.Gate`` is one."""

    @property
    def holder(self) -> str: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def issuers(self) -> AbstractSet[str]: ...
    @property
    def limits(self) -> GateLimits: ...
    def record(self, uses: Sequence[Use], *, now: datetime) -> None: ...


def permit_subject(statement: Statement, *, gate: Answering, now: datetime) -> Permit:
    """Leave for the subject itself, on its own signed question (查阅复制权), once; logged before this returns.

    Lets it see its rows with the fields that it disputes, without those above level 3, those of other persons
    and those shared with nobody. Raises UseRefused, QuestionsTooMany, StatementUnreadable.
    """
    use = _taken(statement, gate=gate, now=now)
    gate.record([use], now=now)
    erased = frozenset(hold for hold in holds_of([use.subject]) if hold[2] == "*")
    return Permit(
        reader=use.reader,
        subjects=frozenset({use.subject}),
        purpose=Purpose.SUBJECT_ACCESS,
        highest_level=use.highest_level,
        issued_at=now,
        use_id=use.pk,
        log_index=use.log_index or 0,
        ground=Ground.SUBJECT,
        withheld=erased,
        personal=is_person(use.reader),
    ).with_seal()


def _taken(statement: Statement, *, gate: Answering, now: datetime) -> Use:
    """The use to log for this question, which counts as answered from now on."""
    question = read_question(statement)
    status = records.newest_status(gate.issuers)
    refusals = judge_question(
        question,
        statement,
        holder=gate.holder,
        keys=gate.keys,
        revoked=frozenset() if status is None else status.revoked_keys,
        limits=gate.limits,
        now=now,
    )
    if refusals:
        raise UseRefused(refusals)
    _require_few(question.subject, now=now)
    records.answer_once(grantee=question.subject, request_id=_PREFIX + question.nonce, now=now)
    return Use(
        reader=question.subject,
        subject=entity_of(question.subject),
        purpose=Purpose.SUBJECT_ACCESS.value,
        highest_level=HIGHEST_TO_LEAVE,
        at=now,
        ground=Ground.SUBJECT.value,
        rests_on=statement.hash,
        catalogues=[question.dataset] if question.dataset else [],
    )


def _require_few(subject: str, *, now: datetime) -> None:
    asked = AnsweredRequest.objects.filter(
        grantee=subject, request_id__startswith=_PREFIX, at__gt=now - timedelta(days=1)
    )
    if asked.count() >= MOST_A_DAY:
        raise QuestionsTooMany(most=MOST_A_DAY)
