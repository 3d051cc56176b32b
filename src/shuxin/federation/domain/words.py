"""What parties say about a job (任务声明): signed statements, each naming the job by its hash.

A changed job has another hash, so no word about the first is a word about it.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import YEARS, sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

MOST_REASONS = 64
MOST_OUTPUTS = 64
_HASH = re.compile(r"[0-9a-f]{64}")
_PARTY = re.compile(r"uscc:[0-9A-HJ-NPQRTUWXY]{18}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_OUTCOME = re.compile("done|failed")
_SHORT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,200}")


class WordInvalid(InvalidInput):
    code = "job_word_invalid"
    what = Text(
        en="this statement about a job is not right: {field}", zh="关于任务的声明有误:{field}"
    )
    mend = Text(
        en="Both nodes need versions of shuxin that understand each other",
        zh="双方须使用相互兼容的 shuxin 版本",
    )


class Outcome(StrEnum):
    """How a job ended at a party."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Given:
    """A reason as it travels: a code, perhaps of a later version, and what it is about."""

    reason: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """An output that left a party. How many subjects stand behind it is for its receiver, and everybody reads this."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A party agrees to this very job (批准). ``by``: account or ``standing:<n>``. ``policy``: hash of its text."""

    kind: ClassVar[str] = "job-approval"
    job: str
    party: str
    by: str
    policy: str
    at: dt.datetime

    def body(self) -> dict[str, Json]:
        return _head(self) | {"by": self.by, "policy": self.policy}


@dataclass(frozen=True, slots=True)
class Objection:
    """A party refuses the job (拒绝), with every reason."""

    kind: ClassVar[str] = "job-refusal"
    job: str
    party: str
    reasons: tuple[Given, ...]
    at: dt.datetime

    def body(self) -> dict[str, Json]:
        return _head(self) | {"reasons": _listed(self.reasons)}


@dataclass(frozen=True, slots=True)
class Stop:
    """A party stops the job (停止)."""

    kind: ClassVar[str] = "job-stop"
    job: str
    party: str
    by: str
    at: dt.datetime

    def body(self) -> dict[str, Json]:
        return _head(self) | {"by": self.by}


@dataclass(frozen=True, slots=True)
class Ending:
    """How the job ended at a party (结束).

    ``code`` and ``reasons``: why it failed, else empty. ``digests``: hash over its pairs' transcripts, "" when
    it did not come so far.
    """

    kind: ClassVar[str] = "job-end"
    job: str
    party: str
    outcome: Outcome
    code: str
    reasons: tuple[Given, ...]
    digests: str
    outputs: tuple[Handed, ...]
    at: dt.datetime

    def body(self) -> dict[str, Json]:
        handed: list[Json] = [{"name": one.name, "to": one.to} for one in self.outputs]
        return _head(self) | {
            "outcome": self.outcome.value,
            "code": self.code,
            "reasons": _listed(self.reasons),
            "digests": self.digests,
            "outputs": handed,
        }


JobWord = Approval | Objection | Stop | Ending


def sign_word(word: JobWord, *, signer: Signer) -> Statement:
    """By the party's own key."""
    return sign_statement(word.kind, word.body(), signer=signer)


def read_word(statement: Statement) -> JobWord:
    """Raises WordInvalid, naming the field."""
    read = _READERS.get(statement.kind)
    if read is None:
        raise WordInvalid(field="kind")
    return read(_Body(statement.body))


def _head(word: JobWord) -> dict[str, Json]:
    return {"job": word.job, "party": word.party, "at": word.at.isoformat()}


def _listed(reasons: Sequence[Given]) -> list[Json]:
    return [{"reason": one.reason, "about": one.about} for one in reasons]


@dataclass(frozen=True, slots=True)
class _Body:
    """Fields of a stranger's body; each method raises WordInvalid."""

    values: Mapping[str, object]

    def only(self, *fields: str) -> None:
        if set(self.values) != {"job", "party", "at", *fields}:
            different = sorted(set(self.values) ^ {"job", "party", "at", *fields})
            raise WordInvalid(field=repr(different[0][:40]))

    def text(self, field: str, form: re.Pattern[str]) -> str:
        value = self.values.get(field)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise WordInvalid(field=field)
        return value

    def text_or_none(self, field: str, form: re.Pattern[str]) -> str:
        return "" if self.values.get(field) == "" else self.text(field, form)

    def moment(self, field: str) -> dt.datetime:
        value = self.values.get(field)
        try:
            moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None or moment.year not in YEARS:
            raise WordInvalid(field=field)
        return moment

    def items(self, field: str, *fields: str, most: int) -> list[_Body]:
        value = self.values.get(field)
        if not isinstance(value, list) or len(value) > most:
            raise WordInvalid(field=field)
        if not all(isinstance(one, dict) and set(one) == set(fields) for one in value):
            raise WordInvalid(field=field)
        return [_Body(one) for one in value]

    def reasons(self) -> tuple[Given, ...]:
        items = self.items("reasons", "reason", "about", most=MOST_REASONS)
        return tuple(Given(one.text("reason", _CODE), one.text("about", _SHORT)) for one in items)

    def head(self) -> tuple[str, str]:
        return self.text("job", _HASH), self.text("party", _PARTY)


def _approval(body: _Body) -> Approval:
    body.only("by", "policy")
    by, policy = body.text("by", _SHORT), body.text("policy", _HASH)
    return Approval(*body.head(), by, policy, body.moment("at"))


def _objection(body: _Body) -> Objection:
    body.only("reasons")
    return Objection(*body.head(), body.reasons(), body.moment("at"))


def _stop(body: _Body) -> Stop:
    body.only("by")
    return Stop(*body.head(), body.text("by", _SHORT), body.moment("at"))


def _ending(body: _Body) -> Ending:
    body.only("outcome", "code", "reasons", "digests", "outputs")
    handed = tuple(
        Handed(one.text("name", _NAME), one.text("to", _PARTY))
        for one in body.items("outputs", "name", "to", most=MOST_OUTPUTS)
    )
    outcome = Outcome(body.text("outcome", _OUTCOME))
    code, digests = body.text_or_none("code", _CODE), body.text_or_none("digests", _HASH)
    return Ending(*body.head(), outcome, code, body.reasons(), digests, handed, body.moment("at"))


_READERS: dict[str, Callable[[_Body], JobWord]] = {
    Approval.kind: _approval,
    Objection.kind: _objection,
    Stop.kind: _stop,
    Ending.kind: _ending,
}
KINDS = frozenset(_READERS)
