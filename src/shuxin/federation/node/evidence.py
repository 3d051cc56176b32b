"""One score's evidence file (评分证据), gathered at the label party from what it kept; and what it shows a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import Reason, entity_of, read_authorisation
from shuxin.federation.card.answers import NO_REASON
from shuxin.federation.card.files import read_file
from shuxin.federation.card.label import PartyShare, Standing
from shuxin.federation.card.parts import LabelPart
from shuxin.federation.domain.words import Approval
from shuxin.federation.evidence.form import SCORE_EVIDENCE
from shuxin.federation.evidence.leaves import leaves_of, path_of
from shuxin.federation.models import JobRecord, KeptAnswer
from shuxin.federation.models import JobWord as WordRow
from shuxin.federation.node.score_book import kept_score, line_of, log_of, path_in, receipt_of
from shuxin.federation.service.kind import CARD
from shuxin.federation.wire.codec import decode_answered, decode_asked
from shuxin.federation.wire.messages import Score, Scored
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.signing import PublicKey
from shuxin.kernel.statements import parse_statement
from shuxin.kernel.text import Text
from shuxin.parties.api import KnownKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from shuxin.consent.api import Keys
    from shuxin.federation.card.parts import HolderSeat
    from shuxin.federation.models import KeptScore
    from shuxin.federation.node.score_book import KeptScoreLine
    from shuxin.federation.wire.messages import Proven, Receipt
    from shuxin.kernel.statements import Statement


_CLAIM, _BINDING = "key-possession", "key-binding"


@dataclass(frozen=True, slots=True)
class Papers:
    """Where the rest of an evidence file comes from.

    results: the folder of a job's results. statements: those about keys that this party keeps of a party. keys: who
    signed what.
    """

    results: Callable[[str], Path]
    statements: Callable[[str], Iterable[Statement]]
    keys: Keys


@dataclass(frozen=True, slots=True)
class HolderSaid:
    """What one holder did for a score. ``refusals``: its reasons; ``proven``: whether it signed what it said.

    categories: titles of those in which points were lost.
    """

    share: PartyShare
    refusals: tuple[tuple[str, Text], ...]
    categories: tuple[Text, ...]
    proven: bool


@dataclass(frozen=True, slots=True)
class ScoreView:
    """A kept score as a person reads it. ``own``: (title, points) of the label party's characteristics."""

    line: KeptScoreLine
    model: str
    base: int
    cut_off: int
    own: tuple[tuple[Text, int], ...]
    holders: tuple[HolderSaid, ...]


def evidence_of(score_id: str, *, papers: Papers) -> bytes:
    """The whole file, canonical JSON. Raises ScoreUnknown."""
    kept = kept_score(score_id)
    score = parse_statement(kept.statement)
    part = (papers.results(kept.service) / CARD).read_bytes()
    model = json.loads(part)["card"]
    questions = [_Question.of(str(one), kept.subject, model) for one in _list(score, "questions")]
    words = _words(questions, kept, papers.keys)
    service, card = kept.service, str(model["job"])
    content: dict[str, Any] = {
        "kind": SCORE_EVIDENCE,
        "version": 1,
        "score": score.as_json(),
        "authorisations": [one.as_json() for one in words],
        "questions": [one.as_json() for one in questions],
        "jobs": {"service": _job(service), "card": _job(card)},
        "model": model,
        "keys": [one.as_json() for one in _keys(words, papers)],
    }
    return canonical_json(content)


def score_view(score_id: str, *, papers: Papers) -> ScoreView:
    """Raises ScoreUnknown."""
    kept = kept_score(score_id)
    body: Any = parse_statement(kept.statement).body
    part = read_file(LabelPart, (papers.results(kept.service) / CARD).read_bytes())
    model = json.loads((papers.results(kept.service) / CARD).read_bytes())["card"]
    questions = [_Question.of(str(one), kept.subject, model) for one in body["questions"]]
    titles = {each.name: each.title for each in part.characteristics}
    told = {one["party"]: one for one in body["holders"]}
    return ScoreView(
        line=line_of(kept),
        model=part.model,
        base=body["base"],
        cut_off=part.cut_off,
        own=tuple((titles[one["name"]], one["points"]) for one in body["own"]),
        holders=tuple(_said(seat, told[seat.party], questions) for seat in part.seats),
    )


def log_keys_of(score_id: str) -> list[str]:
    """The verifier keys of the logs that the holders of a score named in what they signed. Raises ScoreUnknown."""
    score = parse_statement(kept_score(score_id).statement)
    rows = KeptAnswer.objects.filter(question__in=_list(score, "questions"), heard__isnull=False)
    return sorted({log_of(row) for row in rows})


def _said(seat: HolderSeat, told: dict[str, Any], questions: Sequence[_Question]) -> HolderSaid:
    """Of the last question that this holder was asked."""
    found = [one for each in questions for one in each.answers if one["holder"] == seat.party]
    receipt = found[-1]["receipt"] if found else None
    leaf = receipt["leaf"] if receipt else {"refused": [], "reasons": []}
    codes = [str(one) for one in leaf["refused"]]
    share = PartyShare(seat.party, Standing[told["standing"].upper()], told["points"])
    counted = share.standing is Standing.ANSWERED
    return HolderSaid(
        share=share,
        refusals=tuple((code, _reason(code)) for code in codes),
        categories=tuple(
            seat.categories[nth].title for nth in leaf["reasons"] if counted and nth != NO_REASON
        ),
        proven=receipt is not None,
    )


def _reason(code: str) -> Text:
    return Reason(code).text if code in set(Reason) else Text(en=code, zh=code)


@dataclass(frozen=True, slots=True)
class _Question:
    """One question as the file has it, and the words about the subject that it brought."""

    question: str
    answers: tuple[dict[str, Any], ...]
    words: tuple[Statement, ...]

    def as_json(self) -> dict[str, Any]:
        return {"question": self.question, "answers": list(self.answers)}

    @classmethod
    def of(cls, question: str, subject: str, model: dict[str, Any]) -> _Question:
        answers, words = [], {}
        for row in KeptAnswer.objects.filter(question=question).order_by("holder"):
            asked = decode_asked(bytes(row.asked))
            if not isinstance(asked, Score):
                raise TypeError("a question was kept that is none")
            for one in map(parse_statement, asked.words):
                if entity_of(read_authorisation(one).subject) == subject:
                    words[one.hash] = one
            place = asked.subjects.index(subject)
            receipt = None if row.heard is None else _shown(row, asked, place, model)
            request = parse_statement(asked.request).as_json()
            answers.append({"holder": row.holder, "request": request, "receipt": receipt})
        return cls(question, tuple(answers), tuple(words.values()))


def _shown(row: KeptAnswer, asked: Score, place: int, model: dict[str, Any]) -> dict[str, Any]:
    heard, receipt = decode_answered(bytes(row.heard or b"")), receipt_of(row)
    answer = heard.answer if isinstance(heard, Scored) else b""
    most = model["contract"]["most_categories"] if answer else 0
    uses = {one.place: one for one in receipt.uses}
    leaves = leaves_of(
        answer,
        subjects=asked.subjects,
        most=most,
        salt=receipt.salt,
        refused={one.place: one.codes for one in receipt.refused},
        uses={nth: json.loads(one.entry.entry)["commitments"][0] for nth, one in uses.items()},
    )
    use = uses.get(place)
    return {
        "statement": parse_statement(receipt.statement).as_json(),
        "leaf": json.loads(leaves[place].data),
        "place": place,
        "path": [step.hex() for step in path_of(leaves, place)],
        "checkpoint": receipt.checkpoint,
        "entry": _proven(receipt, receipt.entry),
        "use": None
        if use is None
        else _proven(receipt, use.entry)
        | {"salt": use.salt.hex(), "content": json.loads(use.content)},
    }


def _proven(receipt: Receipt, proven: Proven) -> dict[str, Any]:
    return {
        "index": proven.index,
        "entry": json.loads(proven.entry),
        "path": [step.hex() for step in path_in(receipt, proven)],
    }


def _words(questions: Sequence[_Question], kept: KeptScore, keys: Keys) -> list[Statement]:
    """Those that a use rests on, and of those that were brought for nothing the ones that the subject signed."""
    found = {one.hash: one for each in questions for one in each.words}
    used = {
        answer["receipt"]["use"]["content"]["rests_on"]
        for each in questions
        for answer in each.answers
        if answer["receipt"] and answer["receipt"]["use"]
    }
    return [
        one
        for _, one in sorted(found.items())
        if one.body["auth_id"] in used
        or isinstance(keys.who_signed(one, party=f"uscc:{kept.subject}", seen_at=kept.at), KnownKey)
    ]


def _job(job_id: str) -> dict[str, Any]:
    record = JobRecord.objects.get(job_id=job_id)
    said = WordRow.objects.filter(job=record, kind=Approval.kind).order_by("party", "id")
    return {
        "job": parse_statement(record.statement).as_json(),
        "approvals": [parse_statement(one.statement).as_json() for one in said],
    }


def _keys(words: Sequence[Statement], papers: Papers) -> list[Statement]:
    """What binds the keys that signed the authorisations: the newest binding of each, and the claim that it binds."""
    found = []
    for subject, key_id in sorted({(str(one.body["subject"]), one.key_id) for one in words}):
        said = [one for one in papers.statements(subject) if _public(one) == key_id]
        bindings = [one for one in said if one.kind == _BINDING]
        if bindings:
            newest = max(bindings, key=lambda one: str(one.body["valid_from"]))
            claims = [one for one in said if one.kind == _CLAIM and _claims(one, newest)]
            found += [*claims[:1], newest]
    return found


def _public(statement: Statement) -> str:
    text = statement.body.get("public_key")
    return PublicKey.parse(text).key_id if isinstance(text, str) else ""


def _claims(claim: Statement, binding: Statement) -> bool:
    return all(binding.body.get(name) == value for name, value in claim.body.items())


def _list(statement: Statement, name: str) -> list[Any]:
    found: Any = statement.body[name]
    return list(found)
