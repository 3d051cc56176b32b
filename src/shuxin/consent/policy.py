"""Who may issue permits before authorisations stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.consent.domain import Permit, Purpose


class OwnDataPolicy(Protocol):
    """A holder reads its own data for a named purpose; the use is recorded before the permit exists."""

    def permit(self, *, subject: str, purpose: Purpose, now: datetime) -> Permit: ...
