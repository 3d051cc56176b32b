"""Codes of an authenticator (TOTP, RFC 6238) and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

import pyotp
from django.db import transaction
from pyotp.exceptions import OTPVerificationError

from shuxin.parties.accounts.events import DoorEvent, record
from shuxin.parties.accounts.keys import digest_of
from shuxin.parties.accounts.models import Account, RecoveryCode
from shuxin.parties.accounts.refusals import SecondFactorRefused

if TYPE_CHECKING:
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys

_STEP_SECONDS = 30
_DIGITS = 6
_CODES = 10
_CODE_BYTES = 10
_ISSUER = "Shuxin"


def new_secret() -> str:
    """160 random bits in base32, as authenticators take them."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def authenticator_uri(secret: str, *, name: str) -> str:
    """What the QR code says."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=_ISSUER)


def step_of_code(secret: str, code: str, *, now: datetime) -> int | None:
    """The 30-second step that a code belongs to, at most one step from ``now``; None when it fits none."""
    if len(code) != _DIGITS or not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret, interval=_STEP_SECONDS, digits=_DIGITS)
    try:
        return totp.verify_and_get_timecode(code, for_time=int(now.timestamp()), valid_window=1)
    except OTPVerificationError:
        return None


def set_second_factor(
    *, account_id: int, secret: str, code: str, address: str, keys: AccountKeys, now: datetime
) -> tuple[str, ...]:
    """Bind the authenticator that just made ``code``. Returns new recovery codes, which are shown once.

    Raises SecondFactorRefused.
    """
    step = step_of_code(secret, _plain(code), now=now)
    account = Account.objects.get(pk=account_id)
    if step is None:
        raise SecondFactorRefused
    codes = tuple(_new_code() for _ in range(_CODES))
    with transaction.atomic():
        sealed = keys.sealed(secret, owner=account.name)
        Account.objects.filter(pk=account_id).update(totp_sealed=sealed, totp_step=step)
        RecoveryCode.objects.filter(account=account).delete()
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, digest=_code_digest(account, code)) for code in codes
        )
        record(DoorEvent.SECOND_FACTOR_SET, account=account, address=address, now=now)
    return codes


def judge_code(account: Account, code: str, *, keys: AccountKeys, now: datetime) -> DoorEvent:
    """SIGNED_IN or RECOVERY_USED when the code counts, CODE_WRONG or CODE_REPLAYED when it does not.

    A code counts once: its step must lie after the last one that counted.
    """
    plain = _plain(code)
    if len(plain) > _DIGITS:
        return _judge_recovery(account, plain, now=now)
    if account.totp_sealed is None:
        return DoorEvent.CODE_WRONG
    secret = keys.opened(bytes(account.totp_sealed), owner=account.name)
    step = step_of_code(secret, plain, now=now)
    if step is None:
        return DoorEvent.CODE_WRONG
    newer = Account.objects.filter(pk=account.pk, totp_step__lt=step).update(totp_step=step)
    return DoorEvent.SIGNED_IN if newer else DoorEvent.CODE_REPLAYED


def _judge_recovery(account: Account, code: str, *, now: datetime) -> DoorEvent:
    unused = RecoveryCode.objects.filter(
        account=account, digest=_code_digest(account, code), used_at=None
    )
    return DoorEvent.RECOVERY_USED if unused.update(used_at=now) else DoorEvent.CODE_WRONG


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def _code_digest(account: Account, code: str) -> str:
    return digest_of(f"{account.pk}:{_plain(code)}")


def _plain(code: str) -> str:
    """Without the spaces and hyphens that people type."""
    return "".join(code[:100].split()).replace("-", "").upper()
