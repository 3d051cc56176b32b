"""Who there is: kinds of party, party ids, and what a key may speak as."""

from __future__ import annotations

import re
import secrets
from enum import StrEnum

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.kernel.uscc import USCC, InvalidUSCC

_ORGANISATION, _PERSON = "uscc:", "person:"
_PERSON_DIGITS = re.compile(r"[0-9a-f]{32}")


class PartyInvalid(InvalidInput):
    code = "party_invalid"
    what = Text(
        en="this is not the id of a party of kind {kind}", zh="这不是“{kind}”类主体的主体标识"
    )
    mend = Text(
        en="Organisations are uscc: and the 18 symbols of their code (92… for individual businesses only),"
        " persons are person: and 32 hexadecimal digits",
        zh="组织写作 uscc：加 18 位统一社会信用代码（92 开头仅限个体工商户），自然人写作 person：加 32 位十六进制数",
    )


class PartyKind(StrEnum):
    """What a party is (主体类别)."""

    DEPARTMENT = "department"
    BANK = "bank"
    GUARANTEE_COMPANY = "guarantee_company"
    UTILITY = "utility"
    OPERATOR = "operator"
    REGULATOR = "regulator"
    ATTESTER = "attester"
    NOTARY = "notary"
    ENTERPRISE = "enterprise"
    INDIVIDUAL_BUSINESS = "individual_business"
    PERSON = "person"

    @property
    def is_institution(self) -> bool:
        """Institutions have officers, nodes and administrators, and attest those keys themselves."""
        return self not in _SUBJECTS

    @property
    def is_natural_person(self) -> bool:
        """An individual business is its owner: its data are personal."""
        return self in {PartyKind.PERSON, PartyKind.INDIVIDUAL_BUSINESS}


_SUBJECTS = frozenset({PartyKind.ENTERPRISE, PartyKind.INDIVIDUAL_BUSINESS, PartyKind.PERSON})


class KeyRole(StrEnum):
    """What a key speaks as for its party (密钥角色)."""

    SUBJECT = "subject"
    LEGAL_REPRESENTATIVE = "legal_representative"
    AGENT = "agent"
    OFFICER = "officer"
    NODE = "node"
    ATTESTER = "attester"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDITOR = "auditor"


ADMINISTRATION = frozenset({KeyRole.SYSTEM_ADMIN, KeyRole.SECURITY_ADMIN, KeyRole.AUDITOR})
"""The three that nobody may unite in one institution (三权分立)."""

INTERNAL = ADMINISTRATION | {KeyRole.OFFICER, KeyRole.NODE}
"""Roles inside an institution, which it attests with its own key."""

SPEAKING_FOR_ALL = frozenset({KeyRole.SUBJECT, KeyRole.LEGAL_REPRESENTATIVE})
"""Roles that appoint agents and revoke the party's other keys."""


def are_separate(roles: frozenset[KeyRole]) -> bool:
    """Whether at most one of system, security and audit administration is among ``roles``."""
    return len(roles & ADMINISTRATION) <= 1


def check_party(party: str, *, kind: PartyKind) -> None:
    """Raises PartyInvalid unless ``party`` is the id of a party of this kind."""
    if not _is_right(party, kind=kind):
        raise PartyInvalid(kind=kind.value)


def _is_right(party: str, *, kind: PartyKind) -> bool:
    if kind is PartyKind.PERSON:
        digits = party.removeprefix(_PERSON)
        return party.startswith(_PERSON) and bool(_PERSON_DIGITS.fullmatch(digits))
    if not party.startswith(_ORGANISATION):
        return False
    try:
        code = USCC(party.removeprefix(_ORGANISATION))
    except InvalidUSCC:
        return False
    return code.is_individual_business is (kind is PartyKind.INDIVIDUAL_BUSINESS)


def organisation_id(code: USCC) -> str:
    return f"{_ORGANISATION}{code}"


def new_person_id() -> str:
    """Random: says nothing about the person, and is bound to one only by an attestation."""
    return f"{_PERSON}{secrets.token_hex(16)}"
