"""What a rank is made of: six values from 0 to 10,000, each with its sentence. Pure.

Whole numbers only, so that every machine gives the same.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.market.domain.cost import Cost, all_in_apr_bp
from shuxin.market.domain.words import Urgency
from shuxin.market.matching.policy import WHOLE
from shuxin.market.matching.wording import percent, said, whole_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.market.domain.terms import Band, DemandTerms, FirmFacts, ProductTerms
    from shuxin.market.domain.words import Repayment

NEUTRAL = WHOLE // 2
_PATIENCE_HOURS = {Urgency.DAYS: 8, Urgency.MONTH: 40, Urgency.PLANNED: 80}
"""Working hours at which speed is worth half [D]."""
_PRIOR_ANSWERS = 8
"""A lender without history counts as that many answers of the average lender [D]."""
_EDGE = 10
"""A wish within a tenth of the band from its edge fits less."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score. value: 0 to 10,000; weight: permille; text: why, with its numbers."""

    code: str
    value: int
    weight: int
    text: Text

    @property
    def points(self) -> int:
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class Answers:
    """How a lender dealt with what was referred to it (响应情况): in time, of all whose time is over."""

    in_time: int = 0
    all: int = 0


def expected_cost(wish: DemandTerms, terms: ProductTerms) -> Cost:
    """All-in at the middle of the product's rates, repaid as the firm prefers. Raises TermsInvalid."""
    return all_in_apr_bp(
        amount_fen=wish.amount_fen,
        months=wish.term_months,
        rate_bp=(terms.rate_bp.least + terms.rate_bp.most + 1) // 2,
        repayment=repayment_of(wish, terms),
        fees=terms.fees,
    )


def repayment_of(wish: DemandTerms, terms: ProductTerms) -> Repayment:
    """The first that the firm wants and the product has; without a wish the product's first."""
    return next((one for one in wish.repayments if one in terms.repayments), terms.repayments[0])


def chance_part(chance_bp: int | None, *, weight: int, may_estimate: bool) -> Part:
    if chance_bp is not None:
        text = said(_CHANCE, chance=whole_percent(chance_bp))
        return Part("chance", chance_bp, weight, text)
    return Part("chance", NEUTRAL, weight, _NO_OUTCOMES if may_estimate else _NOT_AGREED)


def cost_part(apr_bp: int, all_of_them: Sequence[int], *, weight: int) -> Part:
    """``all_of_them``: the all-in costs of every product that is possible, this one too, ascending."""
    others = len(all_of_them) - 1
    dearer = others + 1 - bisect_right(all_of_them, apr_bp)
    equal = others - dearer - bisect_left(all_of_them, apr_bp)
    value = WHOLE * (2 * dearer + equal) // (2 * others) if others else NEUTRAL
    text = said(_COST if others else _ONLY, apr=percent(apr_bp), dearer=dearer, others=others)
    return Part("cost", value, weight, text)


def speed_part(wish: DemandTerms, terms: ProductTerms, *, weight: int) -> Part:
    hours, patience = terms.claim_hours + terms.decision_hours, _PATIENCE_HOURS[wish.urgency]
    return Part("speed", WHOLE * patience // (patience + hours), weight, said(_SPEED, hours=hours))


def fit_part(wish: DemandTerms, terms: ProductTerms, *, weight: int) -> Part:
    amount = _inside(wish.amount_fen, terms.amount_fen)
    term = _inside(wish.term_months, terms.term_months)
    value = (amount + term) // 2
    return Part("fit", value, weight, _FITS if value == WHOLE else _AT_THE_EDGE)


def response_part(answers: Answers, *, of_all: Answers, weight: int) -> Part:
    """The lender's own history, and as much of everybody's as stands for a lender that has none."""
    share = WHOLE * of_all.in_time // of_all.all if of_all.all else NEUTRAL
    value = (WHOLE * answers.in_time + _PRIOR_ANSWERS * share) // (answers.all + _PRIOR_ANSWERS)
    text = said(_ANSWERED if answers.all else _NEW_HERE, in_time=answers.in_time, all=answers.all)
    return Part("response", value, weight, text)


def first_loan_part(firm: FirmFacts, terms: ProductTerms, *, weight: int) -> Part:
    wanted = terms.seeks_first_loans or terms.eligibility.first_loan_only
    if firm.is_first_loan and wanted:
        return Part("first_loan", WHOLE, weight, _FIRST_LOAN)
    return Part("first_loan", 0, weight, _NO_FIRST_LOAN if firm.is_first_loan else _HAD_LOANS)


def _inside(value: int, band: Band) -> int:
    """Half at the edge of the band, all from a tenth inside it on."""
    width, inside = band.most - band.least, min(value - band.least, band.most - value)
    if width == 0 or inside * _EDGE >= width:
        return WHOLE
    return WHOLE // 2 + WHOLE // 2 * inside * _EDGE // width


_CHANCE = Text(
    en="Estimated chance of approval {chance}, from the outcomes of comparable applications",
    zh="参考同类申请的审批结果，获批可能性约{chance}",
)
_NOT_AGREED = Text(
    en="Chance of approval not estimated: you have not agreed to it. All lenders count alike",
    zh="您未同意估算获批可能性，各机构此项按相同分值计",
)
_NO_OUTCOMES = Text(
    en="Chance of approval not estimated: too few outcomes are known. All lenders count alike",
    zh="审批结果积累不足，暂不估算获批可能性，各机构此项按相同分值计",
)
_COST = Text(
    en="All-in cost {apr} a year at the middle of its rates; {dearer} of the {others} others cost more",
    zh="按利率区间中值测算，综合年化成本{apr}，其余{others}款中有{dearer}款更高",
)
_ONLY = Text(
    en="All-in cost {apr} a year at the middle of its rates; there is no other to compare",
    zh="按利率区间中值测算，综合年化成本{apr}，暂无其他产品可比",
)
_SPEED = Text(
    en="Promises an answer within {hours} working hours", zh="承诺{hours}个工作小时内答复"
)
_FITS = Text(en="Amount and term lie well within what it lends", zh="金额和期限均在产品常规范围内")
_AT_THE_EDGE = Text(
    en="Amount or term lies at the edge of what it lends", zh="金额或期限接近产品范围的边界"
)
_ANSWERED = Text(
    en="The lender answered {in_time} of {all} referrals in time",
    zh="该机构近期{all}笔对接中按时答复{in_time}笔",
)
_NEW_HERE = Text(
    en="The lender has no history here yet: counted as the average of all",
    zh="该机构暂无对接记录，此项按全部机构平均水平计",
)
_FIRST_LOAN = Text(
    en="The lender seeks firms that never had a loan, as yours", zh="该产品优先支持首贷户"
)
_NO_FIRST_LOAN = Text(
    en="Nothing special for firms that never had a loan", zh="该产品未设首贷户优先"
)
_HAD_LOANS = Text(en="Not a first loan, or not known to be one", zh="非首贷户，或尚未说明是否首贷")
