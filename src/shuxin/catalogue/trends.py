"""The scorecards of datasets, and how each of their rules came out load by load."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.catalogue import models
from shuxin.catalogue.domain.check import Dimension, Measured, Verdict
from shuxin.catalogue.domain.scorecard import Scorecard, scorecard
from shuxin.catalogue.quarantine import OPEN, held_loads
from shuxin.catalogue.service import current_load_numbers, datasets

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from shuxin.catalogue.domain.freshness import Freshness
    from shuxin.catalogue.records import DatasetSummary

MOST_LOADS = 24
"""Of a trend: the newest."""


@dataclass(frozen=True, slots=True)
class QualitySummary:
    """One dataset: its scorecard, when its newest load came, in force or not, and how many loads wait aside."""

    dataset: DatasetSummary
    card: Scorecard
    newest: dt.datetime | None
    waiting: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One load, the oldest first: ``held`` when it was kept aside, whatever became of it."""

    load: int
    file: str
    at: dt.datetime
    held: bool
    measured: tuple[Measured, ...]


def quality_of_all(*, now: dt.datetime, search: str = "") -> tuple[QualitySummary, ...]:
    """Every dataset; those with a load that waits aside first, then the lowest score first."""
    found = datasets(now=now, search=search)
    measured = _measured_in_force()
    waiting: dict[str, int] = defaultdict(int)
    for one in held_loads(now=now):
        waiting[one.load.dataset] += one.state in OPEN
    newest = _newest()
    summaries = [
        QualitySummary(
            one,
            scorecard(measured=measured.get(one.name, ()), freshness=one.freshness),
            newest.get(one.name),
            waiting[one.name],
        )
        for one in found
    ]
    return tuple(sorted(summaries, key=_urgency))


def _urgency(one: QualitySummary) -> tuple[bool, float, str]:
    total = one.card.total
    return (not one.waiting, 101.0 if total is None else total, one.dataset.name)


def quality_of(*, dataset: str, freshness: Freshness) -> Scorecard:
    """The scorecard of one dataset, whose freshness its view tells."""
    return scorecard(measured=measured_in_force(dataset=dataset), freshness=freshness)


def measured_in_force(*, dataset: str) -> tuple[Measured, ...]:
    """What the loads in force measured, file after file."""
    return tuple(_measured_in_force(dataset).get(dataset, ()))


def trend(*, dataset: str) -> tuple[TrendPoint, ...]:
    """The newest loads, the oldest of them first; one that was released stands where it first came."""
    rows = models.Load.objects.filter(dataset__name=dataset, release=None)
    loads = list(rows.select_related("held").order_by("-pk")[:MOST_LOADS])[::-1]
    by_load: dict[int, list[Measured]] = defaultdict(list)
    for row in models.Measurement.objects.filter(load__in=[one.pk for one in loads]).order_by("pk"):
        by_load[row.load_id].append(_measured(row))
    return tuple(
        TrendPoint(
            one.pk, one.source_file, one.loaded_at, hasattr(one, "held"), tuple(by_load[one.pk])
        )
        for one in loads
    )


def _measured_in_force(dataset: str = "") -> dict[str, list[Measured]]:
    rows = models.Measurement.objects.filter(load__in=current_load_numbers(dataset=dataset))
    found: dict[str, list[Measured]] = defaultdict(list)
    for row in rows.select_related("load__dataset").order_by("pk"):
        found[row.load.dataset.name].append(_measured(row))
    return found


def _newest() -> dict[str, dt.datetime]:
    told: Iterable[tuple[str, dt.datetime]] = models.Load.objects.order_by("pk").values_list(
        "dataset__name", "loaded_at"
    )
    return dict(told)


def _measured(row: models.Measurement) -> Measured:
    return Measured(
        rule=row.rule,
        field=row.field,
        dimension=Dimension(row.dimension),
        kept=row.kept,
        figure=row.figure,
        limit=row.limit,
        of=row.of,
        verdict=Verdict(row.verdict),
    )
