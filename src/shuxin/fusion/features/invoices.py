"""Features of invoices (发票特征): DOMAIN 3.1 as far as headers of invoices tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.features.definition import Feature, Grain, Measure, Window, ratio
from shuxin.fusion.features.families import Gap
from shuxin.fusion.features.formulas import (
    QUARTER,
    QUARTER_BEFORE,
    TWO_YEARS,
    YEAR,
    YEAR_BEFORE,
    active_months,
    concentration,
    growth,
    history,
    kept,
    largest_share,
    momentum,
    new_share,
    positive,
    recency,
    share,
    slope,
    total,
    variation,
    vat_burden,
)
from shuxin.fusion.features.readings import Trade
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.fusion.features.definition import Formula

_SIDES = {
    "invoice_out": ("inv_out", Text(en="sales", zh="销售"), Text(en="buyers", zh="下游客户")),
    "invoice_in": (
        "inv_in",
        Text(en="purchases", zh="采购"),
        Text(en="suppliers", zh="上游供应商"),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """A feature of both sides of the trade; titles speak of {what} is traded and with {who}."""

    name: str
    en: str
    zh: str
    group: str
    measure: Measure
    formula: Formula
    window: Window = YEAR
    grain: Grain = Grain.MONTHS
    empty: int | None = None

    def of(self, side: str) -> Feature:
        prefix, what, who = _SIDES[side]
        title = Text(
            en=self.en.format(what=what.en, who=who.en), zh=self.zh.format(what=what.zh, who=who.zh)
        )
        return Feature(
            name=f"{prefix}_{self.name}",
            title=title,
            group=f"{prefix}_{self.group}",
            source=side,
            window=self.window,
            grain=self.grain,
            measure=self.measure,
            empty=self.empty,
            formula=self.formula,
        )


_SCALE = (
    *(
        _Metric(
            name=f"amt_{last}m",
            en=f"{{what}}, last {last} months",
            zh=f"近{last}个月{{what}}额",
            group="scale",
            measure=Measure.FEN,
            formula=total("net", Window(1, last)),
            window=Window(1, last),
            empty=0,
        )
        for last in (3, 6, 12, 24)
    ),
    *(
        _Metric(
            name=f"count_{last}m",
            en=f"invoices of {{what}}, last {last} months",
            zh=f"近{last}个月{{what}}发票张数",
            group="scale",
            measure=Measure.COUNT,
            formula=total("valid", Window(1, last)),
            window=Window(1, last),
            empty=0,
        )
        for last in (3, 12)
    ),
    _Metric(
        name="ticket_12m",
        en="mean amount of an invoice of {what}",
        zh="{what}单张平均金额",
        group="scale",
        measure=Measure.FEN,
        formula=share("gross", ("valid",), YEAR),
    ),
)
_GROWTH = (
    _Metric(
        name="yoy_12m",
        en="{what}, growth over the year before",
        zh="{what}额同比增长率",
        group="growth",
        measure=Measure.RATIO,
        formula=growth(YEAR, YEAR_BEFORE),
        window=TWO_YEARS,
    ),
    _Metric(
        name="yoy_3m",
        en="{what} of 3 months, growth over the same a year ago",
        zh="近3个月{what}额同比增长率",
        group="growth",
        measure=Measure.RATIO,
        formula=growth(QUARTER, QUARTER_BEFORE),
        window=Window(1, 15),
    ),
    _Metric(
        name="momentum_12m",
        en="{what}, last 3 months over the mean of 12",
        zh="{what}额近3个月与近12个月月均之比",
        group="growth",
        measure=Measure.RATIO,
        formula=momentum,
    ),
    _Metric(
        name="slope_12m",
        en="{what}, trend of the logarithm",
        zh="{what}额对数趋势斜率",
        group="growth",
        measure=Measure.PER_MONTH,
        formula=slope,
    ),
)
_STABILITY = (
    _Metric(
        name="cv_12m",
        en="{what}, variation from month to month",
        zh="{what}额月度变异系数",
        group="stability",
        measure=Measure.RATIO,
        formula=variation,
    ),
    _Metric(
        name="active_12m",
        en="months with {what}",
        zh="有{what}发票的月数",
        group="stability",
        measure=Measure.MONTHS,
        formula=active_months,
        empty=0,
    ),
    _Metric(
        name="gap_12m",
        en="longest run of months without {what}",
        zh="{what}最长断票月数",
        group="stability",
        measure=Measure.MONTHS,
        formula=Gap(),
        empty=12,
    ),
    _Metric(
        name="recency_24m",
        en="days since the last invoice of {what}",
        zh="距最近一张{what}发票的天数",
        group="stability",
        measure=Measure.DAYS,
        formula=recency,
        window=TWO_YEARS,
    ),
    _Metric(
        name="history_24m",
        en="months since the first invoice of {what}, 24 at most",
        zh="{what}发票历史月数(至多24)",
        group="stability",
        measure=Measure.MONTHS,
        formula=history,
        window=TWO_YEARS,
        empty=0,
    ),
)
_QUALITY = (
    _Metric(
        name="void_rate_12m",
        en="share of voided invoices of {what}",
        zh="{what}发票作废率",
        group="void",
        measure=Measure.RATIO,
        formula=share("void", ("void", "valid", "red_count"), YEAR),
    ),
    _Metric(
        name="void_amt_rate_12m",
        en="share of voided amounts of {what}",
        zh="{what}作废金额占比",
        group="void",
        measure=Measure.RATIO,
        formula=share("void_amount", ("void_amount", "gross"), YEAR),
    ),
    _Metric(
        name="red_rate_12m",
        en="red-letter amounts over gross {what}",
        zh="{what}红冲率",
        group="void",
        measure=Measure.RATIO,
        formula=share("red", ("gross",), YEAR),
    ),
    _Metric(
        name="round_share_12m",
        en="share of invoices of {what} with a round total",
        zh="{what}整额发票占比",
        group="pattern",
        measure=Measure.RATIO,
        formula=share("round_count", ("valid",), YEAR),
    ),
    _Metric(
        name="month_end_share_12m",
        en="share of invoices of {what} in the last 2 days of a month",
        zh="{what}月末两天开票占比",
        group="pattern",
        measure=Measure.RATIO,
        formula=share("month_end_count", ("valid",), YEAR),
    ),
    _Metric(
        name="tax_rate_12m",
        en="tax over net {what}",
        zh="{what}税额与金额之比",
        group="tax",
        measure=Measure.RATIO,
        formula=share("tax", ("net",), YEAR),
    ),
)
_PARTIES = (
    _Metric(
        name="parties_12m",
        en="number of {who}",
        zh="{who}数",
        group="parties",
        measure=Measure.COUNT,
        formula=lambda parties: (parties["net"] > 0).sum().cast("int64"),
        grain=Grain.PARTIES,
        empty=0,
    ),
    _Metric(
        name="top1_12m",
        en="share of the largest of the {who}",
        zh="第一大{who}占比",
        group="parties",
        measure=Measure.RATIO,
        formula=lambda parties: ratio(parties["positive"].max(), parties["positive"].sum()),
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="top5_12m",
        en="share of the five largest of the {who}",
        zh="前五大{who}占比",
        group="parties",
        measure=Measure.RATIO,
        formula=largest_share,
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="hhi_12m",
        en="concentration (HHI) of {who}",
        zh="{who}集中度(HHI)",
        group="parties",
        measure=Measure.RATIO,
        formula=concentration,
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="kept_24m",
        en="share of last year's {who} that stayed",
        zh="{who}留存率",
        group="parties",
        measure=Measure.RATIO,
        formula=kept,
        window=TWO_YEARS,
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="new_share_24m",
        en="share of {what} with {who} unseen in the year before",
        zh="新增{who}{what}额占比",
        group="parties",
        measure=Measure.RATIO,
        formula=new_share,
        window=TWO_YEARS,
        grain=Grain.PARTIES,
    ),
)
_BOTH_SIDES = (
    Feature(
        name="purchase_to_sales_12m",
        title=Text(en="purchases over sales", zh="进销比"),
        group="margin",
        source="",
        window=YEAR,
        grain=Grain.COMBINED,
        measure=Measure.RATIO,
        empty=None,
        formula=lambda known: ratio(known["inv_in_amt_12m"], positive(known["inv_out_amt_12m"])),
    ),
    Feature(
        name="vat_burden_12m",
        title=Text(
            en="VAT on sales less VAT on purchases, over sales", zh="增值税税负率(发票口径)"
        ),
        group="tax",
        source="",
        window=YEAR,
        grain=Grain.COMBINED,
        measure=Measure.RATIO,
        empty=None,
        formula=vat_burden,
    ),
)

INVOICE_FEATURES: tuple[Feature, ...] = (
    *(
        metric.of(side)
        for side in _SIDES
        for metric in (*_SCALE, *_GROWTH, *_STABILITY, *_QUALITY, *_PARTIES)
    ),
    *_BOTH_SIDES,
)
"""In the order in which they are shown."""
TRADE_READINGS = tuple(Trade(side) for side in _SIDES)
