"""Decisions for applicants (授信决策): read under permits, decided, shared out, and kept as evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.consent.api import Purpose
from shuxin.fusion.api import TRADE_FEATURES, churn_table, compute_features, require_past
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.scoring.allocation import allocate, equal_limits, proportional_limits
from shuxin.scoring.decision import Applicant, assess, conclude
from shuxin.scoring.evidence import evidence_of, without_model
from shuxin.scoring.models import DecisionRow
from shuxin.scoring.policy import policy_of
from shuxin.scoring.registry import model_row

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.consent.api import Permit
    from shuxin.infra.api import Settings
    from shuxin.scoring.allocation import Allocation
    from shuxin.scoring.bundle import Bundle
    from shuxin.scoring.decision import Assessment, Decision
    from shuxin.scoring.evidence import Evidence
    from shuxin.scoring.policy import LendingPolicy


class ApplicantTwice(InvalidInput):
    code = "applicant_twice"
    what = Text(en="{count} enterprises apply twice", zh="有 {count} 家企业重复申请")
    mend = Text(
        en="Leave one line for each; two spellings may be the same enterprise",
        zh="每家企业只保留一行；不同写法可能是同一企业",
    )


@dataclass(frozen=True, slots=True)
class Request:
    """One applicant: the entity, the amount asked for in fen if any, and the permit to read its data."""

    entity: str
    requested_fen: int | None
    permit: Permit


@dataclass(frozen=True, slots=True)
class Batch:
    """Decisions in the order of the requests, with the policy that was applied.

    With a budget: the ``allocation`` and, over the same applicants, the two simple policies.
    """

    decisions: tuple[Decision, ...]
    evidences: tuple[Evidence, ...]
    policy: LendingPolicy
    budget_fen: int | None = None
    allocation: Allocation | None = None
    equal: Allocation | None = None
    proportional: Allocation | None = None


def with_churn(policy: LendingPolicy, *, settings: Settings, now: dt.datetime) -> LendingPolicy:
    """The policy, its churn curves taken from the imported table when it states none itself.

    Raises PolicyInvalid where that table cannot be one: rates twice, or numbers that are no shares.
    """
    if policy.churn:
        return policy
    points = [
        {"rate": row.rate, "lost": list(row.lost)}
        for row in churn_table(settings=settings, now=now)
    ]
    return policy_of(policy.model_dump() | {"churn": points}, file="rate_churn")


def decide(
    requests: Sequence[Request],
    *,
    as_of: dt.date,
    budget_fen: int | None,
    bundle: Bundle,
    policy: LendingPolicy,
    by: str,
    settings: Settings,
    now: dt.datetime,
) -> Batch:
    """Decide on all, and keep every decision with its evidence; nothing is kept when one fails.

    Raises AsOfAhead, ApplicantTwice, PermitTooNarrow, PermitForOtherPurpose, ChurnMissing, PolicyInvalid,
    BudgetInvalid, AllocationFailed, ModelMissing and as ``fusion.compute_features``.
    """
    require_past(as_of, now=now)
    for request in requests:
        request.permit.require(request.entity)
        request.permit.require_purpose(Purpose.CREDIT_DECISION)
    if len({request.entity for request in requests}) < len(requests):
        count = len(requests) - len({request.entity for request in requests})
        raise ApplicantTwice(count=count)
    policy = with_churn(policy, settings=settings, now=now)
    assessed = _assessed(
        requests, as_of=as_of, bundle=bundle, policy=policy, settings=settings, now=now
    )
    candidates = [c for a in assessed if (c := a.candidate(policy=policy)) is not None]
    shared = None
    step = policy.fen(policy.limits.step)
    if budget_fen is not None:
        shared = allocate(candidates, budget_fen=budget_fen, step_fen=step)
    offers = [
        shared.limits_fen.get(a.applicant.entity, 0) if shared is not None else None
        for a in assessed
    ]
    pairs = list(zip(assessed, offers, strict=True))
    decisions = [conclude(a, offered_fen=offered, policy=policy) for a, offered in pairs]
    evidences = [
        evidence_of(d, bundle=bundle, policy=policy, offered_fen=offered)
        for d, offered in zip(decisions, offers, strict=True)
    ]
    _keep(requests, decisions, evidences, digest=bundle.digest, by=by, now=now)
    if budget_fen is None:
        return Batch(tuple(decisions), tuple(evidences), policy)
    by_risk = sorted(candidates, key=lambda c: -c.margin)
    return Batch(
        tuple(decisions),
        tuple(evidences),
        policy,
        budget_fen,
        shared,
        equal_limits(by_risk, budget_fen=budget_fen, step_fen=step),
        proportional_limits(by_risk, budget_fen=budget_fen, step_fen=step),
    )


def _assessed(
    requests: Sequence[Request],
    *,
    as_of: dt.date,
    bundle: Bundle,
    policy: LendingPolicy,
    settings: Settings,
    now: dt.datetime,
) -> list[Assessment]:
    if not requests:
        return []
    spine = [(request.entity, as_of) for request in requests]
    permits = [request.permit for request in requests]
    names = [feature.name for feature in TRADE_FEATURES]
    table = compute_features(spine, permits=permits, settings=settings, now=now, names=names)
    models = bundle.models
    return [
        assess(
            Applicant(
                request.entity, as_of, {name: row[name] for name in names}, request.requested_fen
            ),
            models=models,
            policy=policy,
        )
        for request, row in zip(requests, table.to_pylist(), strict=True)
    ]


def _keep(
    requests: Sequence[Request],
    decisions: Sequence[Decision],
    evidences: Sequence[Evidence],
    *,
    digest: str,
    by: str,
    now: dt.datetime,
) -> None:
    model = model_row(digest)
    rows = [
        DecisionRow(
            entity=request.entity,
            as_of=decision.assessment.applicant.as_of,
            outcome=str(decision.outcome),
            limit_fen=decision.limit_fen,
            rate_bp=decision.rate_bp,
            model=model,
            evidence=without_model(evidence).decode(),
            evidence_hash=evidence.digest,
            use_id=request.permit.use_id,
            by=by,
            at=now,
        )
        for request, decision, evidence in zip(requests, decisions, evidences, strict=True)
    ]
    with transaction.atomic():
        DecisionRow.objects.bulk_create(rows, batch_size=100)
