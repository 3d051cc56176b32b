"""The life of a strategy (策略生命周期): draft, tested on history, agreed by two people, in use, retired."""

from __future__ import annotations

from shuxin.kernel.machine import Actor, Machine, step
from shuxin.kernel.text import Text

STRATEGY = Machine(
    "strategy",
    "draft",
    ("draft", "tested", "approved", "published", "retired", "dropped"),
    (
        step("edit", "draft tested approved", "draft", Actor.LENDER),
        step("test", "draft tested", "tested", Actor.LENDER),
        step("approve", "tested approved", "approved", Actor.LENDER),
        step("publish", "approved", "published", Actor.LENDER),
        step("retire", "published", "retired", Actor.LENDER),
        step("restore", "retired", "published", Actor.LENDER),
        step("drop", "draft tested approved", "dropped", Actor.LENDER),
    ),
)
STRATEGY_TEXTS = {
    "draft": Text(en="draft", zh="草稿"),
    "tested": Text(en="tested on history", zh="已回测"),
    "approved": Text(en="one person agreed; waits for the second", zh="一人已审核，待复核"),
    "published": Text(en="in use", zh="使用中"),
    "retired": Text(en="retired", zh="已停用"),
    "dropped": Text(en="dropped", zh="已废弃"),
}
