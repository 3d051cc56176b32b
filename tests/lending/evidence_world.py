"""Evidence files of decisions by a strategy, made of a bank's own log and, where there is one, a golden joint score.

The bank signs with a key that the verifier takes for one of its own; all firms are made up. Run by hand, once for a
form of the file, it writes the golden ones: ``python -m tests.lending.evidence_world tests/golden/evidence/2``.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement, statement_from

if TYPE_CHECKING:
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Log
    from shuxin.lending.api import DecisionRecord

GOLDEN = Path(__file__).parents[1] / "golden" / "evidence" / "1"
BANK = "uscc:91349900MA2BNK019J"
KEY, LOG_KEY = Ed25519Key(b"f" * 32), Ed25519Key(b"l" * 32)
AT = dt.datetime(2026, 11, 22, 23, 50, tzinfo=CHINA_TIME)
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
SCORE = "by-holder-all-answered.json"
BASIS = "credit_decision-of-tests"


@dataclass(frozen=True)
class Piece:
    """One file: which decision, on which uses, with which joint score."""

    record: DecisionRecord
    uses: int
    scores: tuple[dict[str, Any], ...] = ()
    models: tuple[bytes, ...] = ()


def score() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((GOLDEN / SCORE).read_bytes())
    return found


def basis() -> Statement:
    from shuxin.consent.api import BasisKind, LawfulBasis, Purpose

    day = dt.timedelta(days=1)
    one = LawfulBasis(
        BASIS, BANK, BasisKind.CONTRACT, "个人信息保护法第十三条第一款第二项", Purpose.CREDIT_DECISION, 3,
        AT - 9 * day, AT + 900 * day,
    )  # fmt: skip
    return one.sign(signer=KEY)


def used(log: Log, firm: str, number: int) -> dict[str, Any]:
    """One use in the log, as a file shows it, less its way to the checkpoint."""
    from shuxin.ledger.api import Entry, commitment

    salt = bytes([number]) * 32
    content = {
        "reader": "desk", "subject": firm.removeprefix("uscc:"), "purpose": "credit_decision",
        "rests_on": BASIS, "catalogues": [], "nth": 0, "at": AT.astimezone(dt.UTC).isoformat(),
    }  # fmt: skip
    facts: dict[str, str | int] = {
        "purpose": "credit_decision", "ground": "basis", "level": 3, "nth": 0,
    }  # fmt: skip
    entry = Entry("use", AT, BANK, facts, (commitment(salt, canonical_json(content)),))
    log.append_all([entry], now=AT)
    return {"salt": salt.hex(), "content": content}


def file_of(piece: Piece, folder: Path) -> tuple[bytes, str]:
    """The file, and the key of the bank's log."""
    from shuxin.ledger.api import open_log

    record = piece.record
    log = open_log(folder, origin=f"shuxin/{BANK}", signer=LOG_KEY, wait_seconds=5)
    opened = [used(log, record.firm, number) for number in range(piece.uses)]
    proofs = log.proofs(range(piece.uses)) if piece.uses else []
    uses = [
        one | {"index": proof.index, "entry": json.loads(proof.data), "path": [p.hex() for p in proof.path]}
        for one, proof in zip(opened, proofs, strict=True)
    ]  # fmt: skip
    parts: dict[str, Any] = {
        "kind": "strategy-evidence",
        "version": 1,
        "record": signed(record, piece.scores, log.key.text).as_json(),
        "grounds": [basis().as_json()] if uses else [],
        "checkpoint": proofs[0].note if proofs else "",
        "uses": uses,
        "scores": list(piece.scores),
        "models": {json.loads(one)["sha256"]: json.loads(one) for one in piece.models},
        "decision": json.loads(record.content),
        "keys": [],
    }
    return canonical_json(parts), log.key.text


def signed(record: DecisionRecord, scores: tuple[dict[str, Any], ...], log: str) -> Statement:
    body: dict[str, Any] = {
        "holder": BANK,
        "firm": record.firm,
        "application": record.application,
        "decision": record.digest,
        "strategy": record.strategy,
        "models": record.parts["versions"]["models"],
        "scores": [statement_from(one["score"]).hash for one in scores],
        "decided_at": record.decided_at.isoformat(),
        "log": log,
    }
    return sign_statement("strategy-decision-record", body, signer=KEY)


def trust(log: str) -> bytes:
    """The golden list, with this bank's other key and its log."""
    value = json.loads((GOLDEN / "trust.json").read_bytes())
    pinned = value["parties"]["anchors"]["pinned"]
    own = next(one for one in pinned if one["party"] == BANK)
    pinned.append(own | {"public_key": KEY.public.text})
    value["log"]["logs"] = sorted({*value["log"]["logs"], log})
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def pieces() -> dict[str, Piece]:
    """An approval with a joint score, a refusal by an open list that asked nothing more, one for a person by a card."""
    from tests.lending.strategy.strategy_world import (
        APPLIED,
        CLEAR,
        OWN,
        STANDARD,
        CountingSources,
        card_bundle,
        card_facts,
        no_models,
    )

    from shuxin.lending.api import Fetched, decide, standard_strategy

    body = score()["score"]["body"]
    firm = replace(APPLIED.firm, party=f"uscc:{body['subject']}")
    joint = {"joint.points": body["points"], "joint.pd": float(body["pd"]), "joint.complete": True}

    class Sources(CountingSources):
        """Uses by their places in the log."""

        def _give(self, name: str, uses: tuple[int, ...], evidence: str = "") -> Fetched:
            found = super()._give(name, uses, evidence)
            return replace(found, uses={"open": (0,), "own": (1,), "joint": ()}[name])

    def made(strategy: Any, sources: CountingSources, models: Any = no_models) -> DecisionRecord:
        return decide(
            replace(APPLIED, firm=firm),
            strategy=strategy,
            sources=sources,
            request_id="request",
            now=AT,
            models=models,
        )

    digest, content = card_bundle()
    service = standard_strategy(service=body["service"])
    listed = Sources(open=CLEAR | {"open.dishonest": True})
    by_card = Sources(own=OWN | card_facts() | {"own.active_months": 4})
    card = standard_strategy(model=digest)
    return {
        "strategy-approve-joint": Piece(made(service, Sources(joint=joint)), 2, (score(),)),
        "strategy-decline-open-list": Piece(made(STANDARD, listed), 1),
        "strategy-refer-card": Piece(made(card, by_card, lambda _: content), 2, (), (content,)),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, piece in pieces().items():
        with tempfile.TemporaryDirectory() as place:
            content, log = file_of(piece, Path(place))
        (folder / f"{name}.json").write_bytes(content)
        (folder / "trust.json").write_bytes(trust(log))
        sys.stdout.write(f"{name} {len(content)} {piece.record.verdict.value}\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
    import django

    django.setup()
    main(Path(sys.argv[1]).resolve())
