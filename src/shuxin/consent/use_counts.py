"""Who read a dataset, and why, counted: no subject is named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max

from shuxin.consent.domain.permit import Ground
from shuxin.consent.models import Use

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_FOR_OTHERS = (Ground.AUTHORISATION.value, Ground.JOINT.value, Ground.OPEN.value)


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


@dataclass(frozen=True, slots=True)
class UseByOther:
    """One use by another party (他方使用), as its log entry ``log_index`` commits to it; no subject is named."""

    at: datetime
    reader: str
    purpose: str
    catalogues: tuple[str, ...]
    log_index: int


def uses_by_others(*, since: datetime, until: datetime, reader: str = "") -> Iterator[UseByOther]:
    """The logged uses of other parties in ``[since, until)`` in the order of the log; of one of them, or of all.

    The holder's own work and the subjects' looks at their own data are left out, and what a duty of secrecy hides.
    """
    rows = Use.objects.filter(
        at__gte=since, at__lt=until, shown=True, log_index__isnull=False, ground__in=_FOR_OTHERS
    ).order_by("log_index")
    for row in (rows.filter(reader=reader) if reader else rows).iterator():
        yield UseByOther(
            row.at, row.reader, row.purpose, tuple(row.catalogues), int(row.log_index or 0)
        )
