"""The subject's own question to a holder (查阅复制申请): what is held about me, who used it, what was decided."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.consent.domain.reading import Body
from shuxin.consent.domain.refusal import Reason, Refusal
from shuxin.kernel.statements import Statement, sign_statement
from shuxin.parties.api import KeyProblem, KeyRole

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.domain.gate import GateLimits, Keys
    from shuxin.kernel.signing import Signer

QUESTION = "subject-question"
_FIELDS = frozenset({"nonce", "subject", "holder", "what", "dataset", "language", "box", "at"})
_NONCE = re.compile(r"[0-9a-f]{32}")
_DATASET = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_BOX = re.compile(r"B[0-9A-Za-z_-]{86}")
MAY_LOOK = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})


class Wanted(StrEnum):
    """What a subject asks a holder for (查阅内容)."""

    OVERVIEW = "overview"
    PORTRAIT = "portrait"
    REPORT = "report"
    USES = "uses"


class Tongue(StrEnum):
    """In which language a report is made."""

    EN = "en"
    ZH = "zh"


@dataclass(frozen=True, slots=True)
class Question:
    """What the subject signs.

    ``nonce`` makes it answered once. ``dataset``: only this one, "" for all. ``box``: base64url of the uncompressed
    P-256 point to whose private half the answer is sealed; it is made for this question alone.
    """

    nonce: str
    subject: str
    holder: str
    wanted: Wanted
    dataset: str
    language: Tongue
    box: str
    at: dt.datetime

    def sign(self, *, signer: Signer) -> Statement:
        body = {
            "nonce": self.nonce,
            "subject": self.subject,
            "holder": self.holder,
            "what": self.wanted.value,
            "dataset": self.dataset,
            "language": self.language.value,
            "box": self.box,
            "at": self.at.isoformat(),
        }
        return sign_statement(QUESTION, body, signer=signer)


def read_question(statement: Statement) -> Question:
    """Raises StatementUnreadable."""
    body = Body(statement, fields=_FIELDS)
    return Question(
        nonce=body.matching("nonce", _NONCE),
        subject=body.token("subject"),
        holder=body.token("holder"),
        wanted=body.word("what", Wanted),
        dataset=body.matching_or_empty("dataset", _DATASET),
        language=body.word("language", Tongue),
        box=body.matching("box", _BOX),
        at=body.moment("at"),
    )


def judge_question(
    question: Question,
    statement: Statement,
    *,
    holder: str,
    keys: Keys,
    revoked: frozenset[str],
    limits: GateLimits,
    now: dt.datetime,
) -> tuple[Refusal, ...]:
    """Every reason not to answer, sorted: another holder is meant, it is old, or no key of the subject's own signed.

    An agent's key does not count. revoked: as in ``gate.judge_requester``.
    """
    found = []
    if question.holder != holder:
        found.append(Refusal(Reason.OTHER_HOLDER))
    if question.at > now + limits.clock_skew or now - question.at > limits.max_request_age:
        found.append(Refusal(Reason.REQUEST_TOO_OLD))
    key = keys.who_signed(statement, party=question.subject, seen_at=now)
    if statement.key_id in revoked:
        found.append(Refusal(Reason.REQUESTER_UNPROVEN, KeyProblem.REVOKED.value))
    elif isinstance(key, KeyProblem):
        found.append(Refusal(Reason.REQUESTER_UNPROVEN, key.value))
    elif not key.roles & MAY_LOOK:
        found.append(Refusal(Reason.REQUESTER_UNPROVEN, KeyProblem.WRONG_ROLE.value))
    return tuple(sorted(found))
