"""The life of an application up to acceptance (贷款申请状态机), DOMAIN 8.2."""

from __future__ import annotations

from shuxin.kernel.machine import Actor, Machine, all_but, step
from shuxin.kernel.text import Text

FIRM = (Actor.ENTERPRISE, Actor.AGENT)
LENDER, OPERATOR, SYSTEM = Actor.LENDER, Actor.OPERATOR, Actor.SYSTEM

_STATES = (
    "draft",
    "submitted",
    "data_query",
    "scoring",
    "manual_review",
    "need_information",
    "approved",
    "accepted",
    "declined",
    "lapsed",
    "cancelled",
)
STATE_TEXTS = {
    "draft": Text(en="draft", zh="草稿"),
    "submitted": Text(en="handed in, waits for the lender", zh="已提交，待银行受理"),
    "data_query": Text(en="authorised data are asked for", zh="授权数据查询中"),
    "scoring": Text(en="being scored", zh="评分中"),
    "manual_review": Text(en="with a person at the lender", zh="人工审核中"),
    "need_information": Text(en="the lender needs more from you", zh="待补充材料"),
    "approved": Text(en="approved: an offer waits", zh="已批准，待接受报价"),
    "accepted": Text(en="offer accepted", zh="已接受报价"),
    "declined": Text(en="declined", zh="未通过"),
    "lapsed": Text(en="lapsed", zh="已失效"),
    "cancelled": Text(en="cancelled", zh="已取消"),
}
_STEP_TEXTS = {
    "submit": Text(en="hand it in", zh="提交"),
    "claim": Text(en="take it", zh="受理"),
    "score": Text(en="have it scored", zh="评分"),
    "approve": Text(en="approve it", zh="批准"),
    "refer": Text(en="pass it to a person", zh="转人工审核"),
    "decline": Text(en="decline it", zh="拒绝"),
    "ask": Text(en="ask the firm for more", zh="要求补充材料"),
    "answer": Text(en="answer the lender", zh="补充材料"),
    "accept": Text(en="accept the offer", zh="接受报价"),
    "lapse": Text(en="let it lapse", zh="失效"),
    "cancel": Text(en="cancel it", zh="取消"),
    "return": Text(en="give it back", zh="退回待受理"),
    "review": Text(en="ask for a person", zh="申请人工复核"),
    "report": Text(en="report the outcome", zh="反馈结果"),
}
APPLICATION = Machine(
    "application",
    "draft",
    _STATES,
    (
        step("submit", "draft", "submitted", *FIRM),
        step("claim", "submitted", "data_query", LENDER),
        step("score", "data_query", "scoring", LENDER),
        step("approve", "scoring manual_review", "approved", LENDER),
        step("refer", "data_query scoring", "manual_review", LENDER),
        step(
            "decline",
            "submitted data_query scoring manual_review need_information",
            "declined",
            LENDER,
        ),
        step("ask", "data_query scoring manual_review", "need_information", LENDER),
        step("answer", "need_information", "data_query", *FIRM),
        step("accept", "approved", "accepted", *FIRM),
        step("lapse", "submitted need_information approved", "lapsed", SYSTEM),
        step(
            "cancel",
            all_but(_STATES, "accepted", "declined", "lapsed", "cancelled"),
            "cancelled",
            *FIRM,
            SYSTEM,
        ),
        step("return", "data_query scoring manual_review", "submitted", SYSTEM),
        step("review", "declined", "manual_review", *FIRM),
        step("report", "accepted", "accepted", LENDER),
    ),
    STATE_TEXTS,
    _STEP_TEXTS,
)
"""``return``: a lender that took it went silent; its claim is over and it waits for the lender again, or lapses.

``review``: the firm wants a person to look at what a system declined. ``cancel`` by the system: the firm withdrew
the demand. ``report``: the lender says whether it lent.
"""
