"""Django's database sessions, except that the database keeps the digest of a session's key, never the key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from shuxin.parties.accounts.keys import digest_of
from shuxin.parties.accounts.models import Session

if TYPE_CHECKING:
    from datetime import datetime

BEGUN, SEEN, ADDRESS, BROWSER = "begun_at", "seen_at", "address", "browser"


class SessionStore(DatabaseStore):
    """Session of a browser (会话)."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = Session.objects.filter(
            session_key=digest_of(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if row is None:
            self._session_key = None
        return row

    def exists(self, session_key: str) -> bool:
        return Session.objects.filter(session_key=digest_of(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            Session.objects.filter(session_key=digest_of(key)).delete()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined] # absent from the stubs
        return Session(
            session_key=digest_of(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            account_id=data.get(SESSION_KEY),
            begun_at=_moment(data.get(BEGUN)),
            seen_at=_moment(data.get(SEEN)),
            address=data.get(ADDRESS, ""),
            browser=data.get(BROWSER, ""),
        )


def _moment(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None
