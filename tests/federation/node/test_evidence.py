"""From a question to the evidence file: a holder seals its answers, the label party checks, keeps and gathers."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from tests.consent.test_issuing import take
from tests.consent.world import (
    ANCHORS,
    BANK,
    FIRM,
    HOLDER,
    KEYS,
    NOW,
    OTHER_BANK,
    OTHER_FIRM,
    bound,
    directory,
)
from tests.federation.node import service_world
from tests.federation.node.service_world import FIRM_CODE, OTHER_CODE, holder_of_data, served, word
from tests.federation.node.test_asking import OWN, Through, label_party

from shuxin.consent.api import read_authorisation
from shuxin.federation.card.answers import AnswerInvalid
from shuxin.federation.card.files import file_of
from shuxin.federation.domain.job import job_from
from shuxin.federation.domain.words import Approval, sign_word
from shuxin.federation.evidence.verifying import verify_evidence
from shuxin.federation.models import JobRecord, JobWord, KeptScore
from shuxin.federation.node.asking import Asking
from shuxin.federation.node.evidence import Papers, evidence_of, log_keys_of, score_view
from shuxin.federation.node.score_book import NodeScoreBook, ScoreUnknown, logs_named, scores_kept
from shuxin.federation.node.sealing import Seal
from shuxin.federation.service.kind import CARD
from shuxin.federation.wire.client import PeerRefused
from shuxin.ledger.api import LogTrust, open_log
from shuxin.parties.api import PartyKind
from shuxin.verification.api import Trust

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.federation.node.service_world import Served

    from shuxin.federation.node.asking import Scoring
    from shuxin.federation.wire.messages import Score, Scored
    from shuxin.ledger.api import Log

pytestmark = pytest.mark.django_db(transaction=True)
FIRMS_KEYS = [
    one for firm in (FIRM, OTHER_FIRM) for one in bound(firm, PartyKind.ENTERPRISE, KEYS[firm])
]


@dataclass
class Line(Through):
    """To the holder's node; ``lies``: what somebody makes of its answer on the way."""

    lies: Callable[[Scored], Scored] = lambda said: said

    def score(self, message: Score) -> Scored:
        try:
            return self.lies(super().score(message))
        except PeerRefused as error:
            error.proof = getattr(error.__cause__, "proof", None)
            raise


@dataclass
class Bench:
    """A holder's node that seals, and the label party's desk with its book."""

    world: Served
    log: Log
    asking: Asking
    line: Line
    results: Path

    def score(self, *codes: str, words: list[Any]) -> Scoring:
        return self.asking.score(self.world.service, subjects=codes, words=words)

    @property
    def papers(self) -> Papers:
        def about(party: str) -> list[Any]:
            return [one for one in FIRMS_KEYS if one.body["party"] == party]

        return Papers(lambda job: self.results / job, about, directory())

    @property
    def trust(self) -> Trust:
        return Trust.of(anchors=ANCHORS, statements=[], log=LogTrust((self.log.key,)))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    card = _card_job()
    monkeypatch.setattr(service_world, "CARD_JOB", card)
    service_world.card_of.cache_clear()
    (tmp_path / "bank").mkdir()
    bank, world = label_party(tmp_path / "bank"), served(holder_of_data(tmp_path), own=(OWN,))
    service_world.card_of.cache_clear()
    _approved(world.service, BANK, HOLDER)
    log = open_log(tmp_path / "log", origin=f"shuxin/{HOLDER}", signer=KEYS[HOLDER])
    seal = Seal(HOLDER, KEYS[HOLDER], lambda: log)
    gated = lambda limits: replace(world.gate(limits), journal=log)  # noqa: E731
    world.standing = world.answering(seal=seal, gate=gated)  # type: ignore[misc]
    results = tmp_path / "bank" / "results"
    (results / world.service).mkdir(parents=True)
    (results / world.service / CARD).write_bytes(file_of(world.label))
    line = Line(world)
    asking = Asking(
        party=BANK, signer=KEYS[BANK], gate=lambda: bank.gate, settings=bank.settings,
        results=lambda job_id: results / job_id, log=lambda _: None,
        client_of={HOLDER: line}.__getitem__, now=lambda: world.now,  # type: ignore[arg-type,return-value]
        book=NodeScoreBook(BANK, KEYS[BANK], directory(), lambda: world.now),
    )  # fmt: skip
    return Bench(world, log, asking, line, results)


def _card_job() -> str:
    """A scorecard job that is done; its id."""
    period = {"level": 2, "data_from": "2024-01-01", "data_to": "2025-01-01", "ground": "basis"}
    values = {
        "nonce": "6" * 32, "proposer": BANK, "purpose": "model_training",
        "parties": [
            {"party": BANK, "role": "label"}, {"party": HOLDER, "role": "holder"},
            {"party": OTHER_BANK, "role": "helper"},
        ],
        "inputs": [
            {"party": BANK, "dataset": "loans", "features": ["amount"], "basis": "own-2"} | period,
            {"party": HOLDER, "dataset": service_world.DATA, "features": ["amount"], "basis": "joint-1"} | period,
        ],
        "parameters": {"kind": "scorecard", "learn": "both", "model": "流水贷", "target": "bad", "bad": ["1"]},
        "outputs": [{"name": name, "to": one} for name in ("aligned", "card") for one in (BANK, HOLDER)],
        "limits": {"rows": 1000},
        "proposed_at": NOW.isoformat(), "valid_to": (NOW + dt.timedelta(days=9)).isoformat(),
    }  # fmt: skip
    job = service_world.recorded(job_from(values))
    _approved(job, BANK, HOLDER, OTHER_BANK)
    return job


def _approved(job: str, *parties: str) -> None:
    record = JobRecord.objects.get(job_id=job)
    for party in parties:
        said = sign_word(Approval(job, party, "someone", "b" * 64, NOW), signer=KEYS[party])
        JobWord.objects.create(
            job=record,
            party=party,
            kind=Approval.kind,
            statement=said.dump().decode(),
            hash=said.hash,
            at=NOW,
        )


class TestEvidence:
    def test_of_an_answer_and_of_a_refusal_hold_and_of_a_score_that_is_not_kept_there_is_none(
        self, bench: Bench
    ) -> None:
        words = [word(FIRM), word(OTHER_FIRM)]
        both = bench.score(FIRM_CODE, OTHER_CODE, words=words)
        take(2, NOW + dt.timedelta(seconds=1), read_authorisation(words[1]).auth_id)
        bench.world.now += dt.timedelta(seconds=2)
        mixed = bench.score(FIRM_CODE, OTHER_CODE, words=words)
        alone = bench.score(OTHER_CODE, words=words)
        assert [why.code for why in alone.because] == ["use_refused"]
        wanted = {
            both.score_ids: ((), ()),
            mixed.score_ids: ((), ("withdrawn",)),
            alone.score_ids: (("withdrawn",),),
        }
        for ids, reasons in wanted.items():
            for score_id, refused in zip(ids, reasons, strict=True):
                found = verify_evidence(
                    evidence_of(score_id, papers=bench.papers),
                    trust=bench.trust,
                    now=bench.world.now,
                )
                assert [(one.name, one.code) for one in found.links if not one.ok] == []
                (holder,) = score_view(score_id, papers=bench.papers).holders
                assert tuple(code for code, _ in holder.refusals) == refused
                assert holder.proven
                assert log_keys_of(score_id) == logs_named() == [bench.log.key.text]
        with pytest.raises(ScoreUnknown):
            evidence_of("0" * 32, papers=bench.papers)

    def test_says_what_the_score_was(self, bench: Bench) -> None:
        found = bench.score(FIRM_CODE, words=[word(FIRM)])
        (line,) = scores_kept(subject=FIRM_CODE)
        one = found.scores.one(0)
        assert (line.score_id, line.points, line.total) == (*found.score_ids, one.points, one.total)
        assert line.standings == ((HOLDER, "answered"),)
        view = score_view(line.score_id, papers=bench.papers)
        assert [points for _, points in view.own] == [points for _, _, points in one.own]
        assert view.holders[0].share == one.shares[0]
        assert scores_kept(subject=OTHER_CODE) == []

        def gone(message: Score) -> Scored:
            raise PeerRefused(party=HOLDER, refusal="node_failed", en="", zh="", later=False)

        bench.line.score = gone  # type: ignore[method-assign]
        (score_id,) = bench.score(FIRM_CODE, words=[word(FIRM)]).score_ids
        found = verify_evidence(
            evidence_of(score_id, papers=bench.papers), trust=bench.trust, now=NOW
        )
        assert {one.code for one in found.links} == {"", "refused_unproven"}
        assert found.holds


class TestReceipts:
    def test_that_are_not_of_the_answer_score_nobody(self, bench: Bench) -> None:
        for spoil in ("missing", "other_answer", "other_salt", "other_use", "other_log"):
            bench.line.lies = partial(_spoilt, how=spoil)
            with pytest.raises(AnswerInvalid):
                bench.score(FIRM_CODE, words=[word(FIRM)])
        assert not KeptScore.objects.exists()
        bench.line.lies = lambda said: said
        assert bench.score(FIRM_CODE, words=[word(FIRM)]).score_ids


def _spoilt(said: Scored, how: str) -> Scored:
    from msgspec.structs import replace as changed

    receipt = said.receipt
    assert receipt is not None
    if how == "missing":
        return changed(said, receipt=None)
    if how == "other_answer":
        return changed(
            said, answer=said.answer[:-3] + bytes([said.answer[-3] ^ 1]) + said.answer[-2:]
        )
    if how == "other_salt":
        return changed(said, receipt=changed(receipt, salt=bytes(32)))
    if how == "other_use":
        (use,) = receipt.uses
        content = json.loads(use.content) | {"nth": 9}
        return changed(
            said,
            receipt=changed(receipt, uses=[changed(use, content=json.dumps(content).encode())]),
        )
    return changed(
        said, receipt=changed(receipt, checkpoint=receipt.checkpoint.replace("\n1", "\n2", 1) + "")
    )
