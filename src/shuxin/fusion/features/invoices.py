"""Features of invoices (发票特征): DOMAIN 3.1 as far as headers of invoices tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.definition import Feature, Grain, Measure, Window, ratio
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from shuxin.fusion.features.definition import Formula

_YEAR = Window(1, 12)
_YEAR_BEFORE = Window(13, 24)
_TWO_YEARS = Window(1, 24)
_QUARTER = Window(1, 3)
_QUARTER_BEFORE = Window(13, 15)
_SIDES = {
    "invoice_out": ("inv_out", Text(en="sales", zh="销售"), Text(en="buyers", zh="下游客户")),
    "invoice_in": (
        "inv_in",
        Text(en="purchases", zh="采购"),
        Text(en="suppliers", zh="上游供应商"),
    ),
}
_TOP = 5


def _sum(column: str, window: Window) -> Formula:
    return lambda months: months[column].sum(where=window.holds(months["k"])).cast("int64")


def _net(months: ir.Table, window: Window) -> ir.IntegerValue:
    return months["net"].sum(where=window.holds(months["k"])).fill_null(0)


def _share(top: str, bottom: tuple[str, ...], window: Window) -> Formula:
    def formula(months: ir.Table) -> ir.Value:
        within = window.holds(months["k"])
        whole = months[bottom[0]]
        for other in bottom[1:]:
            whole = whole + months[other]
        return ratio(months[top].sum(where=within), whole.sum(where=within))

    return formula


def _growth(near: Window, before: Window) -> Formula:
    return lambda months: ratio(_net(months, near), _positive(_net(months, before))) - 1.0


def _positive(value: ir.NumericValue) -> ir.NumericValue:
    """Null unless above zero: a ratio to a negative turnover means nothing."""
    return ibis.ifelse(value > 0, value, ibis.null("int64"))


def _momentum(months: ir.Table) -> ir.Value:
    return ratio(_net(months, _QUARTER) * 4, _positive(_net(months, _YEAR)))


def _slope(months: ir.Table) -> ir.Value:
    """Least squares of ln(1 + A_k in yuan) on time over the window's 12 points; empty months are zero."""
    within = _YEAR.holds(months["k"])
    height = (ibis.greatest(months["net"], 0).cast("float64") / 100.0 + 1.0).ln()
    centred = ibis.literal(6.5) - months["k"].cast("float64")
    return (centred * height).sum(where=within) / 143.0


def _variation(months: ir.Table) -> ir.Value:
    """Standard deviation of 12 monthly amounts over their mean; empty months are zero."""
    within = _YEAR.holds(months["k"])
    amount = months["net"].cast("float64")
    mean = amount.sum(where=within) / 12.0
    square = (amount * amount).sum(where=within) / 12.0
    spread = ibis.greatest(square - mean * mean, 0.0).sqrt()
    return ibis.ifelse(mean > 0, spread / mean.nullif(0.0), ibis.null("float64"))


def _active(months: ir.Table) -> ir.Value:
    return (_YEAR.holds(months["k"]) & (months["valid"] > 0)).sum().cast("int64")


def _longest_gap(months: ir.Table) -> ir.Value:
    """The longest run of months without a valid invoice in the last 12, its older end included."""
    within = _YEAR.holds(months["k"])
    inside = months["gap"].max(where=within).fill_null(0)
    return ibis.greatest(inside, 12 - months["active"].max(where=within))


def _recency(months: ir.Table) -> ir.Value:
    return months["as_of"].max().delta(months["last_on"].max(), unit="day").cast("int64")


def _kept(parties: ir.Table) -> ir.Value:
    known = parties["earlier"] > 0
    return ratio((known & (parties["net"] > 0)).sum(), known.sum())


def _vat_burden(known: ir.Table) -> ir.Value:
    sold, bought = known["inv_out_amt_12m"], known["inv_in_amt_12m"].cast("float64")
    due = known["inv_out_tax_rate_12m"] * sold.cast("float64")
    paid = known["inv_in_tax_rate_12m"].fill_null(0.0) * bought
    return (due - paid) / _positive(sold).cast("float64")


def _history(months: ir.Table) -> ir.Value:
    return months["active"].max()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Metric:
    """A feature of both sides of the trade; titles speak of {what} is traded and with {who}."""

    name: str
    en: str
    zh: str
    group: str
    measure: Measure
    formula: Formula
    window: Window = _YEAR
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
            formula=_sum("net", Window(1, last)),
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
            formula=_sum("valid", Window(1, last)),
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
        formula=_share("gross", ("valid",), _YEAR),
    ),
)
_GROWTH = (
    _Metric(
        name="yoy_12m",
        en="{what}, growth over the year before",
        zh="{what}额同比增长率",
        group="growth",
        measure=Measure.RATIO,
        formula=_growth(_YEAR, _YEAR_BEFORE),
        window=_TWO_YEARS,
    ),
    _Metric(
        name="yoy_3m",
        en="{what} of 3 months, growth over the same a year ago",
        zh="近3个月{what}额同比增长率",
        group="growth",
        measure=Measure.RATIO,
        formula=_growth(_QUARTER, _QUARTER_BEFORE),
        window=Window(1, 15),
    ),
    _Metric(
        name="momentum_12m",
        en="{what}, last 3 months over the mean of 12",
        zh="{what}额近3个月与近12个月月均之比",
        group="growth",
        measure=Measure.RATIO,
        formula=_momentum,
    ),
    _Metric(
        name="slope_12m",
        en="{what}, trend of the logarithm",
        zh="{what}额对数趋势斜率",
        group="growth",
        measure=Measure.PER_MONTH,
        formula=_slope,
    ),
)
_STABILITY = (
    _Metric(
        name="cv_12m",
        en="{what}, variation from month to month",
        zh="{what}额月度变异系数",
        group="stability",
        measure=Measure.RATIO,
        formula=_variation,
    ),
    _Metric(
        name="active_12m",
        en="months with {what}",
        zh="有{what}发票的月数",
        group="stability",
        measure=Measure.MONTHS,
        formula=_active,
        empty=0,
    ),
    _Metric(
        name="gap_12m",
        en="longest run of months without {what}",
        zh="{what}最长断票月数",
        group="stability",
        measure=Measure.MONTHS,
        formula=_longest_gap,
        empty=12,
    ),
    _Metric(
        name="recency_24m",
        en="days since the last invoice of {what}",
        zh="距最近一张{what}发票的天数",
        group="stability",
        measure=Measure.DAYS,
        formula=_recency,
        window=_TWO_YEARS,
    ),
    _Metric(
        name="history_24m",
        en="months since the first invoice of {what}, 24 at most",
        zh="{what}发票历史月数(至多24)",
        group="stability",
        measure=Measure.MONTHS,
        formula=_history,
        window=_TWO_YEARS,
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
        formula=_share("void", ("void", "valid", "red_count"), _YEAR),
    ),
    _Metric(
        name="void_amt_rate_12m",
        en="share of voided amounts of {what}",
        zh="{what}作废金额占比",
        group="void",
        measure=Measure.RATIO,
        formula=_share("void_amount", ("void_amount", "gross"), _YEAR),
    ),
    _Metric(
        name="red_rate_12m",
        en="red-letter amounts over gross {what}",
        zh="{what}红冲率",
        group="void",
        measure=Measure.RATIO,
        formula=_share("red", ("gross",), _YEAR),
    ),
    _Metric(
        name="round_share_12m",
        en="share of invoices of {what} with a round total",
        zh="{what}整额发票占比",
        group="pattern",
        measure=Measure.RATIO,
        formula=_share("round_count", ("valid",), _YEAR),
    ),
    _Metric(
        name="month_end_share_12m",
        en="share of invoices of {what} in the last 2 days of a month",
        zh="{what}月末两天开票占比",
        group="pattern",
        measure=Measure.RATIO,
        formula=_share("month_end_count", ("valid",), _YEAR),
    ),
    _Metric(
        name="tax_rate_12m",
        en="tax over net {what}",
        zh="{what}税额与金额之比",
        group="tax",
        measure=Measure.RATIO,
        formula=_share("tax", ("net",), _YEAR),
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
        formula=lambda parties: parties["share"].max(),
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="top5_12m",
        en="share of the five largest of the {who}",
        zh="前五大{who}占比",
        group="parties",
        measure=Measure.RATIO,
        formula=lambda parties: parties["share"].sum(where=parties["rank"] <= _TOP),
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="hhi_12m",
        en="concentration (HHI) of {who}",
        zh="{who}集中度(HHI)",
        group="parties",
        measure=Measure.RATIO,
        formula=lambda parties: (parties["share"] * parties["share"]).sum(),
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="kept_24m",
        en="share of last year's {who} that stayed",
        zh="{who}留存率",
        group="parties",
        measure=Measure.RATIO,
        formula=_kept,
        window=_TWO_YEARS,
        grain=Grain.PARTIES,
    ),
    _Metric(
        name="new_share_24m",
        en="share of {what} with {who} unseen in the year before",
        zh="新增{who}{what}额占比",
        group="parties",
        measure=Measure.RATIO,
        formula=lambda parties: parties["share"].sum(where=parties["earlier"] <= 0),
        window=_TWO_YEARS,
        grain=Grain.PARTIES,
    ),
)
_BOTH_SIDES = (
    Feature(
        name="purchase_to_sales_12m",
        title=Text(en="purchases over sales", zh="进销比"),
        group="margin",
        source="",
        window=_YEAR,
        grain=Grain.COMBINED,
        measure=Measure.RATIO,
        empty=None,
        formula=lambda known: ratio(known["inv_in_amt_12m"], _positive(known["inv_out_amt_12m"])),
    ),
    Feature(
        name="vat_burden_12m",
        title=Text(
            en="VAT on sales less VAT on purchases, over sales", zh="增值税税负率(发票口径)"
        ),
        group="tax",
        source="",
        window=_YEAR,
        grain=Grain.COMBINED,
        measure=Measure.RATIO,
        empty=None,
        formula=_vat_burden,
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
