"""One round of webhooks: what is due is sent, what arrived is remembered, what failed is tried again later."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from django.db.models import F

from shuxin.market.hook_signing import hook_headers
from shuxin.market.hooks import ACTIVE, GIVES_UP_AFTER, PARKED, HookKeys, hook_body, pause_after
from shuxin.market.tariff_models import SubscriptionRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from shuxin.market.feed import Event

MOST_AT_ONCE, MOST_THREADS = 50, 8
_LEASE = timedelta(minutes=10)
"""Longer than sending a batch can take: meanwhile no other worker sends to the same receiver."""
_GOOD = range(200, 300)
_UNSEALED = "webhook_secret_unreadable"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery: ``headers`` with its signature."""

    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """What the receiver answered; ``status`` None and ``failure`` in a word where it did not."""

    status: int | None
    failure: str = ""


class Sender(Protocol):
    """Sends once, within a bounded time, from any thread; raises nothing."""

    def __call__(self, delivery: Outgoing, /) -> Sent: ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """One round in numbers."""

    arrived: int
    failed: int
    parked: int


@dataclass(frozen=True, slots=True)
class _Batch:
    """Due events of one subscription in their order. ``passed``: number after those that nobody wants."""

    row: SubscriptionRow
    secret: str
    events: Sequence[Event]
    passed: int


def deliver_hooks(
    *, send: Sender, keys: HookKeys, now: datetime, most: int = MOST_AT_ONCE
) -> Delivered:
    """Send each due subscription its next events, one after another, up to ``most`` or the first that fails.

    An event is behind only when the receiver answered 2xx: whatever breaks, it comes again under the same id. After
    three days of failing a subscription is parked, and at once when its secret cannot be read; nothing is lost, and its
    party resumes it.
    """
    batches = [batch for row in _due(now) if (batch := _claimed(row, keys, now, most))]
    if not batches:
        return Delivered(0, 0, 0)
    with ThreadPoolExecutor(min(MOST_THREADS, len(batches))) as pool:
        results = list(pool.map(lambda batch: _sent(batch, send, now), batches))
    outcomes = [
        _note(batch, arrived, last, now)
        for batch, (arrived, last) in zip(batches, results, strict=True)
    ]
    return Delivered(
        arrived=sum(arrived for arrived, _ in results),
        failed=sum(last is not None and last.status not in _GOOD for _, last in results),
        parked=sum(outcomes),
    )


def _due(now: datetime) -> list[SubscriptionRow]:
    return list(SubscriptionRow.objects.filter(state=ACTIVE, next_at__lte=now).order_by("next_at"))


def _claimed(row: SubscriptionRow, keys: HookKeys, now: datetime, most: int) -> _Batch | None:
    """The events to send, for this worker alone; None when there are none."""
    from shuxin.market.feed import events_after  # noqa: PLC0415 - of the shelf, which imports steps

    page = events_after(row.party, row.after, most=most)
    wanted = [one for one in page.events if not row.kinds or one.kind in row.kinds]
    mine = SubscriptionRow.objects.filter(pk=row.pk, state=ACTIVE, next_at=row.next_at)
    if not wanted:
        if page.last > row.after:
            mine.update(after=page.last)
        return None
    try:
        secret = keys.opened(bytes(row.sealed), owner=row.key)
    except InvalidTag:  # sealed under another key: nobody else waits for it
        mine.update(state=PARKED, last_status=None, last_failure=_UNSEALED, changed_at=now)
        return None
    if not mine.update(next_at=now + _LEASE):
        return None
    row.next_at = now + _LEASE
    return _Batch(row, secret, wanted, page.last)


def _sent(batch: _Batch, send: Sender, now: datetime) -> tuple[int, Sent | None]:
    """How many arrived, and the last answer."""
    last: Sent | None = None
    for n, event in enumerate(batch.events):
        body = hook_body(event)
        signed = hook_headers(body, secret=batch.secret, event=str(event.number), now=now)
        headers = {"Content-Type": "application/json", **signed}
        last = send(Outgoing(batch.row.url, headers, body))
        if last.status not in _GOOD:
            return n, last
    return len(batch.events), last


def _note(batch: _Batch, arrived: int, last: Sent | None, now: datetime) -> bool:
    """Keep what happened, unless the subscription was ended or resumed meanwhile; whether it is parked now."""
    row = batch.row
    mine = SubscriptionRow.objects.filter(pk=row.pk, state=ACTIVE, next_at=row.next_at)
    status = last.status if last else None
    if arrived == len(batch.events):
        mine.update(
            after=batch.passed,
            delivered=F("delivered") + arrived,
            attempts=0,
            failing_since=None,
            next_at=now,
            last_status=status,
            last_failure="",
            changed_at=now,
        )
        return False
    fresh = arrived > 0 or row.failing_since is None
    since = now if fresh else row.failing_since
    attempts = 1 if fresh else row.attempts + 1
    parked = since is not None and now - since >= GIVES_UP_AFTER
    mine.update(
        after=batch.events[arrived - 1].number if arrived else row.after,
        delivered=F("delivered") + arrived,
        attempts=attempts,
        failing_since=since,
        next_at=now + pause_after(attempts),
        state=PARKED if parked else ACTIVE,
        last_status=status,
        last_failure=(last.failure if last else "")[:40],
        changed_at=now,
    )
    return parked
