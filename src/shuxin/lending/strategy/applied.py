"""What is applied for, as a decision sees it (申请要素)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from datetime import date

    from shuxin.lending.strategy.facts import Fact
    from shuxin.market.api import Band, FirmFacts, LoanUse, ProductKind, Urgency

_FEN_PER_YUAN = 100
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Applied:
    """One application for one product.

    key: of the application. amount, rate: bands of the product, fen and basis points a year. guaranteed_bp: share of
    the loss that a guarantee fund bears.
    """

    key: str
    product: str
    product_kind: ProductKind
    firm: FirmFacts
    amount_fen: int
    term_months: int
    use: LoanUse
    urgency: Urgency
    amount: Band
    rate_bp: Band
    guaranteed_bp: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """The same, reduced to what a decision reads and its record keeps: no name, no day of birth."""

    key: str
    firm: str
    product: str
    product_kind: str
    amount_fen: int
    term_months: int
    amount_least_fen: int
    amount_most_fen: int
    rate_least_bp: int
    rate_most_bp: int
    guaranteed_bp: int
    facts: Mapping[str, Fact]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def given_of(applied: Applied, *, now: dt.datetime) -> Given:
    """Ages are counted to the day in China."""
    firm = applied.firm
    facts: dict[str, Fact] = {
        "application.amount_yuan": applied.amount_fen // _FEN_PER_YUAN,
        "application.term_months": applied.term_months,
        "application.use": applied.use.value,
        "application.urgency": applied.urgency.value,
        "firm.borrower": firm.borrower.value,
        "firm.region": firm.region or None,
        "firm.industry": firm.industry or None,
        "firm.size": firm.size.value if firm.size else None,
        "firm.age_months": age_months(firm.established_on, on=now.astimezone(CHINA_TIME).date()),
        "firm.first_loan": firm.is_first_loan,
    }
    return Given(
        key=applied.key,
        firm=firm.party,
        product=applied.product,
        product_kind=applied.product_kind.value,
        amount_fen=applied.amount_fen,
        term_months=applied.term_months,
        amount_least_fen=applied.amount.least,
        amount_most_fen=applied.amount.most,
        rate_least_bp=applied.rate_bp.least,
        rate_most_bp=applied.rate_bp.most,
        guaranteed_bp=applied.guaranteed_bp,
        facts=facts,
    )


def age_months(since: date | None, *, on: date) -> int | None:
    """Whole months; None where the day is unknown or lies ahead."""
    if since is None or since > on:
        return None
    months = (on.year - since.year) * _MONTHS + on.month - since.month
    return months - (on.day < since.day)
