"""The power company (电力): monthly bills by account number and customer's name: T77."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, DataGroup, FieldType, Level, Sharing
from shuxin.city.departments.wording import (
    amount_column,
    count_column,
    date_column,
    known_column,
    month_column,
    name_column,
)
from shuxin.city.tables import Column, Form, Kind, Row, Table, later, live_months, month_end, view
from shuxin.kernel.dates import DateSpelling

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.random import Generator

    from shuxin.city.firms import City, Firm

DEPARTMENT = "澜坪供电公司"
WEIGHT = 0.35

_KWH_PER_TEN_THOUSAND_YUAN: Mapping[str, int] = {"B": 40, "C": 55, "D": 60, "H": 25}
_USUAL_KWH = 8
_TEN_THOUSAND_YUAN_FEN = 1_000_000
_SUMMER_AND_WINTER = frozenset({1, 7, 8, 12})
_SEASON = 1.25
_WAVE = 0.15
_PRICE_FEN = 72
_PEAK, _VALLEY = 0.38, 0.27
_ARREARS_BELOW = -2.0


def _bills(city: City, firm: Firm, rng: Generator) -> Iterator[Row]:
    if not firm.power_account:
        return
    use = _KWH_PER_TEN_THOUSAND_YUAN.get(firm.industry[0], _USUAL_KWH)
    usual = max(60.0, use * firm.revenue_fen / _TEN_THOUSAND_YUAN_FEN / 12)
    for index, month in live_months(city, firm):
        seen = view(city, firm, month=index, weight=WEIGHT, rng=rng)
        season = _SEASON if month.month in _SUMMER_AND_WINTER else 1.0
        kwh = round(usual * season * (1 + _WAVE * seen) * float(rng.uniform(0.9, 1.1)))
        kwh = max(kwh, 0)
        amount = kwh * _PRICE_FEN
        is_late = seen < _ARREARS_BELOW
        paid_on = month_end(month) + dt.timedelta(days=int(rng.integers(4)))
        yield Row(
            firm.key,
            (
                firm.power_account,
                firm.name_on(firm.founded_on),
                month,
                kwh,
                round(kwh * _PEAK),
                round(kwh * _VALLEY),
                amount,
                None if is_late else paid_on,
                amount if is_late else 0,
                is_late and seen < 1.2 * _ARREARS_BELOW,
                later(month_end(month), usual=4, spread=3, rng=rng),
            ),
        )


TABLES = (
    Table(
        dataset="power_bill",
        number="T77",
        title="月度电费账单",
        department=DEPARTMENT,
        columns=(
            Column(name="acct", header="用电户号", type=FieldType.CODE, required=True),
            name_column("用电客户"),
            month_column("账单月", DateSpelling.DASH_MONTH),
            count_column("kwh", "有功电量(千瓦时)"),
            count_column("peak", "峰段电量"),
            count_column("valley", "谷段电量"),
            amount_column("amount", "应收电费"),
            date_column("paid_at", "实收日", DateSpelling.COMPACT, "未收"),
            amount_column("arrears", "结欠电费"),
            Column(
                name="outage_for_debt", header="欠费停电", type=FieldType.BOOLEAN, level=Level.L2
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
        fill=_bills,
    ),
)
