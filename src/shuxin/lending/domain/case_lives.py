"""The life of a case at the lender (审批案件): one for each application that reached it."""

from __future__ import annotations

from shuxin.kernel.machine import Actor, Machine, all_but, step
from shuxin.kernel.text import Text

_LENDER, _SYSTEM = Actor.LENDER, Actor.SYSTEM
_STATES = ("open", "waiting", "queue", "second", "asked", "approved", "declined", "closed")

CASE_TEXTS = {
    "open": Text(en="new", zh="新到"),
    "waiting": Text(en="waits for authorised data", zh="待授权数据"),
    "queue": Text(en="waits for a person", zh="待人工审批"),
    "second": Text(en="waits for a second person", zh="待复核"),
    "asked": Text(en="waits for the firm's answer", zh="待企业补充材料"),
    "approved": Text(en="approved", zh="已批准"),
    "declined": Text(en="declined", zh="已拒绝"),
    "closed": Text(en="closed", zh="已结案"),
}
_STEP_TEXTS = {
    "claim": Text(en="take the application", zh="受理申请"),
    "refer": Text(en="pass it to a person", zh="转人工审批"),
    "propose": Text(en="propose a decision", zh="提出审批意见"),
    "send_back": Text(en="send it back", zh="退回"),
    "approve": Text(en="approve it", zh="批准"),
    "decline": Text(en="decline it", zh="拒绝"),
    "ask": Text(en="ask the firm for more", zh="要求补充材料"),
    "answered": Text(en="take the answer", zh="收到补充材料"),
    "review": Text(en="look at it again", zh="复核"),
    "reopen": Text(en="make another offer", zh="重新报价"),
    "close": Text(en="close it", zh="结案"),
}
CASE = Machine(
    "case",
    "open",
    _STATES,
    (
        step("claim", "open", "waiting", _SYSTEM),
        step("refer", "waiting", "queue", _SYSTEM),
        step("propose", "queue", "second", _LENDER),
        step("send_back", "second", "queue", _LENDER),
        step("approve", "waiting queue second", "approved", _LENDER, _SYSTEM),
        step("decline", "waiting queue second", "declined", _LENDER, _SYSTEM),
        step("ask", "waiting queue", "asked", _LENDER, _SYSTEM),
        step("answered", "asked", "waiting", _SYSTEM),
        step("review", "declined", "queue", _SYSTEM),
        step("reopen", "approved", "queue", _SYSTEM),
        step("close", all_but(_STATES, "closed"), "closed", _SYSTEM),
    ),
    CASE_TEXTS,
    _STEP_TEXTS,
)
"""``second``: an officer decided on more than one person may; another one has to agree.

``reopen``: the platform refused the offer as outside the product's terms; the firm has not seen it.
``close``: nothing is left to do, or the platform ended the application.
"""
