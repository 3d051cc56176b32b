"""Run in a platform's home: lenders, products and a firm for those who look at the financing pages.

``python -m tests.portal.browser.market ACT …`` with the home in SHUXIN_HOME: ``platform`` sets it up with lenders and
products, ``bind CLAIM`` has the firm's key attested, ``accounts`` opens those of the firm and an operator, ``ask`` has
the lender take the newest application and ask for an authorisation, ``answer VERDICT`` decides it.
"""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.portal.browser.firm import FIRM, bind, trust_attester
from tests.portal.browser.issued import PASSWORD, USER

from shuxin.infra.api import now_in_china
from shuxin.kernel.machine import Actor
from shuxin.kernel.signing import Ed25519Key
from shuxin.kernel.uscc import check_symbol
from shuxin.portal.bootstrap import HeldKeys, journal_of, start
from shuxin.portal.founding import set_up

if TYPE_CHECKING:
    from shuxin.infra.api import Settings
    from shuxin.lending.api import Answer, ApplicationView
    from shuxin.market.api import Doer

PLATFORM = "uscc:91110108000009013J"
OPERATOR = "chen.wei"
DAY = dt.timedelta(days=1)
LENDERS = ("映川农村商业银行", "中原城市银行", "华东商业银行")
TAX = "uscc:91110108000009005P"
LENDER_KEY = Ed25519Key(bytes(range(5, 37)))


def party(number: int) -> str:
    body = f"91350200{number:09}"
    return f"uscc:{body}{check_symbol(body)}"


def lender(number: int) -> str:
    return party(40 + number)


def doer(settings: Settings, actor: Actor, whose: str, by: str) -> Doer:
    from shuxin.market.api import Doer

    return Doer(actor, whose, by, journal_of(settings))


def platform(settings: Settings) -> None:
    from shuxin.parties.api import KeyRole, PartyKind, Pinned, read_trust, write_trust

    now = now_in_china()
    set_up(settings, party=PLATFORM, kind="operator", name="融资服务平台", now=now - 30 * DAY)
    trust_attester(settings)
    roles, held = frozenset({KeyRole.SUBJECT}), read_trust(settings.home)
    pins = [
        Pinned(lender(n), PartyKind.BANK, name, LENDER_KEY.public, roles, now - DAY, now + 99 * DAY)
        for n, name in enumerate(LENDERS)
    ]
    key = Ed25519Key(bytes(range(9, 41))).public
    pins.append(
        Pinned(TAX, PartyKind.DEPARTMENT, "市税务局", key, roles, now - DAY, now + 99 * DAY)
    )
    write_trust(replace(held, pinned=(*held.pinned, *pins)), home=settings.home)
    for number in range(len(LENDERS)):
        for product in offered(number):
            publish(settings, number, product)


def offered(number: int) -> list[object]:
    """Two products of each lender, of different cost and kind."""
    from shuxin.market.api import (
        Band,
        Eligibility,
        Fee,
        FeeKind,
        Guarantee,
        Needed,
        ProductKind,
        ProductTerms,
        Repayment,
        Size,
    )

    needed = (Needed(holder=TAX, catalogues=("增值税申报", "纳税信用"), data_months=24),)
    tax = ProductTerms(
        name=("惠农税易贷", "云税贷", "税信通")[number],
        name_en=("Easy Tax Loan", "Cloud Tax Loan", "Tax Trust")[number],
        kind=ProductKind.TAX,
        amount_fen=Band(1_000_000, (100_000_000, 300_000_000, 50_000_000)[number]),
        rate_bp=Band(345 + 20 * number, 520 + 30 * number),
        term_months=Band(3, 36),
        guarantees=(Guarantee.NONE,),
        repayments=(Repayment.INSTALMENTS, Repayment.BULLET),
        eligibility=Eligibility(sizes=(Size.MICRO, Size.SMALL), age_months=12),
        authorisations=needed,
        fees=(Fee("账户管理费", FeeKind.ONCE_BP, 30),) if number == 1 else (),
        documents=("营业执照", "近六个月银行流水"),
    )
    mortgage = replace(
        tax,
        name=("房易贷", "抵押快贷", "厂房贷")[number],
        name_en="",
        kind=ProductKind.MORTGAGE,
        amount_fen=Band(10_000_000, 1_000_000_000),
        rate_bp=Band(310, 420),
        term_months=Band(12, 120),
        guarantees=(Guarantee.MORTGAGE,),
        eligibility=Eligibility(),
        authorisations=(),
    )
    return [tax, mortgage]


def publish(settings: Settings, number: int, terms: object) -> None:
    from shuxin.market.api import draft_product, step_product

    now = now_in_china()
    mine = doer(settings, Actor.LENDER, lender(number), "officer")
    operator = doer(settings, Actor.OPERATOR, PLATFORM, OPERATOR)
    key = draft_product(terms, lender=lender(number), doer=mine, now=now, request_id="")  # type: ignore[arg-type]
    step_product(key, "submit", doer=mine, now=now)
    step_product(key, "approve", doer=operator, now=now)


def accounts(settings: Settings) -> None:
    """The firm's, as its legal representative, and one of the operator's, whose second factor is printed."""
    from tests.parties.accounts import samples

    from shuxin.parties.accounts.keys import AccountKeys
    from shuxin.parties.api import accounts as opened

    now = now_in_china()
    code = opened.invite(party=FIRM, roles=["legal_representative"], by="operator", now=now)
    opened.open_account(code=code, name=USER, password=PASSWORD, address="192.0.2.1", now=now)
    number = samples.opened(OPERATOR, "officer", party=PLATFORM, now=now)
    secret, _ = samples.with_second_factor(number, keys=AccountKeys.of(settings), now=now)
    sys.stdout.write(secret)


def newest(settings: Settings) -> ApplicationView:
    from shuxin.lending.api import applications_of

    del settings
    return applications_of(FIRM)[0]


def ask(settings: Settings) -> None:
    """The lender takes the newest application and asks the firm for what the product needs."""
    from shuxin.consent.api import Authorisation, Proposal, Purpose
    from shuxin.consent.api import ask as ask_subject
    from shuxin.lending.api import step_application

    now, found = now_in_china(), newest(settings)
    mine = doer(settings, Actor.LENDER, found.lender, "desk")
    step_application(found.key, "claim", doer=mine, now=now)
    for needed in found.needed:
        terms = Authorisation(
            subject=FIRM, grantee=found.lender, holders=(needed.holder,),
            purpose=Purpose.CREDIT_DECISION, catalogues=tuple(sorted(needed.catalogues)), level_max=needed.level_max,
            data_from=now.date() - dt.timedelta(days=730), data_to=now.date(), valid_from=now,
            valid_to=now + needed.valid_days * DAY, max_uses=needed.max_uses, text_hash="", language="zh",
            signed_at=now,
        )  # fmt: skip
        asked = Proposal(terms, "审批贷款申请", now).sign(signer=LENDER_KEY)
        ask_subject(asked, keys=HeldKeys(settings.home), now=now)


def answer(settings: Settings, verdict: str) -> None:
    from shuxin.lending.api import answer_application

    now, found = now_in_china(), newest(settings)
    mine = doer(settings, Actor.LENDER, found.lender, "desk")
    answer_application(found.key, worded(found, verdict, now), doer=mine, now=now)


def worded(found: ApplicationView, verdict: str, now: dt.datetime) -> Answer:
    from shuxin.lending.api import Answer, DeclineReason, Verdict, make_offer
    from shuxin.market.api import product_terms

    digest = {"approve": "a", "decline": "d", "need_information": "c", "refer": "b"}[verdict] * 64
    if verdict == "approve":
        terms = product_terms(found.product, found.product_version)
        offer = make_offer(
            terms=terms,
            amount_fen=found.amount_fen,
            rate_bp=385,
            term_months=found.term_months,
            now=now,
        )
        return Answer(Verdict.APPROVE, digest, offer=offer, seconds=2.4)
    if verdict == "decline":
        reason = DeclineReason(
            "tax_arrears",
            "存在欠缴税款",
            "taxes are owed",
            "缴清欠税后可重新申请",
            "pay them and apply again",
        )
        return Answer(Verdict.DECLINE, digest, reasons=(reason,), seconds=1.1)
    if verdict == "need_information":
        return Answer(
            Verdict.NEED_INFORMATION, digest, question="请说明主要原材料供应商及采购周期。"
        )
    return Answer(Verdict.REFER, digest)


if __name__ == "__main__":
    acts = {"platform": platform, "bind": bind, "accounts": accounts, "ask": ask, "answer": answer}
    acts[sys.argv[1]](start(), *sys.argv[2:])  # type: ignore[operator]
