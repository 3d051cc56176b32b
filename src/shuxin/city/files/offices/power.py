"""The power company (电力): monthly bills by account number and customer's name: T77."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, DataGroup, FieldType, Level, Sharing
from shuxin.city.files import picks
from shuxin.city.files.tables import Column, Form, Kind, Table
from shuxin.city.files.wording import (
    amount_column,
    count_column,
    date_column,
    known_column,
    month_column,
    name_column,
)
from shuxin.kernel.dates import DateSpelling

DEPARTMENT = "澜坪供电公司"

TABLES = (
    Table(
        dataset="power_bill",
        number="T77",
        title="月度电费账单",
        department=DEPARTMENT,
        catalogue="power_bills",
        columns=(
            Column(name="acct", header="用电户号", type=FieldType.CODE, required=True, take="acct"),
            name_column("用电客户", take=picks.first_name),
            month_column("账单月", DateSpelling.DASH_MONTH, take="month"),
            count_column("kwh", "有功电量(千瓦时)"),
            count_column("peak", "峰段电量"),
            count_column("valley", "谷段电量"),
            amount_column("amount", "应收电费"),
            date_column("paid_at", "实收日", DateSpelling.COMPACT, "未收"),
            amount_column("arrears", "结欠电费"),
            Column(
                name="outage_for_debt",
                header="欠费停电",
                type=FieldType.BOOLEAN,
                level=Level.L2,
                take="outage_for_debt",
            ),
            known_column("账单推送日", DateSpelling.COMPACT),
        ),
        key=("acct", "period"),
        known_time="known_on",
        cycle=Cycle.MONTH,
        lag_days=5,
        sharing=Sharing.CONDITIONAL,
        group=DataGroup.MARKET,
        form=Form(kind=Kind.TEXT, file="月度电费账单.csv.gz", packed=True, line_end="\n"),
    ),
)
