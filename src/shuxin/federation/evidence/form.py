"""The form of an evidence file: canonical JSON, closed at every level, read before anything in it is believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import NotCanonical, canonical_json
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.statements import StatementInvalid, parse_json, statement_from
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.statements import Statement

SCORE_EVIDENCE, DECISION_EVIDENCE = "score-evidence", "decision-evidence"
LONGEST_FILE = 1 << 22
_PARTS = {
    "kind", "version", "score", "authorisations", "questions", "jobs", "model", "keys"
}  # fmt: skip
_ANSWER = {"holder", "request", "receipt"}
_RECEIPT = {"statement", "leaf", "place", "path", "checkpoint", "entry", "use"}
_ENTRY = {"index", "entry", "path"}
_USE = {"index", "entry", "path", "salt", "content"}
_JOB = {"job", "approvals"}


class EvidenceUnreadable(InvalidInput):
    code = "score_evidence_unreadable"
    what = Text(
        en="this is not an evidence file of a score: {where}", zh="这不是评分证据文件：{where}"
    )
    mend = Text(
        en="Ask its sender for the whole, unchanged file", zh="请向出具方索取完整且未改动的文件"
    )


@dataclass(frozen=True, slots=True)
class InLog:
    """An entry and its way to a checkpoint, as they stand in the file."""

    index: int
    entry: Mapping[str, Any]
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class UseInLog:
    """The entry of a use, and what opens its commitment."""

    logged: InLog
    salt: bytes
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a holder signed about its answer, and the leaf about this subject."""

    statement: Statement
    leaf: Mapping[str, Any]
    place: int
    path: tuple[bytes, ...]
    checkpoint: str
    entry: InLog
    use: UseInLog | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One holder's place in one question; without a receipt it is told to be down or to have refused."""

    holder: str
    request: Statement
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class JobPapers:
    """A job and its approvals."""

    job: Statement
    approvals: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ScoreEvidence:
    """All that the file says. Read is not verified."""

    score: Statement
    authorisations: tuple[Statement, ...]
    questions: tuple[tuple[str, tuple[Answer, ...]], ...]
    service: JobPapers
    card: JobPapers
    model: Mapping[str, Any]
    keys: tuple[Statement, ...]


def parse_file(data: bytes) -> dict[str, Any]:
    """Strict JSON whose canonical bytes are these very ones. Raises EvidenceUnreadable."""
    try:
        value = parse_json(data, longest=LONGEST_FILE)
        same = isinstance(value, dict) and canonical_json(value) == data
    except (StatementInvalid, NotCanonical) as error:
        raise EvidenceUnreadable(where="JSON") from error
    if not same:
        raise EvidenceUnreadable(where="canonical JSON")
    return dict(value)


def read_score_evidence(data: bytes) -> ScoreEvidence:
    """Raises EvidenceUnreadable."""
    parts = closed(parse_file(data), _PARTS)
    if parts["kind"] != SCORE_EVIDENCE or parts["version"] != 1 or parts["version"] is True:
        raise EvidenceUnreadable(where="kind")
    jobs = closed(parts["jobs"], {"service", "card"})
    return ScoreEvidence(
        score=signed(parts["score"]),
        authorisations=tuple(map(signed, listed(parts["authorisations"]))),
        questions=tuple(map(_question, listed(parts["questions"]))),
        service=_papers(jobs["service"]),
        card=_papers(jobs["card"]),
        model=_object(parts["model"]),
        keys=tuple(map(signed, listed(parts["keys"]))),
    )


def closed(value: Any, names: set[str]) -> dict[str, Any]:
    """An object with just these names. Raises EvidenceUnreadable."""
    if not isinstance(value, dict) or set(value) != names:
        raise EvidenceUnreadable(where=", ".join(sorted(names)))
    return value


def listed(value: Any) -> list[Any]:
    """Raises EvidenceUnreadable."""
    if not isinstance(value, list):
        raise EvidenceUnreadable(where="list")
    return value


def signed(value: Any) -> Statement:
    """Raises EvidenceUnreadable."""
    try:
        return statement_from(value)
    except StatementInvalid as error:
        raise EvidenceUnreadable(where="statement") from error


def in_log(value: Any) -> InLog:
    """Raises EvidenceUnreadable."""
    parts = closed(value, _ENTRY)
    return InLog(whole(parts["index"]), _object(parts["entry"]), path_from(parts["path"]))


def use_in_log(value: Any) -> UseInLog:
    """Raises EvidenceUnreadable."""
    parts = closed(value, _USE)
    logged = in_log({name: parts[name] for name in _ENTRY})
    return UseInLog(logged, from_hex(parts["salt"]), _object(parts["content"]))


def whole(value: Any) -> int:
    """A number from 0. Raises EvidenceUnreadable."""
    if type(value) is not int or value < 0:
        raise EvidenceUnreadable(where="number")
    return value


def text(value: Any) -> str:
    """Raises EvidenceUnreadable."""
    if not isinstance(value, str):
        raise EvidenceUnreadable(where="text")
    return value


def path_from(value: Any) -> tuple[bytes, ...]:
    """Raises EvidenceUnreadable."""
    return tuple(map(from_hex, listed(value)))


def from_hex(value: Any) -> bytes:
    """Of 32 bytes. Raises EvidenceUnreadable."""
    try:
        raw = bytes.fromhex(text(value))
    except ValueError:
        raw = b""
    if len(raw) != 32 or raw.hex() != value:  # noqa: PLR2004 - a hash or a salt
        raise EvidenceUnreadable(where="hexadecimal")
    return raw


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise EvidenceUnreadable(where="object")
    return value


def _question(value: Any) -> tuple[str, tuple[Answer, ...]]:
    parts = closed(value, {"question", "answers"})
    return text(parts["question"]), tuple(map(_answer, listed(parts["answers"])))


def _answer(value: Any) -> Answer:
    parts = closed(value, _ANSWER)
    receipt = None if parts["receipt"] is None else _receipt(parts["receipt"])
    return Answer(text(parts["holder"]), signed(parts["request"]), receipt)


def _receipt(value: Any) -> Receipt:
    parts = closed(value, _RECEIPT)
    return Receipt(
        statement=signed(parts["statement"]),
        leaf=_object(parts["leaf"]),
        place=whole(parts["place"]),
        path=path_from(parts["path"]),
        checkpoint=text(parts["checkpoint"]),
        entry=in_log(parts["entry"]),
        use=None if parts["use"] is None else use_in_log(parts["use"]),
    )


def _papers(value: Any) -> JobPapers:
    parts = closed(value, _JOB)
    return JobPapers(signed(parts["job"]), tuple(map(signed, listed(parts["approvals"]))))
