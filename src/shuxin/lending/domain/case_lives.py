"""The life of a case at the lender (审批案件): one for each application that reached it."""

from __future__ import annotations

from shuxin.kernel.machine import Actor, Machine, all_but, step
from shuxin.kernel.text import Text

_LENDER, _SYSTEM = Actor.LENDER, Actor.SYSTEM
_STATES = ("open", "waiting", "queue", "second", "asked", "approved", "declined", "closed")

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
        step("close", all_but(_STATES, "closed"), "closed", _SYSTEM),
    ),
)
"""``second``: an officer decided on more than one person may; another one has to agree.

``close``: nothing is left to do, or the platform ended the application.
"""

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
