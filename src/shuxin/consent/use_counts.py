"""Who read a dataset, and why, counted: no subject is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max

from shuxin.consent.models import Use

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class UseCount:
    """Uses of one reader for one purpose on one ground; ``general``: they covered every dataset of the holder."""

    purpose: str
    reader: str
    ground: str
    general: bool
    uses: int
    last_at: datetime


def uses_of_dataset(dataset: str) -> list[UseCount]:
    """The newest first; uses under a legal duty of secrecy are left out, as everywhere but in the log."""
    grouped = (
        Use.objects.filter(shown=True)
        .values("purpose", "reader", "ground", "catalogues")
        .annotate(uses=Count("pk"), last_at=Max("at"))
    )
    counted: dict[tuple[str, str, str, bool], UseCount] = {}
    for row in grouped:
        catalogues = row["catalogues"]
        if catalogues and dataset not in catalogues:
            continue
        key = (row["purpose"], row["reader"], row["ground"], not catalogues)
        before = counted.get(key)
        uses = row["uses"] + (before.uses if before else 0)
        last = max(row["last_at"], before.last_at) if before else row["last_at"]
        counted[key] = UseCount(*key, uses, last)
    return sorted(counted.values(), key=lambda one: one.last_at, reverse=True)
