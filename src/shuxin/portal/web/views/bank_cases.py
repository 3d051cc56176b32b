"""Cases of a lender as its pages show them: the queue with its clock, one case, and what an officer typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.money import Unit, amount_text
from shuxin.kernel.text import Text
from shuxin.lending.api import CASE_TEXTS, OfferOutsideTerms, term_text
from shuxin.market.api import Repayment
from shuxin.portal.web.parts import (
    Column,
    Event,
    Facts,
    Filter,
    Kind,
    State,
    Table,
    TimeLine,
)
from shuxin.portal.web.views.bank_board import money
from shuxin.portal.web.views.bank_market import act, actor_text, hours_left
from shuxin.portal.web.views.bank_strategy_words import verdict_state

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.lending.api import CaseView
    from shuxin.market.api import StepView
    from shuxin.portal.web.parts.cells import Tone
    from shuxin.portal.web.views.administering import Act

_TONES: Mapping[str, Tone] = {
    "open": "busy",
    "waiting": "busy",
    "queue": "warn",
    "second": "warn",
    "asked": "busy",
    "approved": "good",
    "declined": "bad",
    "closed": "quiet",
}
_COLUMNS = (
    Column("firm", Text(en="Firm", zh="企业"), link="url"),
    Column("amount", Text(en="Amount", zh="申请金额"), kind=Kind.FEN),
    Column("months", Text(en="Months", zh="期限（月）"), kind=Kind.NUMBER),
    Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
    Column("advised", Text(en="Engine's advice", zh="引擎结论"), kind=Kind.STATE),
    Column("left", Text(en="Time left", zh="剩余时限"), kind=Kind.STATE),
    Column("due", Text(en="Due", zh="截止时间"), kind=Kind.TIME),
    Column("by", Text(en="With", zh="经办人")),
    Column("at", Text(en="Came", zh="到达时间"), kind=Kind.TIME),
    Column("application", Text(en="Application", zh="申请编号"), kind=Kind.CODE),
)
_NONE = Text(en="No application has reached this bank yet.", zh="尚无申请到达本行。")
_OPEN = {"queue", "second"}
_NOT_KEPT = Text(en="not recorded", zh="未记录")
_HAS_IT = State(Text(en="it has it", zh="已送达"), "good")
_ON_ITS_WAY = State(Text(en="on its way", zh="发送中"), "busy")


def case_state(state: str) -> State:
    return State(CASE_TEXTS.get(state, Text(en=state, zh=state)), _TONES.get(state, "quiet"))


def cases_table(request: HttpRequest, found: Sequence[CaseView], *, now: dt.datetime) -> Table:
    rows = [
        {
            "firm": one.application.firm.name or one.application.firm.party,
            "url": f"/bank/cases/{one.key}",
            "amount": one.application.amount_fen,
            "months": one.application.term_months,
            "state": case_state(one.state),
            "advised": verdict_state(one.advised) if one.advised else None,
            "left": hours_left(one.due_at, now=now) if one.state in _OPEN else None,
            "due": one.due_at,
            "by": one.taken_by or None,
            "at": one.made_at,
            "application": one.key,
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="cases",
        columns=_COLUMNS,
        rows=rows,
        filters=(
            Filter("state", Text(en="State", zh="状态")),
            Filter("advised", Text(en="Advice", zh="引擎结论")),
            Filter("by", Text(en="With", zh="经办人")),
        ),
        empty=_NONE,
    )


def case_acts(one: CaseView, *, officer: str) -> list[Act]:
    """Take or give back; a second person agrees or sends back."""
    if one.state not in _OPEN:
        return []
    url = f"/bank/cases/{one.key}"
    if not one.taken_by:
        text = Text(
            en="It is then yours until you give it back.", zh="领取后由您办理，可随时退回队列。"
        )
        return [act("take", f"{url}/take", Text(en="Take this case", zh="领取该件"), text)]
    if one.taken_by != officer:
        return []
    found = []
    if one.state == "second":
        agree = Text(
            en="The proposal of your colleague is sent to the firm.",
            zh="同意后按经办人意见答复企业。",
        )
        found.append(act("agree", f"{url}/agree", Text(en="Agree", zh="复核同意"), agree))
        back = Text(
            en="It returns to the queue with your reason.", zh="案件退回队列，并附您的理由。"
        )
        sends = Text(en="Send back", zh="退回")
        found.append(act("send-back", f"{url}/send-back", sends, back, needs_reason=True))
    give = Text(en="Another officer may take it then.", zh="其他人员可随后领取。")
    found.append(act("release", f"{url}/release", Text(en="Give it back", zh="退回队列"), give))
    return found


def summary(one: CaseView, *, now: dt.datetime) -> Facts:
    view = one.application
    return Facts(
        [
            (Text(en="state", zh="状态"), case_state(one.state)),
            (
                Text(en="time left", zh="剩余时限"),
                hours_left(one.due_at, now=now) if one.state in _OPEN else None,
            ),
            (Text(en="with", zh="经办人"), one.taken_by or None),
            (Text(en="amount applied for", zh="申请金额"), money(view.amount_fen)),
            (Text(en="months", zh="期限（月）"), view.term_months),
            (Text(en="use", zh="用途"), view.use.text),
            (Text(en="needed", zh="用款时间"), view.urgency.text),
            (Text(en="authorisations asked for", zh="已发起授权申请"), one.asked),
            (Text(en="came", zh="到达时间"), one.made_at),
            (Text(en="held up by", zh="受阻原因代码"), one.trouble),
            (Text(en="answer at the platform", zh="答复送达平台"), _told(one)),
            (Text(en="repayment offered", zh="报价还款方式"), _way(one)),
        ]
    )


def _told(one: CaseView) -> State | None:
    if one.refused == OfferOutsideTerms.code:
        return _refused(term_text(one.refused_where))
    if one.refused:
        return _refused(one.refused)
    if one.state not in {"approved", "declined", "asked"}:
        return None
    return _HAS_IT if one.told else _ON_ITS_WAY


def _refused(why: str | Text) -> State:
    words = why if isinstance(why, Text) else Text(en=why, zh=why)
    return State(Text(en=f"refused: {words.en}", zh=f"平台拒收：{words.zh}"), "bad")


def _way(one: CaseView) -> Text | None:
    """Of the newest offer; who chose it."""
    if one.offer is None:
        return None
    way = way_text(one.offer.repayment)
    if one.officers and one.officers[-1].repayment:
        return way
    return Text(en=f"{way.en} (the product's first)", zh=f"{way.zh}（产品的第一种方式）")


def way_text(repayment: str) -> Text:
    """Of ``Repayment``, in words."""
    known = repayment in set(Repayment)
    return Repayment(repayment).text if known else Text(en=repayment, zh=repayment)


def report_facts(one: CaseView) -> Facts | None:
    """Lent or not, how much, by which officer, and whether the platform has it; None before a report."""
    if one.report is None:
        return None
    said, report = one.report.said, one.report
    lent = Text(en="lent", zh="已放款") if said.lent else Text(en="not lent", zh="未放款")
    state = _refused(report.refused) if report.refused else None
    return Facts(
        [
            (Text(en="what became of it", zh="放款结果"), lent),
            (Text(en="amount", zh="放款金额"), money(said.amount_fen) if said.lent else None),
            (
                Text(en="rate a year", zh="放款年利率"),
                _percent(said.rate_bp) if said.lent else None,
            ),
            (Text(en="on", zh="放款日期"), said.on),
            (Text(en="why not", zh="未放款原因"), said.reason or None),
            (Text(en="reported by", zh="反馈人"), report.by or _NOT_KEPT),
            (Text(en="reported at", zh="反馈时间"), report.at),
            (
                Text(en="report of the loan at the platform", zh="放款反馈送达平台"),
                state or (_HAS_IT if report.state == "told" else _ON_ITS_WAY),
            ),
        ]
    )


def _percent(bp: int) -> str:
    return f"{bp / 100:.2f}%"


def officers_line(one: CaseView, language: Language) -> TimeLine | None:
    """What persons decided, beside the engine's advice."""
    if not one.officers:
        return None
    events = []
    for each in one.officers:
        words = _ACTS.get(each.event, Text(en=each.event, zh=each.event))
        detail = f"{each.by}: {each.reason}"
        if each.amount_fen:
            amount = amount_text(each.amount_fen, unit=Unit.TEN_THOUSAND_YUAN)
            detail += f" · {amount}万元 · {_percent(each.rate_bp)}"
        if each.repayment:
            detail += f" · {way_text(each.repayment).say(language)}"
        events.append(Event(each.at, words, detail=detail, tone=_ACT_TONES.get(each.event, "busy")))
    return TimeLine(events)


_ACTS = {
    "approve": Text(en="approved by a person", zh="人工批准"),
    "decline": Text(en="declined by a person", zh="人工拒绝"),
    "ask": Text(en="the firm was asked", zh="请企业补充材料"),
    "propose": Text(en="proposed to a second person", zh="提交复核"),
    "send_back": Text(en="sent back by the second person", zh="复核退回"),
}
_ACT_TONES: Mapping[str, Tone] = {"approve": "good", "decline": "bad", "send_back": "warn"}
_STEPS = {
    "begin": Text(en="came in", zh="到达"),
    "claim": Text(en="taken up", zh="受理"),
    "refer": Text(en="to a person", zh="转人工"),
    "propose": Text(en="proposed", zh="提交复核"),
    "send_back": Text(en="sent back", zh="复核退回"),
    "approve": Text(en="approved", zh="批准"),
    "decline": Text(en="declined", zh="拒绝"),
    "ask": Text(en="the firm is asked", zh="请企业补充"),
    "answered": Text(en="the firm answered", zh="企业已补充"),
    "review": Text(en="the firm asked for a person", zh="企业申请人工复核"),
    "reopen": Text(en="the platform refused the offer", zh="平台未接受报价"),
    "close": Text(en="closed", zh="结案"),
}


def history(steps: Sequence[StepView], language: Language) -> TimeLine:
    events = [
        Event(
            step.at,
            _STEPS.get(step.event, Text(en=step.event, zh=step.event)),
            detail=" · ".join(
                filter(None, (actor_text(step.actor).say(language), step.by, step.reason))
            ),
            tone=_TONES.get(step.to, "quiet"),
        )
        for step in steps
    ]
    return TimeLine(events)
