"""Clocks of the marketplace (时限): what a lender or firm let pass lapses, and demands expire."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import Conflict
from shuxin.market.acting import of_platform
from shuxin.market.demands import ON_BOARD
from shuxin.market.moves import locked_demand, move_demand
from shuxin.market.referrals import lapse_referral
from shuxin.market.shelf_models import OPEN_REFERRALS, DemandRow, ReferralRow

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.market.steps import Doer


def run_timers(*, doer: Doer, now: datetime) -> Counter[str]:
    """One round: how many referrals ``lapsed``, demands ``reopened`` and ``expired``; a second round finds nothing."""
    done: Counter[str] = Counter()
    for key in _due(now):
        try:
            done["reopened"] += lapse_referral(key, doer=of_platform(doer), now=now)
            done["lapsed"] += 1
        except Conflict:
            continue  # somebody acted meanwhile
    for key in _over(now):
        done["expired"] += _expire(key, doer=of_platform(doer), now=now)
    return +done


def _due(now: datetime) -> list[str]:
    waiting = ReferralRow.objects.filter(state__in=("waiting", "taken"), due_at__lte=now)
    return list(waiting.order_by("due_at", "pk").values_list("key", flat=True))


def _over(now: datetime) -> list[str]:
    over = DemandRow.objects.filter(state__in=ON_BOARD, expires_at__lte=now)
    return list(over.order_by("expires_at", "pk").values_list("key", flat=True))


def _expire(key: str, *, doer: Doer, now: datetime) -> bool:
    """Not while a lender has it before it: the referral's own time ends soon."""
    with transaction.atomic():
        row = locked_demand(key)
        late = row.state in ON_BOARD and row.expires_at is not None and row.expires_at <= now
        if not late or row.referrals.filter(state__in=OPEN_REFERRALS).exists():
            return False
        move_demand(row, "expire", doer=doer, now=now)
        return True
