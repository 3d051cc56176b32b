"""Setting the limit (额度): every cap that invoices allow, and the least of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.scoring.policy import LendingPolicy


@dataclass(frozen=True, slots=True)
class CapKind:
    """A cap by name, with the formula as people read it."""

    code: str
    name: Text
    formula: Text


PRODUCT = CapKind(
    "product",
    Text(en="product ceiling", zh="产品上限"),
    Text(en="the highest limit of the product", zh="产品规定的最高额度"),
)
REQUESTED = CapKind(
    "requested",
    Text(en="amount asked for", zh="申请金额"),
    Text(en="what the enterprise asked for", zh="企业申请的金额"),
)
INVOICES = CapKind(
    "invoices",
    Text(en="share of sales invoiced", zh="票贷额度"),
    Text(
        en="share by rating, averaged by the probabilities of the ratings, of the sales of 12 months",
        zh="近12个月销项金额 × 按评级概率加权的比例",
    ),
)
WORKING_CAPITAL = CapKind(
    "working_capital",
    Text(en="need for working capital", zh="流动资金需求"),
    Text(
        en="sales x (1 - margin) x (1 + growth) / turns, less own and other funds; margin and growth from"
        " invoices, turns assumed",
        zh="销售额×(1-毛利率)×(1+增长率)÷周转次数,减自有及其他资金;毛利率与增长率取自发票,周转次数为假设",
    ),
)
REVENUE = CapKind(
    "revenue",
    Text(en="debt over sales", zh="负债收入比"),
    Text(
        en="share of the sales of 12 months; other debt is not known and taken as none",
        zh="近12个月销售额的一定比例;其他负债未知,按零计",
    ),
)
NOT_KNOWN = (
    CapKind(
        "tax",
        Text(en="multiple of tax paid", zh="税贷额度"),
        Text(en="no tax payments are known", zh="缺少纳税入库数据"),
    ),
    CapKind(
        "flow",
        Text(en="multiple of account inflow", zh="流水贷额度"),
        Text(en="no account flows are read", zh="未读取账户流水"),
    ),
    CapKind(
        "cash_flow",
        Text(en="affordable payment", zh="现金流偿付能力"),
        Text(en="wages, rent and other costs are not known", zh="缺少工资、租金等支出数据"),
    ),
)
"""Caps of DOMAIN 4.7 that invoices do not allow: named in every decision, with no amount."""


@dataclass(frozen=True, slots=True)
class Cap:
    """``amount_fen`` None: the data that it needs are absent."""

    kind: CapKind
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class Trade:
    """What the caps read, in fen over 12 months; ``growth`` over the year before, None when unknown."""

    sales_fen: int
    purchases_fen: int
    growth: float | None


@dataclass(frozen=True, slots=True)
class Limit:
    """The least cap, rounded down to the policy's step; 0 when it is below the product's lowest."""

    amount_fen: int
    bound_by: CapKind
    caps: tuple[Cap, ...]


def limit_of(
    trade: Trade,
    *,
    ratings: tuple[float, float, float],
    requested_fen: int | None,
    policy: LendingPolicy,
) -> Limit:
    """The limit. ``ratings``: probabilities of A, B, C given that it is one of them."""
    share = sum(p * s for p, s in zip(ratings, policy.invoice_share.values, strict=True))
    sales = max(trade.sales_fen, 0)
    caps = [
        Cap(PRODUCT, policy.fen(policy.limits.highest)),
        Cap(INVOICES, round(sales * share)),
        Cap(WORKING_CAPITAL, _working_capital_fen(trade, policy=policy)),
        Cap(REVENUE, round(sales * policy.revenue_share)),
    ]
    if requested_fen is not None:
        caps.append(Cap(REQUESTED, requested_fen))
    known = [cap for cap in caps if cap.amount_fen is not None]
    least = min(known, key=lambda cap: cap.amount_fen or 0)
    step = policy.fen(policy.limits.step)
    amount = (least.amount_fen or 0) // step * step
    if amount < policy.fen(policy.limits.lowest):
        amount = 0
    return Limit(amount, least.kind, (*caps, *(Cap(kind, None) for kind in NOT_KNOWN)))


def _working_capital_fen(trade: Trade, *, policy: LendingPolicy) -> int:
    """流动资金贷款需求量, simplified: DOMAIN 4.7 (1) without balance-sheet days."""
    known = policy.working_capital
    sales = max(trade.sales_fen, 0)
    margin = 1 - trade.purchases_fen / sales if sales else 0.0
    margin = min(max(margin, known.margin_least), known.margin_most)
    growth = min(max(trade.growth or 0.0, -known.growth_most), known.growth_most)
    need = sales * (1 - margin) * (1 + growth) / known.turns
    return round(need * (1 - known.other_funds_share))
