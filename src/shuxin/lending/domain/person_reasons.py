"""Reasons that a person declines for (人工拒绝原因): a public list, in both languages, with what would change them."""

from __future__ import annotations

from shuxin.lending.domain.offers import DeclineReason

PERSON_REASONS = {
    one.code: one
    for one in (
        DeclineReason(
            "repayment_capacity",
            "现有经营收入不足以覆盖所申请额度的还款",
            "income from business does not cover the repayment of this amount",
            "降低申请金额、延长期限，或提供经营收入增加的证明后可重新申请",
            "Apply for less or for longer, or show that income has grown",
        ),
        DeclineReason(
            "debt_burden",
            "现有负债水平较高",
            "the debt there is already is high",
            "偿还部分现有债务后可重新申请",
            "Pay back part of what is owed and apply again",
        ),
        DeclineReason(
            "use_unclear",
            "贷款用途不明确或缺少佐证",
            "what the money is for is not clear or not shown",
            "补充合同、订单等用途证明后可重新申请",
            "Bring contracts or orders and apply again",
        ),
        DeclineReason(
            "short_history",
            "经营时间较短，暂无法评估",
            "the business is too young to be judged",
            "持续经营并积累纳税、流水等记录后可重新申请",
            "Apply again when there are more months of tax returns and accounts",
        ),
        DeclineReason(
            "risk_record",
            "存在需关注的风险记录",
            "there is a record of risk that has to be looked at",
            "记录处理完毕或更正后可重新申请；对记录有异议可提出异议申请",
            "Settle or correct it and apply again; an objection may be raised to a wrong record",
        ),
        DeclineReason(
            "outside_policy",
            "不符合本行现行信贷政策",
            "it does not fit the lender's present credit policy",
            "可选择其他银行的产品",
            "Another lender's product may fit",
        ),
    )
}
"""What a person may decline for (人工拒绝原因), as the firm reads it."""
