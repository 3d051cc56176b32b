"""A whole report of a firm that does not exist, and the same with hostile words."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from shuxin.kernel.periods import Month
from shuxin.kernel.text import Text
from shuxin.scoring.report.content import (
    BuyerShares,
    Cap,
    CreditReport,
    DataUse,
    Evidence,
    Figure,
    GradeBand,
    GroupPoints,
    Measure,
    Measured,
    ModelShown,
    MonthAmounts,
    Origin,
    PricePart,
    PriceShown,
    Quantity,
    Reason,
    Ruling,
    ScoreShown,
    Verdict,
    Who,
)

YEAR = Text(en="12 months to 2026-10", zh="2025年11月至2026年10月")
INVOICES = Text(en="Invoices issued", zh="销项发票")
DIGEST = "9f2c41d07be5a8836d1f0c94e27ab35518cfd0916e3b7a42f5d8801c6be94a70"
BAND_STARTS = (("D", 300), ("C", 520), ("B", 580), ("BB", 620), ("A", 660), ("AA", 720))


def money(fen: int | None) -> Quantity:
    return Quantity(fen, Measure.MONEY)


def share(value: float | None) -> Quantity:
    return Quantity(value, Measure.SHARE)


def month_amounts() -> tuple[MonthAmounts, ...]:
    sales = [412, 398, 505, 471, 120, None, 388, 402, 433, 466, 512, 540]
    return tuple(
        MonthAmounts(
            month=Month(2025, 11).plus(i),
            sales_fen=None if value is None else value * 100_000_00,
            purchases_fen=None if value is None else (value * 7 // 10) * 100_000_00,
        )
        for i, value in enumerate(sales)
    )


def reasons() -> tuple[Reason, ...]:
    return (
        Reason(
            text=Text(en="Sales depend on few buyers", zh="销售集中于少数客户，单一客户依赖度偏高"),
            bin=Text(en="40% to 60%", zh="40% 至 60%"),
            value=share(0.523),
            origin=Origin(INVOICES, 1284),
            points_lost=18.0,
        ),
        Reason(
            text=Text(en="Sales vary strongly from month to month", zh="月度销售额波动较大"),
            bin=Text(en="0.35 and above", zh="0.35 及以上"),
            value=Quantity(0.412, Measure.NUMBER),
            origin=Origin(INVOICES, 1284),
            points_lost=11.0,
        ),
        Reason(
            text=Text(en="No record of power use was found", zh="未取得用电记录"),
            bin=Text(en="no data", zh="无数据"),
            value=Quantity(None, Measure.NUMBER),
            origin=Origin(Text(en="Power use of firms", zh="企业用电"), 0),
            points_lost=6.0,
        ),
    )


def figures() -> tuple[Figure, ...]:
    buyers = Quantity(46, Measure.COUNT, Text(en="buyers", zh="家"))
    peers = Quantity(61, Measure.COUNT, Text(en="buyers", zh="家"))
    months = Quantity(11, Measure.MONTHS)
    return (
        Figure(
            Text(en="Sales", zh="销售额"), money(4_647_123_456_78), YEAR, money(3_200_000_000_00)
        ),
        Figure(
            Text(en="Purchases", zh="采购额"), money(325_300_000_00), YEAR, money(221_400_000_00)
        ),
        Figure(Text(en="Buyers", zh="客户数"), buyers, YEAR, peers),
        Figure(
            Text(en="Share of the largest buyer", zh="第一大客户占比"),
            share(0.523),
            YEAR,
            share(0.28),
        ),
        Figure(
            Text(en="Share of void invoices", zh="作废发票占比"), share(0.021), YEAR, share(0.034)
        ),
        Figure(
            Text(en="Months with sales", zh="有销售的月数"),
            months,
            YEAR,
            Quantity(12, Measure.MONTHS),
        ),
        Figure(
            Text(en="Time since registration", zh="成立年限"),
            Quantity(7.4, Measure.YEARS),
            Text(en="to 2026-11-21", zh="截至2026年11月21日"),
            Quantity(6.1, Measure.YEARS),
        ),
        Figure(Text(en="Tax paid", zh="纳税额"), money(None), YEAR),
    )


def credit_report() -> CreditReport:
    flow, tax = (
        Text(en="Multiple of sales", zh="销售流水倍数"),
        Text(en="Multiple of tax", zh="纳税倍数"),
    )
    bands = tuple(GradeBand(name, start) for name, start in BAND_STARTS)
    method = Text(en="bootstrap over subjects", zh="按主体自助抽样")
    return CreditReport(
        who=Who(
            name="榆林示例精密机械有限公司",
            code="91350901MA00000000",
            as_of=dt.date(2026, 11, 21),
            report_id="R-20261121-000042",
            purpose=Text(en="Credit decision", zh="授信审批"),
            reader="示例银行城东支行",
        ),
        ruling=Ruling(
            verdict=Verdict.APPROVE,
            limit_fen=860_000_00,
            rate_bp=435,
            term_months=12,
            binding_cap=flow,
        ),
        score=ScoreShown(634, 300, 850, bands, 0.0312, 12),
        reasons=reasons(),
        figures=figures(),
        months=month_amounts(),
        buyers=BuyerShares((0.523, 0.11, 0.07, 0.05, 0.04, 0.03, 0.02, 0.02), 46, YEAR),
        groups=(
            GroupPoints(Text(en="Size of business", zh="经营规模"), 142, 128),
            GroupPoints(Text(en="Stability", zh="经营稳定性"), 97, 108),
            GroupPoints(Text(en="Buyers and suppliers", zh="上下游关系"), 61, 79),
            GroupPoints(Text(en="Public record", zh="公共信用记录"), 88, 88),
        ),
        caps=(
            Cap(
                flow,
                860_000_00,
                Text(
                    en="mean monthly sales x 2 x (1 - variation of sales)",
                    zh="月均销售额 × 2 ×（1 − 销售波动系数）",
                ),
                is_bound=True,
            ),
            Cap(tax, None, Text(en="tax paid in 12 months x 6", zh="近12个月纳税额 × 6")),
            Cap(
                Text(en="Leverage", zh="负债上限"),
                13_940_000_00,
                Text(en="30% of sales - debt", zh="销售额 × 30% − 现有负债"),
            ),
            Cap(
                Text(en="Product", zh="产品上限"),
                10_000_000_00,
                Text(en="highest limit of the product", zh="产品单户最高额度"),
            ),
        ),
        price=PriceShown(
            rate_bp=435,
            parts=(
                PricePart(Text(en="Cost of funds", zh="资金成本"), 190),
                PricePart(Text(en="Operating cost", zh="运营成本"), 80),
                PricePart(Text(en="Expected loss", zh="预期损失"), 140),
                PricePart(Text(en="Margin", zh="利润"), 25),
            ),
            expected_profit_fen=2_150_00,
            expected_loss_fen=12_074_40,
        ),
        data=(
            DataUse(
                INVOICES, ("4bd1e07c99", "77ac02f1aa", "00de11f2bb"), 1284, dt.date(2026, 11, 20), 3
            ),
            DataUse(
                Text(en="Invoices received", zh="进项发票"),
                ("4bd1e07c99",),
                2077,
                dt.date(2026, 11, 20),
                3,
            ),
            DataUse(
                Text(en="List of abnormal operations", zh="经营异常名录"),
                ("c0ffee0912",),
                0,
                dt.date(2026, 11, 18),
                1,
            ),
        ),
        model=ModelShown(
            name="flow-loan-card 1.2",
            digest=DIGEST,
            trained_on=Text(
                en="123 firms, 27 bad, 2016-10 to 2020-02",
                zh="123 户，其中坏样本 27 户，2016年10月至2020年2月",
            ),
            metrics=(
                Measured("AUC", 0.781, 0.69, 0.86, method),
                Measured("KS", 0.46, 0.31, 0.6, method),
            ),
            cautions=(
                Text(
                    en="measured by cross-validation, not on a later period",
                    zh="由交叉验证得出，未经跨期样本检验",
                ),
            ),
        ),
        contact=Text(en="the platform's service desk, 12345", zh="平台服务台，电话 12345"),
        evidence=(
            Evidence(Text(en="Feature snapshot", zh="特征快照"), DIGEST),
            Evidence(Text(en="Decision rules", zh="决策规则"), DIGEST[::-1]),
            Evidence(Text(en="Record in the log", zh="日志序号"), "1048577"),
        ),
    )


def named(name: str) -> CreditReport:
    """The same report of a firm with another name."""
    report = credit_report()
    return replace(report, who=replace(report.who, name=name))
