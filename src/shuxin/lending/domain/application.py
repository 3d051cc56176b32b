"""An application as both sides see it, and what the platform says where something cannot be done with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.text import Text
from shuxin.lending.domain.offers import DeclineReason, Feedback, Offer
from shuxin.market.api import FirmFacts, LoanUse, Needed, Urgency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.text import Sayable


class ApplicationExists(Conflict):
    code = "application_exists"
    what = Text(
        en="there is an application to this lender for this demand already",
        zh="该需求已向该机构提交过申请",
    )
    mend = Text(en="Open that one", zh="请查看已有申请")


class ApplicationOutOfBand(InvalidInput):
    code = "application_out_of_band"
    what = Text(en="the product does not lend this: {where}", zh="超出该产品的受理范围：{where}")
    mend = Text(
        en="Ask for an amount and a term within the product's bands",
        zh="请按产品规定的额度和期限填写",
    )


class AnswerLate(Conflict):
    code = "answer_late"
    what = Text(
        en="the application is no longer with this lender: it is '{state}'",
        zh="该申请已不在贵行办理中，当前状态为“{state}”",
    )
    mend = Text(
        en="Look at its state; one that was returned may be claimed again while it waits",
        zh="请查看最新状态；因超时退回的申请，在失效前可重新受理",
    )


class AnswerIncomplete(InvalidInput):
    code = "answer_incomplete"
    what = Text(en="the answer lacks {part}", zh="审批结果缺少内容：{part}")
    mend = Text(
        en="An approval has an offer, a decline its reasons, a question its words, and each its decision",
        zh="通过须附报价，拒绝须附原因，补充材料须写明内容，且均须附决策摘要",
    )


OFFER_TERMS = {
    "amount_fen": Text(en="the amount", zh="金额"),
    "rate_bp": Text(en="the yearly rate", zh="年利率"),
    "term_months": Text(en="the term in months", zh="期限"),
    "repayment": Text(en="the repayment", zh="还款方式"),
    "guarantee": Text(en="the guarantee", zh="担保方式"),
    "fees": Text(en="the fees", zh="费用"),
    "apr_bp": Text(en="the all-in yearly cost", zh="年化综合成本"),
    "first_payment_fen": Text(en="the first payment", zh="首期还款额"),
    "total_cost_fen": Text(en="the whole cost", zh="总成本"),
    "valid_until": Text(en="the days for which it is valid", zh="报价有效期"),
}
"""Terms in which an offer may differ from its product (报价条款), by the names of ``Offer``."""
_SOME_TERM = Text(en="a term that was not named", zh="未指明的条款")


def term_text(name: str) -> Text:
    """One of ``OFFER_TERMS`` in words."""
    return OFFER_TERMS.get(name, _SOME_TERM)


class OfferOutsideTerms(InvalidInput):
    code = "offer_outside_terms"
    what = Text(
        en="the offer is not what the product says: {where}", zh="报价与产品条款不符：{where}"
    )
    mend = Text(
        en="Offer within the version of the product that the firm applied for",
        zh="请按企业申请时的产品版本条款报价",
    )

    def in_words(self) -> Mapping[str, Sayable]:
        return {"where": term_text(str(self.facts.get("where", "")))}


class OfferEnded(Conflict):
    code = "offer_ended"
    what = Text(en="the offer is no longer valid", zh="报价已过有效期")
    mend = Text(en="Ask the lender for a new one", zh="请联系银行重新报价")


class OtherOfferAccepted(Conflict):
    code = "other_offer_accepted"
    what = Text(
        en="another offer for the same demand is accepted already", zh="同一需求已接受其他报价"
    )
    mend = Text(en="Publish another demand if you need more", zh="如还需资金，请另行发布融资需求")


class AcceptanceUnproven(NotPermitted):
    code = "acceptance_unproven"
    what = Text(
        en="the acceptance is not signed by a key of the firm that may bind it",
        zh="接受声明未由企业的有效密钥签名",
    )
    mend = Text(
        en="Sign it on a device whose key is registered for the firm",
        zh="请在已登记企业密钥的设备上签名",
    )


class AcceptanceDiffers(InvalidInput):
    code = "acceptance_differs"
    what = Text(
        en="what was signed is not this offer: {field}", zh="签名内容与该报价不一致：{field}"
    )
    mend = Text(en="Open the offer anew and sign what it shows", zh="请重新打开报价并签名")


class ReviewImpossible(Conflict):
    code = "review_impossible"
    what = Text(en="this decline is not open to a review", zh="该审批结果不能申请人工复核")
    mend = Text(
        en="A decline by a system may be reviewed once, within 15 days; you may apply anew",
        zh="系统自动拒绝的申请可在15日内申请一次人工复核；您也可以重新申请",
    )


class QuestionUnanswered(InvalidInput):
    code = "question_unanswered"
    what = Text(en="the answer is empty or too long", zh="补充说明为空或过长")
    mend = Text(en="Answer in at most {longest} signs", zh="请用不超过 {longest} 字说明")


@dataclass(frozen=True, slots=True)
class Said:
    """A lender's question and the firm's answer (补充材料); ``answer`` is "" until it is given."""

    question: str
    asked_at: dt.datetime
    answer: str = ""
    answered_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """One application (贷款申请), for its firm and its lender.

    firm: as it was known when it was opened. use: a ``LoanUse``. question: the open one, or "".
    reasons: of a decline, or of what is asked for.
    decided_in_seconds: the lender's own figure of its last answer, None before. due_at: by when whoever is next acts.
    offer_digest: SHA-256 that an acceptance names, "" without an offer. returns: how often its lender went silent.
    may_review_until: of a decline by a system, until when the firm may ask for a person; reviewed_at: when it did.
    sources: levels of data that the last answer rests on.
    """

    key: str
    demand: str
    referral: str
    product: str
    product_version: int
    lender: str
    firm: FirmFacts
    amount_fen: int
    term_months: int
    use: LoanUse
    urgency: Urgency
    state: str
    version: int
    needed: tuple[Needed, ...] = ()
    offer: Offer | None = None
    offer_digest: str = ""
    reasons: tuple[DeclineReason, ...] = ()
    question: str = ""
    answers: tuple[Said, ...] = ()
    decided_in_seconds: float | None = None
    by_person: bool = False
    decision: str = ""
    due_at: dt.datetime | None = None
    made_at: dt.datetime | None = None
    submitted_at: dt.datetime | None = None
    answered_at: dt.datetime | None = None
    returns: int = 0
    may_review_until: dt.datetime | None = None
    reviewed_at: dt.datetime | None = None
    sources: tuple[str, ...] = ()
    accepted: bool = False
    feedback: Feedback | None = None
