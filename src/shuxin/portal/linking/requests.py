"""A recipient's own requests for authorisation, and what came of them: for pages and commands of its home."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china
from shuxin.portal.bootstrap import holder, own_signer, trusted_operators
from shuxin.portal.linking.asking import NOT_OURS, SiteUnreachable
from shuxin.portal.linking.client import Platform
from shuxin.portal.linking.joined import required_link

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.consent.api import Authorisation, KeptGrant
    from shuxin.infra.api import Settings
    from shuxin.kernel.statements import Statement
    from shuxin.kernel.text import Text

MOST = 200
"""Requests that the platform lists."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of this party, as the platform tells it (我方申请). ``auth_id``: "" until it is granted."""

    request_id: str
    subject: str
    holders: tuple[str, ...]
    purpose: str
    catalogues: tuple[str, ...]
    level_max: int
    max_uses: int
    reason: str
    state: str
    asked_at: datetime
    lapses_at: datetime
    valid_to: datetime
    auth_id: str

    @property
    def state_text(self) -> Text:
        from shuxin.consent.api import RequestState  # noqa: PLC0415 - needs the database

        text: Text = RequestState(self.state).text
        return text


def ask_platform(settings: Settings, statement: Statement) -> str:
    """Put a signed request into the subject's inbox; its id. The same again changes nothing.

    Raises NotJoined, SiteUnreachable, SiteRefused, ClientRefused.
    """
    return str(_with_platform(settings, lambda platform: platform.put_request(statement)))


def ask(settings: Settings, *, terms: Authorisation, reason: str, now: datetime) -> str:
    """Sign a request with this party's own key and put it into the subject's inbox; its id.

    Raises AuthorisationInvalid, and what ``ask_platform`` raises.
    """
    from shuxin.consent.api import Proposal, read_proposal  # noqa: PLC0415 - needs the database

    statement = Proposal(terms, reason, now).sign(signer=own_signer(settings))
    read_proposal(statement)  # refuses here what no platform would take
    return ask_platform(settings, statement)


def my_requests(settings: Settings) -> list[Asked]:
    """The newest 200, as the platform knows them now. Raises NotJoined, SiteUnreachable, SiteRefused, ClientRefused."""
    found = _with_platform(settings, lambda platform: platform.requests())
    try:
        return [_asked(one) for one in found[:MOST]]
    except (KeyError, TypeError, ValueError) as error:
        address = required_link(settings).address
        raise SiteUnreachable(address=address, reason=NOT_OURS) from error


def grants_of(settings: Settings, subject: str, now: datetime | None = None) -> list[Statement]:
    """The authorisations of this subject that this party may present now, the newest first. Asks nobody."""
    return [one.statement for one in all_grants(settings, now, subject=subject) if one.holds]


def all_grants(
    settings: Settings, now: datetime | None = None, *, subject: str = ""
) -> list[KeptGrant]:
    """Every authorisation kept here for this party, ended ones too, the newest first. Asks nobody."""
    from shuxin.consent.api import kept_grants  # noqa: PLC0415 - needs the database

    found: list[KeptGrant] = kept_grants(
        grantee=holder(settings).party,
        issuers=trusted_operators(settings),
        now=now or now_in_china(),
        subject=subject,
    )
    return found


def _asked(said: dict[str, Any]) -> Asked:
    from shuxin.consent.api import RequestState  # noqa: PLC0415 - needs the database

    return Asked(
        request_id=str(said["request_id"]),
        subject=str(said["subject"]),
        holders=tuple(map(str, said["holders"])),
        purpose=str(said["purpose"]),
        catalogues=tuple(map(str, said["catalogues"])),
        level_max=int(said["level_max"]),
        max_uses=int(said["max_uses"]),
        reason=str(said["reason"]),
        state=RequestState(said["state"]).value,
        asked_at=datetime.fromisoformat(said["asked_at"]),
        lapses_at=datetime.fromisoformat(said["lapses_at"]),
        valid_to=datetime.fromisoformat(said["valid_to"]),
        auth_id=str(said["auth_id"]),
    )


_LOCK = Lock()
_KEPT: dict[tuple[object, ...], Platform] = {}


def _with_platform(settings: Settings, question: Callable[[Platform], Any]) -> Any:
    """One connection and token for the pages of this process, used by one thread at a time."""
    key = (settings.home, required_link(settings))
    with _LOCK:
        if key not in _KEPT:
            for old in _KEPT.values():
                old.close()
            _KEPT.clear()
            _KEPT[key] = Platform(settings)
        return question(_KEPT[key])
