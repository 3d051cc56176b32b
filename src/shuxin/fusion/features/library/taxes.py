"""Features of taxes (税务特征): DOMAIN 3.1 beyond invoices."""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Below, Is, Lasts, Yes
from shuxin.fusion.features.definition import EVER, NOW, Grain, Measure, days, months
from shuxin.fusion.features.families import (
    Any,
    Count,
    Difference,
    Distinct,
    Faded,
    Least,
    Most,
    Newest,
    Quotient,
    Scaled,
    Stock,
    Sum,
)
from shuxin.fusion.features.formulas import TWO_YEARS, YEAR
from shuxin.fusion.features.library.writing import Group, Series, counts, newest
from shuxin.fusion.features.readings import (
    Added,
    Coded,
    DaysFrom,
    Facts,
    Tells,
    Thousandths,
    Whole,
)

_SALES = ("sales_taxable", "sales_simple", "sales_export", "sales_exempt")
_FILED_LATE_DAYS = 60
"""From the first day of a month: its return is due on the 15th of the next, which moves with holidays."""

VAT = Facts(
    name="vat_return",
    standard="vat_return",
    event="period",
    columns={
        "sales": Added(_SALES),
        "export": Added(("sales_export",)),
        "exempt": Added(("sales_exempt",)),
        "output": Added(("output_tax",)),
        "input": Added(("input_tax",), less=("input_transfer_out",)),
        "payable": Added(("payable",)),
        "paid": Added(("paid",)),
        "relief": Added(("relief",)),
        "carried": Added(("carried_forward",)),
        "corrections": Tells((Yes("corrected"),)),
        "filing_days": DaysFrom("period", "filed_at"),
    },
    sums=("sales", "export", "exempt", "output", "input", "payable", "paid", "relief", "carried", "corrections"),
    main="sales",
    size="payable",
    horizon=36,
)  # fmt: skip
_VAT = Group(VAT, "tax_vat", Grain.MONTHS)
_VAT_SALES = Series(
    group=_VAT, name="vat_sales", en="sales declared for VAT", zh="增值税申报销售额",
    column="sales", measure=Measure.FEN, unit=100.0,
)  # fmt: skip
_VAT_DUE = Series(
    group=_VAT, name="vat_payable", en="VAT payable", zh="增值税应纳税额",
    column="payable", measure=Measure.FEN, unit=100.0,
)  # fmt: skip
_FILED = Group(VAT, "tax_filing", Grain.ROWS)
_VAT_FEATURES = (
    *_VAT_SALES.amounts(3, 6, 12, 24),
    *_VAT_SALES.trends(),
    *_VAT_SALES.steadiness(),
    *_VAT_SALES.activity(),
    *_VAT_DUE.amounts(12),
    *_VAT_DUE.trends()[:1],
    _VAT.has("vat_declared_burden_12m", "VAT payable over sales declared", "增值税税负率（申报口径）", YEAR,
             Measure.RATIO, Quotient(Sum("payable"), Sum("sales"))),
    _VAT.has("vat_declared_burden_3m", "VAT payable over sales declared, last 3 months",
             "近3个月增值税税负率（申报口径）",
             months(3), Measure.RATIO, Quotient(Sum("payable", months(3)), Sum("sales", months(3)))),
    _VAT.has("vat_input_to_output_12m", "input tax over output tax", "进项税额与销项税额之比", YEAR, Measure.RATIO,
             Quotient(Sum("input"), Sum("output"))),
    _VAT.has("vat_paid_share_12m", "VAT paid over VAT payable", "增值税已缴占应纳比例", YEAR, Measure.RATIO,
             Quotient(Sum("paid"), Sum("payable"))),
    _VAT.has("vat_export_share_12m", "export sales over sales declared", "出口销售额占比", YEAR, Measure.RATIO,
             Quotient(Sum("export"), Sum("sales"))),
    _VAT.has("vat_exempt_share_12m", "exempt sales over sales declared", "免税销售额占比", YEAR, Measure.RATIO,
             Quotient(Sum("exempt"), Sum("sales"))),
    _VAT.has("vat_relief_share_12m", "relief over VAT payable", "减征额占应纳税额比例", YEAR, Measure.RATIO,
             Quotient(Sum("relief"), Sum("payable"))),
    _VAT.has("vat_carried_now", "input tax carried forward, newest return", "最近一期留抵税额", months(36),
             Measure.FEN, Stock("carried")),
    _VAT.has("vat_filed_24m", "months with a VAT return", "增值税申报期数", TWO_YEARS, Measure.COUNT,
             Count(TWO_YEARS)),
    _VAT.has("vat_zero_12m", "VAT returns of nought", "零申报期数", YEAR, Measure.COUNT,
             Count(YEAR, (Below("sales", 1),))),
    _VAT.has("vat_zero_share_24m", "share of VAT returns of nought", "零申报占比", TWO_YEARS, Measure.RATIO,
             Quotient(Count(TWO_YEARS, (Below("sales", 1),)), Count(TWO_YEARS))),
    _VAT.has("vat_corrected_24m", "corrected VAT returns", "更正申报期数", TWO_YEARS, Measure.COUNT,
             Count(TWO_YEARS, (AtLeast("corrections"),))),
    _FILED.has("vat_late_24m", "VAT returns filed later than 60 days after the month began", "逾期增值税申报次数",
               TWO_YEARS, Measure.COUNT, Count(TWO_YEARS, (AtLeast("filing_days", _FILED_LATE_DAYS + 1),))),
    _FILED.has("vat_late_share_24m", "share of VAT returns filed late", "逾期增值税申报占比", TWO_YEARS,
               Measure.RATIO, Quotient(Count(TWO_YEARS, (AtLeast("filing_days", _FILED_LATE_DAYS + 1),)),
                                       Count(TWO_YEARS))),
    _FILED.has("vat_slowest_24m", "longest time from the month's beginning to its VAT return", "增值税申报最长用时",
               TWO_YEARS, Measure.DAYS, Most("filing_days", TWO_YEARS)),
)  # fmt: skip

CIT = Facts(
    name="cit_year",
    standard="cit_return",
    event="period",
    only=(Yes("is_annual"),),
    columns={
        "revenue": Whole("revenue"),
        "cost": Whole("cost"),
        "profit": Whole("profit"),
        "taxable": Whole("taxable_income"),
        "tax": Whole("tax"),
        "deducted": Added(("rd_super_deduction",)),
        "offset": Added(("loss_offset",)),
    },
    size="revenue",
)
_CIT = Group(CIT, "tax_income")
_CIT_FEATURES = (
    newest(_CIT, "cit_revenue", "revenue of the newest year declared", "最近年度申报营业收入", Measure.FEN, "revenue",
           NOW),
    _CIT.has("cit_growth", "revenue declared, newest year over the one before", "年度申报营业收入增长率", NOW,
             Measure.RATIO, Quotient(Newest("revenue"), Newest("revenue", 1), plus=-1.0)),
    _CIT.has("cit_burden", "income tax over revenue, newest year", "所得税税负率", NOW, Measure.RATIO,
             Quotient(Newest("tax"), Newest("revenue"))),
    _CIT.has("cit_margin", "profit over revenue, newest year", "年度申报利润率", NOW, Measure.RATIO,
             Quotient(Newest("profit"), Newest("revenue"))),
    _CIT.has("cit_cost_share", "cost over revenue, newest year", "年度申报成本率", NOW, Measure.RATIO,
             Quotient(Newest("cost"), Newest("revenue"))),
    _CIT.has("cit_rd_share", "deduction for research over revenue, newest year", "研发加计扣除占营业收入比", NOW,
             Measure.RATIO, Quotient(Newest("deducted"), Newest("revenue"))),
    _CIT.has("cit_loss_years", "years with a declared loss, last 36 months", "近36个月申报亏损年数", months(36),
             Measure.COUNT, Count(months(36), (Below("profit", 0),))),
    _CIT.has("cit_offset_now", "losses of earlier years set off, newest year", "最近年度弥补亏损额", NOW, Measure.FEN,
             Newest("offset")),
    _CIT.has("cit_age", "days since the newest year declared began", "最近年度申报所属期距今天数", NOW, Measure.DAYS,
             Least("days", EVER)),
)  # fmt: skip

PAYMENTS = Facts(
    name="tax_payment",
    standard="tax_payment",
    event="paid_at",
    key=("doc_no",),
    texts=("tax_kind",),
    columns={
        "amount": Added(("amount",)),
        "late_fee": Added(("late_fee",)),
        "fined": Tells((AtLeast("late_fee"),)),
    },
    sums=("amount", "late_fee", "fined"),
    main="amount",
    size="amount",
    horizon=36,
)
_PAID = Group(PAYMENTS, "tax_paid", Grain.MONTHS)
_TAXES = Series(
    group=_PAID, name="tax_paid", en="taxes paid", zh="入库税款", column="amount", measure=Measure.FEN, unit=100.0
)  # fmt: skip
_PAID_FEATURES = (
    *_TAXES.amounts(3, 12, 24),
    *_TAXES.trends(),
    *_TAXES.steadiness(),
    *_TAXES.activity(),
    _PAID.has("tax_late_fees_24m", "fees for late payment of taxes", "税收滞纳金", TWO_YEARS, Measure.FEN,
              Sum("late_fee", TWO_YEARS), empty=0),
    _PAID.has("tax_late_months_24m", "months with a fee for late payment of taxes", "有税收滞纳金的月数", TWO_YEARS,
              Measure.MONTHS, Count(TWO_YEARS, (AtLeast("fined"),)), empty=0),
    _PAID.has("tax_kinds_12m", "kinds of tax paid", "缴纳税种数", YEAR, Measure.COUNT, Distinct("tax_kind"),
              grain=Grain.ROWS),
    _PAID.has("tax_since_payment", "days since the last tax payment", "距最近一次缴税天数", months(36), Measure.DAYS,
              Least("days", EVER), grain=Grain.ROWS),
)  # fmt: skip

ARREARS = Facts(
    name="tax_arrear",
    standard="tax_arrear",
    event="since",
    key=("arrears_no",),
    columns={"arrears": Added(("arrears",)), "announced": Tells((Yes("announced"),))},
    texts=("cleared",),
    size="arrears",
)
_OWED = Group(ARREARS, "tax_arrears")
_OPEN = (Lasts("cleared"),)
_ARREARS_FEATURES = (
    *counts(_OWED, "tax_arrears_count", "tax arrears begun", "新增欠税次数", TWO_YEARS, EVER),
    _OWED.has("tax_arrears_now", "tax owed", "当前欠税余额", NOW, Measure.FEN, Sum("arrears", NOW, _OPEN), empty=0),
    _OWED.has("tax_arrears_open", "tax arrears that stand", "当前欠税笔数", NOW, Measure.COUNT, Count(NOW, _OPEN)),
    _OWED.has("tax_arrears_oldest", "days since the oldest tax debt that stands", "最早未清欠税天数", NOW,
              Measure.DAYS, Most("days", NOW, _OPEN), empty=0),
    _OWED.has("tax_arrears_announced", "tax arrears announced in public", "被公告欠税", EVER, Measure.FLAG,
              Any(EVER, (AtLeast("announced"),))),
)  # fmt: skip

_GRADES = (
    ("A", 4),
    ("B", 3),
    ("M", 2),
    ("C", 1),
    ("D", 0),
    ("A级", 4),
    ("B级", 3),
    ("M级", 2),
    ("C级", 1),
    ("D级", 0),
    *((grade.lower(), points) for grade, points in zip("ABMCD", (4, 3, 2, 1, 0), strict=True)),
)
GRADES = Facts(
    name="tax_grade",
    standard="tax_grade",
    event="year",
    columns={
        "grade": Coded("grade", _GRADES),
        "score": Thousandths("score"),
        "lost": Whole("points_lost"),
        "repaired": Tells((Yes("repaired"),)),
    },
)
_GRADE = Group(GRADES, "tax_grade")
_GRADE_FEATURES = (
    _GRADE.has("tax_grade_now", "tax credit grade, A 4 to D 0", "纳税信用级别（A=4至D=0）", NOW, Measure.POINTS,
               Newest("grade")),
    _GRADE.has("tax_grade_change_1y", "tax credit grade against the year before", "纳税信用级别较上年变化", NOW,
               Measure.POINTS, Difference(Newest("grade"), Newest("grade", 1))),
    _GRADE.has("tax_grade_change_2y", "tax credit grade against two years before", "纳税信用级别较两年前变化", NOW,
               Measure.POINTS, Difference(Newest("grade"), Newest("grade", 2))),
    _GRADE.has("tax_grade_lowest_36m", "lowest tax credit grade, last 36 months", "近36个月最低纳税信用级别",
               months(36), Measure.POINTS, Least("grade", months(36))),
    _GRADE.has("tax_score_now", "score of tax credit", "纳税信用得分", NOW, Measure.POINTS,
               Scaled(Newest("score"), 1000)),
    _GRADE.has("tax_points_lost", "indicators lost in tax credit", "纳税信用扣分指标数", NOW, Measure.POINTS,
               Newest("lost")),
    _GRADE.has("tax_grade_repaired", "tax credit repaired", "曾修复纳税信用", EVER, Measure.FLAG,
               Any(EVER, (AtLeast("repaired"),))),
    _GRADE.has("tax_graded_years", "years graded", "参评年数", EVER, Measure.COUNT, Count(EVER)),
)  # fmt: skip

VIOLATIONS = Facts(
    name="tax_violation",
    standard="tax_violation",
    event="date",
    key=("doc_no",),
    texts=("kind",),
    columns={
        "due": Added(("tax",)),
        "fine": Added(("fine",)),
        "major": Tells((Yes("major_case"),)),
    },
    size="fine",
)
_BROKEN = Group(VIOLATIONS, "tax_violations")
_FALSE = (Is("kind", ("false_invoices", "虚开", "虚开发票", "虚开增值税发票")),)
_VIOLATION_FEATURES = (
    *counts(_BROKEN, "tax_violations", "tax violations", "涉税违法次数", days(365), days(730), EVER),
    _BROKEN.has("tax_fines_730d", "fines for tax violations, last 730 days", "近730天涉税罚款", days(730),
                Measure.FEN, Sum("fine", days(730)), empty=0),
    _BROKEN.has("tax_recovered_ever", "taxes recovered, ever", "历史查补税款", EVER, Measure.FEN, Sum("due", EVER),
                empty=0),
    _BROKEN.has("tax_major_case", "a major tax case", "有重大税收违法案件", EVER, Measure.FLAG,
                Any(EVER, (AtLeast("major"),))),
    _BROKEN.has("tax_false_invoices", "false invoices", "有虚开记录", EVER, Measure.FLAG, Any(EVER, _FALSE)),
    _BROKEN.has("tax_violations_faded", "tax violations, half as much after a year", "涉税违法衰减次数", EVER,
                Measure.POINTS, Faded(), empty=0),
)  # fmt: skip

QUOTAS = Facts(
    name="invoice_quota",
    standard="invoice_quota",
    event="ym",
    columns={
        "quota": Added(("quota",)),
        "used": Added(("used",)),
        "cuts": Tells((Is("adjust_reason", ("risk_cut", "风险调减")),)),
        "watched": Tells((Is("dynamic_risk_level", ("high", "高")),)),
    },
    sums=("quota", "used", "cuts", "watched"),
    main="used",
    size="used",
    horizon=36,
)
_QUOTA = Group(QUOTAS, "tax_quota", Grain.MONTHS)
_QUOTA_FEATURES = (
    _QUOTA.has("quota_now", "invoice quota, newest month", "最近一个月发票总额度", months(36), Measure.FEN,
               Stock("quota")),
    _QUOTA.has("quota_use_6m", "invoice quota used", "发票额度使用率", months(6), Measure.RATIO,
               Quotient(Sum("used", months(6)), Sum("quota", months(6)))),
    _QUOTA.has("quota_use_now", "invoice quota used, newest month", "最近一个月发票额度使用率", months(36),
               Measure.RATIO, Quotient(Stock("used"), Stock("quota"))),
    _QUOTA.has("quota_growth_12m", "invoice quota, change over 12 months", "发票总额度12个月变化率", months(36),
               Measure.RATIO, Quotient(Stock("quota"), Stock("quota", 12), plus=-1.0)),
    _QUOTA.has("quota_cuts_12m", "months in which the quota was cut for risk", "额度风险调减月数", YEAR,
               Measure.MONTHS, Count(YEAR, (AtLeast("cuts"),)), empty=0),
    _QUOTA.has("quota_watched_12m", "months at a high dynamic risk", "动态高风险月数", YEAR, Measure.MONTHS,
               Count(YEAR, (AtLeast("watched"),)), empty=0),
)  # fmt: skip

REDS = Facts(
    name="red_confirmation",
    standard="red_confirmation",
    event="confirmed_at",
    key=("confirm_no",),
    texts=("reason",),
    columns={"amount": Added(("amount",))},
    size="amount",
    horizon=36,
)
_RED = Group(REDS, "inv_red")
_RETURNED = (Is("reason", ("return", "销货退回", "price_cut", "销售折让")),)
_RED_FEATURES = (
    *counts(_RED, "red_confirmed", "red invoices confirmed", "红字确认单数", months(3), YEAR),
    _RED.has("red_confirmed_amt_12m", "amount of red invoices confirmed", "红字确认金额", YEAR, Measure.FEN,
             Sum("amount"), empty=0),
    _RED.has("red_returns_share_12m", "share of returns and price cuts in red amounts", "退货与折让占红字金额比", YEAR,
             Measure.RATIO, Quotient(Sum("amount", YEAR, _RETURNED), Sum("amount"))),
)  # fmt: skip

REFUNDS = Facts(
    name="export_refund",
    standard="export_refund",
    event="period",
    columns={
        "declared": Added(("declared",)),
        "refunded": Added(("refunded",)),
        "letters": Added(("letters_of_inquiry",)),
    },
    sums=("declared", "refunded", "letters"),
    main="declared",
    size="declared",
    horizon=36,
)
_REFUND = Group(REFUNDS, "tax_export", Grain.MONTHS)
_REFUNDED = Series(
    group=_REFUND, name="export_refund", en="export refunds declared", zh="申报出口退税额",
    column="declared", measure=Measure.FEN, unit=100.0,
)  # fmt: skip
_REFUND_FEATURES = (
    *_REFUNDED.amounts(12),
    *_REFUNDED.trends()[:1],
    _REFUND.has("export_refund_paid_share_12m", "export refunds paid over declared", "出口退税实退比例", YEAR,
                Measure.RATIO, Quotient(Sum("refunded"), Sum("declared"))),
    _REFUND.has("export_inquiries_24m", "letters of inquiry about exports", "出口退税函调次数", TWO_YEARS,
                Measure.COUNT, Sum("letters", TWO_YEARS)),
)  # fmt: skip

TAXPAYERS = Facts(
    name="taxpayer",
    standard="taxpayer",
    event="registered_on",
    columns={
        "general": Tells((Is("taxpayer_kind", ("general", "一般纳税人")),)),
        "assessed": Tells((Is("cit_mode", ("assessed", "核定", "核定征收")),)),
        "abnormal": Tells((Is("status", ("abnormal", "非正常", "非正常户")),)),
    },
)
_PAYER = Group(TAXPAYERS, "tax_status")
_PAYER_FEATURES = (
    _PAYER.has("taxpayer_general", "general taxpayer", "一般纳税人", NOW, Measure.FLAG, Newest("general")),
    _PAYER.has("taxpayer_assessed", "income tax by assessment", "所得税核定征收", NOW, Measure.FLAG,
               Newest("assessed")),
    _PAYER.has("taxpayer_abnormal", "abnormal taxpayer", "非正常户", NOW, Measure.FLAG, Newest("abnormal")),
    _PAYER.has("taxpayer_days", "days since registered for tax", "税务登记天数", NOW, Measure.DAYS, Most("days", EVER)),
)  # fmt: skip

READINGS = (VAT, CIT, PAYMENTS, ARREARS, GRADES, VIOLATIONS, QUOTAS, REDS, REFUNDS, TAXPAYERS)
FEATURES = (
    *_VAT_FEATURES,
    *_CIT_FEATURES,
    *_PAID_FEATURES,
    *_ARREARS_FEATURES,
    *_GRADE_FEATURES,
    *_VIOLATION_FEATURES,
    *_QUOTA_FEATURES,
    *_RED_FEATURES,
    *_REFUND_FEATURES,
    *_PAYER_FEATURES,
)
