"""What a lender answers to an application: an offer, a decline with its reasons, or a question; and the whole cost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from shuxin.kernel.text import Text
from shuxin.market.api import Fee


class Verdict(StrEnum):
    """What a decision comes to (决策结论)."""

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"
    NEED_INFORMATION = "need_information"

    @property
    def text(self) -> Text:
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.APPROVE: Text(en="approve", zh="通过"),
    Verdict.REFER: Text(en="to a person", zh="转人工审核"),
    Verdict.DECLINE: Text(en="decline", zh="拒绝"),
    Verdict.NEED_INFORMATION: Text(en="more information is needed", zh="需补充材料"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer (授信报价). apr_bp: all-in yearly cost by internal rate of return, interest, fees and subsidy together.

    first_payment_fen, total_cost_fen: of the whole amount drawn at once. subsidy_bp: yearly subsidy counted in.
    """

    amount_fen: int
    rate_bp: int
    term_months: int
    repayment: str
    guarantee: str
    fees: tuple[Fee, ...]
    subsidy_bp: int
    apr_bp: int
    first_payment_fen: int
    total_cost_fen: int
    conditions: tuple[str, ...]
    valid_until: dt.datetime


@dataclass(frozen=True, slots=True)
class DeclineReason:
    """Why (拒绝原因), from a public list: ``code``; ``change``: what would change it, "" where nothing does."""

    code: str
    zh: str
    en: str
    change_zh: str = ""
    change_en: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a lender says to the platform of an application (审批结果).

    decision: SHA-256 of the decision record that the lender keeps and that its evidence file proves. ``by_person``: a
    person decided. seconds: from the lender's first look at all it needed to the answer. sources: levels of data
    that it read: application, open, own, joint.
    """

    verdict: Verdict
    decision: str
    by_person: bool = False
    stage: str = ""
    seconds: float = 0.0
    offer: Offer | None = None
    reasons: tuple[DeclineReason, ...] = ()
    question: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of it (放款反馈): lent or not, how much, at which rate; closes the loop of matching."""

    lent: bool
    amount_fen: int = 0
    rate_bp: int = 0
    on: dt.date | None = None
    reason: str = ""
