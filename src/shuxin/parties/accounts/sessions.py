"""Sessions: begun after both factors, ended by idleness, age, sign-out or their owner elsewhere."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.contrib.auth import login, logout
from django.utils import timezone

from shuxin.parties.accounts.events import DoorEvent, record
from shuxin.parties.accounts.keys import digest_of
from shuxin.parties.accounts.models import Account, Session
from shuxin.parties.accounts.roles import PRIVILEGED
from shuxin.parties.accounts.second_factor import new_secret
from shuxin.parties.accounts.session_store import ADDRESS, BEGUN, BROWSER, SEEN, SessionStore
from shuxin.parties.domain.party import KeyRole

if TYPE_CHECKING:
    from django.http import HttpRequest

    from shuxin.parties.accounts.keys import AccountKeys

IDLE = timedelta(minutes=20)
OLDEST = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)
_PENDING, _PENDING_AT, _PENDING_FOR = "pending_account", "pending_at", timedelta(minutes=5)
_OFFERED = "offered_secret"
_BACKEND = "shuxin.parties.accounts.backend.AccountBackend"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is signed in (登录人): acts for ``party`` in ``roles``."""

    account_id: int
    name: str
    party: str
    roles: frozenset[KeyRole]
    has_second_factor: bool

    @property
    def must_set_second_factor(self) -> bool:
        """Officers and administrators do nothing else before they have one."""
        return not self.has_second_factor and bool(self.roles & PRIVILEGED)


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session as its owner sees it; ``handle`` ends it and opens nothing."""

    handle: str
    begun_at: datetime
    seen_at: datetime
    address: str
    browser: str
    is_this_one: bool


def address_of(request: HttpRequest) -> str:
    """Where the request came from, as the server or the proxy it trusts says."""
    return str(request.META.get("REMOTE_ADDR", ""))


def person_of(request: HttpRequest) -> Person | None:
    """Who is signed in on this request, or None."""
    user = getattr(request, "user", None)  # lazy, so it is no instance of Account by type
    return person(user) if user is not None and user.is_authenticated else None


def person(account: Account) -> Person:
    return Person(
        account_id=account.pk,
        name=account.name,
        party=account.party,
        roles=frozenset(KeyRole(role) for role in account.roles),
        has_second_factor=account.totp_sealed is not None,
    )


def await_second_factor(request: HttpRequest, *, account_id: int, now: datetime) -> None:
    """Remember, under a new session key, whose password was right; nobody is signed in yet."""
    request.session.flush()
    request.session[_PENDING] = account_id
    request.session[_PENDING_AT] = now.isoformat()


def awaited_account(request: HttpRequest, *, now: datetime) -> int | None:
    """Whose second factor is awaited, for five minutes."""
    at = request.session.get(_PENDING_AT)
    if at is None or now - datetime.fromisoformat(at) >= _PENDING_FOR:
        return None
    return int(request.session[_PENDING])


def offered_secret(request: HttpRequest, *, owner: str, keys: AccountKeys) -> str:
    """The authenticator secret offered in this session until one is set; sealed where it is stored."""
    offered = request.session.get(_OFFERED)
    if offered:
        return keys.opened(base64.b64decode(offered), owner=owner)
    secret = new_secret()
    request.session[_OFFERED] = base64.b64encode(keys.sealed(secret, owner=owner)).decode()
    return secret


def begin_session(request: HttpRequest, *, account_id: int, now: datetime) -> None:
    """Sign in under a new session key and a new form token."""
    SessionStore.clear_expired()
    account = Account.objects.get(pk=account_id, is_active=True)
    request.session.flush()
    login(request, account, backend=_BACKEND)
    session = request.session
    session[BEGUN] = session[SEEN] = now.isoformat()
    session[ADDRESS] = address_of(request)[:45]
    session[BROWSER] = request.headers.get("User-Agent", "")[:120]
    record(DoorEvent.SIGNED_IN, account=account, address=address_of(request), now=now)


def renew_session(request: HttpRequest, *, account_id: int) -> None:
    """After a change of password or privilege: a new key for this session, and the others end."""
    account = Account.objects.get(pk=account_id)
    kept = {name: request.session.get(name) for name in (BEGUN, SEEN, ADDRESS, BROWSER)}
    Session.objects.filter(account_id=account_id).delete()
    request.session.flush()
    login(request, account, backend=_BACKEND)
    request.session.update(kept)


def keep_alive(request: HttpRequest, *, now: datetime) -> DoorEvent | None:
    """Note that the session is in use; None while it may go on, else why it ended (and it has)."""
    begun, seen = (_moment(request, name) for name in (BEGUN, SEEN))
    if begun is None or seen is None or now - begun >= OLDEST:
        return _expire(request, DoorEvent.SESSION_TOO_OLD, now=now)
    if now - seen >= IDLE:
        return _expire(request, DoorEvent.SESSION_IDLE, now=now)
    if now - seen >= _SEEN_EVERY:
        request.session[SEEN] = now.isoformat()
    return None


def sign_out(request: HttpRequest, *, now: datetime) -> None:
    _expire(request, DoorEvent.SIGNED_OUT, now=now)


def sessions_of(request: HttpRequest, *, account_id: int) -> list[SessionView]:
    """The sessions of one account that have not ended, the newest first."""
    this = digest_of(request.session.session_key or "")
    rows = Session.objects.filter(account_id=account_id, expire_date__gt=timezone.now()).order_by(
        "-begun_at"
    )
    return [
        SessionView(
            handle=row.session_key,
            begun_at=row.begun_at,
            seen_at=row.seen_at or row.begun_at,
            address=row.address,
            browser=row.browser,
            is_this_one=row.session_key == this,
        )
        for row in rows
        if row.begun_at is not None
    ]


def end_session(*, account_id: int, handle: str) -> None:
    """One of the account's own; ending one that is gone does nothing."""
    if handle.isalnum():  # PostgreSQL takes no NUL
        Session.objects.filter(account_id=account_id, session_key=handle).delete()


def end_all_sessions(*, account_id: int, address: str, now: datetime) -> None:
    """Sign out everywhere, here too."""
    Session.objects.filter(account_id=account_id).delete()
    account = Account.objects.get(pk=account_id)
    record(DoorEvent.SESSIONS_ENDED, account=account, address=address, now=now)


def _expire(request: HttpRequest, why: DoorEvent, *, now: datetime) -> DoorEvent:
    who = person_of(request)
    account = Account.objects.get(pk=who.account_id) if who else None
    logout(request)
    if account:
        record(why, account=account, address=address_of(request), now=now)
    return why


def _moment(request: HttpRequest, name: str) -> datetime | None:
    text = request.session.get(name)
    return datetime.fromisoformat(text) if text else None
