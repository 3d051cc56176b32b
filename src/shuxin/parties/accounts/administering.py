"""What administrators do to accounts: invite, shut, open again, change roles, help back in; each act in the log.

What gives somebody more than before needs two persons; shutting an account does not wait for a second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.parties import four_eyes
from shuxin.parties.accounts.keys import plain_name
from shuxin.parties.accounts.models import NAME, Account, AccountAct, Invitation, Session
from shuxin.parties.accounts.opening import require_party, write_code
from shuxin.parties.accounts.refusals import (
    AccountOpen,
    AccountShut,
    AccountUnknown,
    FirstAccountExists,
    OwnAccount,
    TwoPersonsNeeded,
)
from shuxin.parties.accounts.roles import PRIVILEGED, parsed_roles, require_separate
from shuxin.parties.domain.party import KeyRole, PartyKind, check_party, new_person_id
from shuxin.parties.four_eyes import Step
from shuxin.parties.journal import new_salt, noted, salted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from shuxin.kernel.canonical import Json
    from shuxin.parties.journal import Journal


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts (经办), when, and the log that the act goes into."""

    by: str
    journal: Journal
    now: datetime


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as administrators see it."""

    name: str
    party: str
    person: str
    roles: tuple[str, ...]
    is_active: bool
    has_second_factor: bool
    opened_at: datetime


def all_accounts() -> list[AccountView]:
    """All, by name."""
    return [
        AccountView(
            name=row.name,
            party=row.party,
            person=row.person,
            roles=tuple(row.roles),
            is_active=row.is_active,
            has_second_factor=row.totp_sealed is not None,
            opened_at=row.opened_at,
        )
        for row in Account.objects.order_by("name")
    ]


def invite_first(*, party: str, hand: Hand) -> str:
    """The code with which the first system administrator opens an account: there is no second person yet.

    Raises PartyInvalid, FirstAccountExists.
    """
    require_party(party)
    if any(KeyRole.SYSTEM_ADMIN in account.roles for account in Account.objects.all()):
        raise FirstAccountExists
    roles = frozenset({KeyRole.SYSTEM_ADMIN})
    return _invitation(party=party, person=new_person_id(), roles=roles, hand=hand)


def invite_privileged(*, party: str, person: str, roles: Iterable[str], hand: Hand) -> str | None:
    """The code for an officer, attester or administrator; None until a second person says the same.

    ``person`` is one id for all that the same person is in the institution.
    Raises PartyInvalid, RolesInvalid, RolesNotSeparate, SamePerson, ActDone.
    """
    require_party(party)
    check_party(person, kind=PartyKind.PERSON)
    parsed = parsed_roles(roles)
    with transaction.atomic():
        require_separate(parsed, party=party, person=person)
        stated: dict[str, Json] = {"party": party, "person": person, "roles": [*sorted(parsed)]}
        if _stated("account-invite", stated, hand=hand) is Step.WAITING:
            return None
        return _invitation(party=party, person=person, roles=parsed, hand=hand)


def shut_account(*, name: str, hand: Hand) -> None:
    """At once: sessions and unused codes end too. Raises AccountUnknown, AccountShut."""
    with transaction.atomic():
        account = _locked(name)
        if not account.is_active:
            raise AccountShut
        _change(account, is_active=False)
        _note("shut", account, hand=hand)


def reopen_account(*, name: str, hand: Hand) -> Step:
    """Raises AccountUnknown, AccountOpen, OwnAccount, SamePerson, ActDone."""
    with transaction.atomic():
        account = _locked(name)
        if account.is_active:
            raise AccountOpen
        step = _stated_of("account-reopen", account, {}, hand=hand)
        if step is Step.DONE:
            _change(account, is_active=True)
            _note("reopen", account, hand=hand)
    return step


def change_roles(*, name: str, roles: Iterable[str], person: str, hand: Hand) -> Step:
    """Other roles from the next sign-in on; ``person`` may say who it is where nobody did before.

    Raises AccountUnknown, RolesInvalid, RolesNotSeparate, TwoPersonsNeeded (privileged roles of nobody
    in particular), PartyInvalid, OwnAccount, SamePerson, ActDone.
    """
    parsed = parsed_roles(roles)
    with transaction.atomic():
        account = _locked(name)
        who = account.person or person
        if who:
            check_party(who, kind=PartyKind.PERSON)
        if not who and parsed & PRIVILEGED:
            raise TwoPersonsNeeded
        require_separate(parsed, party=account.party, person=who, except_account=account.pk)
        content: dict[str, Json] = {"roles": [*sorted(parsed)], "person": who}
        step = _stated_of("account-roles", account, content, hand=hand)
        if step is Step.DONE:
            _change(account, roles=sorted(parsed), person=who)
            _note("roles", account, hand=hand)
    return step


def reset_account(*, name: str, hand: Hand) -> str | None:
    """A code for a new password and no second factor; None until a second person says the same.

    Raises AccountUnknown, AccountShut, OwnAccount, SamePerson, ActDone.
    """
    with transaction.atomic():
        account = _locked(name)
        if not account.is_active:
            raise AccountShut
        if _stated_of("account-reset", account, {}, hand=hand) is Step.WAITING:
            return None
        _note("reset", account, hand=hand)
        return write_code(
            account=account,
            party=account.party,
            person=account.person,
            made_by=hand.by[:NAME],
            now=hand.now,
        )


def _locked(name: str) -> Account:
    found = Account.objects.select_for_update().filter(name=plain_name(name)).first()
    if found is None:
        raise AccountUnknown
    account: Account = found
    return account


def _stated_of(kind: str, account: Account, content: dict[str, Json], *, hand: Hand) -> Step:
    if plain_name(hand.by) == account.name:
        raise OwnAccount
    return _stated(kind, {"name": account.name, **content}, hand=hand)


def _stated(kind: str, content: dict[str, Json], *, hand: Hand) -> Step:
    return four_eyes.state_act(kind, content, by=hand.by, journal=hand.journal, now=hand.now)


def _change(account: Account, **fields: object) -> None:
    """What rests on the account as it was ends: sessions, and codes that were not used."""
    for field, value in fields.items():
        setattr(account, field, value)
    account.save(update_fields=[*fields])
    Session.objects.filter(account=account).delete()
    Invitation.objects.filter(account=account, used_at=None).delete()


def _invitation(*, party: str, person: str, roles: frozenset[KeyRole], hand: Hand) -> str:
    named = Account(name="", party=party, person=person, roles=sorted(roles))
    with transaction.atomic():
        _note("invite", named, hand=hand)
        return write_code(
            party=party,
            person=person,
            roles=sorted(roles),
            made_by=hand.by[:NAME],
            now=hand.now,
        )


def _note(act: str, account: Account, *, hand: Hand) -> None:
    """In the log stand act and roles; who it was, only as a commitment that the row opens."""
    salt = new_salt()
    fact: dict[str, Json] = {
        "name": account.name,
        "party": account.party,
        "person": account.person,
    }
    roles = [str(role) for role in account.roles]
    AccountAct.objects.create(
        at=hand.now, act=act, by=hand.by[:NAME], roles=roles, salt=salt, **fact
    )
    facts = {"act": act, "roles": "+".join(roles)}
    sealed = salted(fact, salt=salt)
    hand.journal(noted("account", by=hand.by, now=hand.now, facts=facts, commitments=(sealed,)))
