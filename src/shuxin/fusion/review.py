"""The review queue (人工复核): what resolution left to a person, and what the person said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.fusion.models import Review
from shuxin.kernel.errors import NotFound
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.consent.api import Permit


class ReviewUnknown(NotFound):
    code = "review_unknown"
    what = Text(en="no open review has number {number}", zh="没有编号为 {number} 的待复核项")
    mend = Text(en="List them with 'shuxin review'", zh="请用 shuxin review 查看")


@dataclass(frozen=True, slots=True)
class OpenReview:
    """One question: is the name in ``dataset`` this entity? ``why`` it was not decided, and the weights."""

    number: int
    dataset: str
    name: str
    code_as_written: str
    rows: int
    candidate: str
    candidate_name: str
    why: str
    posterior: float
    explanation: tuple[dict[str, Any], ...]


def open_reviews(*, permit: Permit, limit: int) -> list[OpenReview]:
    """The surest first. Raises PermitTooNarrow unless the permit covers all subjects."""
    permit.require_whole()
    rows = Review.objects.filter(verdict="").select_related("mention", "entity")
    return [
        OpenReview(
            number=row.pk,
            dataset=row.mention.dataset,
            name=row.mention.name_text,
            code_as_written=row.mention.code_text,
            rows=row.mention.rows,
            candidate=row.entity.identity,
            candidate_name=row.entity.name,
            why=row.why,
            posterior=row.posterior,
            explanation=tuple(row.explanation),
        )
        for row in rows.order_by("-posterior", "pk")[:limit]
    ]


def say_same(number: int, *, by: str, now: datetime) -> None:
    """The mention is that entity; the next resolution places it there. Raises ReviewUnknown."""
    _decide(number, verdict="same", by=by, now=now)


def say_different(number: int, *, by: str, now: datetime) -> None:
    """The mention is somebody else; the question is not asked again. Raises ReviewUnknown."""
    _decide(number, verdict="different", by=by, now=now)


def _decide(number: int, *, verdict: str, by: str, now: datetime) -> None:
    changed = Review.objects.filter(pk=number, verdict="").update(
        verdict=verdict, decided_by=by, decided_at=now
    )
    if not changed:
        raise ReviewUnknown(number=number)
