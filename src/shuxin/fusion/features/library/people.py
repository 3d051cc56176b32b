"""Features of people (用工特征): DOMAIN 3.3."""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Below, Is, Lasts, Yes
from shuxin.fusion.features.definition import EVER, NOW, Grain, Measure, days, months
from shuxin.fusion.features.families import (
    Any,
    Count,
    Least,
    Most,
    Quotient,
    Stock,
    Sum,
)
from shuxin.fusion.features.formulas import QUARTER, TWO_YEARS, YEAR
from shuxin.fusion.features.library.writing import Group, Series, counts
from shuxin.fusion.features.readings import Added, DaysFrom, Facts, Tells

_PENSION = (Is("type", ("pension", "养老", "养老保险", "基本养老保险", "企业职工基本养老保险")),)
PENSION = Facts(
    name="pension",
    standard="social_insurance",
    event="ym",
    only=_PENSION,
    columns={
        "heads": Added(("insured",)),
        "base": Added(("base_total",)),
        "due": Added(("unit_due", "person_due")),
        "paid": Added(("paid",)),
        "arrears": Added(("arrears",)),
        "paying_days": DaysFrom("ym", "paid_at"),
    },
    key=("type",),
    sums=("heads", "base", "due", "paid", "arrears"),
    main="heads",
    size="base_total",
    horizon=36,
)
_HEADS, _WAGES = (
    Group(PENSION, "people_heads", Grain.MONTHS),
    Group(PENSION, "people_wages", Grain.MONTHS),
)
_OWING = Group(PENSION, "people_arrears", Grain.MONTHS)
_HEAD_SERIES = Series(
    group=_HEADS, name="si_heads", en="insured persons", zh="参保人数", column="heads", measure=Measure.COUNT, unit=1.0
)  # fmt: skip
_BASE_SERIES = Series(
    group=_WAGES, name="si_base", en="base of contributions", zh="社保缴费基数", column="base",
    measure=Measure.FEN, unit=100.0,
)  # fmt: skip
_PENSION_FEATURES = (
    *_HEAD_SERIES.stock(),
    *_HEAD_SERIES.activity(),
    _HEADS.has("si_heads_slope_12m", "insured persons, trend of the logarithm", "参保人数对数趋势斜率", YEAR,
               Measure.PER_MONTH, _HEAD_SERIES.trends()[3].formula),
    _HEADS.has("si_heads_most_24m", "most insured persons of a month", "近24个月最多参保人数", TWO_YEARS, Measure.COUNT,
               Most("heads", TWO_YEARS)),
    _HEADS.has("si_heads_least_12m", "fewest insured persons of a month", "近12个月最少参保人数", YEAR, Measure.COUNT,
               Least("heads", YEAR)),
    _HEADS.has("si_closed_months_3m", "months without an insured person, last 3 months", "近3个月零参保月数", QUARTER,
               Measure.MONTHS, Count(QUARTER, (Below("heads", 1),))),
    *_BASE_SERIES.amounts(12),
    *_BASE_SERIES.trends()[:2],
    _WAGES.has("si_base_per_head", "base of contributions per insured person, newest month", "人均社保缴费基数",
               months(36), Measure.FEN, Quotient(Stock("base"), Stock("heads"))),
    _WAGES.has("si_base_per_head_12m", "base of contributions per insured person and month", "近12个月人均月缴费基数",
               YEAR, Measure.FEN, Quotient(Sum("base"), Sum("heads"))),
    _OWING.has("si_arrears_months_12m", "months with social insurance owed", "社保欠缴月数", YEAR, Measure.MONTHS,
               Count(YEAR, (AtLeast("arrears"),))),
    _OWING.has("si_arrears_months_24m", "months with social insurance owed, last 24 months", "近24个月社保欠缴月数",
               TWO_YEARS, Measure.MONTHS, Count(TWO_YEARS, (AtLeast("arrears"),))),
    _OWING.has("si_arrears_12m", "social insurance owed", "社保欠缴额", YEAR, Measure.FEN, Sum("arrears")),
    _OWING.has("si_paid_share_12m", "social insurance paid over due", "社保实缴占应缴比例", YEAR, Measure.RATIO,
               Quotient(Sum("paid"), Sum("due"))),
    _OWING.has("si_slowest_12m", "longest time from a month's beginning to its contributions", "社保缴费最长用时", YEAR,
               Measure.DAYS, Most("paying_days", YEAR), grain=Grain.ROWS),
)  # fmt: skip

KINDS = Facts(
    name="social_insurance",
    standard="social_insurance",
    event="ym",
    key=("type",),
    columns={"insured": Added(("insured",))},
    horizon=36,
)
_KINDS = Group(KINDS, "people_heads")
_KIND_FEATURES = (
    _KINDS.has("si_kinds_3m", "kinds of social insurance with insured persons, last 3 months", "近3个月参保险种记录数",
               QUARTER, Measure.COUNT, Count(QUARTER, (AtLeast("insured"),))),
)  # fmt: skip

MEDICAL = Facts(
    name="medical_insurance",
    standard="medical_insurance",
    event="ym",
    columns={
        "heads": Added(("insured",)),
        "due": Added(("due",)),
        "paid": Added(("paid",)),
        "arrears": Added(("arrears",)),
    },
    sums=("heads", "due", "paid", "arrears"),
    main="heads",
    size="due",
    horizon=36,
)
_MEDICAL = Group(MEDICAL, "people_medical", Grain.MONTHS)
_MEDICAL_SERIES = Series(
    group=_MEDICAL, name="med_heads", en="persons with medical insurance", zh="医保参保人数", column="heads",
    measure=Measure.COUNT, unit=1.0,
)  # fmt: skip
_MEDICAL_FEATURES = (
    *_MEDICAL_SERIES.stock()[:3],
    _MEDICAL.has("med_arrears_months_12m", "months with medical insurance owed", "医保欠缴月数", YEAR, Measure.MONTHS,
                 Count(YEAR, (AtLeast("arrears"),))),
    _MEDICAL.has("med_paid_share_12m", "medical insurance paid over due", "医保实缴占应缴比例", YEAR, Measure.RATIO,
                 Quotient(Sum("paid"), Sum("due"))),
)  # fmt: skip

FUND = Facts(
    name="housing_fund",
    standard="housing_fund",
    event="ym",
    key=("unit_account",),
    columns={
        "heads": Added(("depositors",)),
        "base": Added(("base_total",)),
        "due": Added(("due",)),
        "paid": Added(("paid",)),
        "owed": Added(("due",), less=("paid",)),
        "sealed": Tells(
            (Is("status", ("sealed", "封存", "suspended", "stopped", "停缴", "deferred", "缓缴")),)
        ),
    },
    sums=("heads", "base", "due", "paid", "owed", "sealed"),
    main="heads",
    size="due",
    horizon=36,
)
_FUND = Group(FUND, "people_fund", Grain.MONTHS)
_FUND_SERIES = Series(
    group=_FUND, name="hpf_heads", en="depositors of the housing fund", zh="公积金缴存人数", column="heads",
    measure=Measure.COUNT, unit=1.0,
)  # fmt: skip
_FUND_FEATURES = (
    *_FUND_SERIES.stock()[:4],
    *_FUND_SERIES.activity(),
    _FUND.has("hpf_base_per_head", "base of the housing fund per depositor, newest month", "人均公积金缴存基数",
              months(36), Measure.FEN, Quotient(Stock("base"), Stock("heads"))),
    _FUND.has("hpf_arrears_months_12m", "months in which less was paid to the housing fund than due", "公积金欠缴月数",
              YEAR, Measure.MONTHS, Count(YEAR, (AtLeast("owed"),))),
    _FUND.has("hpf_paid_share_12m", "housing fund paid over due", "公积金实缴占应缴比例", YEAR, Measure.RATIO,
              Quotient(Sum("paid"), Sum("due"))),
    _FUND.has("hpf_sealed_12m", "months with an account of the housing fund at rest", "公积金封存或缓缴月数", YEAR,
              Measure.MONTHS, Count(YEAR, (AtLeast("sealed"),))),
)  # fmt: skip

WITHHELD = Facts(
    name="income_tax_withheld",
    standard="income_tax_withheld",
    event="period",
    columns={
        "heads": Added(("headcount",)),
        "income": Added(("income_total",)),
        "tax": Added(("tax",)),
        "untaxed": Added(("zero_tax_persons",)),
    },
    sums=("heads", "income", "tax", "untaxed"),
    main="heads",
    size="income_total",
    horizon=36,
)
_STAFF = Group(WITHHELD, "people_income", Grain.MONTHS)
_STAFF_SERIES = Series(
    group=_STAFF, name="iit_heads", en="persons with income tax withheld", zh="个税扣缴人数", column="heads",
    measure=Measure.COUNT, unit=1.0,
)  # fmt: skip
_INCOME_SERIES = Series(
    group=_STAFF, name="iit_income", en="income paid to persons", zh="个税申报收入", column="income",
    measure=Measure.FEN, unit=100.0,
)  # fmt: skip
_STAFF_FEATURES = (
    *_STAFF_SERIES.stock(),
    *_INCOME_SERIES.amounts(12),
    *_INCOME_SERIES.trends()[:2],
    _STAFF.has("iit_income_per_head_12m", "income per person and month", "人均月收入（个税口径）", YEAR, Measure.FEN,
               Quotient(Sum("income"), Sum("heads"))),
    _STAFF.has("iit_tax_share_12m", "income tax withheld over income", "个税占收入比例", YEAR, Measure.RATIO,
               Quotient(Sum("tax"), Sum("income"))),
    _STAFF.has("iit_untaxed_share_12m", "share of persons without income tax", "零税额人数占比", YEAR, Measure.RATIO,
               Quotient(Sum("untaxed"), Sum("heads"))),
)  # fmt: skip

DISPUTES = Facts(
    name="labour_dispute",
    standard="labour_dispute",
    event="date",
    key=("case_no",),
    columns={"claim": Added(("claim",)), "collective": Tells((Yes("collective"),))},
    size="claim",
)
_DISPUTE = Group(DISPUTES, "people_disputes")
UNPAID = Facts(
    name="wage_arrears_listing",
    standard="wage_arrears_listing",
    event="date",
    key=("list_decision_no",),
    columns={"amount": Added(("amount",)), "people": Added(("people",))},
    texts=("out_date",),
    size="amount",
)
_UNPAID = Group(UNPAID, "people_disputes")
_DISPUTE_FEATURES = (
    *counts(_DISPUTE, "labour_disputes", "labour disputes", "劳动仲裁案件数", days(365), days(730)),
    _DISPUTE.has("labour_claims_730d", "claims in labour disputes, last 730 days", "近730天劳动仲裁请求金额", days(730),
                 Measure.FEN, Sum("claim", days(730))),
    _DISPUTE.has("labour_collective_730d", "collective labour disputes, last 730 days", "近730天集体劳动争议数",
                 days(730), Measure.COUNT, Count(days(730), (AtLeast("collective"),))),
    _UNPAID.has("wage_arrears_listed", "on the list of wage arrears", "列入拖欠工资名单", NOW, Measure.FLAG,
                Any(NOW, (Lasts("out_date"),))),
    _UNPAID.has("wage_arrears_ever", "ever on the list of wage arrears", "曾列入拖欠工资名单", EVER, Measure.FLAG,
                Any(EVER)),
)  # fmt: skip

READINGS = (PENSION, KINDS, MEDICAL, FUND, WITHHELD, DISPUTES, UNPAID)
FEATURES = (
    *_PENSION_FEATURES,
    *_KIND_FEATURES,
    *_MEDICAL_FEATURES,
    *_FUND_FEATURES,
    *_STAFF_FEATURES,
    *_DISPUTE_FEATURES,
)
