"""The history of every use (使用记录), for the subject, the holder and the auditor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from shuxin.consent.domain.permit import ALL_SUBJECTS
from shuxin.consent.models import RefusedUse, Use

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class PastUse:
    """One use. ``log_index``: its entry in the holder's log, None for uses before the log stood.

    ``general``: it covered everybody's data, this subject's among them.
    """

    at: datetime
    reader: str
    purpose: str
    ground: str
    rests_on: str
    catalogues: tuple[str, ...]
    highest_level: int
    nth: int
    log_index: int | None
    general: bool


def uses_of(*, subject: str) -> list[tuple[datetime, str, str]]:
    """Every recorded use of one subject's data alone, newest first: when, by whom, why."""
    rows = Use.objects.filter(subject=subject).order_by("-at", "-pk")
    return [(row.at, row.reader, row.purpose) for row in rows]


def history_of(*, subject: str) -> list[PastUse]:
    """What the subject may see: every use that touched its data, newest first.

    Uses under a legal duty of secrecy are logged like all others, and left out here.
    """
    rows = Use.objects.filter(Q(subject=subject) | Q(subject=ALL_SUBJECTS), shown=True)
    return [_past(row) for row in rows.order_by("-at", "-pk")]


def refusals_of(*, subject: str) -> list[tuple[datetime, str, str, str]]:
    """Requests for the subject's data that the gate refused, newest first: when, who, why, reasons."""
    rows = RefusedUse.objects.filter(subject=subject).order_by("-at", "-pk")
    return [(row.at, row.reader, row.purpose, row.reasons) for row in rows]


def _past(row: Use) -> PastUse:
    return PastUse(
        at=row.at,
        reader=row.reader,
        purpose=row.purpose,
        ground=row.ground,
        rests_on=row.rests_on,
        catalogues=tuple(row.catalogues),
        highest_level=row.highest_level,
        nth=row.nth,
        log_index=row.log_index,
        general=row.subject == ALL_SUBJECTS,
    )
