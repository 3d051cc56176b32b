"""The feed of events (事件流): what one party is told, in order, nothing missing between two pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from shuxin.market.step_models import EventRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.kernel.canonical import Json

MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One event; ``number`` rises, with gaps. ``thing``: its key, of the kind ``kind``."""

    number: int
    kind: str
    thing: str
    event: str
    body: Mapping[str, Json]
    at: datetime


@dataclass(frozen=True, slots=True)
class EventPage:
    """``last``: from where to read on, also when there is nothing new."""

    events: tuple[Event, ...]
    last: int


def events_after(audience: str, after: int, *, most: int = 200) -> EventPage:
    """The oldest first. Who reads on from ``last`` misses nothing, whatever is being written meanwhile."""
    found = EventRow.objects.filter(audience=audience, pk__gt=after).order_by("pk")
    if not found.exists():
        return EventPage((), after)
    with transaction.atomic():
        _wait_for_writers()
        rows = list(found[: min(max(most, 1), MOST_EVENTS)])
    events = tuple(Event(row.pk, row.kind, row.thing, row.event, row.body, row.at) for row in rows)
    return EventPage(events, events[-1].number)


def last_event(audience: str) -> int:
    """The number of the newest event, 0 when there is none: where a newcomer may begin."""
    newest = EventRow.objects.filter(audience=audience).order_by("-pk").first()
    return newest.pk if newest else 0


def _wait_for_writers() -> None:
    """PostgreSQL gives numbers before it commits: a lower one may still be on its way. SQLite writes one by one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE market_eventrow IN SHARE MODE")
