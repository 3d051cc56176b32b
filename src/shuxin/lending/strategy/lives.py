"""The life of a strategy (策略生命周期): draft, tested on history, agreed by two people, in use, retired."""

from __future__ import annotations

from shuxin.kernel.machine import Actor, Machine, step
from shuxin.kernel.text import Text

STRATEGY_TEXTS = {
    "draft": Text(en="draft", zh="草稿"),
    "tested": Text(en="tested on history", zh="已回测"),
    "approved": Text(en="one person agreed; waits for the second", zh="一人已审核，待复核"),
    "published": Text(en="in use", zh="使用中"),
    "retired": Text(en="retired", zh="已停用"),
    "dropped": Text(en="dropped", zh="已废弃"),
}
_STEP_TEXTS = {
    "edit": Text(en="change it", zh="修改"),
    "test": Text(en="test it on history", zh="回测"),
    "approve": Text(en="agree to it", zh="审核通过"),
    "publish": Text(en="put it in use", zh="启用"),
    "retire": Text(en="retire it", zh="停用"),
    "restore": Text(en="put it in use again", zh="恢复使用"),
    "drop": Text(en="drop it", zh="废弃"),
}
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
    STRATEGY_TEXTS,
    _STEP_TEXTS,
)
