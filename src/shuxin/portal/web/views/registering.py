"""The first step of an enterprise on the platform: its code and name, checked as far as they say it themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.uscc import USCC, clean_code_text
from shuxin.parties.api import PartyKind, organisation_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.infra.api import Settings


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers: party id, kind and name, as the key's request will say them."""

    party: str
    kind: str
    name: str
    code: str


def typed(form: Mapping[str, str]) -> Typed:
    return Typed(form.get("code", "")[:40].strip(), form.get("name", "")[:200].strip())


def checked(given: Typed) -> Applicant:
    """Raises InvalidUSCC, NameInvalid. Whether the register has them is for the attester to say."""
    from shuxin.parties.api import checked_name  # noqa: PLC0415 - only here

    code = USCC(clean_code_text(given.code))
    individual = code.is_individual_business
    kind = PartyKind.INDIVIDUAL_BUSINESS if individual else PartyKind.ENTERPRISE
    return Applicant(organisation_id(code), kind.value, checked_name(given.name), code.value)


def attesters(settings: Settings) -> list[str]:
    """Who proves identities here, by name where this platform knows one."""
    from shuxin.parties.api import read_trust  # noqa: PLC0415 - needs the database

    trust = read_trust(settings.home)
    names = {one.party: one.name for one in trust.pinned}
    return sorted({names.get(one.party, one.party) for one in trust.attesters})
