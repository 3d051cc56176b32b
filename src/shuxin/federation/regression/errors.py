"""What a joint regression may end with."""

from __future__ import annotations

from shuxin.kernel.errors import InvalidInput, Unavailable
from shuxin.kernel.text import Text


class SineTableWrong(Unavailable):
    code = "sine_table_wrong"
    what = Text(
        en="this machine's sine does not give the table that all parties must share",
        zh="本机的正弦函数算不出各方必须一致的数表",
    )
    mend = Text(
        en="Update the mathematics libraries of this machine, or run the node on another one",
        zh="请更新本机的数学库，或换一台机器运行节点",
    )


class RegressionTooLarge(InvalidInput):
    code = "regression_too_large"
    what = Text(
        en="{rows} rows are more than the {most} for which joint sums stay exact",
        zh="{rows} 行超过联合求和保持精确的上限 {most} 行",
    )
    mend = Text(en="Draw a sample of fewer rows", zh="请抽取较少的行")


class ColumnOutOfRange(InvalidInput):
    code = "regression_column_out_of_range"
    what = Text(
        en="column {column} has a number beyond {most} or one that is not finite",
        zh="第 {column} 列含有绝对值超过 {most} 或非有限的数",
    )
    mend = Text(
        en="Code the column as weights of evidence, or divide it by its largest value",
        zh="请将该列转换为 WOE，或除以其最大值",
    )


class PartOutOfReach(InvalidInput):
    code = "regression_part_out_of_reach"
    what = Text(
        en="at the fit, {rows} rows get more than {most} of log-odds from one party's columns alone, where the joint"
        " chance is no longer exact",
        zh="拟合结果中有 {rows} 行仅一方的列就贡献了超过 {most} 的对数几率，联合概率不再精确",
    )
    mend = Text(
        en="Merge bins that separate good from bad almost without error, or set a ridge",
        zh="请合并几乎无误地区分好坏的分箱，或设置岭惩罚",
    )


class RegressionMalformed(InvalidInput):
    code = "regression_malformed"
    what = Text(
        en="message '{message}' of a joint regression is not as declared",
        zh="联合回归的消息“{message}”与声明不符",
    )
    mend = Text(
        en="The sender runs another program; compare versions with it",
        zh="发送方运行的程序不同，请与其核对版本",
    )


class GradientImpossible(InvalidInput):
    code = "regression_gradient_impossible"
    what = Text(
        en="in step '{step}' a joint sum is larger than any data could make it: helper, holder or line did not keep to"
        " the protocol",
        zh="步骤“{step}”的联合求和超出任何数据可能的范围：协助方、数据方或线路未按协议执行",
    )
    mend = Text(
        en="Use nothing of this job. Compare software versions with the other parties; if they are equal,"
        " have the records of the job examined",
        zh="请勿使用该任务的任何结果。与其他参与方核对软件版本；版本一致时，请审查任务记录",
    )
