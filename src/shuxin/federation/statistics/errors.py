"""Why joint statistics end without a result."""

from __future__ import annotations

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text


class StatisticsMessageWrong(InvalidInput):
    """A message whose form or content cannot be right."""

    code = "statistics_message_wrong"
    what = Text(
        en="the message '{name}' of {party} cannot be right: {reason}",
        zh="{party} 的消息“{name}”有误：{reason}",
    )
    mend = Text(
        en="The job has ended and its statistics are not to be used; ask that party,"
        " whose node may be faulty or changed",
        zh="任务已结束，其统计结果不可使用；请联系该方，其节点可能有故障或被改动",
    )


class FeaturesTooMany(InvalidInput):
    """What this party wants to enter does not fit in what the job declares."""

    code = "statistics_features_too_many"
    what = Text(
        en="the features do not fit in the job: {found} where its '{limit}' is {most}",
        zh="特征超出任务的声明：“{limit}”为 {most}，实际为 {found}",
    )
    mend = Text(
        en="Enter fewer, or propose a job that declares more", zh="请减少特征，或提出声明更多的任务"
    )


class SetTooSmall(InvalidInput):
    """A set of rows to compare is below the minimum, so its counts could tell about single rows."""

    code = "statistics_set_too_small"
    what = Text(
        en="a set of rows to be compared has fewer than {least}", zh="待比较的样本不足 {least} 行"
    )
    mend = Text(en="Choose a longer period", zh="请选择更长的时间段")
