"""What a dealt product may end with."""

from __future__ import annotations

from shuxin.kernel.errors import Conflict, InvalidInput
from shuxin.kernel.text import Text


class ProductWrong(InvalidInput):
    code = "product_wrong"
    what = Text(
        en="the result of step '{step}' is wrong: helper, holder or line did not keep to the protocol",
        zh="步骤“{step}”的结果有误：协助方、数据方或线路未按协议执行",
    )
    mend = Text(
        en="Use nothing of this job. Compare software versions with the other parties; if they are equal,"
        " have the records of the job examined",
        zh="请勿使用该任务的任何结果。与其他参与方核对软件版本；版本一致时，请审查任务记录",
    )


class ProductMalformed(InvalidInput):
    code = "product_malformed"
    what = Text(
        en="message '{message}' has {size} bytes, not {wanted}",
        zh="消息“{message}”为 {size} 字节，应为 {wanted} 字节",
    )
    mend = Text(
        en="The sender runs another program; compare versions with it",
        zh="发送方运行的程序不同，请与其核对版本",
    )


class ProductInputChanged(Conflict):
    code = "product_input_changed"
    what = Text(
        en="the input of step '{step}' is not what it was before the interruption",
        zh="步骤“{step}”的输入与中断前不同",
    )
    mend = Text(
        en="One mask covers one input only. Propose the job anew; do not change data while a job runs",
        zh="一个掩码只能用于一份输入。请重新发起任务，任务运行期间不要改动数据",
    )


class RehearsalFailed(InvalidInput):
    code = "rehearsal_failed"
    what = Text(
        en="the rehearsal's {step} does not equal the plain product",
        zh="演练的 {step} 与明文乘积不一致",
    )
    mend = Text(
        en="Run no job with these parties before the cause is found: compare versions, then test memory and disk"
        " of all three nodes",
        zh="查明原因前不要与这些参与方运行任务：先核对版本，再检查三方节点的内存和磁盘",
    )
