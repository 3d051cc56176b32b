"""The evidence file of a decision by a strategy (策略决策证据): grounds, uses, scores, models, record, all in one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import ground_statement, use_paper_at
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.statements import sign_statement
from shuxin.lending.api import STRATEGY_EVIDENCE, STRATEGY_RECORD, decision_record, kept_models
from shuxin.portal.bootstrap import holder, own_log, own_signer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.consent.api import UsePaper
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.ledger.api import Log
    from shuxin.lending.api import DecisionRecord


_OF_KEYS = frozenset({"key-possession", "key-binding"})


def strategy_evidence(settings: Settings, digest: str) -> bytes:
    """Of the decision whose record has this hash.

    Raises DecisionUnknown, UseUnknown, BasisUnknown, ModelMissing, ScoreUnknown, NotSetUp.
    """
    record, log = decision_record(digest), own_log(settings)
    papers = [use_paper_at(index) for index in sorted(set(record.uses))]
    note, uses = _logged(log, papers)
    grounds = _grounds(papers)
    scores = [json.loads(_score_file(settings, one)) for one in record.evidence]
    models = {one: json.loads(kept_models(one)) for one in record.parts["versions"]["models"]}
    parts: dict[str, Any] = {
        "kind": STRATEGY_EVIDENCE,
        "version": 1,
        "record": _signed(settings, record, scores, log).as_json(),
        "grounds": [one.as_json() for one in grounds],
        "checkpoint": note,
        "uses": uses,
        "scores": scores,
        "models": models,
        "decision": dict(record.parts),
        "keys": _keys(scores, record.firm, grounds),
    }
    return canonical_json(parts)


def strategy_trust(settings: Settings, digest: str) -> bytes:
    """This party's own keys and log, and the logs that the holders of its scores named. Raises DecisionUnknown."""
    from shuxin.federation.api import log_keys_of  # noqa: PLC0415 - heavy
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    record = decision_record(digest)
    named = {key for one in record.evidence for key in log_keys_of(one)}
    log = {
        "logs": sorted({own_log(settings).key.text, *named}),
        "witnesses": [],
        "threshold": 0,
    }
    anchors = json.loads(read_trust(settings.home).dump())
    parties = {"anchors": anchors, "statements": [], "checkpoints": []}
    text = json.dumps({"log": log, "parties": parties}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"


def _signed(
    settings: Settings, record: DecisionRecord, scores: list[dict[str, Any]], log: Log
) -> Statement:
    from shuxin.kernel.statements import statement_from  # noqa: PLC0415 - beside its use

    body: dict[str, Any] = {
        "holder": holder(settings).party,
        "firm": record.firm,
        "application": record.application,
        "decision": record.digest,
        "strategy": record.strategy,
        "models": record.parts["versions"]["models"],
        "scores": [statement_from(one["score"]).hash for one in scores],
        "decided_at": record.decided_at.isoformat(),
        "log": log.key.text,
    }
    return sign_statement(STRATEGY_RECORD, body, signer=own_signer(settings))


def _logged(log: Log, papers: list[UsePaper]) -> tuple[str, list[dict[str, Any]]]:
    """The checkpoint, and each use with its way to it; without uses the checkpoint is ""."""
    if not papers:
        return "", []
    proofs = log.proofs([paper.index for paper in papers])
    uses = [
        {
            "index": proof.index,
            "entry": json.loads(proof.data),
            "path": [step.hex() for step in proof.path],
            "salt": paper.salt,
            "content": json.loads(paper.content),
        }
        for proof, paper in zip(proofs, papers, strict=True)
    ]
    return proofs[0].note, uses


def _grounds(papers: Iterable[UsePaper]) -> list[Statement]:
    ids = {str(json.loads(paper.content)["rests_on"]) for paper in papers}
    return [ground_statement(one) for one in sorted(ids) if one]


def _score_file(settings: Settings, score_id: str) -> bytes:
    from shuxin.portal.node_evidence import evidence_file  # noqa: PLC0415 - heavy

    return evidence_file(settings, score_id)


def _keys(scores: list[dict[str, Any]], firm: str, grounds: list[Statement]) -> list[Any]:
    """What is said of the firm's keys, once: by the scores' files, and by what is kept here where it granted a use."""
    from shuxin.parties.api import kept_about  # noqa: PLC0415 - needs the database

    said = [one for score in scores for one in score["keys"]]
    if any(ground.kind == "authorisation" for ground in grounds):
        said += [one.as_json() for one in kept_about(firm) if one.kind in _OF_KEYS]
    found = {canonical_json(one): one for one in said}
    return [found[key] for key in sorted(found)]
