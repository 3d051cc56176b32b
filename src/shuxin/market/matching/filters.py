"""Who is left out of a ranking (硬性准入条件), each with a sentence that says what would have to change. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from shuxin.kernel.text import Text
from shuxin.market.matching.wording import (
    industry_full,
    industry_text,
    listed,
    money,
    percent,
    region_stem,
    region_text,
    said,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from shuxin.market.domain.terms import DemandTerms, FirmFacts, ProductTerms

_MONTHS = 12
_MOST_NAMED = 6


class Wanted(Protocol):
    """What matching reads of a demand (融资需求)."""

    @property
    def key(self) -> str: ...
    @property
    def firm(self) -> FirmFacts: ...
    @property
    def terms(self) -> DemandTerms: ...


class Offered(Protocol):
    """What matching reads of a product that is online (在架产品). digest: SHA-256 of its canonical terms."""

    @property
    def key(self) -> str: ...
    @property
    def lender(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def terms(self) -> ProductTerms: ...
    @property
    def digest(self) -> str: ...


def exclusions(demand: Wanted, product: Offered, *, today: dt.date) -> tuple[Text, ...]:
    """Why this product cannot be for this demand, all reasons; empty where it can."""
    named = demand.terms.lenders
    others = (_OTHERS,) if named and product.lender not in named else ()
    return (
        *others,
        *_by_wish(demand.terms, product.terms),
        *_by_firm(demand.firm, product.terms, today),
    )


def age_months(established_on: dt.date | None, *, today: dt.date) -> int | None:
    """Whole months since then; None when unknown, 0 before it."""
    if established_on is None:
        return None
    months = (today.year - established_on.year) * _MONTHS + today.month - established_on.month
    return max(months - (today.day < established_on.day), 0)


def _by_wish(wish: DemandTerms, terms: ProductTerms) -> Iterator[Text]:
    if wish.amount_fen > terms.amount_fen.most:
        yield said(_TOO_MUCH, most=money(terms.amount_fen.most))
    if wish.amount_fen < terms.amount_fen.least:
        yield said(_TOO_LITTLE, least=money(terms.amount_fen.least))
    if wish.term_months > terms.term_months.most:
        yield said(_TOO_LONG, most=terms.term_months.most)
    if wish.term_months < terms.term_months.least:
        yield said(_TOO_SHORT, least=terms.term_months.least)
    if not set(wish.guarantees) & set(terms.guarantees):
        yield said(_GUARANTEE, wanted=listed(one.text for one in terms.guarantees))
    if wish.repayments and not set(wish.repayments) & set(terms.repayments):
        yield said(_REPAYMENT, offered=listed(one.text for one in terms.repayments))
    if wish.rate_most_bp is not None and terms.rate_bp.least > wish.rate_most_bp:
        yield said(_RATE, least=percent(terms.rate_bp.least), most=percent(wish.rate_most_bp))


def _by_firm(firm: FirmFacts, terms: ProductTerms, today: dt.date) -> Iterator[Text]:
    who = terms.eligibility
    if who.borrowers and firm.borrower not in who.borrowers:
        yield said(_BORROWER, who=listed(one.text for one in who.borrowers))
    if who.regions and not _within(firm.region, who.regions, region_stem):
        named = listed(map(region_text, who.regions[:_MOST_NAMED]))
        yield said(_REGION if firm.region else _REGION_UNKNOWN, where=named)
    if who.industries and not _within(firm.industry, who.industries, industry_full):
        named = listed(map(industry_text, who.industries[:_MOST_NAMED]))
        yield said(_INDUSTRY if firm.industry else _INDUSTRY_UNKNOWN, which=named)
    if _within(firm.industry, who.excluded_industries, industry_full):
        yield said(_EXCLUDED, which=industry_text(firm.industry))
    if who.sizes and firm.size not in who.sizes:
        named = listed(one.text for one in who.sizes)
        yield said(_SIZE if firm.size else _SIZE_UNKNOWN, which=named)
    if who.tax_grades and firm.tax_grade not in who.tax_grades:
        yield said(_TAX if firm.tax_grade else _TAX_UNKNOWN, grades="/".join(who.tax_grades))
    yield from _by_history(firm, terms, today)


def _by_history(firm: FirmFacts, terms: ProductTerms, today: dt.date) -> Iterator[Text]:
    least, age = terms.eligibility.age_months, age_months(firm.established_on, today=today)
    if least and age is None:
        yield said(_AGE_UNKNOWN, least=least)
    elif least and age is not None and age < least:
        yield said(_AGE, least=least, rest=least - age)
    if terms.eligibility.first_loan_only and not firm.is_first_loan:
        yield _FIRST_LOAN if firm.is_first_loan is False else _FIRST_LOAN_UNKNOWN


def _within(code: str, allowed: tuple[str, ...], whole: _Whole) -> bool:
    return bool(code) and any(whole(code).startswith(whole(one)) for one in allowed)


class _Whole(Protocol):
    def __call__(self, code: str, /) -> str: ...


_OTHERS = Text(en="You chose other lenders", zh="您指定了其他金融机构")
_TOO_MUCH = Text(en="Ask for no more than {most}", zh="申请金额需不超过{most}")
_TOO_LITTLE = Text(en="Ask for {least} or more", zh="申请金额需不低于{least}")
_TOO_LONG = Text(en="Choose a term of {most} months or less", zh="期限需不超过{most}个月")
_TOO_SHORT = Text(en="Choose a term of {least} months or more", zh="期限需不少于{least}个月")
_GUARANTEE = Text(
    en="It must be secured in one of these ways: {wanted}", zh="需提供以下任一担保方式：{wanted}"
)
_REPAYMENT = Text(
    en="It is repaid in one of these ways only: {offered}", zh="仅支持以下还款方式：{offered}"
)
_RATE = Text(
    en="Its lowest rate is {least}, above the {most} that you accept",
    zh="最低年利率{least}，高于您可接受的{most}",
)
_BORROWER = Text(en="It is for these borrowers only: {who}", zh="仅面向：{who}")
_REGION = Text(en="It is for firms in {where} only", zh="仅面向{where}的经营主体")
_REGION_UNKNOWN = Text(
    en="It is for firms in {where} only: say where the firm is",
    zh="仅面向{where}的经营主体，请补充所在地区",
)
_INDUSTRY = Text(en="It is for these industries only: {which}", zh="仅面向以下行业：{which}")
_INDUSTRY_UNKNOWN = Text(
    en="It is for these industries only: {which}. Say in which the firm works",
    zh="仅面向以下行业：{which}，请补充所属行业",
)
_EXCLUDED = Text(en="It is not lent to this industry: {which}", zh="不支持该行业：{which}")
_SIZE = Text(en="It is for firms of these sizes: {which}", zh="仅面向{which}企业")
_SIZE_UNKNOWN = Text(
    en="It is for firms of these sizes: {which}. Say how large the firm is",
    zh="仅面向{which}企业，请补充企业规模",
)
_TAX = Text(en="It needs a tax grade of {grades}", zh="纳税信用等级需为{grades}")
_TAX_UNKNOWN = Text(
    en="It needs a tax grade of {grades}: add the firm's grade",
    zh="纳税信用等级需为{grades}，请补充本企业的等级",
)
_AGE = Text(
    en="The firm must be {least} months old: {rest} more to wait",
    zh="成立需满{least}个月，还差{rest}个月",
)
_AGE_UNKNOWN = Text(
    en="The firm must be {least} months old: add the day it was established",
    zh="成立需满{least}个月，请补充成立日期",
)
_FIRST_LOAN = Text(en="It is for firms that never had a loan", zh="仅面向首贷户")
_FIRST_LOAN_UNKNOWN = Text(
    en="It is for firms that never had a loan: say whether this is your first",
    zh="仅面向首贷户，请说明是否首次贷款",
)
