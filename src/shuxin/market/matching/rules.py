"""Which rules of ranking are in use; an operator changes them with a reason, and the log knows of it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.machine import Actor, StepOfOther
from shuxin.ledger.api import Entry, commitment
from shuxin.market.match_models import RankingPolicyRow
from shuxin.market.matching.policy import STANDARD, RankingPolicy, policy_from
from shuxin.market.steps import StepNeedsReason

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.market.steps import Doer

_SALT_BYTES, _LONGEST_REASON = 32, 1000


@dataclass(frozen=True, slots=True)
class PolicyView:
    """Rules of ranking, since when they hold, by whom and why."""

    policy: RankingPolicy
    by: str
    reason: str
    at: datetime


def ranking_policy() -> RankingPolicy:
    """Those in use; the standard ones until an operator gave others."""
    row = RankingPolicyRow.objects.order_by("-pk").first()
    return policy_from(json.loads(row.content)) if row else STANDARD


def ranking_policies() -> list[PolicyView]:
    """All that an operator ever put in use, the newest first."""
    rows = RankingPolicyRow.objects.order_by("-pk")
    return [
        PolicyView(policy_from(json.loads(row.content)), row.by, row.reason, row.at) for row in rows
    ]


def use_ranking_policy(policy: RankingPolicy, *, reason: str, doer: Doer, now: datetime) -> None:
    """From now on; what is in use already changes nothing. Raises StepOfOther, StepNeedsReason."""
    if doer.actor is not Actor.OPERATOR:
        raise StepOfOther(event="ranking-policy")
    if not reason.strip():
        raise StepNeedsReason
    if policy == ranking_policy():
        return
    salt = secrets.token_bytes(_SALT_BYTES)
    with transaction.atomic():
        row = RankingPolicyRow(
            salt=salt.hex(),
            digest=policy.digest,
            content=policy.content.decode(),
            by=doer.by[:200],
            reason=reason[:_LONGEST_REASON],
            at=now,
        )
        row.save()
        facts: dict[str, str | int] = {"thing": "ranking-policy", "event": "use", "version": row.pk}
        made = commitment(salt, policy.content)
        doer.journal(Entry("market-step", now, "holder", facts, (made,)))
