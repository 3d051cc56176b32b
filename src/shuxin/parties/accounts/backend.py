"""Tells Django which account a session belongs to. It signs nobody in: signing_in does."""

from __future__ import annotations

from shuxin.parties.accounts.models import Account


class AccountBackend:
    """An account that was shut is nobody's any more."""

    def get_user(self, account_id: int) -> Account | None:
        found: Account | None = Account.objects.filter(pk=account_id, is_active=True).first()
        return found
