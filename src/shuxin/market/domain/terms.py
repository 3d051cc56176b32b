"""Terms of products and demands, and what is known of a firm: frozen, checked when they are made."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.market.domain.words import (
    Borrower,
    Channel,
    FeeKind,
    Guarantee,
    LoanUse,
    ProductKind,
    Repayment,
    Size,
    Urgency,
)

LEAST_FEN, MOST_FEN = 100_000, 3_000_000_000
"""A demand is for 1,000 to 30,000,000 yuan (DOMAIN 8.2)."""
MOST_MONTHS, MOST_RATE_BP = 360, 3600
MOST_LISTED = 200
MOST_CLAIMS = 3
"""Open claims on one demand by all lenders together, whatever their products say [D]; a product may say fewer."""


class TermsInvalid(InvalidInput):
    code = "terms_invalid"
    what = Text(en="the terms cannot be: {where}", zh="条款填写有误：{where}")
    mend = Text(en="Correct this place and send it again", zh="请更正该项后重新提交")


@dataclass(frozen=True, slots=True)
class Band:
    """From ``least`` to ``most``, both included. Raises TermsInvalid."""

    least: int
    most: int

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.most < 1 << 53:
            raise TermsInvalid(where="least <= most")

    def holds(self, value: int) -> bool:
        return self.least <= value <= self.most


@dataclass(frozen=True, slots=True)
class Fee:
    """One fee beside interest (费用); ``value`` by ``kind`` in basis points or fen."""

    name: str
    kind: FeeKind
    value: int


@dataclass(frozen=True, slots=True)
class Needed:
    """An authorisation that an application needs (所需授权): the lender asks the firm for it at this holder."""

    holder: str
    catalogues: tuple[str, ...]
    level_max: int = 3
    data_months: int = 24
    valid_days: int = 30
    max_uses: int = 3


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may apply (准入条件). Empty lists admit all; codes are prefixes.

    regions: GB/T 2260; industries: section letter or GB/T 4754 code; tax_grades: A, B, M, C, D.
    age_months: since the firm was established, None for any.
    """

    borrowers: tuple[Borrower, ...] = ()
    regions: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    excluded_industries: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()
    tax_grades: tuple[str, ...] = ()
    age_months: int | None = None
    first_loan_only: bool = False


@dataclass(frozen=True, slots=True)
class ProductTerms:
    """One version of a product (产品条款). Rates are basis points a year; hours are working hours of the SLA."""

    name: str
    kind: ProductKind
    amount_fen: Band
    rate_bp: Band
    term_months: Band
    guarantees: tuple[Guarantee, ...]
    repayments: tuple[Repayment, ...]
    eligibility: Eligibility = field(default_factory=Eligibility)
    name_en: str = ""
    documents: tuple[str, ...] = ()
    authorisations: tuple[Needed, ...] = ()
    fees: tuple[Fee, ...] = ()
    claim_hours: int = 8
    decision_hours: int = 40
    claim_cap: int = 3
    """Of open claims on one demand by all lenders: with more, this product is not offered for it."""
    seeks_first_loans: bool = False
    """The lender wants firms that never had a loan (首贷户): matching counts it in their favour."""

    def __post_init__(self) -> None:
        """Raises TermsInvalid."""
        if not 1 <= len(self.name.strip()) <= MOST_LISTED:
            raise TermsInvalid(where="name")
        if self.rate_bp.most > MOST_RATE_BP:
            raise TermsInvalid(where="rate_bp")
        if not 1 <= self.term_months.least <= self.term_months.most <= MOST_MONTHS:
            raise TermsInvalid(where="term_months")
        if self.amount_fen.least < LEAST_FEN:
            raise TermsInvalid(where="amount_fen")
        if not self.guarantees or not self.repayments:
            raise TermsInvalid(where="guarantees, repayments")
        if min(self.claim_hours, self.decision_hours, self.claim_cap) < 1:
            raise TermsInvalid(where="claim_hours, decision_hours, claim_cap")


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """What matching may know of a firm (企业概况): declared by it, or from open catalogues.

    None and "" are unknown. ``is_first_loan``: never had a loan (首贷户). ``score_points``: of a score that the firm
    let the platform know, None without consent.
    """

    party: str
    name: str
    borrower: Borrower
    region: str = ""
    industry: str = ""
    size: Size | None = None
    established_on: dt.date | None = None
    tax_grade: str = ""
    yearly_sales_fen: int | None = None
    employees: int | None = None
    is_first_loan: bool | None = None
    score_points: int | None = None


@dataclass(frozen=True, slots=True)
class DemandTerms:
    """What a firm wants (融资需求). lenders: to whom it is shown, empty for all. rate_most_bp: None for any.

    may_contact: lenders may see who asks and call before they take it. may_estimate: the firm agrees that matching
    estimates its chance of approval from its facts, and learns from the outcome.
    """

    amount_fen: int
    term_months: int
    use: LoanUse
    urgency: Urgency
    guarantees: tuple[Guarantee, ...] = (Guarantee.NONE,)
    repayments: tuple[Repayment, ...] = ()
    rate_most_bp: int | None = None
    lenders: tuple[str, ...] = ()
    may_contact: bool = False
    note: str = ""
    channel: Channel = Channel.PAGE
    may_estimate: bool = False

    def __post_init__(self) -> None:
        """Raises TermsInvalid."""
        if not LEAST_FEN <= self.amount_fen <= MOST_FEN:
            raise TermsInvalid(where="amount_fen")
        if not 1 <= self.term_months <= MOST_MONTHS:
            raise TermsInvalid(where="term_months")
        if self.rate_most_bp is not None and not 0 < self.rate_most_bp <= MOST_RATE_BP:
            raise TermsInvalid(where="rate_most_bp")
        if len(self.lenders) > MOST_LISTED or len(self.note) > 1000:  # noqa: PLR2004 - signs
            raise TermsInvalid(where="lenders, note")
