"""A small marketplace: two lenders with a product each, two firms, an agent with a mandate, an operator."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shuxin.kernel.dates import CHINA_TIME
from shuxin.kernel.machine import Actor
from shuxin.kernel.uscc import check_symbol
from shuxin.market.api import (
    Band,
    Borrower,
    DemandTerms,
    Doer,
    FirmFacts,
    Guarantee,
    LoanUse,
    ProductKind,
    ProductTerms,
    Repayment,
    Size,
    Urgency,
    choose,
    claim,
    draft_demand,
    draft_product,
    keep_firm,
    step_product,
    submit_demand,
)
from shuxin.parties.api import Mandate

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.ledger.api import Entry

NOW = dt.datetime(2026, 6, 1, 10, tzinfo=CHINA_TIME)
"""A Monday."""
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
AGENT = "person:" + "b" * 32


def code(number: int) -> str:
    body = f"91350200{number:09}"
    return f"uscc:{body}{check_symbol(body)}"


FIRM, OTHER_FIRM = code(1), code(2)
BANK, OTHER_BANK, THIRD_BANK, FOURTH_BANK = code(11), code(12), code(13), code(14)
BANKS = (BANK, OTHER_BANK, THIRD_BANK, FOURTH_BANK)


class LogGone(Exception):
    """The log cannot be written."""


class Journal:
    """A log that keeps what was appended, or cannot be written; ``real`` is asked instead where one is given."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.broken = False
        self.real: Callable[[Entry], object] | None = None

    def __call__(self, entry: Entry) -> None:
        if self.broken:
            raise LogGone
        if self.real is not None:
            self.real(entry)
        else:
            self.entries.append(entry)


JOURNAL = Journal()


class Mandates:
    """One mandate: the agent may act for the firm in the first half of 2026."""

    def mandate_of(
        self, *, party: str, person: str, at: dt.datetime, purpose: str
    ) -> Mandate | None:
        start, end = NOW - 100 * DAY, NOW + 20 * DAY
        held = Mandate("a" * 64, FIRM, AGENT, ("credit_decision",), start, end)
        right = (party, person) == (held.party, held.person) and purpose in held.purposes
        return held if right and start <= at < end else None


def doer(actor: Actor, party: str = "", by: str = "someone", **more: Any) -> Doer:
    return Doer(actor, party, by, JOURNAL, **more)


def firm(party: str = FIRM) -> Doer:
    return doer(Actor.ENTERPRISE, party)


def bank(party: str = BANK) -> Doer:
    return doer(Actor.LENDER, party)


def agent(party: str = FIRM, person: str = AGENT) -> Doer:
    return doer(Actor.AGENT, party, "clerk", person=person, mandates=Mandates())


OPERATOR = doer(Actor.OPERATOR, code(31), "operator")
SYSTEM = doer(Actor.SYSTEM, "", "timers")

FACTS = FirmFacts(
    party=FIRM,
    name="厦门某某商贸有限公司",
    borrower=Borrower.ENTERPRISE,
    region="350203",
    industry="F5121",
    size=Size.MICRO,
    established_on=dt.date(2019, 5, 17),
    tax_grade="B",
    yearly_sales_fen=412_345_600,
    employees=7,
    is_first_loan=True,
    score_points=612,
)
DEMAND = DemandTerms(
    amount_fen=50_000_000,
    term_months=12,
    use=LoanUse.STOCK,
    urgency=Urgency.MONTH,
    note="急用,联系人陈先生",
)
PRODUCT = ProductTerms(
    name="快贷",
    kind=ProductKind.TAX,
    amount_fen=Band(1_000_000, 100_000_000),
    rate_bp=Band(345, 600),
    term_months=Band(3, 36),
    guarantees=(Guarantee.NONE,),
    repayments=(Repayment.BULLET,),
    claim_cap=2,
)


def online_product(lender: str = BANK, **changed: Any) -> str:
    key = draft_product(
        replace(PRODUCT, **changed), lender=lender, doer=bank(lender), now=NOW, request_id=""
    )
    step_product(key, "submit", doer=bank(lender), now=NOW)
    step_product(key, "approve", doer=OPERATOR, now=NOW)
    return key


def known(party: str = FIRM) -> None:
    keep_firm(replace(FACTS, party=party), source="declared", by="test", now=NOW)


def published(party: str = FIRM, **changed: Any) -> str:
    """A demand on the board; the firm is known before."""
    known(party)
    key = draft_demand(
        replace(DEMAND, **changed), firm=party, doer=firm(party), now=NOW, request_id=""
    )
    submit_demand(key, doer=firm(party), now=NOW)
    return key


def claimed(demand: str, product: str, lender: str = BANK) -> str:
    return claim(demand, product, doer=bank(lender), now=NOW)


def chosen(demand: str, product: str, party: str = FIRM) -> str:
    return choose(demand, product, doer=firm(party), now=NOW)
