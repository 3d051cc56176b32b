"""Features of account flows (流水特征): DOMAIN 3.2.

Left out there: cycles of three firms and more, which need flows of others; holding time first in, first out; private
loans by their later repayments.
"""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Below, Condition, Is, Not, Same, Says, Short
from shuxin.fusion.features.definition import NOW, Grain, Measure, Window, days, months
from shuxin.fusion.features.families import (
    Count,
    Distinct,
    Least,
    Quotient,
    Scaled,
    Sum,
)
from shuxin.fusion.features.flows import BALANCE_DAYS, Flows
from shuxin.fusion.features.formulas import (
    TWO_YEARS,
    YEAR,
    concentration,
    kept,
    largest_share,
    new_share,
)
from shuxin.fusion.features.library.writing import Group, Series
from shuxin.fusion.features.readings import Added, If, Whole

_IN = (Is("direction", ("收", "收入", "贷", "贷方", "进", "in", "IN", "C", "credit")),)
_OUT = (Is("direction", ("支", "支出", "借", "借方", "出", "out", "OUT", "D", "debit")),)
_LOAN = Says("summary", ("放款", "贷款", "还本", "付息", "还息", "借款", "利息"))
_WEALTH = Says("summary", ("理财", "结构性存款", "基金申购", "基金赎回", "定期存款"))
_OWN = Same("party", "subject_name")
_PLAIN = (Not(_LOAN), Not(_WEALTH), Not(_OWN))
_PERSON = (
    Short("party", 4),
    Not(Says("party", ("公司", "厂", "店", "社", "部", "行", "中心"))),
)
"""A name of at most four characters that no kind of firm stands in."""
_WAGES = Says("summary", ("工资", "代发", "薪"))
_AMOUNT = Added(("amount",))


def _in(*where: Condition) -> If:
    return If(_AMOUNT, (*_IN, *where))


def _out(*where: Condition) -> If:
    return If(_AMOUNT, (*_OUT, *where))


FLOWS = Flows(
    name="bank_flow",
    standard="bank_flow",
    event="booked_on",
    key=("txn_no", "direction", "amount", "party", "summary", "balance"),
    texts=("account", "subject_name"),
    columns={
        "fen": _AMOUNT,
        "inflow": _in(*_PLAIN),
        "outflow": _out(*_PLAIN),
        "drawn": _in(_LOAN),
        "repaid": _out(_LOAN),
        "wealth": _out(_WEALTH),
        "cash": _in(Says("summary", ("现金", "存现"))),
        "wages": _out(_WAGES),
        "taxes": _out(Says("summary", ("税", "社保", "公积金"))),
        "utilities": _out(Says("summary", ("电费", "水费", "燃气"))),
        "to_persons": _out(*_PLAIN, Not(_WAGES), *_PERSON),
        "from_persons": _in(*_PLAIN, *_PERSON),
        "returned": If(_AMOUNT, (Says("summary", ("退票", "退回", "余额不足", "冲正")),)),
        "told": Whole("balance"),
    },
    sums=("operating_in", "operating_out", "net", "passed", "drawn", "repaid", "wealth", "cash", "wages", "taxes",
          "utilities", "to_persons", "from_persons", "returned"),
    main="operating_in",
    size="amount",
    horizon=36,
)  # fmt: skip
_SCALE, _PATTERN = (
    Group(FLOWS, "flow_scale", Grain.MONTHS),
    Group(FLOWS, "flow_pattern", Grain.MONTHS),
)
_CHANGE, _DEBT = Group(FLOWS, "flow_growth", Grain.MONTHS), Group(FLOWS, "flow_debt", Grain.MONTHS)
_PAYERS, _BALANCE = (
    Group(FLOWS, "flow_parties", Grain.PARTIES),
    Group(FLOWS, "flow_balance", Grain.DAYS),
)
_INFLOW = Series(
    group=_SCALE, name="flow_in", en="operating inflow", zh="经营性流入", column="operating_in", measure=Measure.FEN,
    unit=100.0,
)  # fmt: skip
_OUTFLOW = Series(
    group=_SCALE, name="flow_out", en="operating outflow", zh="经营性流出", column="operating_out",
    measure=Measure.FEN, unit=100.0,
)  # fmt: skip
_MOVES = Series(
    group=_CHANGE, name="flow_in", en="operating inflow", zh="经营性流入", column="operating_in", measure=Measure.FEN,
    unit=100.0,
)  # fmt: skip


def _share(top: str, bottom: str, window: Window = YEAR) -> Quotient:
    return Quotient(Sum(top, window), Sum(bottom, window))


FEATURES = (
    *_INFLOW.amounts(3, 6, 12),
    *_OUTFLOW.amounts(3, 12),
    *_MOVES.trends(),
    *_MOVES.steadiness(),
    *_MOVES.activity(),
    _CHANGE.has("flow_net_12m", "operating inflow less outflow", "经营性净流入", YEAR, Measure.FEN, Sum("net")),
    _CHANGE.has("flow_net_6m", "operating inflow less outflow, last 6 months", "近6个月经营性净流入", months(6),
                Measure.FEN, Sum("net", months(6))),
    _CHANGE.has("flow_negative_12m", "months in which more went out than came in", "净流出月数", YEAR, Measure.MONTHS,
                Count(YEAR, (Below("net", 0),))),
    _CHANGE.has("flow_out_to_in_12m", "operating outflow over inflow", "经营性流出与流入之比", YEAR, Measure.RATIO,
                _share("operating_out", "operating_in")),
    _DEBT.has("flow_drawn_12m", "loans drawn, in flows", "流水中贷款发放额", YEAR, Measure.FEN, Sum("drawn")),
    _DEBT.has("flow_repaid_12m", "loans repaid with interest, in flows", "流水中还本付息额", YEAR, Measure.FEN,
              Sum("repaid")),
    _DEBT.has("flow_debt_service_12m", "debt service over operating inflow", "还本付息占经营性流入比", YEAR,
              Measure.RATIO, _share("repaid", "operating_in")),
    _DEBT.has("flow_cover_12m", "net operating flow over debt service", "净流入对还本付息覆盖倍数", YEAR, Measure.RATIO,
              _share("net", "repaid")),
    _DEBT.has("flow_debt_months_12m", "months with debt service", "有还本付息的月数", YEAR, Measure.MONTHS,
              Count(YEAR, (AtLeast("repaid"),))),
    _PATTERN.has("flow_wage_months_12m", "months with wages paid", "有代发工资的月数", YEAR, Measure.MONTHS,
                 Count(YEAR, (AtLeast("wages"),))),
    _PATTERN.has("flow_wages_12m", "wages paid", "流水中工资支出", YEAR, Measure.FEN, Sum("wages")),
    _PATTERN.has("flow_tax_months_12m", "months with taxes or insurance paid", "有税费社保支出的月数", YEAR,
                 Measure.MONTHS, Count(YEAR, (AtLeast("taxes"),))),
    _PATTERN.has("flow_utility_months_12m", "months with power, water or gas paid", "有水电气支出的月数", YEAR,
                 Measure.MONTHS, Count(YEAR, (AtLeast("utilities"),))),
    _PATTERN.has("flow_cash_share_12m", "cash paid in over operating inflow", "现金存入占经营性流入比", YEAR,
                 Measure.RATIO, _share("cash", "operating_in")),
    _PATTERN.has("flow_passed_share_12m", "money that passed through on its day over operating inflow", "快进快出占比",
                 YEAR, Measure.RATIO, _share("passed", "operating_in")),
    _PATTERN.has("flow_to_persons_6m", "outflow to persons over operating outflow", "公转私占比", months(6),
                 Measure.RATIO, _share("to_persons", "operating_out", months(6))),
    _PATTERN.has("flow_from_persons_12m", "inflow from persons over operating inflow", "个人转入占比", YEAR,
                 Measure.RATIO, _share("from_persons", "operating_in")),
    _PATTERN.has("flow_wealth_12m", "wealth products bought", "购买理财金额", YEAR, Measure.FEN, Sum("wealth")),
    _PATTERN.has("flow_returned_6m", "payments returned or refused, last 6 months", "近6个月退票与余额不足次数",
                 months(6),
                 Measure.COUNT, Count(months(6), (AtLeast("returned"),)), grain=Grain.ROWS),
    _PATTERN.has("flow_dressing_30d", "inflow of 30 days over a mean month", "近30天流入与月均流入之比", YEAR,
                 Measure.RATIO, Quotient(Sum("operating_in", days(30)), Sum("operating_in", YEAR), times=12.0),
                 grain=Grain.ROWS),
    _PATTERN.has("flow_since_in", "days since the last operating inflow", "距最近一次经营性流入天数", days(1095),
                 Measure.DAYS, Least("days", days(1095), (AtLeast("operating_in"),)), grain=Grain.ROWS),
    _PATTERN.has("flow_accounts_6m", "accounts with flows, last 6 months", "近6个月有流水账户数", months(6),
                 Measure.COUNT, Distinct("account", months(6)), grain=Grain.ROWS),
    _PAYERS.has("flow_payers_12m", "payers", "付款方数", YEAR, Measure.COUNT,
                lambda parties: (parties["net"] > 0).sum().cast("int64"), empty=0),
    _PAYERS.has("flow_top5_12m", "share of the five largest payers", "前五大付款方占比", YEAR, Measure.RATIO,
                largest_share),
    _PAYERS.has("flow_hhi_12m", "concentration (HHI) of payers", "付款方集中度（HHI）", YEAR, Measure.RATIO,
                concentration),
    _PAYERS.has("flow_kept_24m", "share of last year's payers that stayed", "付款方留存率", TWO_YEARS, Measure.RATIO,
                kept),
    _PAYERS.has("flow_new_share_24m", "share of inflow from payers unseen in the year before", "新增付款方流入占比",
                TWO_YEARS, Measure.RATIO, new_share),
    _BALANCE.has("flow_balance_now", "balances of all accounts", "账户余额合计", NOW, Measure.FEN, Sum("closing", NOW)),
    _BALANCE.has("flow_balance_mean_90d", "mean daily balance, last 90 days", "近90天日均余额", days(BALANCE_DAYS),
                 Measure.FEN, Scaled(Sum("weighed", NOW), BALANCE_DAYS)),
    _BALANCE.has("flow_balance_low_90d", "lowest balance of an account, last 90 days", "近90天最低余额",
                 days(BALANCE_DAYS), Measure.FEN, Least("low", NOW)),
)  # fmt: skip
READINGS = (FLOWS,)
