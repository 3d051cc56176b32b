"""How the fields and choices of a job are called, in both languages: one table for forms and documentation."""

from __future__ import annotations

from dataclasses import dataclass

from shuxin.consent.api import Purpose
from shuxin.kernel.text import Text

_NO_HELP = Text(en="", zh="")


@dataclass(frozen=True, slots=True)
class Label:
    """A field's title and what one should know to fill it (字段说明)."""

    title: Text
    help: Text = _NO_HELP


LABELS = {
    "alignment": Label(Text(en="Alignment", zh="对齐")),
    "rehearsal": Label(Text(en="Rehearsal of the line", zh="链路演练")),
    "version": Label(Text(en="version of the job's form", zh="任务格式版本")),
    "nonce": Label(
        Text(en="random number", zh="随机数"),
        Text(en="keeps two jobs of the same text apart", zh="区分内容相同的两个任务"),
    ),
    "title": Label(
        Text(en="title", zh="标题"), Text(en="for people; no data of subjects", zh="供人阅读;不得含主体数据")
    ),
    "proposer": Label(Text(en="who proposes", zh="提出方")),
    "cipher": Label(
        Text(en="cipher", zh="密码算法"),
        Text(
            en="of tags and masks, for all parties; sm4 where national cryptography is required",
            zh="标签与掩码所用,各方一致;须用国密时选 sm4",
        ),
    ),
    "purpose": Label(
        Text(en="purpose", zh="使用目的"),
        Text(en="authorisations and policies must allow it", zh="须为授权书与策略所允许"),
    ),
    "parties.party": Label(Text(en="party", zh="参与方")),
    "parties.role": Label(
        Text(en="its role", zh="角色"),
        Text(en="one label party, holders, at most one helper", zh="一个标签方、至少一个数据方、至多一个协助方"),
    ),
    "inputs.party": Label(Text(en="whose data", zh="数据所属方")),
    "inputs.dataset": Label(
        Text(en="dataset", zh="数据集"), Text(en="by its catalogue name", zh="按目录名称")
    ),
    "inputs.features": Label(
        Text(en="features", zh="特征"), Text(en="none for an alignment", zh="对齐任务无需填写")
    ),
    "inputs.ground": Label(Text(en="ground", zh="处理依据")),
    "inputs.basis": Label(
        Text(en="id of the recorded basis", zh="已记录依据的编号"),
        Text(en="just when the ground is a basis", zh="仅当依据类型为已记录的处理依据时填写"),
    ),
    "inputs.level": Label(
        Text(en="highest level of data", zh="最高数据级别"),
        Text(en="levels 4 and 5 never leave", zh="4、5 级数据不得离开持有方"),
    ),
    "inputs.data_from": Label(Text(en="data from", zh="数据起始日")),
    "inputs.data_to": Label(
        Text(en="data before", zh="数据截止日"), Text(en="this day is not included", zh="不含当日")
    ),
    "parameters.kind": Label(Text(en="kind of job", zh="任务种类")),
    "outputs.name": Label(
        Text(en="output", zh="输出"), Text(en="follows from kind and parameters", zh="由种类与参数决定")
    ),
    "outputs.to": Label(Text(en="released to", zh="接收方")),
    "limits.rows": Label(
        Text(en="most rows", zh="最大行数"), Text(en="that one party enters", zh="单方入场行数")
    ),
    "limits.wait_seconds": Label(
        Text(en="longest wait", zh="最长等待秒数"),
        Text(
            en="seconds for a message, before a party says whom it waits for and ends the job",
            zh="等待一条消息的秒数;超时即说明等待何方并结束任务",
        ),
    ),
    "limits.run_hours": Label(
        Text(en="longest run", zh="最长运行小时数"),
        Text(
            en="hours from the start at a party to its end there, waits for people included",
            zh="各方自开始至结束的小时数,含等待人工放行",
        ),
    ),
    "proposed_at": Label(Text(en="proposed at", zh="提出时间")),
    "valid_to": Label(
        Text(en="valid until", zh="有效期至"),
        Text(en="a job that did not start by then expires", zh="届时未开始即过期"),
    ),
    "alignment.engine": Label(
        Text(en="engine", zh="对齐方式"),
        Text(en="tags need a helper, ecdh is for two parties without one", zh="tags 需要协助方;ecdh 仅限两方"),
    ),
    "alignment.learn": Label(Text(en="who learns the common rows", zh="获知方")),
    "alignment.min_size": Label(
        Text(en="smallest set", zh="最小交集规模"),
        Text(en="with fewer common subjects nothing is released", zh="共同主体少于此数时不发布任何内容"),
    ),
    "alignment.reuse": Label(
        Text(en="earlier alignment", zh="沿用的对齐任务"),
        Text(en="id of a job of the same parties, or empty", zh="相同参与方的任务编号,或留空"),
    ),
    "rehearsal.rows": Label(Text(en="rows", zh="行数")),
    "rehearsal.left": Label(Text(en="columns of the holder's matrix", zh="数据方矩阵列数")),
    "rehearsal.right": Label(Text(en="columns of the label party's matrix", zh="标签方矩阵列数")),
    "rehearsal.ring": Label(Text(en="bits of the ring", zh="环的位数")),
    "rehearsal.products": Label(
        Text(en="products", zh="乘积次数"), Text(en="that use the same holder's matrix", zh="使用同一数据方矩阵")
    ),
}  # fmt: skip
CHOICES = {
    "aes": Text(en="AES-256", zh="AES-256"),
    "chacha20": Text(en="ChaCha20 (masks only)", zh="ChaCha20(仅掩码)"),
    "sm4": Text(en="SM4 (GB/T 32907)", zh="SM4(GB/T 32907)"),
    "label": Text(en="label party", zh="标签方"),
    "holder": Text(en="holder", zh="数据方"),
    "helper": Text(en="helper", zh="协助方"),
    "authorisations": Text(en="signed authorisations", zh="主体授权书"),
    "basis": Text(en="a recorded lawful basis", zh="已记录的处理依据"),
    "both": Text(en="all data parties", zh="各数据方"),
    "one": Text(en="the label party alone", zh="仅标签方"),
    "count": Text(en="the label party, the count alone", zh="仅标签方获知数量"),
    "tags": Text(en="keyed tags at the helper", zh="协助方密钥标签"),
    "ecdh": Text(en="elliptic curve, without a helper", zh="椭圆曲线(无协助方)"),
    "aligned": Text(en="positions of the common rows", zh="共同行的位置"),
    "verdict": Text(en="verdict of the rehearsal", zh="演练结论"),
    "alignment": Text(en="alignment", zh="对齐"),
    "rehearsal": Text(en="rehearsal of the line", zh="链路演练"),
    **{purpose.value: purpose.text for purpose in Purpose},
}
