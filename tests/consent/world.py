"""A small world of parties with real keys: an enterprise, two owners, an agent, two banks, a holder, a platform."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from dataclasses import field as made
from typing import TYPE_CHECKING, Any

from shuxin.catalogue.api import (
    Contract,
    Cycle,
    DataGroup,
    Field,
    FieldType,
    Level,
    Sharing,
)
from shuxin.consent.domain.authorisation import Authorisation
from shuxin.consent.domain.gate import CatalogueEntry, GateLimits, Known, Presented, judge
from shuxin.consent.domain.purpose import Purpose
from shuxin.consent.domain.request import Request
from shuxin.consent.domain.status import StatusList
from shuxin.consent.wording import worded
from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.uscc import check_symbol
from shuxin.parties.api import (
    Attester,
    Binding,
    Claim,
    Directory,
    KeyRole,
    Method,
    PartyKind,
    Pinned,
    Reason,
    Revocation,
    TrustAnchors,
    sign_binding,
    sign_claim,
    sign_mandate,
    sign_revocation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.consent.domain.refusal import Refusal
    from shuxin.kernel.statements import Statement

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=CHINA_TIME)
START, END = NOW - dt.timedelta(days=400), NOW + dt.timedelta(days=400)
DAY = dt.timedelta(days=1)


def code(number: int, *, head: str = "91350200") -> str:
    body = f"{head}{number:09}"
    return f"uscc:{body}{check_symbol(body)}"


FIRM, OTHER_FIRM = code(1), code(2)
BANK, OTHER_BANK = code(11), code(12)
HOLDER, PLATFORM, ATTESTER = code(21), code(31), code(41)
OWNER, AGENT = "person:" + "a" * 32, "person:" + "b" * 32
TAX, REGISTER, OPEN_LIST, SECRET = "tax", "register", "open_list", "survey"
CATALOGUE = {
    TAX: CatalogueEntry(TAX, shared=True, open=False),
    REGISTER: CatalogueEntry(REGISTER, shared=True, open=False),
    OPEN_LIST: CatalogueEntry(OPEN_LIST, shared=True, open=True),
    SECRET: CatalogueEntry(SECRET, shared=False, open=False),
}


def key(number: int) -> Ed25519Key:
    return Ed25519Key(bytes([number]) * 32)


KEYS = {
    FIRM: key(1), OTHER_FIRM: key(2), BANK: key(11), OTHER_BANK: key(12), HOLDER: key(21), PLATFORM: key(31),
    ATTESTER: key(41), OWNER: key(51), AGENT: key(52),
}  # fmt: skip
CLERK, STRANGER, EARLY, LATE = key(61), key(62), key(63), key(64)


def bound(
    party: str,
    kind: PartyKind,
    signer: Ed25519Key,
    *roles: KeyRole,
    by: Ed25519Key = KEYS[ATTESTER],
    start: dt.datetime = START,
    end: dt.datetime = END,
    on_behalf: str = "",
) -> list[Statement]:
    """The claim of a key and the attester's binding."""
    name = "" if kind is PartyKind.PERSON else "某企业"
    claim = Claim(party, kind, name, signer.public, "key", roles or (KeyRole.SUBJECT,), on_behalf)
    method = Method.LICENCE if by == KEYS[ATTESTER] else Method.INSTITUTION
    binding = Binding(claim, start, end, method, "")
    return [sign_claim(claim, signer=signer), sign_binding(binding, signer=by)]


def pin(party: str, kind: PartyKind, *roles: KeyRole) -> Pinned:
    return Pinned(party, kind, "某机构", KEYS[party].public, frozenset(roles), START, END)


ANCHORS = TrustAnchors(
    attesters=(Attester(ATTESTER, KEYS[ATTESTER].public, frozenset(PartyKind) - {PartyKind.ATTESTER}),),
    pinned=(
        pin(BANK, PartyKind.BANK, KeyRole.SUBJECT),
        pin(OTHER_BANK, PartyKind.BANK, KeyRole.SUBJECT),
        pin(HOLDER, PartyKind.DEPARTMENT, KeyRole.SUBJECT),
        pin(PLATFORM, PartyKind.OPERATOR, KeyRole.SUBJECT),
    ),
)  # fmt: skip
MANDATE = sign_mandate(
    party=FIRM,
    person=AGENT,
    purposes=("credit_decision",),
    valid_from=START,
    valid_to=END,
    signer=KEYS[FIRM],
)
STATEMENTS = [
    *bound(FIRM, PartyKind.ENTERPRISE, KEYS[FIRM]),
    *bound(OTHER_FIRM, PartyKind.ENTERPRISE, KEYS[OTHER_FIRM]),
    *bound(OWNER, PartyKind.PERSON, KEYS[OWNER]),
    *bound(FIRM, PartyKind.ENTERPRISE, EARLY, start=NOW + DAY),
    *bound(FIRM, PartyKind.ENTERPRISE, LATE, end=NOW - DAY),
    MANDATE,
    *bound(FIRM, PartyKind.ENTERPRISE, KEYS[AGENT], KeyRole.AGENT, on_behalf=MANDATE.hash),
    *bound(BANK, PartyKind.BANK, CLERK, KeyRole.AUDITOR, by=KEYS[BANK]),
]


def directory(*more: Statement) -> Directory:
    return Directory.build([*STATEMENTS, *more], anchors=ANCHORS)


DIRECTORY = directory()


def revoked(signer: Ed25519Key, reason: Reason, at: dt.datetime = NOW - DAY) -> Statement:
    end = Revocation(FIRM, signer.public.key_id, at, reason)
    return sign_revocation(end, signer=KEYS[ATTESTER])


def terms(**changed: Any) -> Authorisation:
    plain: dict[str, Any] = {
        "subject": FIRM,
        "grantee": BANK,
        "holders": (HOLDER,),
        "purpose": Purpose.CREDIT_DECISION,
        "catalogues": (TAX, REGISTER),
        "level_max": 3,
        "data_from": dt.date(2024, 1, 1),
        "data_to": dt.date(2026, 6, 1),
        "valid_from": NOW - DAY,
        "valid_to": NOW + 90 * DAY,
        "max_uses": 2,
        "language": "zh",
        "signed_at": NOW - DAY,
    }
    if "text_hash" in changed:
        return Authorisation(**plain | changed)
    bare = Authorisation(**plain | changed, text_hash="0" * 64)
    return worded(bare, language=bare.language)


def request(**changed: Any) -> Request:
    plain: dict[str, Any] = {
        "request_id": "r1",
        "grantee": BANK,
        "holder": HOLDER,
        "subject": FIRM,
        "purpose": Purpose.CREDIT_DECISION,
        "catalogues": (TAX,),
        "level": 3,
        "data_from": dt.date(2025, 1, 1),
        "data_to": dt.date(2026, 1, 1),
        "at": NOW,
    }
    return Request(**plain | changed)


def presented(signer: Ed25519Key = KEYS[FIRM], **changed: Any) -> Presented:
    one = terms(**changed)
    return Presented(one, one.sign(signer=signer), NOW)


def status(**changed: Any) -> StatusList:
    return replace(StatusList(PLATFORM, 1, NOW, frozenset(), frozenset()), **changed)


@dataclass(frozen=True)
class Asked:
    """One case for the gate; everything is right unless changed."""

    request: Request = made(default_factory=request)
    presented: Presented | None = made(default_factory=presented)
    persons: Mapping[str, Presented] = made(default_factory=dict)
    known: Known = made(default_factory=lambda: Known(holder=HOLDER, status=status()))
    keys: Directory = DIRECTORY
    now: dt.datetime = NOW

    def refusals(self) -> tuple[Refusal, ...]:
        return judge(
            self.request,
            presented=self.presented,
            persons=self.persons,
            catalogue=CATALOGUE,
            known=self.known,
            keys=self.keys,
            limits=GateLimits(),
            now=self.now,
        )


def contract_of(dataset: str, *, level: Level = Level.L3) -> Contract:
    """A dataset with one conditional field of the level."""
    field = Field(
        name="arrears", type=FieldType.MONEY, level=level, sharing=Sharing.CONDITIONAL, unit="fen"
    )
    return Contract(
        dataset=dataset,
        title=dataset,
        department="某局",
        group=DataGroup.PUBLIC,
        cycle=Cycle.MONTH,
        lag_days=10,
        version="1.0.0",
        fields=(field,),
    )
