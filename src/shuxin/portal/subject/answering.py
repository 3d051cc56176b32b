"""A holder's answer to a subject: what came is judged, logged, answered under a permit, and sealed to the asker."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from shuxin.kernel.statements import StatementInvalid, parse_statement
from shuxin.portal.bootstrap import gate, own_signer
from shuxin.portal.subject.letters import LETTER, OBJECTION, file_sealed
from shuxin.portal.subject.sealing import MOST, AnswerTooLong, seal

if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from shuxin.consent.api import Permit, Question
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement

LONGEST_QUESTION = 1 << 15
QUESTION = "subject-question"


def answer(body: bytes, *, settings: Settings, now: datetime) -> bytes:
    """The sealed answer to a signed question, or the receipt of a signed objection, as a statement.

    Raises NotSetUp, StatementInvalid, StatementUnreadable, UseRefused, QuestionsTooMany, BoxInvalid, and for objections
    what ``ObjectionDesk.file`` raises, for sealed ones LetterNotOpened, ObjectionNotTaken.
    """
    from shuxin.consent.api import permit_subject, read_question  # noqa: PLC0415 - needs the database

    if len(body) > LONGEST_QUESTION:
        raise StatementInvalid(reason=f"longer than {LONGEST_QUESTION} bytes")
    statement = parse_statement(body)
    if statement.kind in {LETTER, OBJECTION}:
        return _filed(statement, settings=settings, now=now)
    if statement.kind != QUESTION:
        raise StatementInvalid(reason=f"kind is not '{QUESTION}'")
    question = read_question(statement)
    permit = permit_subject(statement, gate=gate(settings), now=now)
    content = told(question, permit=permit, settings=settings, now=now)
    sealed = seal(
        content, question=question, digest=statement.hash, signer=own_signer(settings), now=now
    )
    return sealed.dump()


def told(question: Question, *, permit: Permit, settings: Settings, now: datetime) -> bytes:
    """The content of an answer, UTF-8 JSON; rows are left out, oldest first, until it fits into an answer.

    Raises AnswerTooLong where even without rows it does not fit.
    """
    from shuxin.consent.api import Wanted  # noqa: PLC0415 - needs the database
    from shuxin.portal.subject import telling  # noqa: PLC0415 - heavy

    tell = telling.TELL[question.wanted]
    rows = telling.MOST_ROWS
    while True:
        found = tell(question, permit=permit, settings=settings, now=now, rows=rows)
        content = _json(found)
        if len(content) <= MOST - 4:
            return content
        if rows == 0 or question.wanted is Wanted.REPORT:
            raise AnswerTooLong(longest=MOST - 4)
        rows //= 4


def _filed(statement: Statement, *, settings: Settings, now: datetime) -> bytes:
    """What the holder signs on taking an objection: its number, and until when it answers."""
    from shuxin.consent.api import rights  # noqa: PLC0415 - needs the database
    from shuxin.kernel.statements import sign_statement  # noqa: PLC0415 - as above

    own = gate(settings)
    desk = rights.ObjectionDesk(holder=own.holder, keys=own.keys, journal=own.journal)
    if statement.kind == LETTER:
        number, objection = file_sealed(statement, desk=desk, settings=settings, now=now)
    else:
        number, objection = desk.file(statement, now=now), statement
    due = next(one.due_at for one in rights.objections(now=now) if one.objection_id == number)
    facts = {
        "objection": objection.hash,
        "number": number,
        "holder": own.holder,
        "due": due.isoformat(timespec="seconds"),
        "at": now.isoformat(timespec="seconds"),
    }
    return sign_statement("objection-receipt", facts, signer=own_signer(settings)).dump()


def _json(found: Any) -> bytes:
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()
