"""Accounts of a demo (演示账户): opened by one hand and with a password alone, only in a home that the demo made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.infra.api import require_development
from shuxin.parties.accounts.events import DoorEvent, record
from shuxin.parties.accounts.keys import plain_name
from shuxin.parties.accounts.models import Account, Session
from shuxin.parties.accounts.opening import require_party
from shuxin.parties.accounts.roles import parsed_roles, require_separate
from shuxin.parties.domain.party import new_person_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shuxin.infra.api import Settings


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """Who is to get in (演示账户): each is a person of its own."""

    name: str
    party: str
    roles: tuple[str, ...]
    password: str = field(repr=False)


def open_demo_accounts(wanted: Iterable[DemoAccount], *, settings: Settings, now: datetime) -> None:
    """Open these accounts, or give those that are open their password anew; second factors and sessions end.

    Raises NotADemo, PartyInvalid, RolesInvalid, RolesNotSeparate.
    """
    require_development(settings)
    with transaction.atomic():
        for one in wanted:
            _open(one, now=now)


def _open(one: DemoAccount, *, now: datetime) -> None:
    require_party(one.party)
    roles, name = parsed_roles(one.roles), plain_name(one.name)
    found = Account.objects.filter(name=name).first()
    account = found or Account(name=name, opened_at=now, person=new_person_id())
    account.party, account.roles, account.is_active = one.party, sorted(roles), True
    account.totp_sealed = None
    require_separate(roles, party=one.party, person=account.person, except_account=account.pk)
    account.set_password(one.password)
    account.save()
    if found is None:
        record(DoorEvent.OPENED, account=account, address="", now=now)
    Session.objects.filter(account=account).delete()
