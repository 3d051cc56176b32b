"""Counting attempts in the database, before they are judged, so that parallel guesses gain nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from shuxin.parties.accounts.lockout import BY_ADDRESS, BY_NAME, Attempts, Lockout
from shuxin.parties.accounts.models import Attempt

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys

_KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Counted:
    """One attempt that was counted; ``forget`` or ``take_back`` it when it turns out right."""

    key: str
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
        """The name's owner is in: its failures count no more."""
        Attempt.objects.filter(key=self.key).delete()


def count_attempt(
    *, name: str, address: str, keys: AccountKeys, now: datetime
) -> tuple[Counted, Counted]:
    """Count one attempt for the name and one for the address. Raises SignInLocked."""
    with transaction.atomic():
        by_name = _count(keys.name_digest(name), BY_NAME, now=now)
        by_address = _count(keys.address_digest(address), BY_ADDRESS, now=now)
    return by_name, by_address


def _count(key: str, lockout: Lockout, *, now: datetime) -> Counted:
    row, made = Attempt.objects.select_for_update().get_or_create(key=key)
    if made:
        Attempt.objects.filter(last__lt=now - _KEPT).delete()
    before = Attempts(count=row.count, last=row.last, until=row.until)
    after = before.another(lockout, now=now)
    row.count, row.last, row.until = after.count, after.last, after.until
    row.save(update_fields=["count", "last", "until"])
    return Counted(key=key, before=before, after=after)
