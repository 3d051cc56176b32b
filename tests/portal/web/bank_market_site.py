"""An officer at a bank's site, and a marketplace that answers from memory."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.test import Client
from tests.parties.accounts.samples import BANK

from shuxin.kernel.machine import StepImpossible
from shuxin.kernel.text import Text
from shuxin.market.api import (
    Band,
    BoardLine,
    Borrower,
    ClaimsFull,
    DemandTerms,
    Fee,
    FeeKind,
    FirmFacts,
    Guarantee,
    LoanUse,
    Needed,
    ProductKind,
    ProductTerms,
    ProductView,
    Recommended,
    ReferralView,
    Repayment,
    Size,
    Urgency,
    government,
)
from shuxin.parties.api import KeyRole, accounts
from shuxin.portal.bootstrap import HOLDER_FILE
from shuxin.portal.linking.api import SiteUnreachable
from shuxin.portal.web import access, pages

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pytest

NOW = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
TAX = "uscc:11320594014149384H"
FIRM = "uscc:91320594MA1MDEMO1X"


def terms(**changed: Any) -> ProductTerms:
    stood = ProductTerms(
        name="澜坪税易贷",
        kind=ProductKind.TAX,
        amount_fen=Band(5_000_000, 300_000_000),
        rate_bp=Band(385, 650),
        term_months=Band(3, 12),
        guarantees=(Guarantee.NONE,),
        repayments=(Repayment.BULLET, Repayment.REVOLVING),
        authorisations=(Needed(TAX, ("tax-filings",)),),
        fees=(Fee("担保费", FeeKind.YEARLY_BP, 100),),
    )
    return replace(stood, **changed)


def product(key: str = "p1", **changed: Any) -> ProductView:
    return replace(ProductView(key, "uscc:bank", 1, "online", terms(), "a" * 64, NOW), **changed)


def hidden_firm() -> FirmFacts:
    return FirmFacts("", "", Borrower.ENTERPRISE, region="320594", industry="C", size=Size.MICRO)


def firm_with_a_long_name() -> FirmFacts:
    return replace(
        hidden_firm(),
        party=FIRM,
        name="苏州工业园区澜坪精密机械制造有限公司",
        industry="C3484",
        is_first_loan=True,
    )


def line(key: str = "d1", **changed: Any) -> BoardLine:
    wanted = DemandTerms(
        amount_fen=80_000_000,
        term_months=12,
        use=LoanUse.WORKING_CAPITAL,
        urgency=Urgency.DAYS,
    )
    until = NOW + dt.timedelta(days=30)
    stood = BoardLine(
        key, hidden_firm(), wanted, "published", NOW, until, 1, "", is_named=False, may_claim=True
    )
    return replace(stood, **changed)


def referral(key: str = "r1", **changed: Any) -> ReferralView:
    due = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    stood = ReferralView(
        key, "d1", "p1", 1, "uscc:bank", "", "direct", "waiting", 1, due, NOW, "", ""
    )
    return replace(stood, **changed)


def customer(key: str, contact: str = "", **changed: Any) -> government.CampaignCustomer:
    """``contact``: whether it agreed to a call, "" before it answered."""
    answers = {each.code: each.answers[0][0] for each in government.QUESTIONS}
    stood = government.CampaignCustomer(
        key=key,
        firm=f"uscc:{key}",
        name=f"企业{key}",
        region="320106",
        grade="A",
        why="turn",
        has_replied=bool(contact),
        answers=answers if contact == "yes" else None,
        may_contact=contact != "no",
        furthest=None,
        contacts=(),
    )
    return replace(stood, **changed)


def on_a_list(key: str = "l1", result: str = "") -> government.RecommendedFirm:
    return government.RecommendedFirm(
        key, FIRM, "云栖小店", "320106", 50_000_000, LoanUse.STOCK.value, NOW, result
    )


@dataclass
class Desk:
    """A browser at the bank's site; ``who`` is signed in, by what the frame is told instead of by a password."""

    browser: Client
    who: str = "officer"

    def person(self, _request: object) -> accounts.Person:
        officer = frozenset({KeyRole.OFFICER})
        return accounts.Person(len(self.who), self.who, BANK, officer, has_second_factor=True)

    def text(self, answer: Any, status: int = 200) -> str:
        """The words of a page."""
        assert answer.status_code == status, answer.content.decode()[:3000]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    def read(self, address: str, status: int = 200) -> str:
        return self.text(self.browser.get(address), status)


def desk_at(home: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An officer at the site of a bank whose home has nothing but its name."""
    home.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("SHUXIN_HOME", str(home))
    named = {"party": BANK, "kind": "bank", "name": "澜坪农商银行"}
    (home / HOLDER_FILE).write_text(json.dumps(named))
    desk = Desk(Client())
    desk.browser.cookies["language"] = "en"
    for asks in (access, pages):
        monkeypatch.setattr(asks, "signed_in_account", desk.person)
    return desk


@dataclass
class Memory:
    """The platform as a lender sees it; what was asked of it stands in ``told``."""

    shelf: list[ProductView] = field(default_factory=lambda: [product()])
    lines: list[BoardLine] = field(default_factory=lambda: [line()])
    referred: list[ReferralView] = field(default_factory=lambda: [referral()])
    customers: list[government.CampaignCustomer] = field(default_factory=list)
    offices: list[government.RecommendedFirm] = field(default_factory=list)
    told: list[tuple[Any, ...]] = field(default_factory=list)
    readers: list[str] = field(default_factory=list)
    is_down: bool = False
    refuses: Exception | None = None

    def _asked(self, *told: Any) -> None:
        if self.is_down:
            raise SiteUnreachable(
                address="https://platform.example", reason=Text(en="down", zh="停机")
            )
        if told:
            self.told.append(told)
        if told and self.refuses:
            raise self.refuses

    def products(self) -> Sequence[ProductView]:
        self._asked()
        return self.shelf

    def save_product(self, said: ProductTerms, *, key: str = "", by: str, request_id: str) -> str:
        self._asked("save", said, key, by, request_id)
        return key or "p2"

    def step_product(self, key: str, event: str, *, by: str, reason: str = "") -> None:
        self._asked("product", key, event, by, reason)

    def product_terms(self, key: str, version: int) -> ProductTerms:
        self._asked("terms", key, version)
        return self.shelf[0].terms

    def board(self) -> Sequence[BoardLine]:
        self._asked()
        return self.lines

    def claim(self, demand: str, product: str, *, by: str) -> str:
        self._asked("claim", demand, product, by)
        return "r9"

    def referrals(self, *, states: Sequence[str] = ()) -> Sequence[ReferralView]:
        self._asked()
        return self.referred

    def step_referral(
        self, key: str, event: str, *, by: str, reason: str = "", code: str = ""
    ) -> None:
        self._asked("referral", key, event, by, reason, code)

    def listed(self, *, by: str) -> Sequence[government.RecommendedFirm]:
        self._asked()
        self.readers.append(by)
        return self.offices

    def report_result(
        self,
        listing: str,
        *,
        result: government.ResultKind,
        amount_fen: int = 0,
        rate_bp: int | None = None,
        reason: str = "",
        by: str,
        request_id: str,
    ) -> None:
        self._asked("result", listing, result, amount_fen, rate_bp, reason, by, request_id)

    def recommended(self, *, by: str) -> Sequence[Recommended]:
        self._asked()
        self.readers.append(by)
        why = (Text(en="It agreed to be called.", zh="企业同意联系。"),)
        firm = replace(hidden_firm(), party=FIRM, name="云栖小店", is_first_loan=True)
        return [Recommended(firm, "demand", "d1", "", "p1", 80_000_000, 1, 7000, why, NOW)]

    def campaigns(self) -> Sequence[government.LenderCampaign]:
        self._asked()
        shown = ("百行进万企", "320106", "AB", 9, "running", NOW, len(self.customers), 0)
        return [government.LenderCampaign("c1", *shown)]

    def campaign_firms(
        self, campaign: str, *, only: str = "", by: str
    ) -> Sequence[government.CampaignCustomer]:
        self._asked()
        return [one for one in self.customers if only in {"", one.key}]

    def record_contact(
        self,
        firm: str,
        *,
        result: government.ContactKind,
        amount_fen: int = 0,
        note: str = "",
        by: str,
        request_id: str,
    ) -> None:
        self._asked("contact", firm, result, amount_fen, note, by, request_id)


FULL = ClaimsFull()
OVERTAKEN = StepImpossible(event="take", state="lapsed")
