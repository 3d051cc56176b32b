"""Decisions that were made here (已作出的授信决策): their list, and each one computed anew from its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text
from shuxin.scoring.evidence import EvidenceAltered, policy_and_model, replay, with_model
from shuxin.scoring.models import DecisionRow

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import Permit
    from shuxin.scoring.decision import Decision
    from shuxin.scoring.policy import LendingPolicy

MOST_LISTED = 1000


class NoSuchDecision(NotFound):
    code = "no_such_decision"
    what = Text(en="no such decision was made here", zh="本机构没有这项决策")
    mend = Text(en="Open it from the list of decisions", zh="请从决策列表打开")


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision in a list. ``digest``: SHA-256 of its evidence; ``model``: name and hash of the model."""

    digest: str
    entity: str
    as_of: dt.date
    outcome: str
    limit_fen: int
    rate_bp: int | None
    model: tuple[str, str]
    use_id: int
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ReplayedDecision:
    """A kept decision with its evidence file, and the same decision computed anew out of this file alone."""

    kept: KeptDecision
    decision: Decision
    policy: LendingPolicy
    content: bytes


def kept_decisions(*, permit: Permit, entity: str = "") -> list[KeptDecision]:
    """The newest thousand, of one entity or of all. Raises PermitTooNarrow."""
    if entity:
        permit.require(entity)
        rows = DecisionRow.objects.filter(entity=entity)
    else:
        permit.require_whole()
        rows = DecisionRow.objects.all()
    listed = rows.select_related("model").defer("evidence", "model__content")
    return [_view(row) for row in listed.order_by("-at", "-pk")[:MOST_LISTED]]


def replayed_decision(digest: str, *, entity: str, permit: Permit) -> ReplayedDecision:
    """Raises NoSuchDecision, also where it is another entity's; EvidenceAltered, EvidenceInvalid, PermitTooNarrow."""
    permit.require(entity)
    rows = DecisionRow.objects.filter(entity=entity, evidence_hash=digest)
    row = rows.select_related("model").order_by("at").first()
    if row is None:
        raise NoSuchDecision
    content = with_model(row.evidence.encode(), model=row.model.content.encode())
    decision, parts = replay(content), policy_and_model(content)
    if (decision.assessment.applicant.entity, parts.digest) != (entity, digest):
        raise EvidenceAltered
    return ReplayedDecision(_view(row), decision, parts.policy, content)


def _view(row: DecisionRow) -> KeptDecision:
    return KeptDecision(
        digest=row.evidence_hash,
        entity=row.entity,
        as_of=row.as_of,
        outcome=row.outcome,
        limit_fen=row.limit_fen,
        rate_bp=row.rate_bp,
        model=(row.model.name, row.model.content_hash),
        use_id=row.use_id,
        by=row.by,
        at=row.at,
    )
