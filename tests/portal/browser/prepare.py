"""Run beside the server: what others would have done before a subject opens its inbox.

``python -m tests.portal.browser.prepare CLAIM``: an account for the enterprise, the binding of the key that the
browser made (CLAIM: its signed request), and a bank's request for authorisation. Prints the request's id.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.portal.browser.issued import ATTESTER_KEY, ENTERPRISE, LENDER, LENDER_KEY, PASSWORD, USER

from shuxin.kernel.statements import Statement, parse_statement
from shuxin.portal.bootstrap import HeldKeys, start

CATALOGUES = ("electricity", "invoices")
REASON = "流动资金贷款审批"


def main(claim: Path) -> None:
    settings, now = start(), datetime.now(UTC).replace(microsecond=0)
    from shuxin.consent.api import ask
    from shuxin.parties.api import accounts, keep_statements, read_trust

    possession = parse_statement(claim.read_bytes(), kind="key-possession")
    keep_statements(
        [possession, binding_of(possession, now=now)],
        anchors=read_trust(settings.home),
        by="attester",
        journal=lambda _: None,
        now=now,
    )
    code = accounts.invite(party=ENTERPRISE, roles=["legal_representative"], by="operator", now=now)
    accounts.open_account(code=code, name=USER, password=PASSWORD, address="127.0.0.1", now=now)
    sys.stdout.write(ask(proposal(now=now), keys=HeldKeys(settings.home), now=now))


def binding_of(possession: Statement, *, now: datetime) -> Statement:
    from shuxin.kernel.signing import PublicKey
    from shuxin.parties.api import Binding, Claim, KeyRole, Method, PartyKind, sign_binding

    said = possession.body
    assert said["party"] == ENTERPRISE
    claim = Claim(
        ENTERPRISE,
        PartyKind.ENTERPRISE,
        str(said["name"]),
        PublicKey.parse(str(said["public_key"])),
        str(said["label"]),
        (KeyRole.LEGAL_REPRESENTATIVE,),
    )
    window = now - timedelta(minutes=1), now + timedelta(days=1)
    return sign_binding(Binding(claim, *window, Method.LICENCE, "cd" * 32), signer=ATTESTER_KEY)


def proposal(*, now: datetime) -> Statement:
    from shuxin.consent.api import Authorisation, Proposal, Purpose

    terms = Authorisation(
        subject=ENTERPRISE,
        grantee=LENDER,
        holders=(SOURCE,),
        purpose=Purpose.CREDIT_DECISION,
        catalogues=CATALOGUES,
        level_max=3,
        data_from=date(2024, 1, 1),
        data_to=date(2026, 1, 1),
        valid_from=now,
        valid_to=now + timedelta(days=30),
        max_uses=3,
        text_hash="",
        language="zh",
        signed_at=now,
    )
    return Proposal(terms, REASON, now).sign(signer=LENDER_KEY)


SOURCE = "uscc:91110000MA5DATA017"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
