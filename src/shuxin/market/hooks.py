"""Subscriptions to events, and their delivery: in order, until it arrives (事件订阅与推送)."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from shuxin.infra.api import secret_key
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.errors import Conflict, InvalidInput, NotFound
from shuxin.kernel.text import Text
from shuxin.market.step_models import EventRow
from shuxin.market.steps import new_key
from shuxin.market.tariff_models import SubscriptionRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.infra.api import Settings
    from shuxin.kernel.canonical import Json
    from shuxin.market.feed import Event
    from shuxin.market.hook_targets import HookPolicy

ACTIVE, PARKED, ENDED = "active", "parked", "ended"
MOST_EACH, MOST_KINDS = 10, 20
GIVES_UP_AFTER = timedelta(days=3)
_SHORTEST, _LONGEST = timedelta(seconds=5), timedelta(minutes=15)
_NONCE = 12
_KIND = re.compile(r"[a-z][a-z_-]{1,23}")


class SubscriptionUnknown(NotFound):
    code = "subscription_unknown"
    what = Text(en="there is no such subscription", zh="没有该订阅")
    mend = Text(en="List them: GET /api/v1/subscriptions", zh="请用 GET /api/v1/subscriptions 查询")


class SubscriptionsFull(Conflict):
    code = "subscriptions_full"
    what = Text(en="this party has {most} subscriptions already", zh="该主体已有 {most} 个订阅")
    mend = Text(en="End one that is not needed", zh="请先删除不再需要的订阅")


class KindsInvalid(InvalidInput):
    code = "subscription_kinds_invalid"
    what = Text(en="the kinds of events are not written as they should be", zh="事件类型填写有误")
    mend = Text(
        en="Name kinds of things, such as application or referral; none for all",
        zh="请填写事项类型，如 application、referral；不填表示全部",
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription as its party sees it (事件订阅), without its secret.

    after: number of the last event that arrived or was not wanted. waiting: events behind it. attempts: failed ones of
    the next event since ``failing_since``. state: active, parked (it failed for three days; nothing is lost) or ended.
    """

    key: str
    party: str
    url: str
    kinds: tuple[str, ...]
    state: str
    after: int
    waiting: int
    delivered: int
    attempts: int
    failing_since: datetime | None
    next_at: datetime
    last_status: int | None
    last_failure: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """``secret`` is shown this once."""

    key: str
    secret: str


@dataclass(frozen=True, slots=True)
class HookKeys:
    """The key of this installation under which subscriptions' secrets are kept."""

    seal: bytes

    @classmethod
    def of(cls, settings: Settings) -> HookKeys:
        """Raises KeyDamaged."""
        return cls(secret_key(settings, "hooks.seal"))

    def sealed(self, secret: str, *, owner: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self.seal).encrypt(nonce, secret.encode(), owner.encode())

    def opened(self, sealed: bytes, *, owner: str) -> str:
        """Raises InvalidTag when it was sealed for another, or changed."""
        nonce, rest = sealed[:_NONCE], sealed[_NONCE:]
        return AESGCM(self.seal).decrypt(nonce, rest, owner.encode()).decode()


def subscribe(
    *,
    party: str,
    client: str,
    url: str,
    kinds: Sequence[str],
    policy: HookPolicy,
    keys: HookKeys,
    now: datetime,
) -> NewSubscription:
    """From the next event on. Raises HookAddressRefused, KindsInvalid, SubscriptionsFull."""
    policy.target(url)
    if len(kinds) > MOST_KINDS or not all(map(_KIND.fullmatch, kinds)):
        raise KindsInvalid
    made = NewSubscription(new_key(), secrets.token_urlsafe(32))
    with transaction.atomic():
        if SubscriptionRow.objects.filter(party=party).exclude(state=ENDED).count() >= MOST_EACH:
            raise SubscriptionsFull(most=MOST_EACH)
        newest = EventRow.objects.filter(audience=party).order_by("-pk").first()
        SubscriptionRow.objects.create(
            key=made.key,
            party=party,
            client=client,
            url=url,
            kinds=sorted(set(kinds)),
            sealed=keys.sealed(made.secret, owner=made.key),
            state=ACTIVE,
            after=newest.pk if newest else 0,
            next_at=now,
            made_at=now,
            changed_at=now,
        )
    return made


def subscriptions(*, party: str = "") -> list[Subscription]:
    """Of one party, or of all; without those that ended."""
    rows = SubscriptionRow.objects.exclude(state=ENDED).order_by("pk")
    return [_view(row) for row in (rows.filter(party=party) if party else rows)]


def subscription(key: str, *, party: str) -> Subscription:
    """Raises SubscriptionUnknown, for another party's too."""
    return _view(_of(key, party))


def subscription_secret(key: str, *, party: str, keys: HookKeys) -> str:
    """For the answer to whoever made it, also when that answer was lost. Raises SubscriptionUnknown."""
    return keys.opened(bytes(_of(key, party).sealed), owner=key)


def end_subscription(key: str, *, party: str, now: datetime) -> None:
    """Raises SubscriptionUnknown."""
    row = _of(key, party)
    SubscriptionRow.objects.filter(pk=row.pk).update(state=ENDED, changed_at=now, sealed=b"")


def resume_subscription(key: str, *, party: str, after: int | None, now: datetime) -> Subscription:
    """Try again at once, from the event after ``after`` on where it is given. Raises SubscriptionUnknown."""
    row = _of(key, party)
    newest = EventRow.objects.filter(audience=party).order_by("-pk").first()
    last = min(after, newest.pk if newest else 0) if after is not None else row.after
    SubscriptionRow.objects.filter(pk=row.pk).update(
        state=ACTIVE, after=last, attempts=0, failing_since=None, next_at=now, changed_at=now
    )
    return subscription(key, party=party)


def hook_body(event: Event) -> bytes:
    """What is sent of one event: canonical JSON, the same at each attempt."""
    said: dict[str, Json] = {
        "id": str(event.number),
        "kind": event.kind,
        "thing": event.thing,
        "event": event.event,
        "body": dict(event.body),
        "at": event.at.astimezone(UTC).isoformat(),
    }
    return canonical_json(said)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed attempts: 5 seconds, doubled each time, a quarter of an hour at most."""
    doublings: int = min(max(attempts - 1, 0), 20)
    return min(_SHORTEST * (1 << doublings), _LONGEST)


def _of(key: str, party: str) -> SubscriptionRow:
    row = SubscriptionRow.objects.filter(key=key, party=party).exclude(state=ENDED).first()
    if row is None:
        raise SubscriptionUnknown
    return row


def _view(row: SubscriptionRow) -> Subscription:
    behind = EventRow.objects.filter(audience=row.party, pk__gt=row.after)
    if row.kinds:
        behind = behind.filter(kind__in=row.kinds)
    return Subscription(
        key=row.key,
        party=row.party,
        url=row.url,
        kinds=tuple(row.kinds),
        state=row.state,
        after=row.after,
        waiting=behind.count(),
        delivered=row.delivered,
        attempts=row.attempts,
        failing_since=row.failing_since,
        next_at=row.next_at,
        last_status=row.last_status,
        last_failure=row.last_failure,
        made_at=row.made_at,
    )
