"""What became of referrals (结果反馈): the lender's verdict, and whether money was lent; matching learns from it."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - pydantic reads the annotations
from collections.abc import Mapping  # noqa: TC003 - as above
from dataclasses import dataclass, field

from shuxin.market.shelf_models import OutcomeRow
from shuxin.market.wire import from_json, to_json


@dataclass(frozen=True, slots=True)
class OutcomeFacts:
    """What is known of one referral's end (对接结果).

    verdict: approve, refer, decline, need_information, lapsed or cancelled. lent: None while nobody has said.
    amount_fen, rate_bp: offered, and once lent what was lent. seconds: to the decision.
    features: of firm and demand, as matching used them; no name and no code.
    """

    referral: str
    demand: str
    product: str
    product_version: int
    lender: str
    verdict: str
    at: dt.datetime
    lent: bool | None = None
    amount_fen: int = 0
    rate_bp: int = 0
    seconds: float = 0.0
    features: Mapping[str, float] = field(default_factory=dict)


def keep_outcome(outcome: OutcomeFacts) -> None:
    """A later word on the same referral replaces the earlier; the same word again changes nothing."""
    said = to_json(outcome)
    newest = OutcomeRow.objects.filter(referral=outcome.referral).order_by("-pk").first()
    if newest is None or newest.facts != said:
        OutcomeRow(
            referral=outcome.referral, lender=outcome.lender, facts=said, at=outcome.at
        ).save()


def outcomes(*, lender: str = "", since: dt.datetime | None = None) -> list[OutcomeFacts]:
    """The newest word on each referral, the oldest first; of one lender, and from ``since`` on, if asked."""
    rows = OutcomeRow.objects.filter(lender=lender) if lender else OutcomeRow.objects.all()
    found = rows.filter(at__gte=since) if since else rows
    newest = {row.referral: row.facts for row in found.order_by("pk")}
    return [from_json(OutcomeFacts, facts) for facts in newest.values()]
