"""The history of every use (使用记录), for the subject, the holder and the auditor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from shuxin.consent.domain.permit import ALL_SUBJECTS, entity_of
from shuxin.consent.models import RefusedUse, Use
from shuxin.infra.api import CHINA

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from shuxin.consent.domain.purpose import Purpose


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


@dataclass(frozen=True, slots=True)
class UsesOfDay:
    """Uses of one day in China by one reader for one purpose (每日使用汇总); ``job``: "" where it was for none.

    uses: permits issued. subjects: different ones among them.
    """

    day: date
    reader: str
    purpose: str
    job: str
    uses: int
    subjects: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class UseOfSubject:
    """One of those uses, and whose data it read; ``*`` for everybody's."""

    subject: str
    use: PastUse


def uses_by_day(*, since: datetime) -> list[UsesOfDay]:
    """All uses here, but for those under a legal duty of secrecy; the newest first."""
    rows = (
        Use.objects.filter(at__gte=since, shown=True)
        .annotate(day=TruncDate("at", tzinfo=CHINA))
        .values("day", "reader", "purpose", "job")
        .annotate(uses=Count("pk"), subjects=Count("subject", distinct=True), last_at=Max("at"))
        .order_by("-last_at")
    )
    return [UsesOfDay(**row) for row in rows]


def uses_on(*, day: date, reader: str, purpose: str, job: str, most: int) -> list[UseOfSubject]:
    """The uses that one row of ``uses_by_day`` sums up, the newest first."""
    rows = (
        Use.objects.filter(reader=reader, purpose=purpose, job=job, shown=True)
        .annotate(day=TruncDate("at", tzinfo=CHINA))
        .filter(day=day)
        .order_by("-at", "-pk")
    )
    return [UseOfSubject(row.subject, _past(row)) for row in rows[:most]]


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


def keep_refusals(
    reasons: Mapping[str, Sequence[str]], *, reader: str, purpose: Purpose, now: datetime
) -> None:
    """What the gate refused of a question about several, by subject, so that each of them sees it."""
    RefusedUse.objects.bulk_create(
        RefusedUse(
            reader=reader,
            subject=entity_of(subject),
            purpose=purpose.value,
            reasons=" ".join(sorted(why)),
            at=now,
        )
        for subject, why in reasons.items()
    )


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
