"""Why a joint scorecard is not made."""

from __future__ import annotations

from shuxin.kernel.errors import InvalidInput, NotPermitted
from shuxin.kernel.text import Text


class ScorecardNotMade(InvalidInput):
    """What all but the label party learn."""

    code = "scorecard_not_made"
    what = Text(
        en="{party}, which has the outcomes, cannot make a scorecard of these rows and features",
        zh="标签方 {party} 无法用这些样本和特征建立评分卡",
    )
    mend = Text(
        en="Ask that party, which alone knows the reason; no card was made and none is to be used",
        zh="请联系该方，只有其知道原因；本次未生成评分卡",
    )


class NoHolderLeft(InvalidInput):
    code = "scorecard_no_holder_left"
    what = Text(
        en="no feature of {least} holders is left in the card; dropped last: {names}",
        zh="评分卡中已没有至少 {least} 个数据方的特征；最后剔除的是：{names}",
    )
    mend = Text(
        en="Enter other features or more rows, change the job's limits, or make a card of the own features alone",
        zh="请更换特征、增加样本或调整任务的限值，或仅用本方特征建卡",
    )


class FitsUsedUp(InvalidInput):
    code = "scorecard_fits_used_up"
    what = Text(
        en="after {fits} fits the card still has a coefficient that breaks a rule; dropped last: {names}",
        zh="经过 {fits} 次拟合后仍有系数不符合规则；最后剔除的是：{names}",
    )
    mend = Text(
        en="Propose a job with more fits, or without the features that were dropped",
        zh="请提出拟合次数更多的任务，或去掉已被剔除的特征",
    )


class FitUnfinished(InvalidInput):
    code = "scorecard_fit_unfinished"
    what = Text(
        en="{iterations} steps of a fit were not enough",
        zh="一次拟合的 {iterations} 步迭代仍未收敛",
    )
    mend = Text(en="Propose a job with more steps", zh="请提出迭代步数更多的任务")


class PartTellsTooMuch(NotPermitted):
    """By how much is not said: it would tell of the values."""

    code = "scorecard_part_tells_too_much"
    what = Text(
        en="the answers of {party}'s part of the card would tell more of its data than its policy lets out",
        zh="{party} 的评分卡分片的应答所透露的数据超出其策略允许",
    )
    mend = Text(
        en="No card was made; enter more of that party's features, or ask it to raise max_told_share_percent",
        zh="未生成评分卡；请让该方加入更多特征，或请其调高 max_told_share_percent",
    )


class ScorecardMessageWrong(InvalidInput):
    code = "scorecard_message_wrong"
    what = Text(
        en="the message '{name}' of {party} cannot be right: {reason}",
        zh="{party} 的消息“{name}”有误：{reason}",
    )
    mend = Text(
        en="The job has ended and no card of it is to be used; ask that party, whose node may be faulty or changed",
        zh="任务已结束，其评分卡不可使用；请联系该方，其节点可能有故障或被改动",
    )
