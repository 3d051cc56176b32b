"""A decision as evidence (决策证据): one file with all inputs and the result, that anybody can replay."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.bundle import read_bundle
from shuxin.scoring.decision import Applicant, assess, conclude
from shuxin.scoring.policy import LendingPolicy

if TYPE_CHECKING:
    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.decision import Decision

FORMAT = "shuxin.decision/1"
_PARTS = {"format", "input", "model", "policy", "output", "sha256"}


class EvidenceInvalid(InvalidInput):
    code = "evidence_invalid"
    what = Text(
        en="this is not the evidence of a decision: {where}", zh="不是有效的决策证据:{where}"
    )
    mend = Text(en="Ask for the file again", zh="请重新索取该文件")


class EvidenceAltered(Conflict):
    code = "evidence_altered"
    what = Text(
        en="the evidence does not match its hash, or its decision cannot be computed from its inputs",
        zh="决策证据与其哈希不符,或由其输入无法得到所载结论",
    )
    mend = Text(
        en="Do not rely on it; compare with the holder's log", zh="请勿采信;请与持有方日志核对"
    )


@dataclass(frozen=True, slots=True)
class Evidence:
    """``content``: canonical JSON, the bytes of the file; ``digest``: the hash inside it."""

    content: bytes
    digest: str


def evidence_of(
    decision: Decision, *, bundle: Bundle, policy: LendingPolicy, offered_fen: int | None
) -> Evidence:
    """Raises NotCanonical."""
    applicant = decision.assessment.applicant
    parts: dict[str, Any] = {
        "format": FORMAT,
        "input": {
            "entity": applicant.entity,
            "as_of": applicant.as_of.isoformat(),
            "features": dict(applicant.features),
            "requested_fen": applicant.requested_fen,
            "offered_fen": offered_fen,
        },
        "model": json.loads(bundle.content),
        "policy": policy.model_dump(mode="json"),
        "output": output_of(decision),
    }
    digest = content_hash(parts)
    return Evidence(canonical_json(parts | {"sha256": digest}), digest)


def output_of(decision: Decision) -> dict[str, Any]:
    """The result as JSON: what the applicant, the bank and the regulator read."""
    known = decision.assessment
    limit = known.limit
    return {
        "outcome": str(decision.outcome),
        "limit_fen": decision.limit_fen,
        "rate_bp": decision.rate_bp,
        "points": known.scored.points,
        "pd": known.pd,
        "ratings": list(known.ratings),
        "bound_by": limit.bound_by.code,
        "caps": [[cap.kind.code, cap.amount_fen] for cap in limit.caps],
        "gates": [gate.code for gate in decision.gates],
        "reasons": [
            {
                "rank": reason.rank,
                "characteristic": reason.characteristic,
                "group": reason.group,
                "points": reason.points,
                "reference": reason.reference,
            }
            for reason in known.reasons
        ],
        "by_characteristic": [list(part) for part in known.scored.by_characteristic],
        "expected_profit_fen": decision.expected_profit_fen,
        "expected_loss_fen": decision.expected_loss_fen,
    }


def replay(content: bytes) -> Decision:
    """Compute the decision anew out of the file alone, and compare it with what the file says.

    Raises EvidenceInvalid, EvidenceAltered, CardInvalid, CardAltered, ColumnMissing, ChurnMissing.
    """
    parts = _parsed(content)
    claimed = parts.pop("sha256")
    if content_hash(parts) != claimed or canonical_json(parts | {"sha256": claimed}) != content:
        raise EvidenceAltered
    bundle = read_bundle(canonical_json(parts["model"]))
    try:
        policy = LendingPolicy.model_validate(parts["policy"])
        given = parts["input"]
        applicant = Applicant(
            entity=str(given["entity"]),
            as_of=dt.date.fromisoformat(given["as_of"]),
            features={
                str(k): None if v is None else float(v) for k, v in given["features"].items()
            },
            requested_fen=given["requested_fen"],
        )
        offered = given["offered_fen"]
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise EvidenceInvalid(where="input, policy") from error
    decision = conclude(
        assess(applicant, models=bundle.models, policy=policy), offered_fen=offered, policy=policy
    )
    if canonical_json(output_of(decision)) != canonical_json(parts["output"]):
        raise EvidenceAltered
    return decision


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    """What a decision was made with, out of its file."""

    policy: LendingPolicy
    model: bytes
    digest: str


def policy_and_model(content: bytes) -> EvidenceParts:
    """Of evidence that ``replay`` accepted. Raises EvidenceInvalid."""
    parts = _parsed(content)
    policy = LendingPolicy.model_validate(parts["policy"])
    return EvidenceParts(policy, canonical_json(parts["model"]), str(parts["sha256"]))


def _parsed(content: bytes) -> dict[str, Any]:
    try:
        parts = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EvidenceInvalid(where="json") from error
    if not isinstance(parts, dict) or parts.keys() != _PARTS or parts["format"] != FORMAT:
        raise EvidenceInvalid(where="format")
    return parts
