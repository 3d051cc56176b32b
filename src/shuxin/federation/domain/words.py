"""What parties say about a job (任务声明): signed statements, each naming the job by its hash.

A changed job has another hash, so no word about the first is a word about it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from shuxin.kernel.bodies import HEX64, Fields
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import sign_statement
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer
    from shuxin.kernel.statements import Statement

MOST_REASONS = 64
MOST_OUTPUTS = 64
_PARTY = re.compile(r"uscc:[0-9A-HJ-NPQRTUWXY]{18}")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_SHORT = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,200}")


class WordInvalid(InvalidInput):
    code = "job_word_invalid"
    what = Text(
        en="this statement about a job is not right: {field}", zh="关于任务的声明有误：{field}"
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


class _Body(Fields):
    """Fields of a stranger's body; each method raises WordInvalid."""

    def __init__(self, values: object) -> None:
        super().__init__(values, wrong=lambda field: WordInvalid(field=field))

    def has(self, *fields: str) -> None:
        """These and what every word has, and no other."""
        odd = self.odd({"job", "party", "at", *fields})
        if odd is not None:
            raise self.wrong(repr(odd))

    def parts(self, field: str, *fields: str, most: int) -> list[_Body]:
        """Objects with these fields and no other."""
        items = self.items(field, most=most)
        if not all(isinstance(one, dict) and set(one) == set(fields) for one in items):
            raise self.wrong(field)
        return [_Body(one) for one in items]

    def reasons(self) -> tuple[Given, ...]:
        items = self.parts("reasons", "reason", "about", most=MOST_REASONS)
        return tuple(
            Given(one.matching("reason", _CODE), one.matching("about", _SHORT)) for one in items
        )

    def head(self) -> tuple[str, str]:
        return self.matching("job", HEX64), self.matching("party", _PARTY)


def _approval(body: _Body) -> Approval:
    body.has("by", "policy")
    by, policy = body.matching("by", _SHORT), body.matching("policy", HEX64)
    return Approval(*body.head(), by, policy, body.moment("at"))


def _objection(body: _Body) -> Objection:
    body.has("reasons")
    return Objection(*body.head(), body.reasons(), body.moment("at"))


def _stop(body: _Body) -> Stop:
    body.has("by")
    return Stop(*body.head(), body.matching("by", _SHORT), body.moment("at"))


def _ending(body: _Body) -> Ending:
    body.has("outcome", "code", "reasons", "digests", "outputs")
    handed = tuple(
        Handed(one.matching("name", _NAME), one.matching("to", _PARTY))
        for one in body.parts("outputs", "name", "to", most=MOST_OUTPUTS)
    )
    outcome = body.word("outcome", Outcome)
    code, digests = body.matching_or_empty("code", _CODE), body.matching_or_empty("digests", HEX64)
    return Ending(*body.head(), outcome, code, body.reasons(), digests, handed, body.moment("at"))


_READERS: dict[str, Callable[[_Body], JobWord]] = {
    Approval.kind: _approval,
    Objection.kind: _objection,
    Stop.kind: _stop,
    Ending.kind: _ending,
}
KINDS = frozenset(_READERS)
