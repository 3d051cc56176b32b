"""Single moves of demands and referrals, and the lock under which they happen: for this room only.

Whoever changes a demand or a referral of it holds the demand's row, then the referral's: always in this order.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from shuxin.market.acting import THE_OPERATOR, of_platform
from shuxin.market.domain.lives import DEMAND, REFERRAL
from shuxin.market.shelf_models import DemandRow
from shuxin.market.steps import ThingUnknown, Told, take_step

if TYPE_CHECKING:
    from shuxin.market.shelf_models import ReferralRow
    from shuxin.market.steps import Doer

DAYS_AFTER_REOPENING = 7


def move_demand(
    row: DemandRow,
    event: str,
    *,
    doer: Doer,
    now: dt.datetime,
    reason: str = "",
    evidence: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """One step of a row that is locked; the firm is told."""
    take_step(
        row,
        event,
        machine=DEMAND,
        doer=doer,
        now=now,
        reason=reason,
        evidence=evidence,
        tell=[Told(row.firm)],
        changes=changes,
    )


def reopen_if_idle(row: DemandRow, *, doer: Doer, now: dt.datetime) -> bool:
    """A demand in application with none left is published again, for seven days at least."""
    if row.state != "in_application" or row.referrals.filter(state="applied").exists():
        return False
    longer = max(row.expires_at or now, now + dt.timedelta(days=DAYS_AFTER_REOPENING))
    move_demand(row, "reopen", doer=of_platform(doer), now=now, changes={"expires_at": longer})
    return True


def locked_demand(key: str) -> DemandRow:
    """In a transaction: whoever changes a demand or its referrals holds this row. Raises ThingUnknown."""
    row = DemandRow.objects.select_for_update().filter(key=key).first()
    if row is None:
        raise ThingUnknown(kind="demand")
    return row


def hold_demand(key: str) -> None:
    """In a caller's transaction: until its end nobody else changes this demand or a referral of it.

    For lending, whose steps end in steps of both. Raises ThingUnknown.
    """
    locked_demand(key)


def move_referral(
    row: ReferralRow,
    event: str,
    *,
    doer: Doer,
    now: dt.datetime,
    reason: str = "",
    code: str = "",
    evidence: str = "",
    changes: dict[str, Any] | None = None,
) -> None:
    """One step of a referral whose demand is locked; lender and firm are told."""
    ends = {"due_at": None, "reason": reason[:1000], "reason_code": code}
    told = [row.lender, row.firm, *([THE_OPERATOR] if event in {"decline", "lapse"} else [])]
    body = {"demand": row.demand.key, "mode": row.mode, "code": code}
    take_step(
        row,
        event,
        machine=REFERRAL,
        doer=doer,
        now=now,
        reason=reason,
        evidence=evidence,
        tell=[Told(one, body) for one in told],
        changes=ends | (changes or {}),
    )
