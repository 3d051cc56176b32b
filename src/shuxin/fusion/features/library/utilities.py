"""Features of power, water and gas (水电气特征): DOMAIN 3.5."""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Below, Weekend, Yes
from shuxin.fusion.features.definition import Feature, Grain, Measure, days, months
from shuxin.fusion.features.families import (
    Any,
    Count,
    Least,
    Most,
    Quotient,
    Scaled,
    Stock,
    Sum,
)
from shuxin.fusion.features.formulas import TWO_YEARS, YEAR
from shuxin.fusion.features.library.writing import Group, Series
from shuxin.fusion.features.readings import Added, DaysFrom, Facts, If, Tells, Thousandths

_HOURS_OF_A_MONTH = 730.0
_LATE_DAYS = 60
"""From the first day of a month: its bill is usually paid within the next."""

POWER = Facts(
    name="power_month",
    standard="power_month",
    event="month",
    key=("acct",),
    columns={
        "kwh": Thousandths("kwh"),
        "peak": Thousandths("peak"),
        "valley": Thousandths("valley"),
        "capacity": Thousandths("capacity_kva"),
        "amount": Added(("amount",)),
        "arrears": Added(("arrears",)),
        "breach": Added(("breach_fee",)),
        "cut_off": Tells((Yes("outage_for_debt"),)),
        "paying_days": DaysFrom("month", "paid_at"),
    },
    sums=("kwh", "peak", "valley", "capacity", "amount", "arrears", "breach", "cut_off"),
    main="kwh",
    size="amount",
    horizon=36,
)
_POWER, _BILLS = Group(POWER, "power_use", Grain.MONTHS), Group(POWER, "power_bills", Grain.MONTHS)
_KWH = Series(
    group=_POWER, name="kwh", en="power used", zh="用电量", column="kwh", measure=Measure.KWH, unit=1000.0, per=1000
)  # fmt: skip
_POWER_FEATURES = (
    *_KWH.amounts(3, 6, 12),
    *_KWH.trends(),
    *_KWH.steadiness(),
    *_KWH.activity(),
    _POWER.has("kwh_peak_share_12m", "share of power at peak hours", "峰段用电占比", YEAR, Measure.RATIO,
               Quotient(Sum("peak"), Sum("kwh"))),
    _POWER.has("kwh_valley_share_12m", "share of power at valley hours", "谷段用电占比", YEAR, Measure.RATIO,
               Quotient(Sum("valley"), Sum("kwh"))),
    _POWER.has("kva_now", "capacity under contract in kVA, newest month", "最近一个月合同容量（千伏安）", months(36),
               Measure.POINTS, Scaled(Stock("capacity"), 1000)),
    _POWER.has("kva_change_12m", "capacity under contract, change over 12 months", "合同容量12个月变化率", months(36),
               Measure.RATIO, Quotient(Stock("capacity"), Stock("capacity", 12), plus=-1.0)),
    _POWER.has("kva_to_peak_24m", "capacity under contract over the highest of 24 months", "合同容量与24个月峰值之比",
               TWO_YEARS, Measure.RATIO, Quotient(Stock("capacity"), Most("capacity", TWO_YEARS))),
    _POWER.has("kva_load_12m", "power used over what the capacity allows", "合同容量利用率", YEAR, Measure.RATIO,
               Quotient(Sum("kwh"), Sum("capacity"), times=1.0 / _HOURS_OF_A_MONTH)),
    _BILLS.has("power_amt_12m", "power bills", "近12个月电费金额", YEAR, Measure.FEN, Sum("amount")),
    _BILLS.has("power_arrears_months_12m", "months with power bills owed", "电费欠缴月数", YEAR, Measure.MONTHS,
               Count(YEAR, (AtLeast("arrears"),))),
    _BILLS.has("power_arrears_months_24m", "months with power bills owed, last 24 months", "近24个月电费欠缴月数",
               TWO_YEARS, Measure.MONTHS, Count(TWO_YEARS, (AtLeast("arrears"),))),
    _BILLS.has("power_arrears_share_12m", "power bills owed over billed", "欠电费占电费比例", YEAR, Measure.RATIO,
               Quotient(Sum("arrears"), Sum("amount"))),
    _BILLS.has("power_breach_months_24m", "months with fees for breach at the power company", "有电费违约金的月数",
               TWO_YEARS, Measure.MONTHS, Count(TWO_YEARS, (AtLeast("breach"),))),
    _BILLS.has("power_cut_off_24m", "power cut off for debt", "因欠费停电", TWO_YEARS, Measure.FLAG,
               Any(TWO_YEARS, (AtLeast("cut_off"),))),
    _BILLS.has("power_slowest_12m", "longest time from a month's beginning to its power bill's payment",
               "电费缴纳最长用时",
               YEAR, Measure.DAYS, Most("paying_days", YEAR), grain=Grain.ROWS),
    _BILLS.has("power_late_12m", "power bills paid later than 60 days after the month began", "电费迟缴次数", YEAR,
               Measure.COUNT, Count(YEAR, (AtLeast("paying_days", _LATE_DAYS + 1),)), grain=Grain.ROWS),
)  # fmt: skip

POWER_DAYS = Facts(
    name="power_day",
    standard="power_day",
    event="date",
    key=("meter_no",),
    columns={
        "kwh": Thousandths("kwh"),
        "max_kw": Thousandths("max_kw"),
        "night": Thousandths("night_kwh"),
        "weekend": If(Thousandths("kwh"), (Weekend("date"),)),
        "guessed": Tells((Yes("estimated"),)),
    },
    size="kwh",
    horizon=6,
)
_DAILY = Group(POWER_DAYS, "power_shape")
_QUARTER, _MONTH = days(90), days(30)
_DAILY_FEATURES = (
    _DAILY.has("power_zero_days_90d", "days of meters without power, last 90 days", "近90天零用电表日数", _QUARTER,
               Measure.COUNT, Count(_QUARTER, (Below("kwh", 1),))),
    _DAILY.has("power_zero_share_90d", "share of days of meters without power", "零用电表日占比", _QUARTER,
               Measure.RATIO,
               Quotient(Count(_QUARTER, (Below("kwh", 1),)), Count(_QUARTER))),
    _DAILY.has("power_weekend_share_90d", "share of power on weekends", "周末用电占比", _QUARTER, Measure.RATIO,
               Quotient(Sum("weekend", _QUARTER), Sum("kwh", _QUARTER))),
    _DAILY.has("power_night_share_90d", "share of power at night", "夜间用电占比", _QUARTER, Measure.RATIO,
               Quotient(Sum("night", _QUARTER), Sum("kwh", _QUARTER))),
    _DAILY.has("power_load_90d", "mean load over the sum of highest loads", "日负荷率", _QUARTER, Measure.RATIO,
               Quotient(Sum("kwh", _QUARTER), Sum("max_kw", _QUARTER), times=1.0 / 24.0)),
    _DAILY.has("power_month_to_quarter", "power of 30 days over the mean of 90", "近30天与近90天日均用电之比", _QUARTER,
               Measure.RATIO, Quotient(Sum("kwh", _MONTH), Sum("kwh", _QUARTER), times=3.0)),
    _DAILY.has("power_since_use", "days since power was last used", "距最近一次用电天数", days(180), Measure.DAYS,
               Least("days", days(180), (AtLeast("kwh"),))),
    _DAILY.has("power_guessed_90d", "share of days of meters that were estimated", "估抄天数占比", _QUARTER,
               Measure.RATIO,
               Quotient(Count(_QUARTER, (AtLeast("guessed"),)), Count(_QUARTER))),
)  # fmt: skip


def _bills(standard: str) -> Facts:
    return Facts(
        name=standard,
        standard=standard,
        event="month",
        key=("acct",),
        columns={
            "volume": Thousandths("volume"),
            "amount": Added(("amount",)),
            "arrears": Added(("arrears",)),
            "paying_days": DaysFrom("month", "paid_at"),
        },
        sums=("volume", "amount", "arrears"),
        main="volume",
        size="amount",
        horizon=36,
    )


WATER, GAS = _bills("water_month"), _bills("gas_month")
_PIPED = ((WATER, "water", "用水量", "水费"), (GAS, "gas", "用气量", "燃气费"))


def _piped(reading: Facts, name: str, use: str, bill: str) -> tuple[Feature, ...]:
    group = Group(reading, f"{name}_use", Grain.MONTHS)
    series = Series(group=group, name=name, en=f"{name} used", zh=use, column="volume", measure=Measure.M3,
                    unit=1000.0, per=1000)  # fmt: skip
    return (
        *series.amounts(3, 12),
        *series.trends()[:2],
        *series.steadiness()[:1],
        *series.activity(),
        group.has(f"{name}_arrears_months_12m", f"months with {name} bills owed", f"{bill}欠缴月数", YEAR,
                   Measure.MONTHS, Count(YEAR, (AtLeast("arrears"),))),
        group.has(f"{name}_late_12m", f"{name} bills paid later than 60 days after the month began",
                   f"{bill}迟缴次数", YEAR, Measure.COUNT,
                   Count(YEAR, (AtLeast("paying_days", _LATE_DAYS + 1),)), grain=Grain.ROWS),
    )  # fmt: skip


READINGS = (POWER, POWER_DAYS, WATER, GAS)
FEATURES = (
    *_POWER_FEATURES,
    *_DAILY_FEATURES,
    *(
        feature
        for reading, name, use, bill in _PIPED
        for feature in _piped(reading, name, use, bill)
    ),
)
