"""Accounts that tests open."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyotp

from shuxin.infra.api import CHINA
from shuxin.parties.accounts.keys import AccountKeys
from shuxin.parties.accounts.opening import open_account, write_code
from shuxin.parties.accounts.second_factor import new_secret, set_second_factor

BANK = "uscc:91110000100000139E"
PASSWORD = "a river of seven stones"  # noqa: S105
ADDRESS = "192.0.2.7"
NOON = datetime(2026, 6, 1, 12, 0, tzinfo=CHINA)


def opened(name: str, *roles: str, party: str = BANK, now: datetime = NOON) -> int:
    code = write_code(party=party, roles=list(roles or ("agent",)), made_by="test", now=now)
    return open_account(code=code, name=name, password=PASSWORD, address=ADDRESS, now=now)


def with_second_factor(
    account_id: int, *, keys: AccountKeys, now: datetime = NOON
) -> tuple[str, tuple[str, ...]]:
    """The secret, set with the code of the time before ``now``, and the recovery codes."""
    secret, before = new_secret(), now - timedelta(seconds=60)
    codes = set_second_factor(
        account_id=account_id,
        secret=secret,
        code=code_at(secret, before),
        address=ADDRESS,
        keys=keys,
        now=before,
    )
    return secret, codes


def code_at(secret: str, now: datetime) -> str:
    return pyotp.TOTP(secret).at(int(now.timestamp()))
