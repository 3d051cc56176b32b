"""The feed of events (事件流): what one party is told, in order, nothing missing between two pages."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Max

from shuxin.market.step_models import EventRow

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from django.db.models import QuerySet

    from shuxin.kernel.canonical import Json

MOST_EVENTS = 1000
LONGEST_WAIT, _LOOK_SECONDS = 20, 0.2
_LATE_SECONDS, _LATE_EVENTS = 2.0, 100


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


def events_after(audience: str, after: int, *, most: int = 200, kind: str = "") -> EventPage:
    """The oldest first, of one ``kind`` of things or of all.

    Who reads on from ``last`` misses nothing, whatever is being written meanwhile.
    """
    found = _of(audience, after, kind).order_by("pk")
    if not found.exists():
        return EventPage((), after)
    with transaction.atomic():
        _wait_for_writers()
        rows = list(found[: min(max(most, 1), MOST_EVENTS)])
    events = tuple(Event(row.pk, row.kind, row.thing, row.event, row.body, row.at) for row in rows)
    return EventPage(events, events[-1].number)


def await_events(audience: str, after: int, *, seconds: float, kind: str = "") -> None:
    """Until there is an event after this one, of this ``kind`` where one is named, or the time is over (长轮询).

    However many wait in this process, one look at the table in ``_LOOK_SECONDS`` serves all; nobody keeps a connection
    of the database meanwhile.
    """
    until = time.monotonic() + min(seconds, LONGEST_WAIT)
    _NEWEST.of(audience, kind)  # what comes from now on is seen there
    if _of(audience, after, kind).exists():
        return
    _leave_connection()
    while _NEWEST.of(audience, kind) <= after and not _LETTING_GO.is_set():
        left = until - time.monotonic()
        if left <= 0:
            return
        _LETTING_GO.wait(min(_LOOK_SECONDS, left))


def let_go() -> None:
    """The process ends: whoever waits is answered now, and nobody waits any more."""
    _LETTING_GO.set()


class _Newest:
    """The number of each audience's newest event, as it was a moment ago; events of long ago are not looked for."""

    def __init__(self) -> None:
        self._lock, self._at = threading.Lock(), float("-inf")
        self._by: dict[tuple[str, str], int] = {}
        self._tops: deque[tuple[float, int]] = deque()

    def of(self, audience: str, kind: str) -> int:
        """0 where nothing new was seen."""
        with self._lock:
            if time.monotonic() - self._at >= _LOOK_SECONDS:
                self._look()
            return self._by.get((audience, kind), 0)

    def _look(self) -> None:
        """An event may become visible a little after one with a higher number: look so far back each time."""
        top = EventRow.objects.aggregate(newest=Max("pk"))["newest"] or 0
        self._at = time.monotonic()
        self._tops.append((self._at, top))
        while len(self._tops) > 1 and self._tops[1][0] < self._at - _LATE_SECONDS:
            self._tops.popleft()
        before = self._tops[0][1] - _LATE_EVENTS
        newer = EventRow.objects.filter(pk__gt=before).values_list("audience", "kind")
        self._by = {}
        for audience, kind, newest in newer.annotate(newest=Max("pk")).order_by():
            self._by[audience, kind] = newest
            self._by[audience, ""] = max(newest, self._by.get((audience, ""), 0))
        _leave_connection()


def _leave_connection() -> None:
    if not connection.in_atomic_block:
        connection.close()


_NEWEST, _LETTING_GO = _Newest(), threading.Event()


def _of(audience: str, after: int, kind: str) -> QuerySet[EventRow]:
    found = EventRow.objects.filter(audience=audience, pk__gt=after)
    return found.filter(kind=kind) if kind else found


def last_event(audience: str) -> int:
    """The number of the newest event, 0 when there is none: where a newcomer may begin."""
    newest = EventRow.objects.filter(audience=audience).order_by("-pk").first()
    return newest.pk if newest else 0


def _wait_for_writers() -> None:
    """PostgreSQL gives numbers before it commits: a lower one may still be on its way. SQLite writes one by one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE market_eventrow IN SHARE MODE")
