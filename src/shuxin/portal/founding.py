"""Founding a holder: its key, its own anchor, its log, and the bases of its own work."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

from shuxin.consent.api import Purpose
from shuxin.kernel.errors import Conflict
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import HOLDER_FILE, HeldKeys, holder, own_log, own_signer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from shuxin.consent.api import LawfulBasis
    from shuxin.infra.api import Settings
    from shuxin.parties.api import PartyKind, TrustAnchors

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


class SetUpAlready(Conflict):
    code = "holder_set_up_already"
    what = Text(en="this installation belongs to {party}", zh="本安装属于 {party}")
    mend = Text(
        en="Use another folder (--home) for another holder", zh="其他机构请使用另一目录(--home)"
    )


def set_up(
    settings: Settings,
    *,
    party: str,
    kind: str,
    name: str,
    now: dt.datetime,
    trusted: Sequence[TrustAnchors] = (),
) -> list[LawfulBasis]:
    """Make the holder's key, pin it, open its log, and record the bases of its own work.

    trusted: whom it trusts from the start; later changes need two persons.
    Raises SetUpAlready, PartyInvalid.
    """
    from shuxin.parties.api import PartyKind, check_party  # noqa: PLC0415 - only here

    file = settings.home / HOLDER_FILE
    if file.exists():
        raise SetUpAlready(party=holder(settings).party)
    sort = PartyKind(kind)
    check_party(party, kind=sort)
    until = now.replace(year=now.year + YEARS, day=min(now.day, 28))
    own = own_anchors(settings, party=party, kind=sort, name=name, now=now, until=until)
    _write(settings, "trust.json", together([own, *trusted]).dump())
    identity = {"party": party, "kind": kind, "name": name}
    _write(settings, HOLDER_FILE, json.dumps(identity, ensure_ascii=False).encode())
    own_log(settings).checkpoint()
    bases = _LENDER if kind in _LENDERS else _OFFICE if sort.is_institution else {}
    return [
        record_basis(settings, purpose=purpose, kind=ground, law=law, now=now, until=until)
        for purpose, (ground, law) in bases.items()
        if sort not in {PartyKind.OPERATOR, PartyKind.ATTESTER, PartyKind.REGULATOR}
    ]


def own_anchors(
    settings: Settings,
    *,
    party: str,
    kind: PartyKind,
    name: str,
    now: dt.datetime,
    until: dt.datetime,
) -> TrustAnchors:
    """This holder's own key as others may trust it: pinned, and as an attester's when it is one."""
    from shuxin.parties.api import Attester, KeyRole, PartyKind, Pinned, TrustAnchors  # noqa: PLC0415 - only here

    public = own_signer(settings).public
    pinned = Pinned(party, kind, name, public, frozenset({KeyRole.SUBJECT}), now, until)
    kinds = frozenset(PartyKind) - {PartyKind.ATTESTER}
    attesters = (Attester(party, public, kinds),) if kind is PartyKind.ATTESTER else ()
    return TrustAnchors(attesters=attesters, pinned=(pinned,))


def together(anchors: Sequence[TrustAnchors]) -> TrustAnchors:
    """All their keys; the ways of proof are those of the first."""
    from shuxin.parties.api import TrustAnchors  # noqa: PLC0415 - only here

    return TrustAnchors(
        attesters=tuple(dict.fromkeys(one for some in anchors for one in some.attesters)),
        pinned=tuple(dict.fromkeys(one for some in anchors for one in some.pinned)),
        methods=anchors[0].methods,
    )


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


def _write(settings: Settings, name: str, content: bytes) -> None:
    """Whole or not at all, readable by the owner only."""
    aside = settings.home / f".{name}.{secrets.token_hex(8)}"
    descriptor = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(settings.home / name)
