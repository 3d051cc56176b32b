"""Features of statements and annual reports (财报特征): DOMAIN 3.1, turnover and leverage."""

from __future__ import annotations

from shuxin.fusion.features.conditions import Below
from shuxin.fusion.features.definition import EVER, NOW, Measure, months
from shuxin.fusion.features.families import (
    Count,
    Least,
    Most,
    Newest,
    Product,
    Quotient,
)
from shuxin.fusion.features.library.writing import Group, newest
from shuxin.fusion.features.readings import Added, Facts, MonthOfYear, Whole

_MONTH_DAYS = 365.0 / 12.0

BOOKS = Facts(
    name="financial_statement",
    standard="financial_statement",
    event="period",
    columns={
        "cash": Added(("cash",)),
        "receivables": Whole("receivables"),
        "inventory": Added(("inventory",)),
        "quick": Added(("cash", "receivables")),
        "current": Added(("cash", "receivables", "inventory")),
        "due_soon": Added(("short_loans", "payables")),
        "loans": Added(("short_loans", "long_loans")),
        "assets": Whole("total_assets"),
        "assets_begin": Whole("total_assets_begin"),
        "fixed": Added(("fixed_assets",)),
        "liabilities": Whole("total_liabilities"),
        "payables": Added(("payables",)),
        "equity": Whole("equity"),
        "revenue": Whole("revenue"),
        "cost": Whole("cost"),
        "gross": Added(("revenue",), less=("cost",)),
        "expenses": Added(("sell_expense", "admin_expense", "finance_expense")),
        "research": Added(("rd_expense",)),
        "finance": Whole("finance_expense"),
        "earned": Added(("total_profit", "finance_expense")),
        "net_profit": Whole("net_profit"),
        "covered": MonthOfYear("period"),
    },
    size="total_assets",
)
"""Income is of the year to date, as statements are filed; ``covered`` are its months."""
_SIZE, _DEBT = Group(BOOKS, "books_size"), Group(BOOKS, "books_leverage")
_PROFIT, _TURN = Group(BOOKS, "books_profit"), Group(BOOKS, "books_turnover")


def _over(top: str, bottom: str, *, times: float = 1.0) -> Quotient:
    return Quotient(Newest(top), Newest(bottom), times=times)


def _days_of(top: str, bottom: str) -> Product:
    """Stock / flow of the year to date * the days that it covers."""
    return Product(Quotient(Newest(top), Newest(bottom), times=_MONTH_DAYS), Newest("covered"))


_BOOK_FEATURES = (
    newest(_SIZE, "books_assets", "total assets", "资产总计", Measure.FEN, "assets", NOW),
    newest(_SIZE, "books_revenue", "revenue of the year to date, in statements", "财报本年累计营业收入", Measure.FEN,
           "revenue", NOW),
    newest(_SIZE, "books_equity", "equity", "所有者权益合计（财报）", Measure.FEN, "equity", NOW),
    _SIZE.has("books_assets_growth", "total assets over those at the beginning", "资产总计较期初增长率", NOW,
              Measure.RATIO,
              Quotient(Newest("assets"), Newest("assets_begin"), plus=-1.0)),
    _SIZE.has("books_age", "days since the period of the newest statement began", "最近财报所属期距今天数", NOW,
              Measure.DAYS, Least("days", EVER)),
    _SIZE.has("books_filed_36m", "statements filed, last 36 months", "近36个月财报份数", months(36), Measure.COUNT,
              Count(months(36))),
    _DEBT.has("books_leverage", "liabilities over assets", "资产负债率", NOW, Measure.RATIO,
              _over("liabilities", "assets")),
    _DEBT.has("books_current_ratio", "cash, receivables and inventory over short debt", "流动比率", NOW, Measure.RATIO,
              _over("current", "due_soon")),
    _DEBT.has("books_quick_ratio", "cash and receivables over short debt", "速动比率", NOW, Measure.RATIO,
              _over("quick", "due_soon")),
    _DEBT.has("books_cash_ratio", "cash over short debt", "现金比率", NOW, Measure.RATIO, _over("cash", "due_soon")),
    _DEBT.has("books_loans_share", "loans over assets", "有息负债占资产比", NOW, Measure.RATIO, _over("loans",
              "assets")),
    _DEBT.has("books_interest_cover", "profit before interest over interest", "利息保障倍数", NOW, Measure.RATIO,
              _over("earned", "finance")),
    _DEBT.has("books_insolvent_36m", "statements with negative equity, last 36 months", "近36个月资不抵债期数",
              months(36), Measure.COUNT, Count(months(36), (Below("equity", 0),))),
    _PROFIT.has("books_gross_margin", "gross margin", "毛利率（财报）", NOW, Measure.RATIO, _over("gross", "revenue")),
    _PROFIT.has("books_net_margin", "net margin", "净利率（财报）", NOW, Measure.RATIO, _over("net_profit", "revenue")),
    _PROFIT.has("books_roa", "net profit of the year to date over assets", "总资产净利率", NOW, Measure.RATIO,
                _over("net_profit", "assets")),
    _PROFIT.has("books_roe", "net profit of the year to date over equity", "净资产收益率", NOW, Measure.RATIO,
                _over("net_profit", "equity")),
    _PROFIT.has("books_expense_share", "expenses over revenue", "期间费用率", NOW, Measure.RATIO,
                _over("expenses", "revenue")),
    _PROFIT.has("books_rd_share", "research over revenue, in statements", "研发费用率（财报）", NOW, Measure.RATIO,
                _over("research", "revenue")),
    _PROFIT.has("books_losses_36m", "statements with a loss, last 36 months", "近36个月亏损财报期数", months(36),
                Measure.COUNT, Count(months(36), (Below("net_profit", 0),))),
    _TURN.has("books_receivable_days", "days of sales outstanding", "应收账款周转天数", NOW, Measure.DAYS,
              _days_of("receivables", "revenue")),
    _TURN.has("books_inventory_days", "days of inventory", "存货周转天数", NOW, Measure.DAYS,
              _days_of("inventory", "cost")),
    _TURN.has("books_payable_days", "days of payables", "应付账款周转天数", NOW, Measure.DAYS,
              _days_of("payables", "cost")),
    _TURN.has("books_receivable_share", "receivables over assets", "应收账款占资产比", NOW, Measure.RATIO,
              _over("receivables", "assets")),
    _TURN.has("books_fixed_share", "fixed assets over assets", "固定资产占比", NOW, Measure.RATIO,
              _over("fixed", "assets")),
)  # fmt: skip

REPORTS = Facts(
    name="annual_report",
    standard="annual_report",
    event="report_year",
    columns={
        "employees": Whole("employees"),
        "assets": Whole("assets"),
        "liabilities": Whole("liabilities"),
        "revenue": Whole("revenue"),
        "net_profit": Whole("net_profit"),
        "tax": Whole("tax"),
    },
    size="revenue",
)
_REPORT = Group(REPORTS, "annual_report")
_REPORT_FEATURES = (
    newest(_REPORT, "report_employees", "employees in the annual report", "年报从业人数", Measure.COUNT, "employees",
           NOW),
    _REPORT.has("report_employees_growth", "employees in the annual report over the year before",
                "年报从业人数增长率", NOW,
                Measure.RATIO, Quotient(Newest("employees"), Newest("employees", 1), plus=-1.0)),
    newest(_REPORT, "report_revenue", "revenue in the annual report", "年报营业总收入", Measure.FEN, "revenue", NOW),
    _REPORT.has("report_revenue_growth", "revenue in the annual report over the year before", "年报营业总收入增长率",
                NOW,
                Measure.RATIO, Quotient(Newest("revenue"), Newest("revenue", 1), plus=-1.0)),
    _REPORT.has("report_leverage", "liabilities over assets, annual report", "年报资产负债率", NOW, Measure.RATIO,
                _over("liabilities", "assets")),
    _REPORT.has("report_margin", "net profit over revenue, annual report", "年报净利率", NOW, Measure.RATIO,
                _over("net_profit", "revenue")),
    _REPORT.has("report_filed", "annual reports filed, last 36 months", "近36个月年报份数", months(36), Measure.COUNT,
                Count(months(36))),
    _REPORT.has("report_employees_to_peak", "employees in the annual report over the most ever",
                "年报从业人数与历史峰值之比", EVER, Measure.RATIO,
                Quotient(Newest("employees"), Most("employees", EVER))),
)  # fmt: skip

READINGS = (BOOKS, REPORTS)
FEATURES = (*_BOOK_FEATURES, *_REPORT_FEATURES)
