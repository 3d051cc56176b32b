"""At the platform: when each party's system last followed, what it then had, and how far its clock is off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shuxin.portal.linking.models import Contact

if TYPE_CHECKING:
    from datetime import datetime

WRITTEN_EVERY = timedelta(seconds=5)
"""A contact that says nothing new is written down this often."""
SILENT_AFTER = timedelta(seconds=30)
CLOCK_OFF = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Told:
    """What a party's system says of itself; nothing of it is proven.

    ``unproven``: authorisations that its own trust does not hold true. ``at``: its clock. Objections of subjects to
    its data: those that run, and those of them that are past their day.
    """

    status_number: int
    directory_number: int
    unproven: int
    version: str
    at: datetime
    objections_open: int = 0
    objections_overdue: int = 0


@dataclass(frozen=True, slots=True)
class ContactView:
    """The last contact of one client (最近联系). ``clock_off``: how far its clock is ahead of this one."""

    client_id: str
    party: str
    first_at: datetime
    at: datetime
    status_number: int
    directory_number: int
    version: str
    clock_off: timedelta
    unproven: int
    objections_open: int
    objections_overdue: int

    def is_silent(self, *, now: datetime) -> bool:
        return now - self.at > SILENT_AFTER

    @property
    def clock_is_off(self) -> bool:
        return abs(self.clock_off) > CLOCK_OFF


def note_contact(*, client_id: str, party: str, told: Told, now: datetime) -> None:
    """Write down what is new; the same again within five seconds is not written."""
    facts = {
        "party": party,
        "status_number": told.status_number,
        "directory_number": told.directory_number,
        "version": told.version,
        "unproven": told.unproven,
        "objections_open": told.objections_open,
        "objections_overdue": told.objections_overdue,
    }
    held = Contact.objects.filter(client_id=client_id).first()
    if held is None:
        held = Contact(client_id=client_id, first_at=now)
    elif _says_the_same(held, facts) and timedelta() <= now - held.at < WRITTEN_EVERY:
        return
    for name, value in facts.items():
        setattr(held, name, value)
    held.at, held.clock_ms = now, (told.at - now) // timedelta(milliseconds=1)
    held.save()


def contacts() -> list[ContactView]:
    """Of every client that ever followed, by party."""
    return [
        ContactView(
            client_id=row.client_id,
            party=row.party,
            first_at=row.first_at,
            at=row.at,
            status_number=row.status_number,
            directory_number=row.directory_number,
            version=row.version,
            clock_off=timedelta(milliseconds=row.clock_ms),
            unproven=row.unproven,
            objections_open=row.objections_open,
            objections_overdue=row.objections_overdue,
        )
        for row in Contact.objects.order_by("party", "client_id")
    ]


def _says_the_same(held: Contact, facts: dict[str, object]) -> bool:
    return all(getattr(held, name) == value for name, value in facts.items())
