"""Words of the lists (小微企业融资协调工作机制, 金发〔2024〕32号): five standards, results, a listed firm's life."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.machine import Actor, Machine, step
from shuxin.kernel.text import Text
from shuxin.market.domain.words import Worded

if TYPE_CHECKING:
    from collections.abc import Mapping

GOVERNMENT, LENDER = Actor.GOVERNMENT, Actor.LENDER


class Standard(Worded):
    """The five standards (五项标准): a firm is recommended when all of them hold."""

    COMPLIANT = "compliant", Text(en="operates lawfully and continuously", zh="合规持续经营")
    PREMISES = "premises", Text(en="has fixed premises", zh="固定经营场所")
    REAL_NEED = "real_need", Text(en="really needs the money", zh="真实融资需求")
    CREDIT = "credit", Text(en="is in good credit standing", zh="信用状况良好")
    LAWFUL_USE = "lawful_use", Text(en="uses the loan lawfully", zh="贷款用途依法合规")


class Ground(Worded):
    """Why an officer may see firm-level data (依据): each reading names one."""

    VISIT = "visit", Text(en="what the firm declared at the visit", zh="企业走访时申报")
    MANDATE = "mandate", Text(en="the office's mandate in its region", zh="辖区工作职责")
    CAMPAIGN = (
        "campaign",
        Text(en="the campaign gave the firm to this bank", zh="活动分配的对接任务"),
    )


class ResultKind(Worded):
    """What a lender reports of a recommended firm (对接结果)."""

    CREDITED = "credited", Text(en="credit granted", zh="已授信")
    LENT = "lent", Text(en="money lent", zh="已放款")
    REFUSED = "refused", Text(en="not granted", zh="未授信")


LISTING_TEXTS = {
    "declared": Text(en="declared", zh="申报清单"),
    "recommended": Text(en="recommended", zh="推荐清单"),
    "credited": Text(en="credited", zh="授信清单"),
    "lent": Text(en="lent", zh="已放款"),
    "closed": Text(en="closed", zh="已办结"),
}
_STEP_TEXTS = {
    "keep": Text(en="keep it on the declared list", zh="保留在申报清单"),
    "recommend": Text(en="recommend it", zh="推荐"),
    "return": Text(en="take it back to the declared list", zh="退回申报清单"),
    "refuse": Text(en="report that nothing was granted", zh="反馈未授信"),
    "credit": Text(en="report credit granted", zh="反馈已授信"),
    "lend": Text(en="report money lent", zh="反馈已放款"),
    "close": Text(en="close it", zh="办结"),
}
LISTING = Machine(
    "listing",
    "declared",
    ("declared", "recommended", "credited", "lent", "closed"),
    (
        step("keep", "declared", "declared", GOVERNMENT),
        step("recommend", "declared", "recommended", GOVERNMENT),
        step("return", "recommended", "declared", GOVERNMENT),
        step("refuse", "recommended", "recommended", LENDER),
        step("refuse", "credited", "credited", LENDER),
        step("refuse", "lent", "lent", LENDER),
        step("credit", "recommended credited", "credited", LENDER),
        step("lend", "recommended credited lent", "lent", LENDER),
        step("close", "declared recommended credited lent", "closed", GOVERNMENT),
    ),
    LISTING_TEXTS,
    _STEP_TEXTS,
)
"""``keep``: a standard does not hold, the firm stays on the declared list with the reason. ``refuse``: one lender of
several said no; the firm stays recommended to the others."""

STEP_OF_RESULT = {
    ResultKind.CREDITED: "credit",
    ResultKind.LENT: "lend",
    ResultKind.REFUSED: "refuse",
}


def failing(answers: Mapping[Standard, bool]) -> tuple[Standard, ...]:
    """The standards that do not hold, or were not answered."""
    return tuple(standard for standard in Standard if not answers.get(standard, False))
