"""Standards of trade and lending (发票、流水、贷款): what training and pricing read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.catalogue.api import Cycle, DataGroup, FieldType, Meaning
from shuxin.fusion.standards.form import (
    OWN_CODES,
    OWN_NAMES,
    Standard,
    StandardField,
    standard_field,
    subject_fields,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

_SELLERS = ("销方税号", "销方识别号", "销售方税号", "销售方识别号", "销方纳税人识别号",
            "销售方纳税人识别号", "销方统一社会信用代码", "销售方统一社会信用代码")  # fmt: skip
_BUYERS = ("购方税号", "购方识别号", "购买方税号", "购买方识别号", "购方纳税人识别号",
           "购买方纳税人识别号", "购方统一社会信用代码", "购买方统一社会信用代码")  # fmt: skip
_SELLER_NAMES = ("销方名称", "销售方名称", "销货单位名称")
_BUYER_NAMES = ("购方名称", "购买方名称", "购货单位名称")


def _invoice(party: Iterable[str]) -> tuple[StandardField, ...]:
    return (
        standard_field("invoice_no", ("发票号码", "数电票号码", "发票号"), FieldType.CODE, needed=True),
        standard_field("issued_on", ("开票日期", "开票时间"), FieldType.DATE, Meaning.EVENT_TIME, needed=True),
        standard_field("party", party, FieldType.CODE, needed=True),
        standard_field("net", ("金额", "不含税金额"), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        standard_field("tax", ("税额",), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        standard_field("total", ("价税合计", "含税金额"), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        standard_field("status", ("发票状态", "状态"), FieldType.CODE, needed=True),
        standard_field("status_changed_on", ("作废日期", "状态变更日期"), FieldType.DATE),
        standard_field("currency", ("币种", "币别"), FieldType.CODE),
        standard_field("known_on", ("入库日期", "采集日期", "获知日期"), FieldType.DATE),
    )  # fmt: skip


TRADE_STANDARDS = (
    Standard(
        name="invoice_out",
        number="T29",
        title=Text(en="VAT invoices issued", zh="销项发票"),
        group=DataGroup.PUBLIC,
        cycle=Cycle.DAY,
        lag_days=1,
        fields=(*subject_fields(_SELLERS, _SELLER_NAMES), *_invoice((*_BUYERS, "购方单位代号"))),
        known_time=("known_on", "issued_on"),
        hints=("销项", "output", "sales"),
    ),
    Standard(
        name="invoice_in",
        number="T30",
        title=Text(en="VAT invoices received", zh="进项发票"),
        group=DataGroup.PUBLIC,
        cycle=Cycle.DAY,
        lag_days=1,
        fields=(*subject_fields(_BUYERS, _BUYER_NAMES), *_invoice((*_SELLERS, "销方单位代号"))),
        known_time=("known_on", "issued_on"),
        hints=("进项", "input", "purchase"),
    ),
    Standard(
        name="bank_flow",
        number="T87",
        title=Text(en="bank account flows", zh="对公账户流水"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.DAY,
        lag_days=0,
        fields=(
            *subject_fields(OWN_CODES, OWN_NAMES),
            standard_field("booked_on", ("交易日期", "记账日期", "交易时间"), FieldType.DATE, Meaning.EVENT_TIME,
                           needed=True),
            standard_field("direction", ("借贷标志", "收支标志", "收支", "借贷方向"), FieldType.CODE, needed=True),
            standard_field("amount", ("交易金额", "发生额"), FieldType.MONEY, Meaning.AMOUNT, needed=True),
            standard_field("balance", ("余额", "账户余额", "交易后余额"), FieldType.MONEY, Meaning.AMOUNT),
            standard_field("party", ("对方户名", "交易对手", "对手户名"), FieldType.STRING),
            standard_field("summary", ("摘要", "交易摘要"), FieldType.STRING),
            standard_field("account", ("对公账号", "账号"), FieldType.CODE),
            standard_field("txn_no", ("交易流水号",), FieldType.CODE),
            standard_field("known_on", ("入库日期", "入账日期", "获知日期"), FieldType.DATE),
        ),
        known_time=("known_on", "booked_on"),
    ),
    Standard(
        name="loan_outcome",
        number="T85",
        title=Text(en="loans and how they ended", zh="贷款结果"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.DAY,
        lag_days=0,
        fields=(
            *subject_fields(OWN_CODES, OWN_NAMES),
            standard_field("loan_no", ("借据号", "贷款编号", "合同编号"), FieldType.CODE),
            standard_field("drawn_on", ("放款日", "放款日期", "发放日期"), FieldType.DATE, Meaning.EVENT_TIME),
            standard_field("amount", ("放款金额", "贷款金额"), FieldType.MONEY, Meaning.AMOUNT),
            standard_field("rate", ("年利率", "执行利率"), FieldType.NUMBER),
            standard_field("rating", ("信誉评级", "内部评级"), FieldType.CODE),
            standard_field("defaulted", ("是否违约",), FieldType.BOOLEAN, needed=True),
            standard_field("defaulted_on", ("违约日", "违约日期"), FieldType.DATE),
            standard_field("known_on", ("入库日期", "结果日期", "获知日期"), FieldType.DATE),
        ),
        known_time=("known_on",),
    ),
    Standard(
        name="loan_application",
        number="T94",
        title=Text(en="applications for a loan", zh="贷款申请"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.REAL_TIME,
        lag_days=0,
        fields=(
            *subject_fields(OWN_CODES, OWN_NAMES),
            standard_field("applied_on", ("申请日", "申请日期"), FieldType.DATE, Meaning.EVENT_TIME, needed=True),
            standard_field("requested", ("申请金额",), FieldType.MONEY, Meaning.AMOUNT, needed=True),
        ),
        known_time=("applied_on",),
    ),
    Standard(
        name="rate_churn",
        number="",
        title=Text(en="customers lost by rate of interest", zh="贷款年利率与客户流失率"),
        group=DataGroup.FINANCIAL,
        cycle=Cycle.YEAR,
        lag_days=0,
        fields=(
            standard_field("rate", ("贷款年利率", "年利率"), FieldType.NUMBER, needed=True),
            standard_field("churn_a", ("信誉评级A",), FieldType.NUMBER, needed=True),
            standard_field("churn_b", ("信誉评级B",), FieldType.NUMBER, needed=True),
            standard_field("churn_c", ("信誉评级C",), FieldType.NUMBER, needed=True),
        ),
    ),
)  # fmt: skip
"""The first that there were; their names and fields stay as they are."""
