"""Features of supply chains and takings (供应链与收单特征): DOMAIN 3.7."""

from __future__ import annotations

from shuxin.fusion.features.conditions import AtLeast, Lasts, Yes
from shuxin.fusion.features.definition import EVER, NOW, Grain, Measure, days
from shuxin.fusion.features.families import Any, Count, Distinct, Growth, Least, Most, Quotient, Sum
from shuxin.fusion.features.formulas import YEAR
from shuxin.fusion.features.library.writing import Group, Series, counts
from shuxin.fusion.features.readings import Added, Facts, If, Tells

_YEAR, _TWO = days(365), days(730)

VOUCHERS = Facts(
    name="receivable_voucher",
    standard="receivable_voucher",
    event="issued_on",
    key=("voucher_no",),
    texts=("due", "core_firm"),
    columns={
        "amount": Added(("amount",)),
        "sure": Tells((Yes("confirmed"),)),
        "sure_amount": If(Added(("amount",)), (Yes("confirmed"),)),
    },
    size="amount",
)
_POOL = Group(VOUCHERS, "chain_receivables")
_NOT_DUE = (Lasts("due"),)
_POOL_FEATURES = (
    _POOL.has("receivable_pool", "confirmed receivables not yet due", "已确认未到期应收账款池", NOW, Measure.FEN,
              Sum("sure_amount", NOW, _NOT_DUE)),
    _POOL.has("receivable_sure_share_365d", "share of receivables that were confirmed", "应收凭证确认率", _YEAR,
              Measure.RATIO, Quotient(Sum("sure_amount", _YEAR), Sum("amount", _YEAR))),
    _POOL.has("receivable_cores_365d", "core firms that owe receivables", "应收凭证核心企业数", _YEAR, Measure.COUNT,
              Distinct("core_firm", _YEAR)),
    _POOL.has("receivable_largest_365d", "share of the largest receivable", "最大单笔应收凭证占比", _YEAR,
              Measure.RATIO,
              Quotient(Most("amount", _YEAR), Sum("amount", _YEAR))),
    *counts(_POOL, "receivables", "receivables issued", "应收凭证张数", _YEAR),
    _POOL.has("receivable_history", "days since the first receivable of a core firm", "首张应收凭证距今天数", EVER,
              Measure.DAYS, Most("days", EVER)),
)  # fmt: skip

BILLS = Facts(
    name="commercial_bill",
    standard="commercial_bill",
    event="drawn_on",
    key=("bill_no",),
    texts=("due",),
    columns={"amount": Added(("amount",)), "overdue": Tells((Yes("overdue_list"),))},
    size="amount",
)
_BILL = Group(BILLS, "chain_bills")
_BILL_FEATURES = (
    _BILL.has("bills_open", "bills not yet due", "未到期商业汇票金额", NOW, Measure.FEN, Sum("amount", NOW, _NOT_DUE)),
    *counts(_BILL, "bills", "bills drawn", "商业汇票张数", _YEAR),
    _BILL.has("bills_overdue_730d", "bills on the list of overdue ones, last 730 days", "近730天逾期票据张数", _TWO,
              Measure.COUNT, Count(_TWO, (AtLeast("overdue"),))),
    _BILL.has("bills_overdue_ever", "ever on the list of overdue bills", "曾列入票据逾期名单", EVER, Measure.FLAG,
              Any(EVER, (AtLeast("overdue"),))),
)  # fmt: skip

ORDERS = Facts(
    name="procurement_contract",
    standard="procurement_contract",
    event="signed",
    key=("contract_no",),
    texts=("term", "buyer"),
    columns={
        "amount": Added(("amount",)),
        "paid": Added(("paid",)),
        "unpaid": Added(("amount",), less=("paid",)),
    },
    size="amount",
)
BIDS = Facts(
    name="bid_award",
    standard="bid_award",
    event="noticed_on",
    key=("notice",),
    columns={"amount": Added(("amount",)), "first": Tells((AtLeast("rank"),))},
    size="amount",
)
_ORDER, _BID = Group(ORDERS, "chain_orders"), Group(BIDS, "chain_orders")
_ORDER_FEATURES = (
    *counts(_ORDER, "procurements", "number of government contracts", "政府采购合同数", _YEAR, days(1095)),
    _ORDER.has("procurement_amt_365d", "government contracts, last 365 days", "近365天政府采购合同额", _YEAR,
               Measure.FEN,
               Sum("amount", _YEAR)),
    _ORDER.has("procurement_backlog", "government contracts that run, not yet paid", "在手政府采购未付金额", NOW,
               Measure.FEN,
               Sum("unpaid", NOW, (Lasts("term"),))),
    _ORDER.has("procurement_paid_share_730d", "government contracts paid over signed", "政府采购合同付款比例", _TWO,
               Measure.RATIO, Quotient(Sum("paid", _TWO), Sum("amount", _TWO))),
    _ORDER.has("procurement_buyers_730d", "different buyers of government contracts", "政府采购单位数", _TWO,
               Measure.COUNT,
               Distinct("buyer", _TWO)),
    *counts(_BID, "bids", "bids won", "中标次数", _YEAR),
    _BID.has("bid_amt_365d", "amounts of bids won, last 365 days", "近365天中标金额", _YEAR, Measure.FEN,
             Sum("amount", _YEAR)),
    _BID.has("bid_since", "days since the last bid won", "距最近一次中标天数", EVER, Measure.DAYS, Least("days", EVER)),
)  # fmt: skip

TAKINGS = Facts(
    name="merchant_day",
    standard="merchant_day",
    event="date",
    key=("merchant",),
    columns={"net": Added(("amount",), less=("refund",)), "refund": Added(("refund",)), "gross": Added(("amount",)),
             "orders": Added(("orders",))},
    sums=("net", "refund", "gross", "orders"),
    main="gross",
    size="amount",
    horizon=36,
)  # fmt: skip
_TAKINGS = Group(TAKINGS, "takings", Grain.MONTHS)
_TAKEN = Series(
    group=_TAKINGS, name="takings", en="card and online takings", zh="收单净额", column="net", measure=Measure.FEN,
    unit=100.0,
)  # fmt: skip
_TAKING_FEATURES = (
    *_TAKEN.amounts(3, 12),
    *_TAKEN.trends()[:3],
    *_TAKEN.steadiness()[:1],
    *_TAKEN.activity(),
    _TAKINGS.has("takings_refund_share_12m", "refunds over takings", "收单退款率", YEAR, Measure.RATIO,
                 Quotient(Sum("refund"), Sum("gross"))),
    _TAKINGS.has("takings_orders_yoy_12m", "orders, growth over the year before", "收单笔数同比增长率", YEAR,
                 Measure.RATIO,
                 Growth("orders")),
    _TAKINGS.has("takings_ticket_12m", "takings of an order", "收单笔均金额", YEAR, Measure.FEN,
                 Quotient(Sum("gross"), Sum("orders"))),
)  # fmt: skip

READINGS = (VOUCHERS, BILLS, ORDERS, BIDS, TAKINGS)
FEATURES = (*_POOL_FEATURES, *_BILL_FEATURES, *_ORDER_FEATURES, *_TAKING_FEATURES)
