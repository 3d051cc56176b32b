"""Registration of parties with this installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from shuxin.kernel.errors import Conflict, NotFound
from shuxin.kernel.text import Text
from shuxin.parties.domain.party import PartyKind, check_party, new_person_id, organisation_id
from shuxin.parties.domain.registration import (
    Registration,
    State,
    checked_name,
    comparable_name,
    judge_name,
)
from shuxin.parties.journal import new_salt, noted, salted
from shuxin.parties.models import PartyRow, RegistrationRow

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.kernel.uscc import USCC
    from shuxin.parties.domain.registration import NameRegister
    from shuxin.parties.journal import Journal


class PartyNotRegistered(NotFound):
    code = "party_not_registered"
    what = Text(en="this party is not registered here", zh="该主体未在此登记")
    mend = Text(en="Register it: shuxin party register", zh="请先登记：shuxin party register")


class PartyDiffers(Conflict):
    code = "party_differs"
    what = Text(
        en="this code is registered here with another kind or name",
        zh="该代码已以其他类别或名称登记",
    )
    mend = Text(
        en="Check kind and name; a new name needs the register's confirmation",
        zh="请核对类别与名称；更名须经登记机关数据确认",
    )


def register_organisation(
    *,
    code: USCC,
    kind: PartyKind,
    name: str,
    register: NameRegister | None,
    by: str,
    journal: Journal,
    now: dt.datetime,
) -> Registration:
    """Register an institution, enterprise or individual business; unconfirmed without a register's word.

    Raises PartyInvalid, NameInvalid, NameDiffers, PartyDiffers.
    """
    party, clean = organisation_id(code), checked_name(name)
    check_party(party, kind=kind)
    state = judge_name(clean, code=code, register=register)
    with transaction.atomic():
        row = _row(party, kind=kind)
        held = _newest(row)
        if held is not None:
            same = comparable_name(held.name) == comparable_name(clean)
            if not same and state is State.UNCONFIRMED:
                raise PartyDiffers
            if same and held.state in {State.CONFIRMED.value, state.value}:
                return _registration(held)
        return _write(row, name=clean, state=state, by=by, journal=journal, now=now)


def register_person(*, by: str, journal: Journal, now: dt.datetime) -> Registration:
    """A new random id; who it is, an attestation says."""
    with transaction.atomic():
        row = _row(new_person_id(), kind=PartyKind.PERSON)
        return _write(row, name="", state=State.UNCONFIRMED, by=by, journal=journal, now=now)


def confirm_registration(
    *, party: str, by: str, journal: Journal, now: dt.datetime
) -> Registration:
    """A person here compared the licence, or proved the identity. Raises PartyNotRegistered."""
    with transaction.atomic():
        row = PartyRow.objects.select_for_update().get(pk=party_row(party).pk)
        held = _newest(row)
        if held is None:
            raise PartyNotRegistered
        if held.state == State.CONFIRMED.value:
            return _registration(held)
        return _write(row, name=held.name, state=State.CONFIRMED, by=by, journal=journal, now=now)


def registration(party: str) -> Registration:
    """The newest registration. Raises PartyNotRegistered."""
    held = _newest(party_row(party))
    if held is None:
        raise PartyNotRegistered
    return _registration(held)


def registrations() -> list[Registration]:
    """Of every party, the newest; by party."""
    newest = {row.party_id: row for row in RegistrationRow.objects.order_by("pk")}
    found = RegistrationRow.objects.select_related("party").filter(
        pk__in=[row.pk for row in newest.values()]
    )
    return [_registration(row) for row in found.order_by("party__party")]


def party_row(party: str) -> PartyRow:
    """Raises PartyNotRegistered."""
    row = PartyRow.objects.filter(party=party).first()
    if row is None:
        raise PartyNotRegistered
    return row


def _row(party: str, *, kind: PartyKind) -> PartyRow:
    row, _ = PartyRow.objects.get_or_create(party=party, defaults={"kind": kind.value})
    if row.kind != kind.value:
        raise PartyDiffers
    return PartyRow.objects.select_for_update().get(pk=row.pk)


def _newest(row: PartyRow) -> RegistrationRow | None:
    return RegistrationRow.objects.filter(party=row).order_by("-pk").first()


def _registration(row: RegistrationRow) -> Registration:
    return Registration(
        party=row.party.party,
        kind=PartyKind(row.party.kind),
        name=row.name,
        state=State(row.state),
        by=row.by,
        at=row.at,
    )


def _write(
    row: PartyRow, *, name: str, state: State, by: str, journal: Journal, now: dt.datetime
) -> Registration:
    salt = new_salt()
    made = RegistrationRow.objects.create(
        party=row, name=name, state=state.value, by=by, at=now, salt=salt
    )
    sealed = salted({"party": row.party, "name": name}, salt=salt)
    facts = {"party_kind": row.kind, "state": state.value}
    journal(noted("registration", by=by, now=now, facts=facts, commitments=(sealed,)))
    return _registration(made)
