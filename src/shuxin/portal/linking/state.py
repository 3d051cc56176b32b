"""How the link to the platform stands, written by who follows and read by pages: a small file in the home."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import write_whole
from shuxin.kernel.text import Text
from shuxin.portal.linking.joined import STATE, link_of

if TYPE_CHECKING:
    from shuxin.infra.api import Settings


@dataclass(frozen=True, slots=True)
class Progress:
    """What the follower remembers between two rounds.

    ``grants_after``: the place in the platform's order up to which authorisations were taken; ``retry_from``: the place
    before the first one that this side's trust did not hold true, -1 when there is none. ``failed``: both sentences.
    """

    contact_at: datetime | None = None
    directory_at: datetime | None = None
    status_number: int = 0
    directory_number: int = 0
    grants_after: int = 0
    retry_from: int = -1
    unproven: int = 0
    failed_code: str = ""
    failed: Text | None = None
    failed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LinkState:
    """The link as people see it (对接状态). ``failed``: what fails now, None when the last round was good.

    ``status_at``: when the platform last said that the list held here is current; None without a list.
    """

    address: str
    client_id: str
    every_seconds: float
    contact_at: datetime | None
    status_number: int
    status_at: datetime | None
    directory_number: int
    directory_at: datetime | None
    grants: int
    unproven: int
    failed: Text | None
    failed_code: str
    failed_at: datetime | None


def link_state(settings: Settings) -> LinkState | None:
    """None: this home follows no platform. Asks nobody. Raises LinkSettingsInvalid, PublicAddressInvalid."""
    from shuxin.consent.api import authorisations_held, newest_status  # noqa: PLC0415 - needs the database
    from shuxin.portal.bootstrap import trusted_operators  # noqa: PLC0415

    link = link_of(settings)
    if link is None:
        return None
    done, status = read_progress(settings), newest_status(trusted_operators(settings))
    return LinkState(
        address=link.address,
        client_id=link.client_id,
        every_seconds=link.every_seconds,
        contact_at=done.contact_at,
        status_number=done.status_number,
        status_at=status.issued_at if status else None,
        directory_number=done.directory_number,
        directory_at=done.directory_at,
        grants=authorisations_held(),
        unproven=done.unproven,
        failed=done.failed,
        failed_code=done.failed_code,
        failed_at=done.failed_at,
    )


def read_progress(settings: Settings) -> Progress:
    """A file that is missing or damaged is a new beginning: everything is taken again, which changes nothing."""
    try:
        said: dict[str, Any] = json.loads((settings.home / STATE).read_text(encoding="utf-8"))
        failed = said["failed"]
        said["failed"] = Text(*failed) if failed else None
        for name in _MOMENTS:
            said[name] = datetime.fromisoformat(said[name]) if said[name] else None
        return Progress(**said)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Progress()


def write_progress(settings: Settings, done: Progress) -> None:
    said = {name: getattr(done, name) for name in Progress.__slots__}
    said |= {name: said[name] and said[name].isoformat() for name in _MOMENTS}
    said["failed"] = [done.failed.en, done.failed.zh] if done.failed else None
    write_whole(settings.home / STATE, json.dumps(said, ensure_ascii=False, indent=2).encode())


_MOMENTS = ("contact_at", "directory_at", "failed_at")
