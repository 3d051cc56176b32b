"""A small market on the platform of the page tests: two lenders, three products, one firm, and the lenders' hands."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.lending.lending_world import decline, question
from tests.market.shelf_world import FACTS, PRODUCT, code
from tests.portal.web.conftest import BANK_KEY, PLATFORM

from shuxin.kernel.machine import Actor
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.statements import sign_statement
from shuxin.market.api import Band, Fee, FeeKind, Needed
from shuxin.portal.bootstrap import HeldKeys, journal_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from shuxin.infra.api import Settings
    from shuxin.market.api import Doer

FIRM, OTHER_FIRM, BANK, OTHER_BANK = code(1), code(2), code(11), code(12)
FIRM_KEY, STRANGER = Ed25519Key(bytes([3]) * 32), Ed25519Key(bytes([4]) * 32)
HOLDER = code(21)


@dataclass(frozen=True)
class Form:
    """The wizard, filled in."""

    fields: Mapping[str, Any]

    @property
    def address(self) -> str:
        return urlencode(self.fields)


FORM = Form(
    {
        "begun": "b" * 32,
        "amount": "50",
        "months": "12",
        "use": "stock",
        "urgency": "month",
        "to": "all",
    }
)


def kept_firm(*, now: datetime) -> None:
    from shuxin.market.api import keep_firm

    facts = replace(FACTS, party=FIRM, name="某小吃店", yearly_sales_fen=80_000_000)
    keep_firm(facts, source="declared", by="test", now=now)


@dataclass(frozen=True)
class Market:
    """cheap, dear: online; draft: handed in for review."""

    settings: Settings
    now: datetime
    cheap: str
    dear: str
    draft: str
    other: str = OTHER_FIRM
    stranger: Ed25519Key = STRANGER

    def lender(self, party: str = BANK) -> Doer:
        return _doer(self.settings, Actor.LENDER, party)

    def edit(self, key: str) -> None:
        from shuxin.market.api import edit_product, product, step_product

        terms = replace(product(key).terms, rate_bp=Band(345, 666))
        edit_product(key, terms, doer=self.lender(), now=self.now)
        step_product(key, "submit", doer=self.lender(), now=self.now)

    def claim_demand(self, demand: str) -> str:
        from shuxin.market.api import claim

        return claim(demand, self.cheap, doer=self.lender(), now=self.now)

    def claim(self, key: str) -> None:
        from shuxin.lending.api import step_application

        step_application(key, "claim", doer=self.lender(), now=self.now)

    def ask(self, key: str) -> None:
        """Take the application, and ask the firm for what it needs."""
        from shuxin.consent.api import Authorisation, Proposal, Purpose, ask
        from shuxin.lending.api import application

        self.claim(key)
        for needed in application(key, viewer=FIRM).needed:
            terms = Authorisation(
                subject=FIRM, grantee=BANK, holders=(needed.holder,), purpose=Purpose.CREDIT_DECISION,
                catalogues=tuple(sorted(needed.catalogues)), level_max=3,
                data_from=self.now.date() - timedelta(days=400), data_to=self.now.date(),
                valid_from=self.now, valid_to=self.now + timedelta(days=30), max_uses=3,
                text_hash="", language="zh", signed_at=self.now,
            )  # fmt: skip
            asked = Proposal(terms, "审批", self.now).sign(signer=BANK_KEY)
            ask(asked, keys=HeldKeys(self.settings.home), now=self.now)

    def signed(self, signer: Ed25519Key) -> str:
        """What the browser would send: every waiting request, granted as asked."""
        from shuxin.consent.api import inbox_of

        items = inbox_of(subject=FIRM, now=self.now)
        pairs = [
            [one.request_id,
             sign_statement("authorisation", one.offers["zh"].terms.body(), signer=signer).dump().decode()]
            for one in items if one.offers
        ]  # fmt: skip
        return json.dumps(pairs)

    def answer(self, key: str, verdict: str) -> None:
        from shuxin.lending.api import Answer, Verdict, answer_application, make_offer
        from shuxin.market.api import product_terms

        terms = product_terms(self.cheap, 1)
        offer = make_offer(
            terms=terms, amount_fen=50_000_000, rate_bp=400, term_months=12, now=self.now
        )
        said = {
            "approve": Answer(Verdict.APPROVE, "a" * 64, offer=offer, seconds=1.5),
            "decline": replace(decline(), reasons=(_REASON,)),
            "need_information": replace(question(), question="请说明采购周期"),
        }
        answer_application(key, said[verdict], doer=self.lender(), now=self.now)

    def accepted(self, application: str, *, key: Ed25519Key) -> str:
        from shuxin.lending.api import ACCEPTANCE, acceptance_body
        from shuxin.lending.api import application as found

        body = acceptance_body(found(application, viewer=FIRM), at=self.now)
        return sign_statement(ACCEPTANCE, body, signer=key).dump().decode()

    def mandate(self, person: str, *, key: Ed25519Key) -> None:
        from shuxin.parties.api import keep_statements, read_trust, sign_mandate

        signed = sign_mandate(
            party=FIRM, person=person, purposes=("credit_decision",), signer=key,
            valid_from=self.now - timedelta(hours=1), valid_to=self.now + timedelta(days=30),
        )  # fmt: skip
        keep_statements([signed], anchors=read_trust(self.settings.home), by="test",
                        journal=lambda _: None, now=self.now)  # fmt: skip


def market_of(settings: Settings, *, now: datetime) -> Market:
    from shuxin.market.api import draft_product, step_product

    needed = (Needed(HOLDER, ("增值税申报",)),)
    fee = (Fee("管理费", FeeKind.ONCE_BP, 100),)
    wanted = (
        (BANK, replace(PRODUCT, name="快贷", authorisations=needed)),
        (OTHER_BANK, replace(PRODUCT, name="慢贷{x}", fees=fee)),
        (OTHER_BANK, replace(PRODUCT, name="新贷")),
    )
    keys = []
    for lender, terms in wanted:
        mine = _doer(settings, Actor.LENDER, lender)
        key = draft_product(terms, lender=lender, doer=mine, now=now, request_id="")
        step_product(key, "submit", doer=mine, now=now)
        keys.append(key)
    for key in keys[:2]:
        step_product(key, "approve", doer=_doer(settings, Actor.OPERATOR, PLATFORM), now=now)
    return Market(settings, now, *keys)


def _doer(settings: Settings, actor: Actor, party: str) -> Doer:
    from shuxin.market.api import Doer

    return Doer(actor, party, "test", journal_of(settings))


def _reason() -> Any:
    from shuxin.lending.api import DeclineReason

    return DeclineReason("tax", "存在欠税", "taxes are owed", "缴清后可再申请", "pay them")


_REASON = _reason()
