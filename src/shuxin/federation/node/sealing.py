"""A holder's receipt of an answer (应答回执): signed, in its log, and with the log's entry of every use."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shuxin.federation.evidence.leaves import RECEIPT, leaves_of, tree_root
from shuxin.federation.wire.messages import Proven, Receipt, UseShown, WhyNot
from shuxin.kernel.statements import sign_statement
from shuxin.ledger.api import Entry, commitment

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from shuxin.consent.api import UsePaper
    from shuxin.kernel.canonical import Json
    from shuxin.kernel.signing import Signer
    from shuxin.ledger.api import Appended, LogProof, VerifierKey

ENTRY_OF = {"answered": "joint-answer", "refused": "joint-refusal"}
"""Kind of the log's entry, by what the receipt is about."""


class ProvingLog(Protocol):
    """The holder's own log; ``ledger.api.Log`` is one."""

    @property
    def key(self) -> VerifierKey: ...

    def append(self, entry: Entry, *, now: dt.datetime) -> Appended: ...

    def proofs(self, indices: Sequence[int]) -> list[LogProof]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a holder tells about one question: the answer's bytes, or none, and why not about some.

    outcome: ``answered`` or ``refused``. part: content hash of its part, "" where the whole question is refused.
    most: reasons by subject in the answer. refused: codes by the subject's place.
    """

    outcome: str
    service: str
    question: str
    asker: str
    holders: Sequence[str]
    subjects: Sequence[str]
    part: str = ""
    answer: bytes = b""
    most: int = 0
    refused: Mapping[int, Sequence[str]]
    papers: Sequence[UsePaper] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """What a holder makes receipts with: its party's key and its log. ``log`` opens it, once."""

    party: str
    signer: Signer
    log: Callable[[], ProvingLog]

    def receipt(self, told: Told, *, facts: Mapping[str, str | int], now: dt.datetime) -> Receipt:
        """Sign it, write ``facts`` and its hash into the log, and prove entry and uses under one checkpoint."""
        log, salt = self.log(), secrets.token_bytes(32)
        places = {one: place for place, one in enumerate(told.subjects)}
        papers = [(places[one.subject], one) for one in told.papers if one.subject in places]
        uses = {
            place: commitment(bytes.fromhex(paper.salt), paper.content) for place, paper in papers
        }
        leaves = leaves_of(
            told.answer,
            subjects=told.subjects,
            most=told.most,
            salt=salt,
            refused=told.refused,
            uses=uses,
        )
        body: dict[str, Json] = {
            "service": told.service,
            "question": told.question,
            "asker": told.asker,
            "holder": self.party,
            "holders": list(told.holders),
            "outcome": told.outcome,
            "part": told.part,
            "rows": len(told.subjects),
            "root": tree_root(leaves),
            "log": log.key.text,
            "at": now.isoformat(),
        }
        statement = sign_statement(RECEIPT, body, signer=self.signer)
        entry = Entry(
            ENTRY_OF[told.outcome], now, self.party, dict(facts) | {"receipt": statement.hash}
        )
        own = log.append(entry, now=now)
        proofs = log.proofs([own.index, *(paper.index for _, paper in papers)])
        nodes = _Nodes()
        return Receipt(
            statement=statement.dump(),
            salt=salt,
            checkpoint=proofs[0].note,
            entry=nodes.proven(proofs[0]),
            uses=[
                UseShown(place, nodes.proven(proof), bytes.fromhex(paper.salt), paper.content)
                for (place, paper), proof in zip(papers, proofs[1:], strict=True)
            ],
            refused=[WhyNot(place, sorted(codes)) for place, codes in told.refused.items()],
            nodes=list(nodes.known),
        )


class _Nodes:
    """Hashes of paths, each once: those of neighbours in a log are nearly the same."""

    def __init__(self) -> None:
        self.known: dict[bytes, int] = {}

    def proven(self, proof: LogProof) -> Proven:
        path = [self.known.setdefault(step, len(self.known)) for step in proof.path]
        return Proven(proof.index, proof.data, path)
