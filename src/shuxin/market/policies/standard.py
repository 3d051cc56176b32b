"""Example policies [D]: made up in the style of real ones to try the matching; nobody grants them, no real document.

Each is marked as an example wherever it is shown.
"""

from __future__ import annotations

import datetime as dt

from shuxin.market.policies.documents import PolicyKind, PolicyTerms

_FROM, _TO = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
_ONLINE_ZH, _ONLINE_EN = (
    "登录平台提交申请，无需另交纸质材料",
    "Apply on the platform; no papers are needed",
)


def _example(
    name: str,
    kind: PolicyKind,
    *,
    title: tuple[str, str],
    office: tuple[str, str],
    benefit: tuple[str, str],
    conditions: str,
    apply: tuple[str, str] = (_ONLINE_ZH, _ONLINE_EN),
    closes_on: dt.date | None = _TO,
) -> PolicyTerms:
    return PolicyTerms(
        name=name,
        kind=kind,
        title_zh=title[0],
        title_en=title[1],
        office_zh=office[0],
        office_en=office[1],
        benefit_zh=benefit[0],
        benefit_en=benefit[1],
        apply_zh=apply[0],
        apply_en=apply[1],
        conditions=conditions,
        opens_on=_FROM,
        closes_on=closes_on,
        is_example=True,
    )


_FINANCE = ("市财政局", "City finance bureau")
_FINANCE_OFFICE = ("市委金融办", "City financial office")
_INDUSTRY = ("市工业和信息化局", "City bureau of industry")
_AGRICULTURE = ("市农业农村局", "City bureau of agriculture")
_SCIENCE = ("市科学技术局", "City bureau of science")
_LABOUR = ("市人力资源和社会保障局", "City bureau of human resources")
_FUND = ("市融资担保集团", "City guarantee group")
_THROUGH_BANK = (
    "由贷款银行代为申报，直接冲减利息",
    "The lending bank applies; the interest becomes lower",
)

EXAMPLES = (
    _example(
        "first-loan-subsidy",
        PolicyKind.SUBSIDY,
        title=("首贷户贴息", "Interest subsidy for first loans"),
        office=_FINANCE,
        benefit=(
            "首次获得银行贷款的，按实际利息给予年化 1 个百分点贴息，最长 12 个月，最高 5 万元",
            "One percentage point a year on a first bank loan, for 12 months, at most 50,000 yuan",
        ),
        conditions="size in micro, small\nis_first_loan = yes\nage_months >= 12",
        apply=_THROUGH_BANK,
    ),
    _example(
        "startup-guaranteed-loan",
        PolicyKind.SUBSIDY,
        title=("创业担保贷款贴息", "Subsidised loans for new businesses"),
        office=_LABOUR,
        benefit=(
            "小微企业最高 400 万元、个体工商户最高 30 万元，财政给予部分贴息",
            "Up to 4 million yuan for small firms and 300,000 for individual businesses, partly subsidised",
        ),
        conditions="borrower in enterprise, individual_business\nage_months <= 36\n"
        "any\n  size in micro, small\n  borrower in individual_business",
    ),
    _example(
        "manufacturing-equipment-subsidy",
        PolicyKind.SUBSIDY,
        title=("制造业设备更新贷款贴息", "Subsidy on loans for new equipment in manufacturing"),
        office=_INDUSTRY,
        benefit=(
            "设备更新类贷款年化贴息 1.5 个百分点，最长 24 个月，最高 100 万元",
            "1.5 percentage points a year on equipment loans, for 24 months, at most 1 million yuan",
        ),
        conditions="industry in C\nage_months >= 24\ntax_grade in A, B\nyearly_sales_yuan >= 3000000",
        apply=_THROUGH_BANK,
    ),
    _example(
        "farm-loan-subsidy",
        PolicyKind.SUBSIDY,
        title=("涉农主体贷款贴息", "Interest subsidy for farms"),
        office=_AGRICULTURE,
        benefit=(
            "农户、农民专业合作社及农业小微企业，年化贴息 2 个百分点，最高 3 万元",
            "Two percentage points a year for farmers, co-operatives and small farm firms, at most 30,000 yuan",
        ),
        conditions="any\n  borrower in farmer, cooperative\n  all\n    industry in A\n    size in micro, small",
    ),
    _example(
        "batch-guarantee",
        PolicyKind.GUARANTEE,
        title=("“见贷即担”批量担保", "Guarantee with the loan, in batches"),
        office=_FUND,
        benefit=(
            "单户 1000 万元以下，担保费率不超过 0.5%，免抵押、免反担保",
            "Up to 10 million yuan, fee at most 0.5%, without collateral",
        ),
        conditions="size in micro, small\nage_months >= 12\ntax_grade not in D\nindustry not in J, K",
        apply=("贷款银行审批通过后自动纳入", "Taken in when the bank approves the loan"),
        closes_on=None,
    ),
    _example(
        "tech-guarantee",
        PolicyKind.GUARANTEE,
        title=("科创企业专项担保", "Guarantee for technology firms"),
        office=_FUND,
        benefit=(
            "银担分险比例提高至 2:8，单户最高 3000 万元",
            "The guarantor bears 80% of the loss; up to 30 million yuan",
        ),
        conditions="any\n  industry in I, M\n  industry in C39, C40, C38, C27\nemployees >= 10\nage_months >= 12",
        apply=("经贷款银行推荐", "On recommendation of the lending bank"),
        closes_on=None,
    ),
    _example(
        "innovative-sme",
        PolicyKind.QUALIFICATION,
        title=("创新型中小企业评价", "Recognition as an innovative firm"),
        office=_INDUSTRY,
        benefit=(
            "评价通过的，可申报专精特新，并享受专属信贷产品",
            "Opens the way to further recognition and to loans of its own",
        ),
        conditions="size in micro, small, medium\nage_months >= 24\ntax_grade in A, B, M\nindustry in C, I, M",
        apply=("每年两批，线上填报自评表", "Twice a year, by a form online"),
    ),
    _example(
        "tech-sme-register",
        PolicyKind.QUALIFICATION,
        title=("科技型中小企业入库", "Register of technology firms"),
        office=_SCIENCE,
        benefit=(
            "入库企业研发费用加计扣除，并列入科创贷白名单",
            "Extra deduction of research costs, and a place on the list for technology loans",
        ),
        conditions="employees <= 500\nyearly_sales_yuan <= 200000000\nindustry in C, I, M",
    ),
    _example(
        "newly-above-scale",
        PolicyKind.AWARD,
        title=("“小升规”奖励", "Award for growing beyond the threshold"),
        office=_INDUSTRY,
        benefit=(
            "首次升为规模以上工业企业的，一次性奖励 10 万元",
            "100,000 yuan once, when an industrial firm first passes 20 million yuan of sales",
        ),
        conditions="industry in B, C, D\nyearly_sales_yuan >= 20000000\nsize in small, medium",
        apply=("次年一季度集中申报", "In the first quarter of the next year"),
    ),
    _example(
        "individual-business-relief",
        PolicyKind.RELIEF,
        title=("个体工商户经营场地费用减免", "Lower rent for individual businesses"),
        office=_FINANCE_OFFICE,
        benefit=(
            "承租国有经营用房的个体工商户，减免一个月租金",
            "One month's rent for individual businesses in public premises",
        ),
        conditions="borrower in individual_business\nage_months >= 6",
        apply=("向房屋出租单位申请", "Ask the landlord"),
    ),
)
