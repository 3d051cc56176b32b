"""A decision as evidence (决策证据): one file with all inputs and the result, that anybody can replay."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shuxin.kernel.canonical import canonical_json, content_hash
from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.bundle import read_bundle
from shuxin.scoring.card.sealed import LARGEST_BYTES
from shuxin.scoring.decision import Applicant, Outcome, assess, conclude
from shuxin.scoring.policy import LendingPolicy

if TYPE_CHECKING:
    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.decision import Assessment, Decision

FORMAT = "shuxin.decision/1"
MOST_BYTES = LARGEST_BYTES + 1_000_000
_PARTS = {"format", "input", "model", "policy", "output", "sha256"}


class EvidenceInvalid(InvalidInput):
    code = "evidence_invalid"
    what = Text(
        en="this is not the evidence of a decision: {where}", zh="不是有效的决策证据：{where}"
    )
    mend = Text(en="Ask for the file again", zh="请重新索取该文件")


class EvidenceAltered(Conflict):
    code = "evidence_altered"
    what = Text(
        en="the evidence does not match its hash, or its decision cannot be computed from its inputs",
        zh="决策证据与其哈希不符，或由其输入无法得到所载结论",
    )
    mend = Text(
        en="Do not rely on it; compare with the holder's log", zh="请勿采信；请与持有方日志核对"
    )


_Amount = Annotated[int, Field(ge=1 - 2**53, le=2**53 - 1)]
_Number = Annotated[float, Field(ge=1 - 2**53, le=2**53 - 1)]


class _Input(BaseModel):
    """What a decision was made on; numbers as exact as JSON's, which money is."""

    model_config = ConfigDict(extra="forbid", strict=True)

    entity: str
    as_of: dt.date
    features: dict[str, _Number | None]
    requested_fen: _Amount | None
    offered_fen: _Amount | None


_LAST_DIGIT = 2.0**-52


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
        given = _Input.model_validate_json(canonical_json(parts["input"]))
    except ValidationError as error:
        raise EvidenceInvalid(where="input, policy") from error
    applicant = Applicant(given.entity, given.as_of, given.features, given.requested_fen)
    assessed = assess(applicant, models=bundle.models, policy=policy)
    if not _could_be_offered(given.offered_fen, assessed, policy):
        raise EvidenceAltered
    decision = conclude(assessed, offered_fen=given.offered_fen, policy=policy)
    again = evidence_of(decision, bundle=bundle, policy=policy, offered_fen=given.offered_fen)
    if again.content != content and not _differs_by_processor(again.content, parts):
        raise EvidenceAltered
    return decision


def _differs_by_processor(again: bytes, claimed: dict[str, Any]) -> bool:
    """Whether nothing but the last digit of a rating's chance is another one.

    Until 0.6 that digit was the processor's own, whose vector instructions round in one of a thousand cases to the
    other side. All that was decided comes from the chances as they are computed now, and must be the same.
    """
    parts = json.loads(again)
    said = claimed["output"]
    theirs = said.get("ratings") if isinstance(said, dict) else None
    if not _are_close(parts["output"]["ratings"], theirs):
        return False
    parts["output"]["ratings"] = theirs
    del parts["sha256"]
    return canonical_json(parts) == canonical_json(claimed)


def _are_close(ours: list[float], theirs: object) -> bool:
    return (
        isinstance(theirs, list)
        and len(theirs) == len(ours)
        and all(isinstance(one, float) for one in theirs)
        and all(abs(a - b) <= _LAST_DIGIT for a, b in zip(ours, theirs, strict=True))
    )


def _could_be_offered(offered_fen: int | None, known: Assessment, policy: LendingPolicy) -> bool:
    """No budget, nothing, or to the approved a limit of the product within their own caps."""
    if not offered_fen:
        return True
    lowest, step = policy.fen(policy.limits.lowest), policy.fen(policy.limits.step)
    within = lowest <= offered_fen <= known.limit.amount_fen and offered_fen % step == 0
    return within and known.outcome is Outcome.APPROVE


def without_model(evidence: Evidence) -> bytes:
    """The file less the model, which is kept once for all decisions that it made."""
    parts = json.loads(evidence.content)
    del parts["model"]
    return canonical_json(parts)


def with_model(content: bytes, *, model: bytes) -> bytes:
    """The file again. Raises EvidenceInvalid."""
    try:
        parts = json.loads(content)
        return canonical_json(parts | {"model": json.loads(model)})
    except (ValueError, TypeError, RecursionError) as error:
        raise EvidenceInvalid(where="json") from error


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
    if len(content) > MOST_BYTES:
        raise EvidenceInvalid(where="size")
    try:
        parts = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise EvidenceInvalid(where="json") from error
    if not isinstance(parts, dict) or parts.keys() != _PARTS or parts["format"] != FORMAT:
        raise EvidenceInvalid(where="format")
    return parts
