"""Human resources (人社): what each unit pays into social insurance: T37."""

from __future__ import annotations

from shuxin.catalogue.api import Cycle, Level, Sharing
from shuxin.city.files.tables import Form, Kind, Table
from shuxin.city.files.wording import (
    amount_column,
    code_column,
    count_column,
    date_column,
    known_column,
    month_column,
    name_column,
    word_column,
)
from shuxin.kernel.dates import DateSpelling

DEPARTMENT = "澜坪市人社局"

TABLES = (
    Table(
        dataset="si_unit_month",
        number="T37",
        title="社保单位月缴台账",
        department=DEPARTMENT,
        catalogue="si_unit_months",
        columns=(
            code_column("参保单位代码"),
            name_column("参保单位"),
            month_column("费款所属期", DateSpelling.COMPACT_MONTH, take="ym"),
            word_column("type", "险种"),
            count_column("insured", "在保人次", level=Level.L3),
            amount_column("base_total", "缴费基数合计", level=Level.L3),
            amount_column("unit_due", "单位应缴费", level=Level.L3),
            amount_column("person_due", "职工应缴费", level=Level.L3),
            amount_column("paid", "到账费额", level=Level.L3),
            date_column("paid_at", "到账日"),
            amount_column("arrears", "欠费额", level=Level.L3),
            known_column("台账生成日"),
        ),
        key=("uscc", "period", "type"),
        known_time="known_on",
        cycle=Cycle.MONTH,
        lag_days=10,
        sharing=Sharing.CONDITIONAL,
        form=Form(kind=Kind.PARQUET, file="社保单位月缴台账.parquet"),
    ),
)
