"""Rates: a token bucket (令牌桶) for each caller, kept as one number in the database.

The number is when the bucket will be full again. Taking one token moves it by one interval, in one UPDATE
that applies only if the bucket is not empty; so parallel takers, in whatever process, never get more than
there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F, Value
from django.db.models.functions import Greatest

from shuxin.parties.accounts.keys import digest_of
from shuxin.parties.accounts.lockout import TooOften
from shuxin.parties.accounts.models import Bucket

if TYPE_CHECKING:
    from datetime import datetime

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` tokens at once, one more each ``interval``."""

    burst: int
    interval: timedelta

    @property
    def interval_ms(self) -> int:
        return self.interval // timedelta(milliseconds=1)


TOKENS_BY_ADDRESS = Rate(burst=20, interval=timedelta(seconds=3))
CODES_BY_ADDRESS = Rate(burst=10, interval=timedelta(seconds=30))
PUBLIC_BY_ADDRESS = Rate(burst=60, interval=timedelta(milliseconds=500))
TRIES_BY_ADDRESS = Rate(burst=6, interval=timedelta(seconds=20))
CALLS_BY_CLIENT = Rate(burst=120, interval=timedelta(milliseconds=100))


def take(who: str, *, rate: Rate, now: datetime) -> None:
    """One token of the bucket of ``who``. Raises TooOften, which says after how many seconds there is one."""
    key, now_ms = digest_of(who), int(now.timestamp() * 1000)
    latest = now_ms + (rate.burst - 1) * rate.interval_ms

    def took() -> int:
        return Bucket.objects.filter(key=key, whole_at_ms__lte=latest).update(
            whole_at_ms=Greatest(F("whole_at_ms"), Value(now_ms)) + rate.interval_ms
        )

    if took():
        return
    if not Bucket.objects.filter(key=key).exists():
        _make(key, now_ms=now_ms)
        if took():
            return
    over_ms = Bucket.objects.get(key=key).whole_at_ms - latest
    raise TooOften(wait_seconds=max(1, -(-over_ms // 1000)))


def _make(key: str, *, now_ms: int) -> None:
    """A full bucket, unless another just made it; those full for a day are thrown away."""
    Bucket.objects.filter(whole_at_ms__lt=now_ms - _DAY_MS).delete()
    Bucket.objects.bulk_create([Bucket(key=key, whole_at_ms=now_ms)], ignore_conflicts=True)
