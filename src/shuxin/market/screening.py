"""What is looked at before a demand is published (需求初审): a finding sends it to a person. Pure.

Nothing is refused by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.market.domain.words import Borrower

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shuxin.market.domain.terms import DemandTerms, FirmFacts

MOST_OPEN_DEMANDS = 3
UNPROVEN_FEN = 100_000_000
"""1,000,000 yuan: up to this amount yearly sales need not be known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a person to look (初审提示)."""

    code: str
    text: Text


FINDINGS = {
    "facts_missing": Text(
        en="name, region or industry of the firm is not known",
        zh="企业名称、所在地区或所属行业信息不全",
    ),
    "sales_unknown": Text(
        en="more than 1,000,000 yuan is asked for, and yearly sales are not known",
        zh="申请金额超过100万元，但缺少年营业收入信息",
    ),
    "above_sales": Text(
        en="the amount is above the sales of a whole year", zh="申请金额超过全年营业收入"
    ),
    "many_demands": Text(
        en="the firm has three or more demands open", zh="该企业已有三笔及以上未办结的融资需求"
    ),
    "duplicate": Text(
        en="an open demand of this firm has the same amount, term and use",
        zh="该企业已有金额、期限、用途相同的未办结需求",
    ),
    "lender_unknown": Text(
        en="a lender that was chosen has no product on the shelf", zh="指定的银行没有已上架的产品"
    ),
}


def screen(
    terms: DemandTerms,
    facts: FirmFacts,
    *,
    others: Iterable[DemandTerms],
    lenders: frozenset[str],
) -> tuple[Finding, ...]:
    """Empty when nothing speaks against it. others: open demands of the firm; lenders: with a product online."""
    listed = list(others)
    codes = [*_of_firm(terms, facts), *_of_others(terms, listed)]
    if not set(terms.lenders) <= lenders:
        codes.append("lender_unknown")
    return tuple(Finding(code, FINDINGS[code]) for code in codes)


def _of_firm(terms: DemandTerms, facts: FirmFacts) -> Iterator[str]:
    if not (facts.name and facts.region and facts.industry):
        yield "facts_missing"
    sales = facts.yearly_sales_fen
    if sales is None:
        if terms.amount_fen > UNPROVEN_FEN and facts.borrower is not Borrower.FARMER:
            yield "sales_unknown"
    elif terms.amount_fen > sales:
        yield "above_sales"


def _of_others(terms: DemandTerms, others: list[DemandTerms]) -> Iterator[str]:
    if len(others) >= MOST_OPEN_DEMANDS:
        yield "many_demands"
    asked = (terms.amount_fen, terms.term_months, terms.use)
    if any((one.amount_fen, one.term_months, one.use) == asked for one in others):
        yield "duplicate"
