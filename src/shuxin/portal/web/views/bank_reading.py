"""Leave to read for the pages of a bank: the gate is asked in the name of who is signed in, and logs first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from shuxin.consent.api import ALL_SUBJECTS
from shuxin.infra.api import settings_from_environment
from shuxin.portal.bootstrap import acting_department, gate

if TYPE_CHECKING:
    import datetime as dt

    from shuxin.consent.api import Permit, Purpose
    from shuxin.parties.api import accounts


def permit_for(
    subject: str, *, person: accounts.Person, purpose: Purpose, now: dt.datetime
) -> Permit:
    """To read one entity's data for the bank's own work; the use is in the log first. Raises NotSetUp, UseRefused."""
    settings = settings_from_environment()
    own = replace(gate(settings), reader=person.name)
    acting = acting_department(settings, asked="")
    if acting:
        return own.permit_department_each([subject], department=acting, purpose=purpose, now=now)[0]
    return own.permit_own_each([subject], purpose=purpose, now=now)[0]


def permit_for_everybody(*, person: accounts.Person, purpose: Purpose, now: dt.datetime) -> Permit:
    """The same for all of the bank's data. Raises NotSetUp, UseRefused."""
    return permit_for(ALL_SUBJECTS, person=person, purpose=purpose, now=now)


def firm_named(who: str, *, person: accounts.Person, purpose: Purpose, now: dt.datetime) -> str:
    """The entity behind a code, number or name. Raises EnterpriseUnknown, NameShared, UseRefused."""
    from shuxin.fusion.api import find_entity  # noqa: PLC0415 - heavy

    found: str = find_entity(
        who, permit=permit_for_everybody(person=person, purpose=purpose, now=now)
    )
    return found
