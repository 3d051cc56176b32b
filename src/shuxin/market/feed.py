"""The feed of events (事件流): what one party is told, in order, nothing missing between two pages."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max

from shuxin.market.step_models import EventRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.kernel.canonical import Json

MOST_EVENTS = 1000
LONGEST_WAIT, _LOOK_SECONDS, _LATE_SECONDS = 20, 0.2, 2.0


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


def await_events(audience: str, after: int, *, seconds: float) -> None:
    """Until there is an event after this one, or the time is over (长轮询).

    However many wait in this process, one look at the table in ``_LOOK_SECONDS`` serves all; nobody keeps a connection
    of the database meanwhile. An event may become visible a little after one with a higher number.
    """
    until, seen, quiet_at = time.monotonic() + min(seconds, LONGEST_WAIT), after, 0.0
    while not _LETTING_GO.is_set():
        newest = _NEWEST.number()
        if newest > seen:
            seen, quiet_at = newest, time.monotonic() + _LATE_SECONDS
        if time.monotonic() < quiet_at:
            is_there = EventRow.objects.filter(audience=audience, pk__gt=after).exists()
            _leave_connection()
            if is_there:
                return
        left = until - time.monotonic()
        if left <= 0:
            return
        _LETTING_GO.wait(min(_LOOK_SECONDS, left))


def let_go() -> None:
    """The process ends: whoever waits is answered now, and nobody waits any more."""
    _LETTING_GO.set()


class _Newest:
    """The number of the newest event of all, as it was a moment ago."""

    def __init__(self) -> None:
        self._lock, self._number, self._at = threading.Lock(), 0, float("-inf")

    def number(self) -> int:
        with self._lock:
            if time.monotonic() - self._at >= _LOOK_SECONDS:
                self._number = EventRow.objects.aggregate(newest=Max("pk"))["newest"] or 0
                self._at = time.monotonic()
                _leave_connection()
            return self._number


def _leave_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()


_NEWEST, _LETTING_GO = _Newest(), threading.Event()


def last_event(audience: str) -> int:
    """The number of the newest event, 0 when there is none: where a newcomer may begin."""
    newest = EventRow.objects.filter(audience=audience).order_by("-pk").first()
    return newest.pk if newest else 0


def _wait_for_writers() -> None:
    """PostgreSQL gives numbers before it commits: a lower one may still be on its way. SQLite writes one by one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE market_eventrow IN SHARE MODE")
