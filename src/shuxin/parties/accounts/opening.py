"""Opening accounts: only with an invitation; there is no account that comes with the software."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from shuxin.parties.accounts.events import DoorEvent, record
from shuxin.parties.accounts.keys import digest_of, plain_name
from shuxin.parties.accounts.models import NAME, Account, Invitation
from shuxin.parties.accounts.refusals import (
    FirstAccountExists,
    InvitationRefused,
    NameInvalid,
    NameTaken,
    PasswordWeak,
    RolesInvalid,
)
from shuxin.parties.accounts.signing_in import LONGEST_PASSWORD, check_password
from shuxin.parties.domain.party import KeyRole, PartyInvalid, PartyKind, are_separate, check_party

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shuxin.parties.accounts.keys import AccountKeys

INVITATION_LASTS = timedelta(hours=1)
_ROLES = frozenset(KeyRole) - {KeyRole.NODE}
_NAME = re.compile(rf"[\w.@+-]{{2,{NAME}}}")


def invite_first(*, party: str, by: str, now: datetime) -> str:
    """The code with which the first system administrator opens an account. Raises FirstAccountExists."""
    if any(KeyRole.SYSTEM_ADMIN in account.roles for account in Account.objects.all()):
        raise FirstAccountExists
    return invite(party=party, roles=(KeyRole.SYSTEM_ADMIN,), by=by, now=now)


def invite(*, party: str, roles: Iterable[str], by: str, now: datetime) -> str:
    """A code that opens one account within the hour, shown once. Raises PartyInvalid, RolesInvalid."""
    require_party(party)
    code = secrets.token_urlsafe(24)
    Invitation.objects.create(
        digest=digest_of(code),
        party=party,
        roles=_parsed(roles),
        made_by=by[:NAME],
        made_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    return code


def open_account(*, code: str, name: str, password: str, address: str, now: datetime) -> int:
    """Use up an invitation. Returns the account's id.

    Raises InvitationRefused, NameInvalid, NameTaken, PasswordWeak.
    """
    plain = plain_name(name)
    if not _NAME.fullmatch(plain):
        raise NameInvalid
    account = Account(name=plain, opened_at=now)
    _set_password(account, password)
    with transaction.atomic():
        invitation = _used_up(code, now=now)
        account.party, account.roles = invitation.party, invitation.roles
        try:
            with transaction.atomic():
                account.save(force_insert=True)
        except IntegrityError as error:
            raise NameTaken from error
        record(DoorEvent.OPENED, account=account, address=address, now=now)
    return int(account.pk)


def change_password(
    *, account_id: int, old: str, new: str, address: str, keys: AccountKeys, now: datetime
) -> None:
    """Sessions that rest on the old password end. Raises SignInRefused, SignInLocked, PasswordWeak."""
    account = Account.objects.get(pk=account_id)
    check_password(name=account.name, password=old, address=address, keys=keys, now=now)
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


def _used_up(code: str, *, now: datetime) -> Invitation:
    unused = Invitation.objects.filter(
        digest=digest_of(code[:200]), used_at=None, expires_at__gt=now
    )
    if not unused.update(used_at=now):
        raise InvitationRefused
    return Invitation.objects.get(digest=digest_of(code[:200]))


def _set_password(account: Account, password: str) -> None:
    if len(password) > LONGEST_PASSWORD:
        raise PasswordWeak
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise PasswordWeak from error
    account.set_password(password)


def _parsed(roles: Iterable[str]) -> list[str]:
    given = frozenset(roles)
    if not given or not given <= _ROLES or not are_separate(frozenset(map(KeyRole, given))):
        raise RolesInvalid(known=", ".join(sorted(_ROLES)))
    return sorted(given)
