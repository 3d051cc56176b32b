"""Opening accounts and getting back into one: only with a code; no account comes with the software."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from shuxin.parties.accounts.events import DoorEvent, record
from shuxin.parties.accounts.keys import digest_of, network_of, plain_name
from shuxin.parties.accounts.models import NAME, Account, Invitation, RecoveryCode, Session
from shuxin.parties.accounts.rate import CODES_BY_ADDRESS, take
from shuxin.parties.accounts.refusals import (
    InvitationRefused,
    NameInvalid,
    NameTaken,
    PasswordWeak,
    TwoPersonsNeeded,
)
from shuxin.parties.accounts.roles import PRIVILEGED, parsed_roles, require_separate
from shuxin.parties.accounts.signing_in import LONGEST_PASSWORD, confirm_password
from shuxin.parties.domain.party import KeyRole, PartyInvalid, PartyKind, check_party

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys

INVITATION_LASTS = timedelta(hours=1)
_LONGEST_CODE = 200
_NAME = re.compile(rf"[\w.@+-]{{2,{NAME}}}")


def invite(*, party: str, roles: Iterable[str], by: str, now: datetime) -> str:
    """A code that opens one account of an enterprise's or person's own within the hour, shown once.

    Raises PartyInvalid, RolesInvalid, TwoPersonsNeeded.
    """
    require_party(party)
    parsed = parsed_roles(roles)
    if parsed & PRIVILEGED:
        raise TwoPersonsNeeded
    return write_code(party=party, roles=sorted(parsed), made_by=by[:NAME], now=now)


def write_code(*, now: datetime, **facts: Any) -> str:
    """A code of 192 random bits, kept as a digest; who may have it was decided before."""
    code = secrets.token_urlsafe(24)
    Invitation.objects.create(
        digest=digest_of(code), made_at=now, expires_at=now + INVITATION_LASTS, **facts
    )
    return code


def open_account(*, code: str, name: str, password: str, address: str, now: datetime) -> int:
    """Use up an invitation. Returns the account's id.

    Raises TooOften, InvitationRefused, NameInvalid, NameTaken, PasswordWeak, RolesNotSeparate.
    """
    _unused(code, address=address, now=now, account=None)
    plain = plain_name(name)
    if not _NAME.fullmatch(plain):
        raise NameInvalid
    account = Account(name=plain, opened_at=now)
    _set_password(account, password)
    with transaction.atomic():
        invitation = _used_up(code, now=now)
        account.party, account.person = invitation.party, invitation.person
        account.roles = invitation.roles
        roles = frozenset(map(KeyRole, account.roles))
        require_separate(roles, party=account.party, person=account.person)
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError as error:
            raise NameTaken from error
        record(DoorEvent.OPENED, account=account, address=address, now=now)
    return int(account.pk)


def recover_account(*, code: str, password: str, address: str, now: datetime) -> None:
    """Use up a code of ``reset_account``: a new password; second factor and sessions end.

    Raises TooOften, InvitationRefused, PasswordWeak.
    """
    account: Any = _unused(code, address=address, now=now, account__is_active=True).account
    _set_password(account, password)
    with transaction.atomic():
        _used_up(code, now=now)
        account.totp_sealed = None
        account.save(update_fields=["password", "totp_sealed"])
        RecoveryCode.objects.filter(account=account).delete()
        Session.objects.filter(account=account).delete()
        record(DoorEvent.RECOVERED, account=account, address=address, now=now)


def change_password(
    *, account_id: int, old: str, new: str, address: str, keys: AccountKeys, now: datetime
) -> None:
    """Sessions that rest on the old password end. Raises SignInRefused, SignInLocked, PasswordWeak."""
    confirm_password(account_id=account_id, password=old, address=address, keys=keys, now=now)
    account = Account.objects.get(pk=account_id)
    _set_password(account, new)
    account.save(update_fields=["password"])
    record(DoorEvent.PASSWORD_CHANGED, account=account, address=address, now=now)


def require_party(party: str) -> None:
    """Raises PartyInvalid unless this is a party id of some kind."""
    kinds = (PartyKind.ENTERPRISE, PartyKind.INDIVIDUAL_BUSINESS, PartyKind.PERSON)
    for kind in kinds[:-1]:
        try:
            return check_party(party, kind=kind)
        except PartyInvalid:
            continue
    return check_party(party, kind=kinds[-1])


def _unused(code: str, *, address: str, now: datetime, **of: Any) -> Invitation:
    """Looked at before any password is hashed: strangers get no work done here. Raises TooOften."""
    take(f"code:{network_of(address)}", rate=CODES_BY_ADDRESS, now=now)
    rows = Invitation.objects.filter(digest=_digest(code), used_at=None, expires_at__gt=now, **of)
    found: Invitation | None = rows.select_related("account").first()
    if found is None:
        raise InvitationRefused
    return found


def _used_up(code: str, *, now: datetime) -> Invitation:
    unused = Invitation.objects.filter(digest=_digest(code), used_at=None, expires_at__gt=now)
    if not unused.update(used_at=now):
        raise InvitationRefused
    return Invitation.objects.get(digest=_digest(code))


def _digest(code: str) -> str:
    return digest_of(code[:_LONGEST_CODE])


def _set_password(account: Account, password: str) -> None:
    if len(password) > LONGEST_PASSWORD:
        raise PasswordWeak
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise PasswordWeak from error
    account.set_password(password)
