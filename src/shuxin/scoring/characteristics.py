"""Features as candidates for a card: titles, units, groups, and the sentences that explain lost points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.scoring.binning.merge import Trend
from shuxin.scoring.binning.table import FEN
from shuxin.scoring.card.plan import Characteristic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.fusion.api import Feature

_LOW = Text(
    en="{title}: below the range in which enterprises repaid best",
    zh="{title}低于还款表现最好的区间",
)
_HIGH = Text(
    en="{title}: above the range in which enterprises repaid best",
    zh="{title}高于还款表现最好的区间",
)
_MISSING = Text(en="{title}: no data", zh="缺少“{title}”所需数据")
_TRENDS = {
    Trend.DESCENDING: ("amt_3m", "amt_6m", "amt_12m", "amt_24m", "count_3m", "count_12m", "ticket_12m", "yoy_12m",
                       "yoy_3m", "momentum_12m", "slope_12m", "active_12m", "history_24m", "parties_12m", "kept_24m"),
    Trend.ASCENDING: ("cv_12m", "gap_12m", "recency_24m", "void_rate_12m", "void_amt_rate_12m", "red_rate_12m",
                      "top1_12m", "top5_12m", "hhi_12m", "new_share_24m", "purchase_to_sales_12m"),
}  # fmt: skip
"""How the bad rate moves as a metric rises: more trade, steadier, with more and longer-known partners is
safer. Fixed beforehand by judgement, so that a small sample cannot teach the opposite."""
_TREND = {metric: trend for trend, metrics in _TRENDS.items() for metric in metrics}
SMALL_SAMPLE_BADS = 500
"""DOMAIN 4.1: a scorecard wants 500 to 1,000 bads; with fewer, training is more cautious."""
UNITS = {
    "fen": FEN,
    "ratio": "",
    "count": "",
    "months": "个月",
    "days": "天",
    "1/month": "/月",
    "flag": "",
    "points": "",
    "kwh": "千瓦时",
    "m3": "立方米",
}


GROUPS = {
    "inv_out_scale": Text(en="size of sales", zh="销售规模"),
    "inv_out_growth": Text(en="growth of sales", zh="销售增长"),
    "inv_out_stability": Text(en="steadiness of sales", zh="销售稳定性"),
    "inv_out_void": Text(en="voided and red invoices issued", zh="销项作废与红冲"),
    "inv_out_pattern": Text(en="pattern of invoices issued", zh="销项开票形态"),
    "inv_out_tax": Text(en="tax on sales", zh="销项税额"),
    "inv_out_parties": Text(en="buyers", zh="下游客户"),
    "inv_in_scale": Text(en="size of purchases", zh="采购规模"),
    "inv_in_growth": Text(en="growth of purchases", zh="采购增长"),
    "inv_in_stability": Text(en="steadiness of purchases", zh="采购稳定性"),
    "inv_in_void": Text(en="voided and red invoices received", zh="进项作废与红冲"),
    "inv_in_pattern": Text(en="pattern of invoices received", zh="进项开票形态"),
    "inv_in_tax": Text(en="tax on purchases", zh="进项税额"),
    "inv_in_parties": Text(en="suppliers", zh="上游供应商"),
    "margin": Text(en="purchases against sales", zh="进销比"),
    "tax": Text(en="VAT burden", zh="增值税税负"),
}
"""Groups of features as people read them."""


def candidates(features: Sequence[Feature], *, bads: int) -> list[Characteristic]:
    """One characteristic a feature, in their order.

    With few ``bads`` only features of an expected direction stand: one that may go either way learns
    noise from a small sample, and gives reasons that nobody can defend.
    """
    found = [
        Characteristic(
            name=feature.name,
            title=feature.title,
            group=feature.group,
            unit=UNITS[feature.measure],
            trend=_TREND.get(feature.name.removeprefix("inv_out_").removeprefix("inv_in_")),
            reason_low=_about(_LOW, feature.title),
            reason_high=_about(_HIGH, feature.title),
            reason_missing=_about(_MISSING, feature.title),
        )
        for feature in features
    ]
    if bads >= SMALL_SAMPLE_BADS:
        return found
    return [characteristic for characteristic in found if characteristic.trend is not None]


def _about(template: Text, title: Text) -> Text:
    return Text(en=template.en.format(title=title.en), zh=template.zh.format(title=title.zh))
