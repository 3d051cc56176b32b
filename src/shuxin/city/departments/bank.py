"""The bank (银行): flows of borrowers' accounts, loans, applications, the churn of rates: T87, T85, T94."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from shuxin.catalogue.api import Cycle, DataGroup, FieldType, Level, Meaning, Sharing
from shuxin.city.business import Flow
from shuxin.city.departments.wording import code_column, name_column
from shuxin.city.tables import Column, Form, Kind, Row, Table
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.random import Generator

    from shuxin.city.economy import Books
    from shuxin.city.firms import City, Firm

DEPARTMENT = "澜坪农商银行"
APPLICATIONS = 60
_ASKED = (0.10, 0.40)
_FIRST_APPLICATION = dt.date(2025, 12, 15)
_APPLICATION_DAYS = 17
_TRADING_MONTHS = 3
_YEAR = 12
_TEN_THOUSAND_YUAN_FEN = 1_000_000
_BASIS_POINTS = 10_000

_OTHERS, _OWNER, _STAFF, _TREASURY, _LANDLORD = (
    "其他往来单位",
    "本户股东",
    "代发户",
    "国库",
    "出租方",
)
_BOOKED: Mapping[Flow, tuple[int, str]] = {
    Flow.OWNER_IN: (8, "股东垫款"),
    Flow.RENT: (9, "房租"),
    Flow.WAGES: (10, "工资"),
    Flow.TAXES: (15, "税款"),
    Flow.SUPPLIERS: (18, "货款"),
    Flow.OWNER_OUT: (25, "分红"),
}
"""Day of the month and summary; income comes before the first payment, as in the books."""
_MAIN_CUSTOMER_DAY, _CUSTOMERS_DAY, _SERVICE_DAY = 2, 5, 21

_LOW, _KNEE, _HIGH = 0.04, 0.06, 0.15
_FINE_STEPS, _STEPS = 8, 20
_CURVES = ((2.7, 0.92), (2.2, 0.90), (1.8, 0.88))
"""Bend and height of the churn at ratings A, B, C [D]."""
_CHURN_NOISE = 0.006

_Booking = tuple[dt.date, int, str, str]
"""Day, signed fen, other party's name, summary."""


def _flows(city: City, firm: Firm, _rng: Generator) -> Iterator[Row]:
    """Of firms that borrowed at some time; one row for each kind of payment in a month."""
    books = city.economy.books.get(firm.number)
    if books is None or not books.loans:
        return
    balance = books.opening
    for month in range(len(city.months)):
        for day, amount, party, summary in sorted(_bookings(city, firm, books, month)):
            balance += amount
            yield Row(
                firm.key,
                (
                    firm.uscc,
                    firm.name_on(day),
                    day,
                    "收" if amount > 0 else "支",
                    abs(amount),
                    balance,
                    party,
                    summary,
                    day + dt.timedelta(days=1),
                ),
            )


def _bookings(city: City, firm: Firm, books: Books, month: int) -> Iterator[_Booking]:
    first, flows = city.months[month], books.flows[month]
    slot = int(month >= books.largest_lost and len(books.customers) > 1)
    main = city.trade.customers[firm.number][slot][0].name
    from_main = int(flows[Flow.RECEIPTS] * float(books.customers[slot]))
    drawn_on = next((x.drawn_on for x in books.loans if x.month == month), first)
    parties = {
        Flow.OWNER_IN: _OWNER,
        Flow.RENT: _LANDLORD,
        Flow.WAGES: _STAFF,
        Flow.TAXES: _TREASURY,
        Flow.SUPPLIERS: city.trade.suppliers[firm.number][0].name,
        Flow.OWNER_OUT: _OWNER,
    }
    service = int(flows[Flow.INTEREST] + flows[Flow.PRINCIPAL])
    rest = int(flows[Flow.RECEIPTS]) - from_main
    bookings = [
        (first.replace(day=_MAIN_CUSTOMER_DAY), from_main, main, "货款"),
        (first.replace(day=_CUSTOMERS_DAY), rest, _OTHERS, "货款"),
        (drawn_on, int(flows[Flow.DRAWDOWN]), DEPARTMENT, "放款"),
        (first.replace(day=_SERVICE_DAY), service, DEPARTMENT, "还本付息"),
    ]
    bookings += [
        (first.replace(day=day), int(flows[flow]), parties[flow], summary)
        for flow, (day, summary) in _BOOKED.items()
    ]
    yield from (booking for booking in bookings if booking[1])


def _loans(city: City, firm: Firm, _rng: Generator) -> Iterator[Row]:
    books = city.economy.books.get(firm.number)
    for loan in books.loans if books else ():
        defaulted_on = loan.defaulted_on
        yield Row(
            firm.key,
            (
                loan.number,
                firm.uscc,
                firm.name_on(loan.drawn_on),
                loan.drawn_on,
                loan.amount,
                loan.rate_bp / _BASIS_POINTS,
                loan.rating,
                defaulted_on is not None,
                defaulted_on,
                defaulted_on + dt.timedelta(days=1) if defaulted_on else loan.window_end,
            ),
        )


def _applications(city: City, rng: Generator) -> Iterator[Row]:
    """Firms that live, trade and owe the bank nothing, in the order of their days."""
    able = [n for n, books in city.economy.books.items() if _may_apply(city.firms[n], books)]
    chosen = sorted(able[place] for place in rng.permutation(len(able))[:APPLICATIONS])
    for number in chosen:
        firm, books = city.firms[number], city.economy.books[number]
        day = _FIRST_APPLICATION + dt.timedelta(days=int(rng.integers(_APPLICATION_DAYS)))
        asked = float(rng.uniform(*_ASKED)) * int(books.sales[-_YEAR:].sum())
        requested = max(1, round(asked / _TEN_THOUSAND_YUAN_FEN)) * _TEN_THOUSAND_YUAN_FEN
        yield Row(firm.key, (firm.uscc, firm.name_on(day), day, requested))


def _may_apply(firm: Firm, books: Books) -> bool:
    trades = firm.ended_on is None and bool(books.sales[-_TRADING_MONTHS:].all())
    return trades and all(loan.is_repaid for loan in books.loans)


def _churn(_city: City, rng: Generator) -> Iterator[Row]:
    """29 rates; the share of customers who leave at each rises from 0, steeply at first."""
    fine = np.linspace(_LOW, _KNEE, _FINE_STEPS, endpoint=False)
    rates = np.concatenate([fine, np.linspace(_KNEE, _HIGH, _STEPS + 1)])
    way = (rates - _LOW) / (_HIGH - _LOW)
    columns = []
    for bend, height in _CURVES:
        curve = height * (1 - np.exp(-bend * way)) / (1 - np.exp(-bend))
        noisy = np.sort(np.clip(curve + _CHURN_NOISE * rng.standard_normal(len(way)), 0, 1))
        columns.append([0.0, *noisy[1:]])
    for rate, *shares in zip(rates, *columns, strict=True):
        yield Row("", (round(float(rate), 4), *(round(float(share), 6) for share in shares)))


def _column(
    name: str,
    header: str,
    kind: FieldType,
    meaning: Meaning = Meaning.NONE,
    *,
    spelling: DateSpelling = DateSpelling.DASH,
) -> Column:
    """Written by the bank's system: in every row, and right."""
    return Column(
        name=name,
        header=header,
        type=kind,
        meaning=meaning,
        level=Level.L3,
        required=True,
        exact=True,
        spelling=spelling,
    )


TABLES = (
    Table(
        dataset="bank_flow",
        number="T87",
        title="借款户对公账户流水",
        department=DEPARTMENT,
        columns=(
            code_column("账户持有人代码", name="subject_code"),
            name_column("户名", name="subject_name"),
            _column(
                "booked_on",
                "交易日期",
                FieldType.DATE,
                Meaning.EVENT_TIME,
                spelling=DateSpelling.COMPACT,
            ),
            _column("direction", "借贷标志", FieldType.CODE),
            _column("amount", "交易金额", FieldType.MONEY, Meaning.AMOUNT),
            _column("balance", "余额", FieldType.MONEY),
            _column("party", "对方户名", FieldType.STRING, Meaning.OTHER_NAME),
            _column("summary", "摘要", FieldType.CODE),
            _column("known_on", "入账日期", FieldType.DATE, spelling=DateSpelling.COMPACT),
        ),
        key=("subject_code", "booked_on", "direction", "party", "summary"),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(kind=Kind.TEXT, file="对公账户流水.csv", encoding="gb18030"),
        fill=_flows,
    ),
    Table(
        dataset="loan_outcome",
        number="T85",
        title="贷款台账及结果",
        department=DEPARTMENT,
        columns=(
            _column("loan_no", "借据号", FieldType.CODE),
            code_column("借款人代码", name="subject_code"),
            name_column("借款人", name="subject_name"),
            _column("drawn_on", "放款日", FieldType.DATE, Meaning.EVENT_TIME),
            _column("amount", "放款金额", FieldType.MONEY, Meaning.AMOUNT),
            _column("rate", "年利率", FieldType.NUMBER),
            _column("rating", "信誉评级", FieldType.CODE),
            _column("defaulted", "是否违约", FieldType.BOOLEAN),
            Column(
                name="defaulted_on",
                header="违约日",
                type=FieldType.DATE,
                level=Level.L3,
                exact=True,
            ),
            _column("known_on", "结果日期", FieldType.DATE),
        ),
        key=("loan_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(kind=Kind.TEXT, file="贷款台账.csv", encoding="gb18030"),
        fill=_loans,
    ),
    Table(
        dataset="loan_application",
        number="T94",
        title="本月贷款申请",
        department=DEPARTMENT,
        columns=(
            code_column("申请人代码", name="subject_code"),
            name_column("申请人", name="subject_name"),
            _column("applied_on", "申请日", FieldType.DATE, Meaning.EVENT_TIME),
            _column("requested", "申请金额", FieldType.MONEY, Meaning.AMOUNT),
        ),
        key=("subject_code", "applied_on"),
        known_time="applied_on",
        cycle=Cycle.REAL_TIME,
        lag_days=0,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(kind=Kind.TEXT, file="贷款申请.csv", encoding="gb18030"),
        fill_city=_applications,
    ),
    Table(
        dataset="rate_churn",
        number="",
        title="利率与客户流失率",
        department=DEPARTMENT,
        columns=(
            _column("rate", "贷款年利率", FieldType.NUMBER),
            _column("churn_a", "信誉评级A", FieldType.NUMBER),
            _column("churn_b", "信誉评级B", FieldType.NUMBER),
            _column("churn_c", "信誉评级C", FieldType.NUMBER),
        ),
        key=("rate",),
        known_time="",
        cycle=Cycle.YEAR,
        lag_days=0,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(
            kind=Kind.XLSX,
            file="利率与客户流失率.xlsx",
            table="统计",
            groups=(("", 1), ("客户流失率", 3)),
        ),
        fill_city=_churn,
    ),
)
