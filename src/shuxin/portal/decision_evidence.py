"""The evidence file of a decision on one's own card: basis, use, model, rules and decision in one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import Purpose, basis_statement, use_paper
from shuxin.infra.api import now_in_china
from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.statements import sign_statement
from shuxin.portal.bootstrap import holder, own_log, own_signer, permit_for_all
from shuxin.scoring.api import NoSuchDecision, kept_decisions, replayed_decision

if TYPE_CHECKING:
    from shuxin.infra.api import Settings


def decision_evidence(settings: Settings, digest: str) -> bytes:
    """Of the decision whose own file has this hash; the look at it is a recorded use.

    Raises NoSuchDecision, UseUnknown, BasisUnknown, NotSetUp, UseRefused, EvidenceAltered.
    """
    permit = permit_for_all(Purpose.CREDIT_DECISION, now=now_in_china())
    kept = next((one for one in kept_decisions(permit=permit) if one.digest == digest), None)
    if kept is None:
        raise NoSuchDecision
    found = replayed_decision(digest, entity=kept.entity, permit=permit)
    decision, paper = json.loads(found.content), use_paper(kept.use_id)
    log, party, content = own_log(settings), holder(settings).party, json.loads(paper.content)
    (proof,) = log.proofs([paper.index])
    record: dict[str, Any] = {
        "holder": party,
        "entity": kept.entity,
        "decision": digest,
        "model": decision["model"]["sha256"],
        "policy": content_hash(decision["policy"]),
        "decided_at": kept.at.isoformat(),
        "log": log.key.text,
    }
    signed = sign_statement("decision-record", record, signer=own_signer(settings))
    parts: dict[str, Any] = {
        "kind": "decision-evidence",
        "version": 1,
        "record": signed.as_json(),
        "basis": basis_statement(content["rests_on"], holder=party).as_json(),
        "checkpoint": proof.note,
        "use": {
            "index": proof.index,
            "entry": json.loads(proof.data),
            "path": [step.hex() for step in proof.path],
            "salt": paper.salt,
            "content": content,
        },
        "decision": decision,
        "keys": [],
    }
    return canonical_json(parts)


def decision_trust(settings: Settings) -> bytes:
    """This party's own keys and log, as it trusts them itself."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    log = {"logs": [own_log(settings).key.text], "witnesses": [], "threshold": 0}
    anchors = json.loads(read_trust(settings.home).dump())
    parties = {"anchors": anchors, "statements": [], "checkpoints": []}
    text = json.dumps({"log": log, "parties": parties}, ensure_ascii=False, indent=1)
    return text.encode() + b"\n"
