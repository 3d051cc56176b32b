"""What products and demands are described with; every word has its sentence in both languages."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from shuxin.kernel.text import Text

_SAID_BY_MEMBER = Text(en="", zh="")
"""So that a member may be looked up by its value alone."""


class Worded(StrEnum):
    """A closed list whose members are said in both languages."""

    _text: Text

    def __new__(cls, value: str, text: Text = _SAID_BY_MEMBER) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member._text = text  # noqa: SLF001 - its own
        return member

    @property
    def text(self) -> Text:
        return self._text


class ProductKind(Worded):
    """What a product rests on (产品类型)."""

    TAX = "tax", Text(en="tax loan", zh="税贷")
    INVOICE = "invoice", Text(en="invoice loan", zh="票贷")
    FLOW = "flow", Text(en="flow loan", zh="流水贷")
    SUPPLY_CHAIN = "supply_chain", Text(en="supply-chain loan", zh="供应链贷")
    TECH = "tech", Text(en="technology loan", zh="科创贷")
    AGRICULTURE = "agriculture", Text(en="farm loan", zh="涉农贷")
    MORTGAGE = "mortgage", Text(en="mortgage loan", zh="抵押贷")
    CREDIT = "credit", Text(en="working-capital credit", zh="信用贷")


class Borrower(Worded):
    """Who may borrow (借款主体)."""

    ENTERPRISE = "enterprise", Text(en="enterprise", zh="企业")
    INDIVIDUAL_BUSINESS = "individual_business", Text(en="individual business", zh="个体工商户")
    OWNER = "owner", Text(en="owner of a small business", zh="小微企业主")
    FARMER = "farmer", Text(en="farmer", zh="农户")
    COOPERATIVE = "cooperative", Text(en="farmers' co-operative", zh="农民专业合作社")


class Guarantee(Worded):
    """What a loan is secured by (担保方式). NONE: on credit alone (信用)."""

    NONE = "none", Text(en="no collateral", zh="信用")
    SURETY = "surety", Text(en="a person's surety", zh="保证")
    COMPANY = "company", Text(en="guarantee company", zh="担保公司担保")
    MORTGAGE = "mortgage", Text(en="mortgage", zh="抵押")
    PLEDGE = "pledge", Text(en="pledge", zh="质押")


class Repayment(Worded):
    """How a loan is repaid (还款方式)."""

    BULLET = "bullet", Text(en="interest monthly, principal at the end", zh="先息后本")
    INSTALMENTS = "instalments", Text(en="equal instalments", zh="等额本息")
    PRINCIPAL = "principal", Text(en="equal principal", zh="等额本金")
    REVOLVING = "revolving", Text(en="as drawn, within the limit", zh="随借随还")


class LoanUse(Worded):
    """What the money is for (贷款用途)."""

    WORKING_CAPITAL = "working_capital", Text(en="working capital", zh="流动资金周转")
    STOCK = "stock", Text(en="stock and materials", zh="采购原材料及备货")
    EQUIPMENT = "equipment", Text(en="equipment", zh="购置设备")
    PREMISES = "premises", Text(en="premises", zh="经营场所")
    RESEARCH = "research", Text(en="research and development", zh="技术研发")
    WAGES = "wages", Text(en="wages", zh="支付工资")
    FARMING = "farming", Text(en="farming", zh="农业生产")
    RENEWAL = "renewal", Text(en="renewal of a loan", zh="贷款续期")


class Urgency(Worded):
    """By when the money is needed (用款紧急程度)."""

    DAYS = "days", Text(en="within days", zh="数日内")
    MONTH = "month", Text(en="within a month", zh="一个月内")
    PLANNED = "planned", Text(en="planned ahead", zh="不着急")


class Size(Worded):
    """Size class of a firm (企业规模)."""

    MICRO = "micro", Text(en="micro", zh="微型")
    SMALL = "small", Text(en="small", zh="小型")
    MEDIUM = "medium", Text(en="medium", zh="中型")
    LARGE = "large", Text(en="large", zh="大型")


class Channel(Worded):
    """How a demand came in (进件渠道)."""

    PAGE = "page", Text(en="the firm itself", zh="企业自助")
    AGENT = "agent", Text(en="an assisting agent", zh="代办人员协助")
    API = "api", Text(en="a system", zh="系统接口")
    LIST = "list", Text(en="a government list", zh="政府清单")


class FeeKind(Worded):
    """How a fee is counted (费用类型). YEARLY and ONCE are basis points of the principal."""

    YEARLY_BP = "yearly_bp", Text(en="a year, of the principal", zh="按年费率")
    ONCE_BP = "once_bp", Text(en="once, of the principal", zh="一次性费率")
    ONCE_FEN = "once_fen", Text(en="once, an amount", zh="一次性金额")


class DeclineCode(Worded):
    """Why a lender does not take a demand (婉拒原因); only OTHER needs words of its own."""

    AMOUNT = "amount", Text(en="the amount does not fit", zh="申请金额不符合产品要求")
    TERM = "term", Text(en="the term does not fit", zh="申请期限不符合产品要求")
    REGION = "region", Text(en="outside the region served", zh="不在服务区域内")
    INDUSTRY = "industry", Text(en="the industry is not served", zh="不符合行业投向政策")
    GUARANTEE = "guarantee", Text(en="the security is not enough", zh="担保条件不足")
    CAPACITY = "capacity", Text(en="no capacity at present", zh="暂无信贷额度或受理能力")
    CUSTOMER = "customer", Text(en="already served as a customer", zh="已是本行授信客户")
    UNREACHABLE = "unreachable", Text(en="the firm could not be reached", zh="无法联系到企业")
    POLICY = "policy", Text(en="the lender's credit policy", zh="不符合本行信贷政策")
    OTHER = "other", Text(en="another reason", zh="其他原因")
