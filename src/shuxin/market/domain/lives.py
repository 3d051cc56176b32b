"""The lives of products, demands and referrals (状态机), DOMAIN 8.2."""

from __future__ import annotations

from shuxin.kernel.machine import Actor, Machine, all_but, step
from shuxin.kernel.text import Text

FIRM = (Actor.ENTERPRISE, Actor.AGENT)
LENDER, OPERATOR, SYSTEM = Actor.LENDER, Actor.OPERATOR, Actor.SYSTEM

STATE_TEXTS = {
    "draft": Text(en="draft", zh="草稿"),
    "review": Text(en="under review", zh="审核中"),
    "online": Text(en="published", zh="已上架"),
    "paused": Text(en="suspended", zh="已暂停"),
    "offline": Text(en="retired", zh="已下架"),
    "replaced": Text(en="replaced by a newer version", zh="已被新版本替代"),
    "dropped": Text(en="dropped", zh="已放弃"),
    "screening": Text(en="being checked", zh="审核中"),
    "published": Text(en="published", zh="已发布"),
    "matched": Text(en="matched", zh="已匹配"),
    "in_application": Text(en="in application", zh="申请中"),
    "fulfilled": Text(en="financed", zh="已获贷"),
    "expired": Text(en="expired", zh="已过期"),
    "withdrawn": Text(en="withdrawn", zh="已撤回"),
    "rejected": Text(en="rejected", zh="未通过审核"),
    "waiting": Text(en="waits for the lender", zh="待银行受理"),
    "taken": Text(en="taken by the lender", zh="银行已受理"),
    "applied": Text(en="applied", zh="已提交申请"),
    "closed": Text(en="closed", zh="已办结"),
    "declined": Text(en="declined", zh="银行已婉拒"),
    "lapsed": Text(en="lapsed", zh="超时失效"),
}
_STEP_TEXTS = {
    "submit": Text(en="hand it in", zh="提交"),
    "return": Text(en="send it back", zh="退回修改"),
    "approve": Text(en="approve it", zh="审核通过"),
    "pause": Text(en="suspend it", zh="暂停"),
    "resume": Text(en="offer it again", zh="恢复上架"),
    "retire": Text(en="retire it", zh="下架"),
    "replace": Text(en="replace it by a newer version", zh="以新版本替代"),
    "drop": Text(en="drop it", zh="放弃"),
    "publish": Text(en="publish it", zh="发布"),
    "reject": Text(en="reject it", zh="不予通过"),
    "match": Text(en="rank products for it", zh="匹配产品"),
    "apply": Text(en="apply", zh="申请贷款"),
    "reopen": Text(en="open it again", zh="重新开放"),
    "fund": Text(en="record the financing", zh="登记获贷"),
    "expire": Text(en="let it expire", zh="到期"),
    "withdraw": Text(en="withdraw it", zh="撤回"),
    "take": Text(en="take it", zh="受理"),
    "decline": Text(en="decline it", zh="婉拒"),
    "lapse": Text(en="let it lapse", zh="超时失效"),
    "close": Text(en="close it", zh="办结"),
}
PRODUCT = Machine(
    "product",
    "draft",
    ("draft", "review", "online", "paused", "offline"),
    (
        step("submit", "draft", "review", LENDER),
        step("return", "review", "draft", OPERATOR),
        step("approve", "review", "online", OPERATOR),
        step("pause", "online", "paused", LENDER, OPERATOR),
        step("resume", "paused", "online", LENDER, OPERATOR),
        step("retire", "online paused draft", "offline", LENDER, OPERATOR),
    ),
    STATE_TEXTS,
    _STEP_TEXTS,
)
"""An online product that is edited gets a new version in draft; the old one stays online until that is approved."""

VERSION = Machine(
    "product_version",
    "draft",
    ("draft", "review", "published", "replaced", "dropped"),
    (
        step("submit", "draft", "review", LENDER),
        step("return", "review", "draft", OPERATOR),
        step("approve", "review", "published", OPERATOR),
        step("replace", "published", "replaced", SYSTEM),
        step("drop", "draft review", "dropped", LENDER, SYSTEM),
    ),
    STATE_TEXTS,
    _STEP_TEXTS,
)
"""One version of a product's terms (产品版本); what was published never changes, and applications keep theirs."""

_DEMAND_STATES = (
    "draft",
    "screening",
    "published",
    "matched",
    "in_application",
    "fulfilled",
    "expired",
    "withdrawn",
    "rejected",
)
_DEMAND_ENDS = ("fulfilled", "expired", "withdrawn", "rejected")
DEMAND = Machine(
    "demand",
    "draft",
    _DEMAND_STATES,
    (
        step("submit", "draft", "screening", *FIRM),
        step("publish", "screening", "published", SYSTEM, OPERATOR),
        step("reject", "screening", "rejected", OPERATOR),
        step("match", "published", "matched", SYSTEM),
        step("apply", "published matched", "in_application", *FIRM, SYSTEM),
        step("reopen", "in_application", "published", SYSTEM),
        step("fund", "published matched in_application", "fulfilled", SYSTEM),
        step("expire", "published matched", "expired", SYSTEM),
        step("withdraw", all_but(_DEMAND_STATES, *_DEMAND_ENDS), "withdrawn", *FIRM),
    ),
    STATE_TEXTS,
    _STEP_TEXTS,
)

REFERRAL = Machine(
    "referral",
    "waiting",
    ("waiting", "taken", "applied", "closed", "declined", "lapsed", "withdrawn"),
    (
        step("take", "waiting", "taken", LENDER),
        step("decline", "waiting taken", "declined", LENDER),
        step("lapse", "waiting taken", "lapsed", SYSTEM),
        step("apply", "waiting taken", "applied", *FIRM),
        step("close", "applied", "closed", SYSTEM),
        step("withdraw", "waiting taken applied", "withdrawn", *FIRM, SYSTEM),
    ),
    STATE_TEXTS,
    _STEP_TEXTS,
)
"""A pairing of a demand with one product of one lender (对接). Claims begin taken, through ``take`` at once."""
