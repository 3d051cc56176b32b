"""Roles of accounts: which exist, which need two persons, and that one person does not unite what is separate."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from shuxin.parties.accounts.models import Account, Invitation
from shuxin.parties.accounts.refusals import RolesInvalid
from shuxin.parties.domain.party import ADMINISTRATION, KeyRole, are_separate
from shuxin.parties.membership import RolesNotSeparate, roles_of
from shuxin.parties.registering import PartyNotRegistered

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROLES = frozenset(KeyRole) - {KeyRole.NODE}
PRIVILEGED = ADMINISTRATION | {KeyRole.OFFICER, KeyRole.ATTESTER}
"""They need a second factor, and two persons to be given."""


def parsed_roles(texts: Iterable[str]) -> frozenset[KeyRole]:
    """Raises RolesInvalid."""
    given = frozenset(texts)
    if not given or not given <= _ROLES or not are_separate(frozenset(map(KeyRole, given))):
        raise RolesInvalid(known=", ".join(sorted(_ROLES)))
    return frozenset(map(KeyRole, given))


def require_separate(
    roles: frozenset[KeyRole], *, party: str, person: str, except_account: int | None = None
) -> None:
    """Over all that the person is in this institution: by its accounts, shut ones too, and as its member.

    Call it in a transaction: invitations of one person are taken one after the other. Raises RolesNotSeparate.
    """
    if not person:
        return
    list(Invitation.objects.select_for_update().filter(person=person).order_by("pk"))
    others = Account.objects.filter(party=party, person=person).exclude(pk=except_account)
    held = {KeyRole(role) for account in others for role in account.roles}
    with suppress(PartyNotRegistered):  # then it has no members but those with accounts
        held |= roles_of(institution=party, member=person)
    if not are_separate(roles | held):
        raise RolesNotSeparate
