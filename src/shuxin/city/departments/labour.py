"""Human resources (人社): what each unit pays into social insurance: T37."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, Level, Sharing
from shuxin.city.departments.wording import (
    amount_column,
    code_column,
    count_column,
    date_column,
    known_column,
    month_column,
    name_column,
    word_column,
)
from shuxin.city.firms import FirmKind
from shuxin.city.tables import Form, Kind, Row, Table, later, live_months, month_end, view
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

DEPARTMENT = "澜坪市人社局"
WEIGHT = 0.40

_BASE_FEN = 600_000
_UNIT_PER_CENT, _PERSON_PER_CENT = 16, 8
_ARREARS_BELOW = -1.55
_WAVE = 0.08


def _months(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    if not firm.insured or firm.kind is FirmKind.INDIVIDUAL:
        return
    for index, month in live_months(city, firm):
        seen = view(city, firm, month=index, weight=WEIGHT, rng=rng)
        people = max(1, round(firm.employees * (1 + _WAVE * seen)))
        base = people * (_BASE_FEN + int(rng.integers(-50, 50)) * 100)
        due = base * _UNIT_PER_CENT // 100
        is_late = seen < _ARREARS_BELOW
        paid_on = month_end(month) + dt.timedelta(days=int(rng.integers(3, 10)))
        yield Row(
            firm.key,
            (
                firm.uscc,
                firm.name_on(month),
                month,
                "养老",
                people,
                base,
                due,
                base * _PERSON_PER_CENT // 100,
                0 if is_late else due,
                None if is_late else paid_on,
                due if is_late else 0,
                later(month_end(month), usual=10, spread=15, rng=rng),
            ),
        )


TABLES = (
    Table(
        dataset="si_unit_month",
        number="T37",
        title="社保单位月缴台账",
        department=DEPARTMENT,
        columns=(
            code_column("参保单位代码"),
            name_column("参保单位"),
            month_column("费款所属期", DateSpelling.COMPACT_MONTH),
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
        fill=_months,
    ),
)
