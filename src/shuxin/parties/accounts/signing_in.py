"""Signing in: name and password, then the second factor; every attempt counted first and recorded after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.hashers import make_password

from shuxin.parties.accounts.attempts import count_attempt, count_owner_attempt, take_back
from shuxin.parties.accounts.events import DoorEvent, record
from shuxin.parties.accounts.keys import plain_name
from shuxin.parties.accounts.models import Account
from shuxin.parties.accounts.refusals import SecondFactorRefused, SignInRefused
from shuxin.parties.accounts.second_factor import judge_code

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.attempts import Counted
    from shuxin.parties.accounts.keys import AccountKeys

LONGEST_PASSWORD = 256


@dataclass(frozen=True, slots=True)
class PasswordRight:
    """The first step is done; with a second factor nobody is signed in before the second step."""

    account_id: int
    name: str
    needs_code: bool


def check_password(
    *,
    name: str,
    password: str,
    address: str,
    keys: AccountKeys,
    now: datetime,
    device: str = "",
) -> PasswordRight:
    """Judge name and password. Unknown names take as long and are answered alike.

    ``device``: the cookie of an earlier sign-in from this browser. Raises SignInRefused, SignInLocked.
    """
    plain = plain_name(name)
    counted = count_attempt(name=plain, address=address, device=device, keys=keys, now=now)
    account = Account.objects.filter(name=plain, is_active=True).first()
    if not _password_fits(account, password):
        _record_failure(account, counted, name=plain, address=address, keys=keys, now=now)
        raise SignInRefused
    _is_in(counted)
    return PasswordRight(
        account_id=account.pk, name=account.name, needs_code=account.totp_sealed is not None
    )


def confirm_password(
    *, account_id: int, password: str, address: str, keys: AccountKeys, now: datetime
) -> None:
    """Judge the password of somebody who is signed in. Raises SignInRefused, SignInLocked."""
    account = Account.objects.get(pk=account_id)
    counted = count_owner_attempt(name=account.name, keys=keys, now=now)
    if not _password_fits(account, password):
        _record_failure(account, counted, name=account.name, address=address, keys=keys, now=now)
        raise SignInRefused
    take_back(counted)  # and not forgotten, or it would clear the guesses of codes


def check_code(
    *, account_id: int, code: str, address: str, keys: AccountKeys, now: datetime
) -> None:
    """Judge the second factor of one whose password was right. Raises SecondFactorRefused, SignInLocked."""
    account = Account.objects.get(pk=account_id)
    counted = count_owner_attempt(name=account.name, keys=keys, now=now)
    verdict = judge_code(account, code, keys=keys, now=now)
    if verdict in {DoorEvent.CODE_WRONG, DoorEvent.CODE_REPLAYED}:
        record(verdict, account=account, address=address, now=now)
        _record_lock(account, counted, address=address, now=now)
        raise SecondFactorRefused
    if verdict is DoorEvent.RECOVERY_USED:
        record(verdict, account=account, address=address, now=now)
    _is_in(counted)


def _is_in(counted: tuple[Counted, ...]) -> None:
    take_back(counted)
    for attempt in counted:
        attempt.forget()


def _password_fits(account: Account | None, password: str) -> bool:
    """Always one run of the hasher, whether or not there is an account."""
    if account is None or len(password) > LONGEST_PASSWORD:
        make_password(password[:LONGEST_PASSWORD])
        return False
    return account.check_password(password)


def _record_failure(
    account: Account | None,
    counted: tuple[Counted, ...],
    *,
    name: str,
    address: str,
    keys: AccountKeys,
    now: datetime,
) -> None:
    kind = DoorEvent.PASSWORD_WRONG if account else DoorEvent.NAME_UNKNOWN
    unknown = "" if account else keys.name_digest(name)
    record(kind, account=account, address=address, now=now, unknown_name=unknown)
    _record_lock(account, counted, address=address, now=now)


def _record_lock(
    account: Account | None, counted: tuple[Counted, ...], *, address: str, now: datetime
) -> None:
    if any(attempt.locks for attempt in counted):
        record(DoorEvent.LOCKED, account=account, address=address, now=now)
