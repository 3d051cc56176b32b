"""Who has which role in an institution; the three administrations never meet in one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.text import Text
from shuxin.parties import four_eyes
from shuxin.parties.domain.party import ADMINISTRATION, KeyRole, PartyKind, are_separate
from shuxin.parties.four_eyes import Step
from shuxin.parties.journal import new_salt, noted, salted
from shuxin.parties.models import MembershipRow, PartyRow
from shuxin.parties.registering import party_row

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.parties.journal import Journal

MEMBER_ROLES = ADMINISTRATION | {KeyRole.OFFICER}


class RolesNotSeparate(NotPermitted):
    code = "roles_not_separate"
    what = Text(
        en="this person already has another of system, security and audit administration",
        zh="该人员已担任系统、安全、审计三类管理员中的另一类",
    )
    mend = Text(en="Appoint somebody else, or dismiss first", zh="请任命他人，或先解除原角色")


class OwnAppointment(NotPermitted):
    code = "own_appointment"
    what = Text(en="nobody appoints himself an administrator", zh="不得自行任命为管理员")
    mend = Text(en="Two other persons must do it", zh="须由另外两人办理")


class RoleNotOfMembers(InvalidInput):
    code = "role_not_of_members"
    what = Text(
        en="'{role}' is not a role of members of an institution", zh="“{role}”不是机构成员角色"
    )
    mend = Text(en="Use one of: {known}", zh="可用角色：{known}")


def appoint(
    *, institution: str, member: str, role: KeyRole, by: str, journal: Journal, now: dt.datetime
) -> Step:
    """Give a role; administrators need two persons' word, neither of them the appointed.

    Raises PartyNotRegistered, RoleNotOfMembers, RolesNotSeparate, OwnAppointment, SamePerson.
    """
    _check_role(role)
    with transaction.atomic():
        row = _locked_institution(institution)
        roles = _roles(row, member=member)
        if not are_separate(roles | {role}):
            raise RolesNotSeparate
        if role in roles:
            return Step.DONE
        if role in ADMINISTRATION:
            if by == member:
                raise OwnAppointment
            act = {"institution": institution, "member": member, "role": role.value}
            step = four_eyes.state_act("appoint", act, by=by, journal=journal, now=now)
            if step is Step.WAITING:
                return step
        _write(row, member=member, role=role, act="appoint", by=by, journal=journal, now=now)
    return Step.DONE


def dismiss(
    *, institution: str, member: str, role: KeyRole, by: str, journal: Journal, now: dt.datetime
) -> None:
    """Take a role away; nothing happens when the person does not have it. Raises PartyNotRegistered."""
    with transaction.atomic():
        row = _locked_institution(institution)
        if role in _roles(row, member=member):
            _write(row, member=member, role=role, act="dismiss", by=by, journal=journal, now=now)


def roles_of(*, institution: str, member: str) -> frozenset[KeyRole]:
    """Raises PartyNotRegistered."""
    return _roles(party_row(institution), member=member)


def _check_role(role: KeyRole) -> None:
    if role not in MEMBER_ROLES:
        raise RoleNotOfMembers(role=role.value, known=", ".join(sorted(MEMBER_ROLES)))


def _locked_institution(party: str) -> PartyRow:
    row = PartyRow.objects.select_for_update().get(pk=party_row(party).pk)
    if not PartyKind(row.kind).is_institution:
        raise RoleNotOfMembers(role=row.kind, known=", ".join(sorted(MEMBER_ROLES)))
    return row


def _roles(row: PartyRow, *, member: str) -> frozenset[KeyRole]:
    acts = MembershipRow.objects.filter(party=row, member=member).order_by("pk")
    newest = {found.role: found.act for found in acts}
    return frozenset(KeyRole(role) for role, act in newest.items() if act == "appoint")


def _write(
    row: PartyRow,
    *,
    member: str,
    role: KeyRole,
    act: str,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> None:
    salt = new_salt()
    MembershipRow.objects.create(
        party=row, member=member, role=role.value, act=act, by=by, at=now, salt=salt
    )
    sealed = salted({"party": row.party, "member": member, "role": role.value}, salt=salt)
    facts = {"act": act, "role": role.value}
    journal(noted("membership", by=by, now=now, facts=facts, commitments=(sealed,)))
