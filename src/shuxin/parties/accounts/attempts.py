"""Counting attempts in the database, before they are judged, so that parallel guesses gain nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from shuxin.parties.accounts.devices import known_device
from shuxin.parties.accounts.lockout import (
    BY_ADDRESS,
    BY_DEVICE,
    BY_NAME,
    BY_OWNER,
    BY_PAIR,
    Attempts,
    Lockout,
)
from shuxin.parties.accounts.models import Attempt

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys

_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Counted:
    """One attempt under one key; ``take_back`` or ``forget`` it when it turns out right."""

    key: str
    lockout: Lockout
    before: Attempts
    after: Attempts

    @property
    def locks(self) -> bool:
        return self.after.until is not None

    def take_back(self) -> None:
        """As if it had not been, except for what others tried meanwhile."""
        ours = Attempt.objects.filter(key=self.key, count=self.after.count, last=self.after.last)
        before = self.before
        if not ours.update(count=before.count, last=before.last, until=before.until):
            Attempt.objects.filter(key=self.key, count__gt=0).update(count=F("count") - 1)

    def forget(self) -> None:
        """Whoever is counted here alone has shown to be the owner: the failures count no more."""
        if self.lockout.is_of_one:
            Attempt.objects.filter(key=self.key).delete()


def count_attempt(
    *, name: str, address: str, device: str, keys: AccountKeys, now: datetime
) -> tuple[Counted, ...]:
    """Count one attempt: for a known device alone, else for name and address, apart and together.

    Raises SignInLocked, and then nothing is counted.
    """
    known = known_device(device, name=name, keys=keys, now=now)
    if known is not None:
        return _count_all((known, BY_DEVICE), now=now)
    return _count_all(
        (keys.pair_digest(name, address), BY_PAIR),
        (keys.address_digest(address), BY_ADDRESS),
        (keys.name_digest(name), BY_NAME),
        now=now,
    )


def count_owner_attempt(*, name: str, keys: AccountKeys, now: datetime) -> tuple[Counted, ...]:
    """Count one attempt of somebody who has the password or a session already. Raises SignInLocked."""
    return _count_all((keys.code_digest(name), BY_OWNER), now=now)


def take_back(counted: tuple[Counted, ...]) -> None:
    for attempt in counted:
        attempt.take_back()


def _count_all(*ways: tuple[str, Lockout], now: datetime) -> tuple[Counted, ...]:
    """Always in the same order, so that parallel attempts do not wait for one another in a ring."""
    with transaction.atomic():
        return tuple(_count(key, lockout, now=now) for key, lockout in ways)


def _count(key: str, lockout: Lockout, *, now: datetime) -> Counted:
    row, made = Attempt.objects.select_for_update().get_or_create(key=key)
    if made:
        Attempt.objects.filter(last__lt=now - _KEPT).delete()
    before = Attempts(count=row.count, last=row.last, until=row.until)
    after = before.another(lockout, now=now)
    row.count, row.last, row.until = after.count, after.last, after.until
    row.save(update_fields=["count", "last", "until"])
    return Counted(key=key, lockout=lockout, before=before, after=after)
