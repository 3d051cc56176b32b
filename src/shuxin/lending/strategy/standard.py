"""A ready strategy for working-capital credit (流动资金信用贷标准策略): a bank copies it and makes it its own."""

from __future__ import annotations

from typing import Any

from shuxin.lending.strategy.document import Strategy, strategy_of

_DECLINE_LISTS = {
    "dishonest": ("失信被执行人", "on the list of dishonest judgment debtors"),
    "revoked": ("已被吊销或注销", "licence revoked or cancelled"),
    "serious_illegal": ("列入严重违法失信名单", "on the list of serious violations"),
}


def standard_strategy(
    *, model: str = "", service: str = "", identity: str = "working_capital"
) -> Strategy:
    """With a card of one's own by its hash, a joint service by its id, or both; "" leaves that stage out.

    With neither a person decides every case that the rules let pass. Raises StrategyInvalid.
    """
    stages = [_firm(), _open(), _own()]
    if model:
        stages.append({"kind": "card", "id": "card", "model": model})
    if service:
        stages.append(_joint(service))
    if model or service:
        stages += [_zones(model, service), _limit(), _price()]
    return strategy_of(
        {
            "id": identity,
            "name": "流动资金信用贷标准策略",
            "name_en": "Working-capital credit, standard",
            "product_kinds": ["credit", "flow", "tax", "invoice"],
            "facts": _facts(),
            "stages": stages,
            "reasons": _reasons(),
        }
    )


def _facts() -> list[dict[str, Any]]:
    lists = [
        {"name": f"open.{name}", "kind": "boolean", "zh": zh, "en": en}
        for name, (zh, en) in _DECLINE_LISTS.items()
    ]
    return [
        *lists,
        {"name": "open.abnormal", "kind": "boolean", "zh": "列入经营异常名录",
         "en": "on the list of irregular operation"},
        {"name": "own.days_past_due", "kind": "integer", "least": 0, "zh": "当前逾期天数",
         "en": "days past due now"},
        {"name": "own.active_months", "kind": "integer", "least": 0, "most": 12,
         "zh": "近12个月有经营流水的月数", "en": "months with business in the last 12"},
        {"name": "own.sales_12m_yuan", "kind": "integer", "least": 0, "zh": "近12个月销售额（元）",
         "en": "sales of 12 months, yuan"},
        {"name": "own.tax_paid_12m_yuan", "kind": "integer", "least": 0, "zh": "近12个月纳税额（元）",
         "en": "tax paid in 12 months, yuan"},
        {"name": "own.inflow_12m_yuan", "kind": "integer", "least": 0, "zh": "近12个月经营性流入（元）",
         "en": "inflow from business in 12 months, yuan"},
        {"name": "own.net_cash_month_yuan", "kind": "integer", "zh": "月均净经营现金流（元）",
         "en": "net cash flow a month, yuan"},
        {"name": "own.loan_payment_month_yuan", "kind": "integer", "least": 0,
         "zh": "现有贷款月供（元）", "en": "payment of present loans a month, yuan"},
    ]  # fmt: skip


def _table(identity: str, name: str, inputs: list[str], *rows: tuple[list[str], str, str]) -> Any:
    return {
        "id": identity,
        "name": name,
        "inputs": inputs,
        "rows": [{"when": when, "verdict": verdict, "code": code} for when, verdict, code in rows],
    }


def _firm() -> dict[str, Any]:
    age = _table(
        "age", "企业成立年限", ["firm.age_months"],
        (["< 12"], "decline", "too_young"),
        ([">= 12"], "pass", ""),
        (["null"], "need_information", "age_unknown"),
    )  # fmt: skip
    use = _table(
        "use", "贷款用途", ["application.use", "application.term_months"],
        (['"premises"', ""], "decline", "use_not_covered"),
        (['not in ["premises", "equipment"]', "<= 36"], "pass", ""),
        (['"equipment"', "<= 60"], "pass", ""),
        (['not in ["premises", "equipment"]', "> 36"], "refer", "term_long"),
        (['"equipment"', "> 60"], "refer", "term_long"),
    )  # fmt: skip
    return {"kind": "rules", "id": "firm", "level": "application", "tables": [age, use]}


def _open() -> dict[str, Any]:
    lists = [
        _table(
            name, zh, [f"open.{name}"],
            (["true"], "decline", f"on_{name}"),
            (["false"], "pass", ""),
            (["null"], "refer", "list_unknown"),
        )
        for name, (zh, _) in _DECLINE_LISTS.items()
    ]  # fmt: skip
    abnormal = _table(
        "abnormal", "经营异常", ["open.abnormal", "application.amount_yuan"],
        (["true", "> 100000"], "decline", "on_abnormal"),
        (["true", "<= 100000"], "refer", "on_abnormal"),
        (["false, null", ""], "pass", ""),
    )  # fmt: skip
    return {"kind": "rules", "id": "lists", "level": "open", "tables": [*lists, abnormal]}


def _own() -> dict[str, Any]:
    behaviour = _table(
        "behaviour", "还款与经营", ["own.days_past_due", "own.active_months"],
        (["> 0", ""], "decline", "past_due"),
        (["0, null", ">= 6"], "pass", ""),
        (["0, null", "[3..6)"], "refer", "few_months"),
        (["0, null", "< 3"], "decline", "few_months"),
        (["0, null", "null"], "refer", "business_unknown"),
    )  # fmt: skip
    return {"kind": "rules", "id": "behaviour", "level": "own", "tables": [behaviour]}


def _joint(service: str) -> dict[str, Any]:
    return {
        "kind": "joint", "id": "joint", "service": service,
        "silent": "refer", "unauthorised": "need_information", "incomplete": "refer",
    }  # fmt: skip


def _zones(model: str, service: str) -> dict[str, Any]:
    both = [
        {"by": "joint.pd", "approve": 500, "decline": 1200},
        {"by": "card.pd", "approve": 500, "decline": 1200},
    ]
    used = [zone for zone, there in zip(both, (service, model), strict=True) if there]
    return {"kind": "zones", "id": "zones", "too_low": "score_low", "zones": used}


def _limit() -> dict[str, Any]:
    return {
        "kind": "limit", "id": "limit", "too_low": "limit_low", "caps_needed": 1,
        "caps": [
            {"kind": "multiple", "code": "tax", "fact": "own.tax_paid_12m_yuan", "factor_bp": 80_000},
            {"kind": "multiple", "code": "flow", "fact": "own.inflow_12m_yuan", "factor_bp": 1_500},
            {"kind": "working_capital", "code": "working_capital", "sales": "own.sales_12m_yuan",
             "margin_bp": 1_000, "growth_bp": 0, "turns_bp": 40_000, "others_bp": 3_000},
            {"kind": "affordable", "code": "cash_flow", "cash_flow": "own.net_cash_month_yuan",
             "service": "own.loan_payment_month_yuan", "cover_bp": 12_500},
            {"kind": "debt", "code": "debt", "sales": "own.sales_12m_yuan", "share_bp": 4_000},
        ],
        "grades": [
            {"code": "A", "pd_most_bp": 150, "factor_bp": 10_000},
            {"code": "B", "pd_most_bp": 400, "factor_bp": 8_000},
            {"code": "C", "pd_most_bp": 1_200, "factor_bp": 5_000},
        ],
    }  # fmt: skip


def _price() -> dict[str, Any]:
    return {
        "kind": "price", "id": "price", "too_dear": "price_high",
        "ftp": [{"months": 12, "bp": 170}, {"months": 36, "bp": 190}, {"months": 360, "bp": 210}],
        "opex_bp": 60, "margin_bp": 30, "hurdle_bp": 1_100, "lgd_bp": 4_500,
        "lpr": [
            {"since": "2024-10-21", "one_year_bp": 310, "five_years_bp": 360},
            {"since": "2025-05-20", "one_year_bp": 300, "five_years_bp": 350},
        ],
    }  # fmt: skip


def _reasons() -> dict[str, Any]:
    def said(zh: str, en: str, change_zh: str = "", change_en: str = "") -> dict[str, str]:
        return {"zh": zh, "en": en, "change_zh": change_zh, "change_en": change_en}

    lists = {
        f"on_{name}": said(
            f"公开信息显示:{zh}", f"public record: {en}",
            "如信息有误，可向发布部门申请更正；信用修复后可重新申请",
            "Ask the department that publishes it to correct it, or apply again when it has been lifted",
        )
        for name, (zh, en) in _DECLINE_LISTS.items()
    }  # fmt: skip
    return lists | {
        "on_abnormal": said(
            "公开信息显示：列入经营异常名录", "public record: on the list of irregular operation",
            "向市场监管部门申请移出后可重新申请", "Apply again when the market regulator has removed it",
        ),
        "too_young": said(
            "企业成立未满一年", "the firm is younger than a year",
            "成立满12个月后可重新申请", "Apply again when the firm is 12 months old",
        ),
        "age_unknown": said(
            "缺少企业成立日期", "the day of the firm's establishment is not known",
            "请在企业信息中补充成立日期", "Add the day of establishment to the firm's facts",
        ),
        "use_not_covered": said(
            "该产品不支持此贷款用途", "this product does not lend for this use",
            "可选择支持购置经营场所的抵押类产品", "Choose a mortgage product for premises",
        ),
        "term_long": said("申请期限较长，转人工审核", "the term is long; a person decides"),
        "list_unknown": said("公开名单信息暂缺，转人工审核", "a public list could not be read"),
        "past_due": said(
            "存在尚未结清的逾期", "a payment is past due",
            "结清逾期款项后可重新申请", "Apply again when it has been paid",
        ),
        "few_months": said(
            "近12个月经营月数不足", "too few months with business in the last 12",
            "连续经营满6个月后可重新申请", "Apply again after six months of business",
        ),
        "business_unknown": said(
            "经营流水信息暂缺，转人工审核", "what the firm trades is not known; a person decides"
        ),
        "score_low": said(
            "综合评分未达到准入标准", "the score is below what is lent to",
            "改善下列各项后可重新申请", "Apply again when what follows has improved",
        ),
        "limit_low": said(
            "可核定额度低于产品最低额度", "the limit that the data allow is below the product's least",
            "可申请起点额度更低的产品", "Choose a product with a lower least amount",
        ),
        "price_high": said(
            "风险与成本超出产品利率上限", "risk and cost lie above the product's highest rate",
            "提供担保或缩短期限后可重新申请", "Apply again with a guarantee or a shorter term",
        ),
    }  # fmt: skip
