"""The bank (银行): flows of borrowers' accounts, loans, applications, the churn of rates: T87, T85, T94."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from shuxin.catalogue.api import Cycle, DataGroup, FieldType, Meaning, Sharing
from shuxin.city.files import picks
from shuxin.city.files.lending import ledger_of
from shuxin.city.files.tables import Form, Kind, Row, Table, key_of
from shuxin.city.files.wording import code_column, machine_column, name_column
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shuxin.city.files.source import Extract, Source
    from shuxin.city.files.tables import Value

DEPARTMENT = "澜坪农商银行"
APPLICATIONS = 60
_ASKED = (0.10, 0.40)
_FIRST_APPLICATION = dt.date(2025, 12, 15)
_APPLICATION_DAYS = 17
_TRADING_MONTHS, _YEAR = 3, 12
_LEAST_SALES_FEN = 30_000_000
"""In a year: of those who sell less, nobody asks for as much as a bank lends."""
_TEN_THOUSAND_YUAN_FEN = 1_000_000
_BASIS_POINTS = 10_000

_LOW, _KNEE, _HIGH = 0.04, 0.06, 0.15
_FINE_STEPS, _STEPS = 8, 20
_CURVES = ((2.7, 0.92), (2.2, 0.90), (1.8, 0.88))
"""Bend and height of the churn at ratings A, B, C."""
_CHURN_NOISE = 0.006


def _borrowers(extract: Extract) -> Sequence[Value]:
    """Rows of firms that are in the ledger."""
    borrowers = {loan.firm for loan in ledger_of(extract.source)}
    return [firm in borrowers for firm in extract.firm]


def _loans(source: Source) -> Iterator[Row]:
    for loan in ledger_of(source):
        broke = loan.defaulted_on
        yield Row(
            key_of(loan.firm),
            (
                loan.number,
                source.codes[loan.firm],
                source.name_on(loan.firm, loan.drawn_on),
                loan.drawn_on,
                loan.fen,
                loan.rate_bp / _BASIS_POINTS,
                loan.rating,
                broke is not None,
                broke,
                broke + dt.timedelta(days=1) if broke else loan.window_end,
            ),
        )


def _applications(source: Source) -> Iterator[Row]:
    """Firms that live, trade on some scale and have nothing overdue, in their order."""
    money = source.world.money
    able = source.world.active(money.sales.shape[1] - 1)
    able &= (money.sales[:, -_TRADING_MONTHS:] > 0).all(axis=1)
    able &= money.sales[:, -_YEAR:].sum(axis=1) >= _LEAST_SALES_FEN
    able &= (money.debt_late[:, -1] == 0) & (source.world.outcome.failed < 0)
    rng = source.rng("applications")
    for firm in np.sort(rng.permutation(np.flatnonzero(able))[:APPLICATIONS]).tolist():
        day = _FIRST_APPLICATION + dt.timedelta(days=int(rng.integers(_APPLICATION_DAYS)))
        asked = float(rng.uniform(*_ASKED)) * int(money.sales[firm, -_YEAR:].sum())
        requested = max(1, round(asked / _TEN_THOUSAND_YUAN_FEN)) * _TEN_THOUSAND_YUAN_FEN
        name = source.name_on(firm, day)
        yield Row(key_of(firm), (source.codes[firm], name, day, requested))


def _churn(source: Source) -> Iterator[Row]:
    """29 rates; the share of customers who leave at each rises from 0, steeply at first."""
    rng = source.rng("churn")
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


TABLES = (
    Table(
        dataset="bank_flow",
        number="T87",
        title="借款户对公账户流水",
        department=DEPARTMENT,
        catalogue="bank_flows",
        kept=_borrowers,
        columns=(
            machine_column("flow_no", "交易流水号", FieldType.CODE, take="txn_no"),
            code_column("账户持有人代码", name="subject_code"),
            name_column("户名", name="subject_name"),
            machine_column(
                "booked_on",
                "交易日期",
                FieldType.DATE,
                Meaning.EVENT_TIME,
                spelling=DateSpelling.COMPACT,
                take="ts",
            ),
            machine_column("direction", "借贷标志", FieldType.CODE),
            machine_column("amount", "交易金额", FieldType.MONEY, Meaning.AMOUNT),
            machine_column("balance", "余额", FieldType.MONEY, take="balance_after"),
            machine_column(
                "party",
                "对方户名",
                FieldType.STRING,
                Meaning.OTHER_NAME,
                required=False,
                take="counterparty_name",
            ),
            machine_column("summary", "摘要", FieldType.CODE),
            machine_column(
                "known_on",
                "入账日期",
                FieldType.DATE,
                spelling=DateSpelling.COMPACT,
                take=picks.known,
            ),
        ),
        key=("flow_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(kind=Kind.TEXT, file="对公账户流水.csv", encoding="gb18030"),
    ),
    Table(
        dataset="loan_outcome",
        number="T85",
        title="贷款台账及结果",
        department=DEPARTMENT,
        fill=_loans,
        columns=(
            machine_column("loan_no", "借据号", FieldType.CODE),
            code_column("借款人代码", name="subject_code"),
            name_column("借款人", name="subject_name"),
            machine_column("drawn_on", "放款日", FieldType.DATE, Meaning.EVENT_TIME),
            machine_column("amount", "放款金额", FieldType.MONEY, Meaning.AMOUNT),
            machine_column("rate", "年利率", FieldType.NUMBER),
            machine_column("rating", "信誉评级", FieldType.CODE),
            machine_column("defaulted", "是否违约", FieldType.BOOLEAN),
            machine_column("defaulted_on", "违约日", FieldType.DATE, required=False),
            machine_column("known_on", "结果日期", FieldType.DATE),
        ),
        key=("loan_no",),
        known_time="known_on",
        cycle=Cycle.DAY,
        lag_days=1,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(kind=Kind.TEXT, file="贷款台账.csv", encoding="gb18030"),
    ),
    Table(
        dataset="loan_application",
        number="T94",
        title="本月贷款申请",
        department=DEPARTMENT,
        fill=_applications,
        columns=(
            code_column("申请人代码", name="subject_code"),
            name_column("申请人", name="subject_name"),
            machine_column("applied_on", "申请日", FieldType.DATE, Meaning.EVENT_TIME),
            machine_column("requested", "申请金额", FieldType.MONEY, Meaning.AMOUNT),
        ),
        key=("subject_code", "applied_on"),
        known_time="applied_on",
        cycle=Cycle.REAL_TIME,
        lag_days=0,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.FINANCIAL,
        form=Form(kind=Kind.TEXT, file="贷款申请.csv", encoding="gb18030"),
    ),
    Table(
        dataset="rate_churn",
        number="",
        title="利率与客户流失率",
        department=DEPARTMENT,
        fill=_churn,
        columns=(
            machine_column("rate", "贷款年利率", FieldType.NUMBER),
            machine_column("churn_a", "信誉评级A", FieldType.NUMBER),
            machine_column("churn_b", "信誉评级B", FieldType.NUMBER),
            machine_column("churn_c", "信誉评级C", FieldType.NUMBER),
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
    ),
)
