"""What the page of one application shows: how far it is, what it waits for, the offer in full."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.consent.api import RequestState
from shuxin.kernel.money import Unit, amount_text
from shuxin.kernel.text import Text
from shuxin.lending.api import STATE_TEXTS, acceptance_body
from shuxin.market import api as market
from shuxin.portal.web.parts import State, Step, Steps
from shuxin.portal.web.views import financing
from shuxin.portal.web.views import market_words as words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from shuxin.consent.api import InboxItem
    from shuxin.kernel.text import Language
    from shuxin.lending.api import ApplicationView, Offer
    from shuxin.market.api import Needed
    from shuxin.portal.web.views.acting import Acting

MOVING = frozenset({"submitted", "data_query", "scoring", "manual_review"})
"""Something happens without the reader: the page looks by itself."""
ENDED = frozenset({"declined", "lapsed", "cancelled"})
_STAGES = (
    (Text(en="Handed in", zh="提交申请"), ("draft",)),
    (Text(en="Taken up", zh="银行受理"), ("submitted",)),
    (Text(en="Data authorised", zh="授权数据"), ("data_query",)),
    (Text(en="Decided", zh="银行审批"), ("scoring", "manual_review", "need_information")),
    (Text(en="Offer", zh="接受报价"), ("approved",)),
)
_NOW = {
    "draft": Text(en="Not handed in yet.", zh="尚未提交。"),
    "submitted": Text(
        en="The bank has it and takes it up within its working hours.",
        zh="申请已送达银行，等待受理。",
    ),
    "data_query": Text(
        en="The bank has taken it up and gathers what you authorise.",
        zh="银行已受理，正在查询您授权的数据。",
    ),
    "scoring": Text(en="The bank is deciding.", zh="银行正在审批。"),
    "manual_review": Text(
        en="A credit officer of the bank is looking at it.", zh="已转银行信贷人员人工审核。"
    ),
    "need_information": Text(en="The bank asks you something.", zh="银行需要您补充说明。"),
    "approved": Text(en="The bank makes you an offer.", zh="银行已批准，请查看报价。"),
    "accepted": Text(
        en="You accepted the offer. The bank will contact you to sign the contract.",
        zh="您已接受报价，银行将与您联系签订合同。",
    ),
    "declined": Text(en="The bank declined.", zh="银行未批准本次申请。"),
    "lapsed": Text(en="It lapsed: a time limit passed.", zh="申请已超过时限，自动失效。"),
    "cancelled": Text(en="You cancelled it.", zh="您已取消本次申请。"),
}
_SIGN = Text(
    en="The bank has taken it up. It goes on as soon as you have signed what it asks for.",
    zh="银行已受理，待您签署授权后继续审批。",
)
_ASKED = {
    "": State(Text(en="not asked yet", zh="银行尚未申请"), "quiet"),
    "requested": State(Text(en="waits for you", zh="待您签署"), "warn"),
    "granted": State(Text(en="authorised", zh="已授权"), "good"),
    "exhausted": State(Text(en="authorised and used", zh="已授权，次数已用完"), "good"),
    "refused": State(Text(en="you refused", zh="您已拒绝"), "bad"),
}
_OVER = State(Text(en="no longer in force", zh="已失效"), "quiet")


@dataclass(frozen=True, slots=True)
class Line:
    """One application in a list."""

    key: str
    lender: str
    amount_fen: int
    months: int
    state: State
    waits: bool
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class NeedShown:
    """One authorisation that the application needs, and how it stands with it."""

    text: Text
    state: State
    url: str


@dataclass(frozen=True, slots=True)
class ToSign:
    """A request that waits: the words, and the terms that carry their hash."""

    item: InboxItem
    words: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Due:
    """One month of the plan, fen."""

    month: int
    principal_fen: int
    interest_fen: int

    @property
    def amounts(self) -> tuple[str, str, str]:
        """Principal, interest and both, in yuan to the fen: it is a plan of payments."""
        whole = self.principal_fen + self.interest_fen
        return _yuan(self.principal_fen), _yuan(self.interest_fen), _yuan(whole)


def _yuan(fen: int) -> str:
    return amount_text(fen, unit=Unit.YUAN)


def listed(applications: Iterable[ApplicationView]) -> list[Line]:
    names = financing.names()
    return [
        Line(
            key=one.key,
            lender=words.name_of(one.lender, names),
            amount_fen=one.amount_fen,
            months=one.term_months,
            state=words.state_of(one.state, STATE_TEXTS),
            waits=one.state in {"approved", "need_information", "draft"},
            made_at=one.made_at,
        )
        for one in applications
    ]


def requests_of(found: ApplicationView, who: Acting, *, now: datetime) -> list[InboxItem]:
    """What this lender asked this firm for, the newest first."""
    from shuxin.consent.api import inbox_of  # noqa: PLC0415 - heavy

    names = financing.names()
    items: list[InboxItem] = inbox_of(
        subject=who.firm, now=now, name_of=lambda party: words.name_of(party, names)
    )
    return [one for one in items if one.terms.grantee == found.lender]


def mark(found: ApplicationView, requests: Iterable[InboxItem]) -> str:
    """Changes whenever the page would look different: state and requests."""
    states = sorted(f"{one.request_id}:{one.state.value}" for one in requests)
    said = "\n".join([found.state, str(found.version), *states])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def stages(found: ApplicationView) -> Steps:
    """Where it is; of one that ended before its end, how far it came."""
    at = next((n for n, (_, states) in enumerate(_STAGES) if found.state in states), len(_STAGES))
    if found.state in ENDED:
        at = len(_STAGES) - 1 if found.answered_at else 1
    return Steps(
        [
            Step(
                text,
                "done"
                if n < at
                else "current"
                if n == at and found.state not in ENDED
                else "later",
            )
            for n, (text, _) in enumerate(_STAGES)
        ]
    )


def now_said(found: ApplicationView, requests: Iterable[InboxItem]) -> Text:
    if found.state == "data_query" and any(one.state is RequestState.REQUESTED for one in requests):
        return _SIGN
    return _NOW.get(found.state, words.literal(found.state))


def needs(found: ApplicationView, requests: Sequence[InboxItem]) -> list[NeedShown]:
    names = financing.names()
    return [_need(one, requests, names) for one in found.needed]


def _need(needed: Needed, requests: Sequence[InboxItem], names: dict[str, str]) -> NeedShown:
    mine = [one for one in requests if _answers(one, needed)]
    held = [one for one in mine if one.state is RequestState.GRANTED]
    best = next(iter(held or mine), None)
    holder = words.braced(words.name_of(needed.holder, names))
    sets = words.braced("、".join(needed.catalogues))
    text = Text(en=f"{holder}: {sets}", zh=f"{holder}：{sets}")
    if best is None:
        return NeedShown(text, _ASKED[""], "")
    return NeedShown(text, _ASKED.get(best.state.value, _OVER), f"/inbox/{best.request_id}")


def _answers(item: InboxItem, needed: Needed) -> bool:
    return needed.holder in item.terms.holders and bool(
        set(needed.catalogues) & set(item.terms.catalogues)
    )


def to_sign(requests: Iterable[InboxItem], language: Language) -> list[ToSign]:
    """Requests of this lender that wait for the firm's answer."""
    waiting = [one for one in requests if one.state is RequestState.REQUESTED]
    return [
        ToSign(one, one.offers[language].text, one.offers[language].terms.body()) for one in waiting
    ]


def acceptance(found: ApplicationView, *, now: datetime) -> dict[str, str]:
    """What the device signs; it sets the time itself."""
    return acceptance_body(found, at=now)


def paid(offer: Offer) -> tuple[Text, Text]:
    """The first payment, and interest and fees in all."""
    first, whole = offer.first_payment_fen, offer.total_cost_fen
    return words.paid_said(first, first), words.paid_said(whole, whole)


def plan(offer: Offer) -> list[Due]:
    """Month by month, of the whole amount drawn at once; nothing for a loan that is drawn as needed."""
    repayment = market.Repayment(offer.repayment)
    if repayment is market.Repayment.REVOLVING:
        return []
    dues = market.schedule(
        amount_fen=offer.amount_fen,
        months=offer.term_months,
        rate_bp=offer.rate_bp,
        repayment=repayment,
    )
    return [Due(n, one.principal_fen, one.interest_fen) for n, one in enumerate(dues, 1)]


def offer_facts(offer: Offer) -> list[tuple[Text, Any]]:
    """The offer in words, the whole cost first."""
    repayment, guarantee = market.Repayment(offer.repayment), market.Guarantee(offer.guarantee)
    fees = [words.fee_said(one) for one in offer.fees]
    found: list[tuple[Text, Any]] = [
        (Text(en="Interest a year", zh="年利率"), words.rate_said(offer.rate_bp)),
        (Text(en="Fees", zh="其他费用"), fees or Text(en="none", zh="无")),
        (
            Text(en="Term", zh="期限"),
            Text(en=f"{offer.term_months} months", zh=f"{offer.term_months} 个月"),
        ),
        (Text(en="Repayment", zh="还款方式"), repayment.text),
        (Text(en="Security", zh="担保方式"), guarantee.text),
    ]
    if offer.subsidy_bp:
        subsidy = words.rate_said(offer.subsidy_bp)
        found.insert(1, (Text(en="Interest subsidy counted in", zh="已计入贴息"), subsidy))
    if offer.conditions:
        found.append((Text(en="Conditions", zh="放款条件"), list(offer.conditions)))
    return found
