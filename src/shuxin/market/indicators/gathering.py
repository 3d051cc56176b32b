"""Published demands as indicators count them: when, and what kind of firm; no names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.dates import CHINA_TIME
from shuxin.market.domain.terms import DemandTerms
from shuxin.market.firms import facts_of, facts_or_bare
from shuxin.market.indicators.records import Traits, traits_of
from shuxin.market.shelf_models import DemandRow
from shuxin.market.wire import from_json

if TYPE_CHECKING:
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PublishedDemand:
    """One demand that was published; month: first day of that month."""

    key: str
    traits: Traits
    month: date


def month_of(at: datetime) -> date:
    """First day of the month in China."""
    return at.astimezone(CHINA_TIME).date().replace(day=1)


def published_demands() -> list[PublishedDemand]:
    """All that ever were, with the firm as it is known now, its age as it was on that day."""
    rows = list(DemandRow.objects.exclude(published_at=None).order_by("pk"))
    known = facts_of(row.firm for row in rows)
    return [
        PublishedDemand(
            row.key,
            traits_of(
                facts_or_bare(row.firm, known),
                channel=from_json(DemandTerms, row.terms).channel,
                on=row.published_at.astimezone(CHINA_TIME).date(),
            ),
            month_of(row.published_at),
        )
        for row in rows
        if row.published_at is not None
    ]
