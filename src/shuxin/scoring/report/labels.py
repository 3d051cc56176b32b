"""The credit report's own words (信用报告用语)."""

from __future__ import annotations

from typing import Final

from shuxin.kernel.text import Text
from shuxin.scoring.report.content import Verdict

KIND: Final = Text(en="Credit report", zh="企业信用报告")
FOOT: Final = Text(en="{kind} {report_id}", zh="{kind} {report_id}")

CODE: Final = Text(en="Credit code or number", zh="统一社会信用代码或编号")
AS_OF: Final = Text(en="As of", zh="数据截至")
REPORT_ID: Final = Text(en="Report number", zh="报告编号")
PURPOSE: Final = Text(en="Purpose", zh="使用目的")
READER: Final = Text(en="Made for", zh="使用方")

VERDICT: Final = {
    Verdict.APPROVE: Text(en="Approve", zh="建议通过"),
    Verdict.REFER: Text(en="Refer to a person", zh="转人工复核"),
    Verdict.DECLINE: Text(en="Decline", zh="建议拒绝"),
}
LIMIT: Final = Text(en="Limit", zh="授信额度")
RATE: Final = Text(en="Rate a year", zh="年利率")
TERM: Final = Text(en="Term", zh="期限")
MONTHS: Final = Text(en="{months} months", zh="{months} 个月")
BOUND_BY: Final = Text(en="The limit is set by: {cap}", zh="额度取自：{cap}")
NO_OFFER: Final = Text(en="No limit is offered with this report", zh="本报告不附带授信额度")

SCORE: Final = Text(en="Score", zh="信用评分")
GRADE: Final = Text(en="Grade", zh="等级")
POINTS_OF: Final = Text(
    en="{points:.0f} of {lowest:.0f} to {highest:.0f} points",
    zh="{points:.0f} 分（{lowest:.0f} 至 {highest:.0f} 分）",
)
DEFAULT_PROBABILITY: Final = Text(
    en="Probability of default in {months} months", zh="未来 {months} 个月违约概率"
)

GROUNDS: Final = Text(en="Grounds of the decision", zh="结论依据")
REASONS: Final = Text(en="Why points were lost", zh="主要扣分原因")
NO_REASONS: Final = Text(en="No group lost points against the reference", zh="各类指标均未低于参照")
REASON: Final = Text(en="Reason", zh="原因")
VALUE: Final = Text(en="Value", zh="指标值")
BIN: Final = Text(en="Bin", zh="所属分箱")
SOURCE: Final = Text(en="Source", zh="数据来源")
ROWS_OF: Final = Text(en="{dataset}, {rows:,} rows", zh="{dataset}，{rows:,} 行")
LOST: Final = Text(en="Points lost", zh="扣分")

BUSINESS: Final = Text(en="The business in figures", zh="经营指标")
FIGURE: Final = Text(en="Figure", zh="指标")
WINDOW: Final = Text(en="Window", zh="统计窗口")
PEERS: Final = Text(en="Median, repaid", zh="按期还款企业中位数")
PICTURES: Final = Text(en="The business in pictures", zh="经营图示")
NO_BUYERS: Final = Text(en="Buyers' concentration: no data", zh="客户集中度：无数据")
POINTS_TOTAL: Final = Text(en="Points of all groups", zh="各类得分合计")
REFERENCE_TOTAL: Final = Text(en="The same of the reference", zh="参照得分合计")

CAPS: Final = Text(en="How the limit came about", zh="额度测算")
CAP: Final = Text(en="Cap", zh="额度上限")
FORMULA: Final = Text(en="How it is computed", zh="测算方法")
AMOUNT: Final = Text(en="Amount", zh="金额")
BOUND: Final = Text(en="Bound", zh="是否生效")
YES: Final = Text(en="yes", zh="是")
NO: Final = Text(en="no", zh="否")

PRICE: Final = Text(en="How the rate came about", zh="定价构成")
PART: Final = Text(en="Part", zh="构成")
TOTAL: Final = Text(en="Rate", zh="年利率合计")
EXPECTED_PROFIT: Final = Text(en="Lender's expected profit over the term", zh="期内预期利润")
EXPECTED_LOSS: Final = Text(en="Lender's expected loss over the term", zh="期内预期损失")

DATA: Final = Text(en="Data used", zh="所用数据")
DATASET: Final = Text(en="Dataset", zh="数据集")
LOADS: Final = Text(en="Loads", zh="装载批次")
ROWS: Final = Text(en="Rows", zh="行数")
KNOWN_UNTIL: Final = Text(en="Known until", zh="获知截至")
LEVEL: Final = Text(en="Level", zh="数据级别")

MODEL: Final = Text(en="The model", zh="评分模型")
NAME: Final = Text(en="Name", zh="名称")
DIGEST: Final = Text(en="Hash", zh="哈希")
TRAINED_ON: Final = Text(en="Trained on", zh="训练样本")
NOT_EVALUATED: Final = Text(
    en="No evaluation of this model is kept here", zh="本机没有该模型的检验记录"
)
METRIC: Final = Text(en="Measure", zh="指标")
INTERVAL: Final = Text(en="95% interval", zh="95% 区间")
METHOD: Final = Text(en="How measured", zh="区间算法")
CAUTION: Final = Text(en="Note: {caution}", zh="提示：{caution}")

RIGHTS: Final = Text(en="Rights of the enterprise", zh="企业的权利")
RIGHTS_LINES: Final = (
    Text(
        en="You may see the data behind this report and object to what is wrong or missing; the "
        "answer is due within 20 days (Credit Reporting Regulation, art. 25).",
        zh="您可以查询本报告所依据的数据；认为数据有错误或遗漏的，可以提出异议，"
        "受理方应在 20 日内答复（《征信业管理条例》第二十五条）。",
    ),
    Text(
        en="The score is computed by a machine. You may ask for an explanation and for a person to "
        "review the decision (Personal Information Protection Law, art. 24).",
        zh="评分由系统自动计算。您可以要求说明理由，并要求人工复核决定"
        "（《个人信息保护法》第二十四条）。",
    ),
    Text(
        en="The report is a reference; the lender makes its own decision and answers for it.",
        zh="本报告仅供参考；是否授信由贷款机构自主决定并承担责任。",
    ),
)
CONTACT: Final = Text(en="Contact: {contact}", zh="联系方式：{contact}")

EVIDENCE: Final = Text(en="Evidence", zh="存证信息")
