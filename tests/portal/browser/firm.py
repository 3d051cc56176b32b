"""Run in one home after the other: what others do for an enterprise that asks what is held about it.

``python -m tests.portal.browser.firm ACT …`` with the home in SHUXIN_HOME: ``department`` sets a department up with
rows about eight firms, ``platform CARD URL`` a platform that trusts it, ``bind CLAIM`` has the firm's key attested
here, ``account`` opens the firm's account.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.portal.browser.issued import ATTESTER, ATTESTER_KEY, PASSWORD, USER

from shuxin.infra.api import now_in_china, silent_progress
from shuxin.kernel.statements import parse_statement
from shuxin.portal.bootstrap import own_signer, start
from shuxin.portal.founding import set_up

if TYPE_CHECKING:
    from shuxin.infra.api import Settings

CODE, NAME = "91110108000000035R", "北京第3建材有限公司"
FIRM, OTHER = f"uscc:{CODE}", "uscc:91110108000000043L"
DEPARTMENT, PLATFORM = "uscc:91110108000009005P", "uscc:91110108000009013J"
HOSTILE = "<img src=x onerror=document.title='run'>"
DAY = timedelta(days=1)


def department(settings: Settings) -> None:
    from tests.fusion.conftest import Installation, rows_of_firms
    from tests.permits import sealed

    from shuxin.consent.api import ALL_SUBJECTS, Purpose
    from shuxin.fusion.api import resolve_all

    now = now_in_china()
    set_up(settings, party=DEPARTMENT, kind="department", name="市场监管局", now=now - 30 * DAY)
    inbox = settings.home / "inbox"
    inbox.mkdir()
    office = Installation(settings, inbox, now=now - 20 * DAY)
    rows = rows_of_firms(8)
    rows[0].append("备注")
    for row in rows[1:]:
        row.append(HOSTILE if row[0] == CODE else "无")
    office.put("行政处罚.csv", rows)
    office.load()
    everybody = sealed(ALL_SUBJECTS, Purpose.ENTITY_RESOLUTION, at=now)
    resolve_all(permit=everybody, settings=settings, now=now, progress=silent_progress)
    trust_attester(settings)
    sys.stdout.write(own_signer(settings).public.text)


def platform(settings: Settings, card: str, url: str) -> None:
    from shuxin.kernel.signing import PublicKey
    from shuxin.parties.api import KeyRole, PartyKind, Pinned, read_trust, write_trust
    from shuxin.portal.linking.api import add_holder

    now = now_in_china()
    set_up(settings, party=PLATFORM, kind="operator", name="信用平台", now=now - 30 * DAY)
    trust_attester(settings)
    roles = frozenset({KeyRole.SUBJECT})
    key = PublicKey.parse(card)
    pin = Pinned(
        DEPARTMENT, PartyKind.DEPARTMENT, "市场监管局", key, roles, now - DAY, now + 99 * DAY
    )
    held = read_trust(settings.home)
    write_trust(replace(held, pinned=(*held.pinned, pin)), home=settings.home)
    add_holder(settings, party=DEPARTMENT, url=url)


def bind(settings: Settings, claim: str) -> None:
    from shuxin.parties.api import (
        Binding,
        Method,
        keep_statements,
        read_claim,
        read_trust,
        sign_binding,
    )

    now = now_in_china()
    possession = parse_statement(Path(claim).read_bytes(), kind="key-possession")
    said = read_claim(possession)
    assert (said.party, said.name) == (FIRM, NAME)
    binding = Binding(said, now - timedelta(minutes=1), now + 99 * DAY, Method.LICENCE, "cd" * 32)
    keep_statements(
        [possession, sign_binding(binding, signer=ATTESTER_KEY)],
        anchors=read_trust(settings.home),
        by="attester",
        journal=lambda _: None,
        now=now,
    )


def account(settings: Settings) -> None:
    from shuxin.parties.api import accounts

    del settings
    now = now_in_china()
    code = accounts.invite(party=FIRM, roles=["legal_representative"], by="operator", now=now)
    accounts.open_account(code=code, name=USER, password=PASSWORD, address="192.0.2.1", now=now)


def trust_attester(settings: Settings) -> None:
    from shuxin.parties.api import Attester, PartyKind, read_trust, write_trust

    kinds = frozenset({PartyKind.ENTERPRISE})
    attester = Attester(ATTESTER, ATTESTER_KEY.public, kinds)
    held = read_trust(settings.home)
    write_trust(replace(held, attesters=(*held.attesters, attester)), home=settings.home)


if __name__ == "__main__":
    acts = {"department": department, "platform": platform, "bind": bind, "account": account}
    acts[sys.argv[1]](start(), *sys.argv[2:])
