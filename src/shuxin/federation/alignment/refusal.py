"""Why an alignment ends without a result."""

from __future__ import annotations

from shuxin.kernel.errors import Conflict, InvalidInput, NotPermitted
from shuxin.kernel.text import Text


class RowsInvalid(InvalidInput):
    """The codes that this party enters are not distinct, sorted codes of 18 symbols."""

    code = "alignment_rows_invalid"
    what = Text(
        en="the codes that enter the alignment are not right: {reason}",
        zh="进入对齐的代码有误：{reason}",
    )
    mend = Text(
        en="Enter each subject once, with a whole unified social credit code; see docs/protocols/alignment.md",
        zh="每个主体只列一次，并使用完整的统一社会信用代码；见 docs/protocols/alignment.md",
    )


class TooFewCommon(NotPermitted):
    """Below the job's smallest size: nobody is told which, nor how many."""

    code = "alignment_too_few"
    what = Text(
        en="fewer than {least} subjects are common, so nothing is released",
        zh="共同主体少于 {least} 个，不发布任何结果",
    )
    mend = Text(
        en="Propose a job over more subjects; a lower smallest size needs every party's approval",
        zh="请以更多主体提出任务；降低最小数量须经各方同意",
    )


class AlignmentDiffers(Conflict):
    """Two parties were given rows that are not the same subjects in the same order."""

    code = "alignment_differs"
    what = Text(
        en="the aligned rows of {party} are not those of this party",
        zh="{party} 的对齐结果与本方不一致",
    )
    mend = Text(
        en="Do not use the result; ask the helper, and run a new job with another helper if it cannot explain",
        zh="请勿使用该结果；向协助方查询，如无法解释，请换一协助方另行发起任务",
    )


class AnswerInvalid(InvalidInput):
    """A message of an alignment whose form is right for the line but whose content cannot be."""

    code = "alignment_answer_invalid"
    what = Text(
        en="the message '{name}' of {party} cannot be right: {reason}",
        zh="{party} 的消息“{name}”有误：{reason}",
    )
    mend = Text(
        en="The job has ended without a result; ask that party, whose node may be faulty or changed",
        zh="任务已结束且无结果；请联系该方，其节点可能有故障或被改动",
    )


class ReuseNotPossible(Conflict):
    """The earlier alignment that the job names cannot be taken again."""

    code = "alignment_reuse_not_possible"
    what = Text(
        en="the earlier alignment cannot be used again: {reason}",
        zh="无法沿用先前的对齐结果：{reason}",
    )
    mend = Text(en="Propose an alignment without 'reuse'", zh="请提出不含“reuse”的对齐任务")


class ResultDamaged(Conflict):
    """What is kept of an alignment is not what was written."""

    code = "alignment_result_damaged"
    what = Text(
        en="the kept result '{name}' of the alignment is damaged", zh="对齐结果“{name}”已损坏"
    )
    mend = Text(en="Run the alignment again", zh="请重新对齐")
