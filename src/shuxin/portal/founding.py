"""Founding a holder: its key, its own anchor, its log, and the bases of its own work."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.infra.api import write_whole
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HOLDER_FILE, HeldKeys, holder, own_log, own_signer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from shuxin.consent.api import JointBasis, LawfulBasis
    from shuxin.infra.api import Settings
    from shuxin.parties.api import TrustAnchors

YEARS = 5
HIGHEST_LEVEL = 3
_CONTRACT = "个人信息保护法第十三条第一款第二项"
_QUALITY = "个人信息保护法第八条"
_PRUDENCE = "商业银行法第三十五条"
_TASK = "个人信息保护法第三十四条"
_LENDER = {
    Purpose.DATA_QUALITY: ("legal_duty", _QUALITY),
    Purpose.ENTITY_RESOLUTION: ("legal_duty", _QUALITY),
    Purpose.OWN_CUSTOMER_VIEW: ("contract", _CONTRACT),
    Purpose.CREDIT_DECISION: ("contract", _CONTRACT),
    Purpose.MODEL_TRAINING: ("legal_duty", _PRUDENCE),
}
_OFFICE = {
    Purpose.DATA_QUALITY: ("legal_duty", _QUALITY),
    Purpose.ENTITY_RESOLUTION: ("legal_duty", _QUALITY),
    Purpose.OWN_CUSTOMER_VIEW: ("public_task", _TASK),
}
_LENDERS = frozenset({"bank", "guarantee_company"})
_WITHOUT_DATA = frozenset({"operator", "attester", "regulator", "notary"})


class SetUpAlready(Conflict):
    code = "holder_set_up_already"
    what = Text(en="this installation belongs to {party}", zh="本安装属于 {party}")
    mend = Text(
        en="Use another folder (--home) for another holder", zh="其他机构请使用另一目录（--home）"
    )


class FoundingOver(Conflict):
    code = "founding_over"
    what = Text(
        en="data or statements are kept here already, so two persons must say whom to trust",
        zh="本安装已有数据或声明，信任对象须由两人确认",
    )
    mend = Text(en="Use 'shuxin trust add'", zh="请使用 shuxin trust add")


def set_up(
    settings: Settings,
    *,
    party: str,
    kind: str,
    name: str,
    now: dt.datetime,
) -> list[LawfulBasis]:
    """Make the holder's key, pin it, open its log, and record the bases of its own work.

    Raises SetUpAlready, PartyInvalid.
    """
    from shuxin.parties.api import (  # noqa: PLC0415 - only here
        Attester,
        KeyRole,
        PartyKind,
        Pinned,
        TrustAnchors,
        check_party,
    )

    file = settings.home / HOLDER_FILE
    if file.exists():
        raise SetUpAlready(party=holder(settings).party)
    sort = PartyKind(kind)
    check_party(party, kind=sort)
    until = now.replace(year=now.year + YEARS, day=min(now.day, 28))
    public, roles = own_signer(settings).public, frozenset({KeyRole.SUBJECT})
    own = Pinned(party, sort, name, public, roles, now, until)
    kinds = frozenset(PartyKind) - {PartyKind.ATTESTER}
    attesters = (Attester(party, public, kinds),) if sort is PartyKind.ATTESTER else ()
    write_whole(settings.home / "trust.json", TrustAnchors(attesters, (own,)).dump())
    identity = {"party": party, "kind": kind, "name": name}
    write_whole(settings.home / HOLDER_FILE, json.dumps(identity, ensure_ascii=False).encode())
    own_log(settings).checkpoint()
    bases = _LENDER if kind in _LENDERS else _OFFICE if sort.is_institution else {}
    return [
        record_basis(settings, purpose=purpose, kind=ground, law=law, now=now, until=until)
        for purpose, (ground, law) in bases.items()
        if kind not in _WITHOUT_DATA
    ]


def found_trust(
    settings: Settings, *, cards: Sequence[Mapping[str, str]], now: dt.datetime
) -> None:
    """Trust these parties' keys, logged. Raises FoundingOver once data or statements are kept here."""
    from shuxin.catalogue.api import datasets  # noqa: PLC0415 - needs the database
    from shuxin.ledger.api import Entry  # noqa: PLC0415 - only where it is written
    from shuxin.parties.api import TrustAnchors, kept_statements, read_trust  # noqa: PLC0415 - needs the database

    if datasets(now=now) or any(True for _ in kept_statements()):
        raise FoundingOver
    held = read_trust(settings.home)
    attesters, pinned = list(held.attesters), list(held.pinned)
    for card in cards:
        anchors = anchors_of(card)
        attesters += [one for one in anchors.attesters if one not in attesters]
        pinned += [one for one in anchors.pinned if one not in pinned]
    facts = {"attesters": len(attesters), "pinned": len(pinned)}
    entry = Entry("trust-founded", now, holder(settings).party, facts)
    own_log(settings).append(entry, now=now)
    whole = TrustAnchors(tuple(attesters), tuple(pinned), held.methods)
    write_whole(settings.home / "trust.json", whole.dump())


def anchors_of(card: Mapping[str, str]) -> TrustAnchors:
    """A party's card as anchors: an attester's key attests, any other's is pinned.

    Raises StatementInvalid, PartyStatementUnreadable.
    """
    from shuxin.parties.api import PartyKind, TrustAnchors  # noqa: PLC0415 - only here

    key = {"party": card["party"], "public_key": card["public_key"]}
    kinds = sorted(kind.value for kind in PartyKind if kind is not PartyKind.ATTESTER)
    names = {"kind": card["kind"], "name": card["name"], "roles": ["subject"]}
    times = {"valid_from": card["from"], "valid_to": card["until"]}
    attests = card["kind"] == PartyKind.ATTESTER
    said = {
        "attesters": [key | {"kinds": kinds}] if attests else [],
        "pinned": [key | names | times],
        "methods": ["licence"],
    }
    return TrustAnchors.parse(json.dumps(said, ensure_ascii=False).encode())


def record_basis(
    settings: Settings,
    *,
    purpose: Purpose,
    kind: str,
    law: str,
    now: dt.datetime,
    until: dt.datetime,
    shown: bool = True,
) -> LawfulBasis:
    """Sign a lawful basis with the holder's key, log it, and keep it.

    shown: false where a law keeps these uses from the subject's sight.
    """
    from shuxin.consent.api import BasisKind, LawfulBasis, take_basis  # noqa: PLC0415 - needs the database
    from shuxin.ledger.api import Entry  # noqa: PLC0415 - only where it is written

    party = holder(settings).party
    basis = LawfulBasis(
        basis_id=f"{purpose}-{now:%Y%m%d}-{secrets.token_hex(3)}",
        holder=party,
        kind=BasisKind(kind),
        law=law,
        purpose=purpose,
        level_max=HIGHEST_LEVEL,
        valid_from=now,
        valid_to=until,
        shown=shown,
    )
    statement = basis.sign(signer=own_signer(settings))
    facts = {"purpose": purpose.value, "basis": basis.basis_id, "statement": statement.hash}
    own_log(settings).append(Entry("lawful-basis", now, party, facts), now=now)
    return take_basis(statement, holder=party, keys=HeldKeys(settings.home), now=now)


def record_joint_basis(
    settings: Settings,
    *,
    recipient: str,
    purpose: Purpose,
    kind: str,
    law: str,
    agreement: str,
    catalogues: Sequence[str],
    level: int,
    now: dt.datetime,
    until: dt.datetime,
    shown: bool = True,
    also: Sequence[str] = (),
) -> JointBasis:
    """Sign a ground on which these datasets enter joint work for ``recipient``; log it, and keep it.

    also: further parties that may learn some of the results.

    Raises DatasetUnknown, PartyInvalid, StatementUnreadable where the ground is none.
    """
    from shuxin.catalogue.api import contract  # noqa: PLC0415 - needs the database
    from shuxin.consent.api import BasisKind, JointBasis, read_joint_basis, take_joint_basis  # noqa: PLC0415 - as above
    from shuxin.ledger.api import Entry  # noqa: PLC0415 - only where it is written
    from shuxin.parties.api import PartyKind, check_party  # noqa: PLC0415 - only here

    for one in (recipient, *also):
        check_party(one, kind=PartyKind.BANK)
    for name in catalogues:
        contract(dataset=name)
    party = holder(settings).party
    basis = JointBasis(
        basis_id=f"joint-{purpose}-{now:%Y%m%d}-{secrets.token_hex(3)}",
        holder=party,
        recipient=recipient,
        kind=BasisKind(kind),
        law=law,
        agreement=agreement,
        purpose=purpose,
        catalogues=tuple(catalogues),
        level_max=level,
        valid_from=now,
        valid_to=until,
        shown=shown,
        also=tuple(sorted(set(also))),
    )
    statement = basis.sign(signer=own_signer(settings))
    read_joint_basis(statement)
    facts: dict[str, str | int] = {
        "purpose": purpose.value,
        "basis": basis.basis_id,
        "recipient": recipient,
        "statement": statement.hash,
    }
    own_log(settings).append(Entry("joint-basis", now, party, facts), now=now)
    return take_joint_basis(statement, holder=party, keys=HeldKeys(settings.home), now=now)


def end_basis(settings: Settings, *, basis_id: str, now: dt.datetime) -> None:
    """No use rests on it from now on; earlier uses stay lawful. Logged first. Raises BasisUnknown."""
    from shuxin.consent.api import drop_basis  # noqa: PLC0415 - needs the database
    from shuxin.ledger.api import Entry  # noqa: PLC0415 - only where it is written

    party = holder(settings).party
    entry = Entry("lawful-basis-end", now, party, {"basis": basis_id})
    drop_basis(
        basis_id,
        holder=party,
        log=lambda: own_log(settings).append(entry, now=now),
        now=now,
    )
