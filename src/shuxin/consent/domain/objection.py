"""Objections (异议): what a subject disputes, the steps until it is settled, and the clock that runs meanwhile.

Credit Reporting Regulation (征信业管理条例) art. 25 and 26. The state is the last event's; it is never stored.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.consent.domain.reading import Body
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.kernel.signing import Signer

OBJECTION = "objection"
OBJECTION_NOTE = "objection-note"
CORRECTION_NOTICE = "correction-notice"
ANSWER_DAYS = 20
"""Calendar days, the day of filing not counted; a last day off is not moved, which favours the subject."""
REMIND_DAYS = 5
NOTICE_MONTHS = 6
LONGEST_TEXT = 2000
_FILED = frozenset({"objection_id", "subject", "about", "holder", "dataset", "field", "text", "at"})
_NOTED = frozenset({"objection_id", "subject", "text", "at"})


class StepOutOfOrder(Conflict):
    code = "objection_step_out_of_order"
    what = Text(
        en="the objection is '{state}'; '{wanted}' does not follow on that",
        zh="异议状态为“{state}”，其后不能进入“{wanted}”",
    )
    mend = Text(
        en="An objection is forwarded, answered and closed, in this order and once each",
        zh="异议依次经过转办、答复、办结，各一次",
    )


class AnswererForwarded(NotPermitted):
    code = "objection_second_person"
    what = Text(
        en="the person who forwarded the objection cannot answer it too",
        zh="转办异议的人员不能同时答复该异议",
    )
    mend = Text(en="Let another person answer", zh="请由另一人答复")


class CorrectionUnproven(InvalidInput):
    code = "objection_correction_unproven"
    what = Text(
        en="no load of dataset {dataset} became known after the objection was filed",
        zh="异议提出后，数据集 {dataset} 没有新的装载",
    )
    mend = Text(
        en="Let the source correct its table and import it; the correction is proved by that load",
        zh="请由来源部门更正其数据并重新导入；该次装载即为更正的证明",
    )


class State(StrEnum):
    """How far an objection has come (异议状态)."""

    FILED = "filed"
    MARKED = "marked"
    FORWARDED = "forwarded"
    CORRECTED = "corrected"
    UPHELD = "upheld"
    CLOSED = "closed"

    @property
    def text(self) -> Text:
        return _TITLES[self]


class Escalation(StrEnum):
    """Who must be told that the answer is late (升级): nobody, the source department, the supervisor."""

    NOBODY = "nobody"
    SOURCE = "source_department"
    SUPERVISOR = "supervisor"

    @property
    def text(self) -> Text:
        return _ESCALATIONS[self]


_TITLES = {
    State.FILED: Text(en="filed", zh="已提出"),
    State.MARKED: Text(en="marked as disputed", zh="已标注异议"),
    State.FORWARDED: Text(en="forwarded to the source", zh="已转来源部门"),
    State.CORRECTED: Text(en="to be corrected", zh="同意更正"),
    State.UPHELD: Text(en="upheld as it stands", zh="核查无误"),
    State.CLOSED: Text(en="closed", zh="已办结"),
}
_ESCALATIONS = {
    Escalation.NOBODY: Text(en="within time", zh="时限内"),
    Escalation.SOURCE: Text(en="remind the source department", zh="催办来源部门"),
    Escalation.SUPERVISOR: Text(
        en="overdue: the head of the holder answers for it, and the subject may complain to the credit reporting"
        " supervisor (art. 26)",
        zh="已超期：由持有方负责人处理，主体可向征信监督管理部门投诉（第二十六条）",
    ),
}
_FOLLOWING = {
    State.FILED: frozenset({State.MARKED}),
    State.MARKED: frozenset({State.FORWARDED}),
    State.FORWARDED: frozenset({State.CORRECTED, State.UPHELD}),
    State.CORRECTED: frozenset({State.CLOSED}),
    State.UPHELD: frozenset({State.CLOSED}),
    State.CLOSED: frozenset[State](),
}
ANSWERS = frozenset({State.CORRECTED, State.UPHELD})
_WAITING = frozenset({State.FILED, State.MARKED, State.FORWARDED})


@dataclass(frozen=True, slots=True)
class Event:
    """One step, for ever. ``before`` None: the first. ``evidence_hash`` "" where nothing proves the step."""

    before: State | None
    after: State
    actor: str
    at: dt.datetime
    reason: str = ""
    evidence_hash: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """What the subject signs: which field of which dataset is wrong, and why in its own words.

    ``about``: whose record it is, the subject's own, or that of an enterprise beside whose data the subject's
    personal data stand.
    """

    objection_id: str
    subject: str
    about: str
    holder: str
    dataset: str
    field: str
    text: str
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        body = {
            "objection_id": self.objection_id,
            "subject": self.subject,
            "about": self.about,
            "holder": self.holder,
            "dataset": self.dataset,
            "field": self.field,
            "text": self.text,
            "at": self.at.isoformat(),
        }
        return sign_statement(OBJECTION, body, signer=signer)


@dataclass(frozen=True, slots=True)
class Note:
    """The subject's own note (本人声明), shown beside the field."""

    objection_id: str
    subject: str
    text: str
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        body = {
            "objection_id": self.objection_id,
            "subject": self.subject,
            "text": self.text,
            "at": self.at.isoformat(),
        }
        return sign_statement(OBJECTION_NOTE, body, signer=signer)


def read_filing(statement: Statement) -> Filing:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_FILED)
    if statement.kind != OBJECTION:
        raise body.wrong("kind")
    return Filing(
        objection_id=body.token("objection_id"),
        subject=body.token("subject"),
        about=body.token("about"),
        holder=body.token("holder"),
        dataset=body.name("dataset"),
        field=_text(body, statement, "field", longest=200),
        text=_text(body, statement, "text", longest=LONGEST_TEXT),
        at=body.moment("at"),
    )


def read_note(statement: Statement) -> Note:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_NOTED)
    if statement.kind != OBJECTION_NOTE:
        raise body.wrong("kind")
    return Note(
        objection_id=body.token("objection_id"),
        subject=body.token("subject"),
        text=_text(body, statement, "text", longest=LONGEST_TEXT),
        at=body.moment("at"),
    )


def _text(body: Body, statement: Statement, field: str, *, longest: int) -> str:
    value = statement.body[field]
    plain = isinstance(value, str) and all(sign.isprintable() or sign == "\n" for sign in value)
    if not plain or not 0 < len(str(value)) <= longest:
        raise body.wrong(field)
    return str(value)


def state_of(history: Sequence[Event]) -> State | None:
    """The last event's; None before the first."""
    return history[-1].after if history else None


def require_step(history: Sequence[Event], event: Event) -> None:
    """Whether the event may follow. Raises StepOutOfOrder, AnswererForwarded."""
    before = state_of(history)
    following = {State.FILED} if before is None else _FOLLOWING[before]
    if event.before is not before or event.after not in following:
        raise StepOutOfOrder(state=before or "new", wanted=event.after)
    forwarders = {past.actor for past in history if past.after is State.FORWARDED}
    if event.after in ANSWERS and event.actor in forwarders:
        raise AnswererForwarded


def due_at(filed_at: dt.datetime) -> dt.datetime:
    """The first moment that is too late: the end of the 20th day after the day of filing, in China."""
    day = filed_at.astimezone(CHINA_TIME).date() + dt.timedelta(days=ANSWER_DAYS + 1)
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA_TIME)


def escalation(history: Sequence[Event], *, now: dt.datetime) -> Escalation:
    """Who must be told, of an objection that is not answered yet."""
    if state_of(history) not in _WAITING:
        return Escalation.NOBODY
    due = due_at(history[0].at)
    if now >= due:
        return Escalation.SUPERVISOR
    late = now >= due - dt.timedelta(days=REMIND_DAYS)
    return Escalation.SOURCE if late else Escalation.NOBODY


def answered_late(history: Sequence[Event]) -> bool:
    """Whether the answer came after the time was up."""
    answers = [event.at for event in history if event.after in ANSWERS]
    return bool(answers) and answers[0] >= due_at(history[0].at)


def notice_since(closed_at: dt.datetime) -> dt.datetime:
    """Six months earlier; the last day of a shorter month stands for a day that it lacks."""
    month = closed_at.month - NOTICE_MONTHS
    year, month = (closed_at.year, month) if month > 0 else (closed_at.year - 1, month + 12)
    following = dt.date(year + month // 12, month % 12 + 1, 1)
    last = (following - dt.timedelta(days=1)).day
    return closed_at.replace(year=year, month=month, day=min(closed_at.day, last))
