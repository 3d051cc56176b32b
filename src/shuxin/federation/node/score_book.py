"""The scores that a label party keeps, with what proves them (评分簿): receipts are checked before a score counts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max

from shuxin.federation.card.answers import AnswerInvalid
from shuxin.federation.evidence.leaves import ANSWERED, RECEIPT, REFUSED, leaves_of, tree_root
from shuxin.federation.models import KeptAnswer, KeptScore
from shuxin.federation.node.services import SPEAKERS
from shuxin.federation.wire.codec import decode_answered, encode
from shuxin.federation.wire.messages import Refused, Scored
from shuxin.kernel.canonical import content_hash
from shuxin.kernel.errors import NotFound, ShuxinError
from shuxin.kernel.statements import parse_statement, sign_statement
from shuxin.kernel.text import Text
from shuxin.ledger.api import (
    VerifierKey,
    commitment,
    inclusion_holds,
    parse_checkpoint,
    parse_entry,
    tree_of,
)
from shuxin.parties.api import KnownKey

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from shuxin.consent.api import Keys
    from shuxin.federation.card.parts import LabelPart
    from shuxin.federation.node.asking import Heard, Scoring
    from shuxin.federation.wire.messages import Proven, Receipt
    from shuxin.kernel.signing import Signer

JOINT_SCORE = "joint-score"
ID_DIGITS = 32
_RECEIPT = Text(en="its receipt is missing or of another answer", zh="应答回执缺失或与应答不符")


class ScoreUnknown(NotFound):
    code = "joint_score_unknown"
    what = Text(en="no such score is kept here", zh="此处没有该评分记录")
    mend = Text(
        en="'shuxin evidence --list' shows the scores that are kept",
        zh="用 shuxin evidence --list 查看已留存的评分",
    )


@dataclass(frozen=True, slots=True)
class KeptScoreLine:
    """A score in a list. ``standings``: what became of each holder, by name of the ``Standing`` in small letters."""

    score_id: str
    service: str
    subject: str
    at: dt.datetime
    points: int
    total: int
    pd: float
    passes: bool
    standings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NodeScoreBook:
    """``asking.ScoreBook`` over this node's database."""

    party: str
    signer: Signer
    keys: Keys
    now: Callable[[], dt.datetime]

    def check(self, heard: Heard, *, part: LabelPart) -> None:
        """Raises AnswerInvalid."""
        if isinstance(heard.found, ShuxinError):
            return
        receipt = heard.found.receipt
        if receipt is None or not self._holds(receipt, heard, part):
            raise AnswerInvalid(party=heard.holder, reason=_RECEIPT)

    def keep(self, found: Scoring, heard: Sequence[Heard], *, service: str) -> tuple[str, ...]:
        now = self.now()
        scores = [
            self._score(found, row, heard, service, now) for row in range(len(found.subjects))
        ]
        answers = [self._answer(one, now, part=found.scores.tally.part) for one in heard]
        with transaction.atomic():
            KeptAnswer.objects.bulk_create(answers)
            KeptScore.objects.bulk_create(scores)
        return tuple(one.score_id for one in scores)

    def _answer(self, one: Heard, now: dt.datetime, *, part: LabelPart) -> KeptAnswer:
        code, heard = "", None
        if isinstance(one.found, ShuxinError):
            code = str(getattr(one.found, "refusal", one.found.code))[:60]
            proof: Any = one.found.proof
            if proof is not None and self._holds(proof, one, part):
                heard = encode(Refused(code, "", "", later=False, receipt=proof))
        else:
            heard = encode(one.found)
        return KeptAnswer(
            question=one.question.request,
            holder=one.holder,
            asked=encode(one.message),
            heard=heard,
            code=code,
            at=now,
        )

    def _score(
        self, found: Scoring, row: int, heard: Sequence[Heard], service: str, now: dt.datetime
    ) -> KeptScore:
        one, part, subject = found.scores.one(row), found.scores.tally.part, found.subjects[row]
        asked = [each.question.request for each in heard if subject in each.message.subjects]
        passes = one.points >= part.cut_off
        body: dict[str, Any] = {
            "service": service,
            "party": self.party,
            "subject": subject,
            "at": now.isoformat(),
            "questions": list(dict.fromkeys(asked)),
            "base": part.base_points,
            "own": [{"name": name, "bin": nth, "points": gained} for name, nth, gained in one.own],
            "holders": [
                {"party": each.party, "standing": each.standing.name.lower(), "points": each.points}
                for each in one.shares
            ],
            "total": one.total,
            "points": one.points,
            "passes": passes,
            "pd": f"{part.scaling.probability_of_bad(score=one.points):.6f}",
        }
        return KeptScore(
            score_id=content_hash(body)[:ID_DIGITS],
            service=service,
            subject=subject,
            points=one.points,
            passes=passes,
            statement=sign_statement(JOINT_SCORE, body, signer=self.signer).dump().decode(),
            at=now,
        )

    def _holds(self, receipt: Receipt, heard: Heard, part: LabelPart) -> bool:
        """Whether it is signed by the holder and just about what it said, and its log shows it and every use."""
        try:
            statement = parse_statement(receipt.statement, kind=RECEIPT)
            key = self.keys.who_signed(statement, party=heard.holder, seen_at=self.now())
            known = isinstance(key, KnownKey) and bool(key.roles & SPEAKERS)
            wanted = self._wanted(receipt, heard, part)
            body = statement.body
            said = all(body[name] == value for name, value in wanted.items())
            entry = parse_entry(receipt.entry.entry)
            logged = entry.facts["receipt"] == statement.hash and entry.actor == heard.holder
            return known and said and logged and _stands(receipt, str(body["log"]))
        except (ShuxinError, ValueError, KeyError, IndexError, TypeError):
            return False

    def _wanted(self, receipt: Receipt, heard: Heard, part: LabelPart) -> dict[str, Any]:
        answered = isinstance(heard.found, Scored)
        message, most = heard.message, part.contract.most_categories
        seat = next(each for each in part.seats if each.party == heard.holder)
        leaves = leaves_of(
            heard.found.answer if isinstance(heard.found, Scored) else b"",
            subjects=message.subjects,
            most=most if answered else 0,
            salt=receipt.salt,
            refused={one.place: one.codes for one in receipt.refused},
            uses=_uses(receipt),
        )
        return {
            "service": message.service,
            "question": heard.question.request,
            "asker": self.party,
            "holder": heard.holder,
            "holders": message.holders,
            "outcome": ANSWERED if answered else REFUSED,
            "part": seat.part if answered else "",
            "rows": len(message.subjects),
            "root": tree_root(leaves),
        }


def _uses(receipt: Receipt) -> dict[int, str]:
    """The commitments of the entries, by place. Raises ValueError: one is not opened by what came with it."""
    found = {}
    for one in receipt.uses:
        opened = commitment(one.salt, one.content)
        if parse_entry(one.entry.entry).commitments != (opened,):
            raise ValueError("a use that its content does not open")
        found[one.place] = opened
    return found


def _stands(receipt: Receipt, log: str) -> bool:
    """Every entry under the one checkpoint, which the log's key signed that the holder names."""
    key = VerifierKey.parse(log)
    note, checkpoint = parse_checkpoint(receipt.checkpoint)
    if key.name != checkpoint.origin or not note.signed_by(key):
        return False
    tree = tree_of(key)
    return all(
        inclusion_holds(
            tree,
            leaf=tree.leaf(one.entry),
            index=one.index,
            size=checkpoint.size,
            path=path_in(receipt, one),
            root=checkpoint.root,
        )
        for one in (receipt.entry, *(use.entry for use in receipt.uses))
    )


def path_in(receipt: Receipt, proven: Proven) -> list[bytes]:
    """Raises IndexError."""
    return [receipt.nodes[nth] for nth in proven.path]


def scores_kept(*, subject: str = "", service: str = "", most: int = 200) -> list[KeptScoreLine]:
    """The newest first; of one subject (credit code) or one service where they are named."""
    rows = KeptScore.objects.order_by("-at", "-id")
    if subject:
        rows = rows.filter(subject=subject)
    if service:
        rows = rows.filter(service=service)
    return [line_of(row) for row in rows[:most]]


def logs_named() -> list[str]:
    """Verifier keys of the logs that holders named in their newest receipts, which were checked when they came."""
    newest = (
        KeptAnswer.objects.filter(heard__isnull=False).values("holder").annotate(last=Max("id"))
    )
    rows = KeptAnswer.objects.filter(id__in=[one["last"] for one in newest])
    return sorted({log_of(row) for row in rows})


def log_of(row: KeptAnswer) -> str:
    """The verifier key of the log that the holder named with this answer."""
    return str(parse_statement(receipt_of(row).statement).body["log"])


def receipt_of(row: KeptAnswer) -> Receipt:
    """Of an answer that was kept with one."""
    heard = decode_answered(bytes(row.heard or b""))
    if not isinstance(heard, Scored | Refused) or heard.receipt is None:
        raise TypeError("an answer was kept without its receipt")
    return heard.receipt


def kept_score(score_id: str) -> KeptScore:
    """Raises ScoreUnknown."""
    row: KeptScore | None = KeptScore.objects.filter(score_id=score_id).first()
    if row is None:
        raise ScoreUnknown
    return row


def line_of(row: KeptScore) -> KeptScoreLine:
    body = json.loads(row.statement)["body"]
    return KeptScoreLine(
        score_id=row.score_id,
        service=row.service,
        subject=row.subject,
        at=row.at,
        points=row.points,
        total=body["total"],
        pd=float(body["pd"]),
        passes=row.passes,
        standings=tuple((one["party"], one["standing"]) for one in body["holders"]),
    )
