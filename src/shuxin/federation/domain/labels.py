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
    "scorecard": Label(Text(en="Joint scorecard", zh="联合评分卡")),
    "service": Label(Text(en="Joint scoring in service", zh="联合评分服务")),
    "version": Label(Text(en="version of the job's form", zh="任务格式版本")),
    "nonce": Label(
        Text(en="random number", zh="随机数"),
        Text(en="keeps two jobs of the same text apart", zh="区分内容相同的两个任务"),
    ),
    "title": Label(
        Text(en="title", zh="标题"), Text(en="for people; no data of subjects", zh="供人阅读；不得含主体数据")
    ),
    "proposer": Label(Text(en="who proposes", zh="提出方")),
    "cipher": Label(
        Text(en="cipher", zh="密码算法"),
        Text(
            en="of tags and masks, for all parties; sm4 where national cryptography is required",
            zh="标签与掩码所用，各方一致；须用国密时选 sm4",
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
        Text(en="features", zh="特征"),
        Text(
            en="fields of the dataset, at least one of each holder in a scorecard; none for an alignment",
            zh="数据集字段；联合评分卡中各数据方至少一个；对齐任务无需填写",
        ),
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
            zh="等待一条消息的秒数；超时即说明等待何方并结束任务",
        ),
    ),
    "limits.run_hours": Label(
        Text(en="longest run", zh="最长运行小时数"),
        Text(
            en="hours from the start at a party to its end there, waits for people included",
            zh="各方自开始至结束的小时数，含等待人工放行",
        ),
    ),
    "proposed_at": Label(Text(en="proposed at", zh="提出时间")),
    "valid_to": Label(
        Text(en="valid until", zh="有效期至"),
        Text(en="a job that did not start by then expires", zh="届时未开始即过期"),
    ),
    "alignment.engine": Label(
        Text(en="engine", zh="对齐方式"),
        Text(en="tags need a helper, ecdh is for two parties without one", zh="tags 需要协助方；ecdh 仅限两方"),
    ),
    "alignment.learn": Label(Text(en="who learns the common rows", zh="获知方")),
    "alignment.min_size": Label(
        Text(en="smallest set", zh="最小交集规模"),
        Text(en="with fewer common subjects nothing is released", zh="共同主体少于此数时不发布任何内容"),
    ),
    "alignment.reuse": Label(
        Text(en="earlier alignment", zh="沿用的对齐任务"),
        Text(en="id of a job of the same parties, or empty", zh="相同参与方的任务编号，或留空"),
    ),
    "scorecard.engine": Label(
        Text(en="engine of the alignment", zh="对齐方式"),
        Text(en="tags: a scorecard needs a helper", zh="联合评分卡需要协助方，故为 tags"),
    ),
    "scorecard.learn": Label(
        Text(en="who learns the common rows", zh="获知方"), Text(en="both", zh="须为各数据方")
    ),
    "scorecard.min_size": Label(
        Text(en="smallest set", zh="最小交集规模"),
        Text(en="with fewer common subjects nothing is released", zh="共同主体少于此数时不发布任何内容"),
    ),
    "scorecard.reuse": Label(
        Text(en="earlier alignment", zh="沿用的对齐任务"),
        Text(en="id of a job of the same parties, or empty", zh="相同参与方的任务编号，或留空"),
    ),
    "scorecard.model": Label(
        Text(en="name of the model", zh="模型名称"),
        Text(en="letters, digits, spaces and _ . -", zh="字母（含汉字）、数字、空格及 _ . -"),
    ),
    "scorecard.target": Label(
        Text(en="outcome", zh="结果字段"),
        Text(en="field of the label party's dataset", zh="标签方数据集中的字段"),
    ),
    "scorecard.bad": Label(
        Text(en="bad outcomes", zh="坏样本取值"),
        Text(en="values of that field that are bad; all others are good", zh="该字段中属坏样本的取值；其余均为好样本"),
    ),
    "scorecard.max_fine": Label(
        Text(en="most fine bins of a feature", zh="单特征最大细分箱数"), Text(en="counted jointly", zh="联合计数")
    ),
    "scorecard.max_bins": Label(
        Text(en="most bins of a feature", zh="单特征最大分箱数"), Text(en="in the card", zh="评分卡中")
    ),
    "scorecard.min_rows": Label(
        Text(en="fewest rows of a fine bin", zh="细分箱最少行数"),
        Text(en="smaller ones are joined before anything is counted", zh="不足者在计数前合并"),
    ),
    "scorecard.min_good": Label(Text(en="fewest goods of a bin", zh="分箱最少好样本数")),
    "scorecard.min_bad": Label(Text(en="fewest bads of a bin", zh="分箱最少坏样本数")),
    "scorecard.min_iv_thousandths": Label(
        Text(en="least information value, in thousandths", zh="最小信息值（千分之一）"),
        Text(en="weaker features are left out", zh="低于此值的特征不入模"),
    ),
    "scorecard.max_correlation_hundredths": Label(
        Text(en="largest correlation, in hundredths", zh="最大相关系数（百分之一）"),
        Text(en="of two features above it the weaker is left out", zh="超过时舍去两者中较弱的特征"),
    ),
    "scorecard.max_vif_tenths": Label(
        Text(en="largest variance inflation, in tenths", zh="最大方差膨胀因子（十分之一）"),
        Text(en="features above it are left out, the worst first", zh="超过者依次舍去，最大者先"),
    ),
    "scorecard.fits": Label(
        Text(en="most fits", zh="最多拟合次数"),
        Text(en="each without the worst feature of the one before", zh="每次舍去上次拟合中最差的特征"),
    ),
    "scorecard.iterations": Label(Text(en="most iterations of a fit", zh="单次拟合最大迭代数")),
    "scorecard.base_points": Label(
        Text(en="points at the base odds", zh="基准分"), Text(en="whole points", zh="整数分")
    ),
    "scorecard.base_odds": Label(
        Text(en="base odds", zh="基准好坏比"), Text(en="goods to one bad", zh="每一个坏样本对应的好样本数")
    ),
    "scorecard.pdo": Label(Text(en="points that double the odds", zh="翻倍分值（PDO）")),
    "scorecard.cut_off": Label(
        Text(en="cut-off", zh="通过分数线"), Text(en="points from which an application passes", zh="达到即通过")
    ),
    "scorecard.contribution": Label(
        Text(en="what a score tells of holders' points", zh="评分时告知的数据方分值"),
        Text(en="to the label party, of each applicant", zh="就每位申请人告知标签方"),
    ),
    "scorecard.reasons": Label(
        Text(en="reasons of holders", zh="数据方扣分原因"),
        Text(en="public categories, never a bin", zh="仅公开类别，不含分箱"),
    ),
    "scorecard.most_categories": Label(
        Text(en="most reasons of one holder", zh="单个数据方最多原因数"),
        Text(en="0 just when there are none", zh="仅当不给原因时为 0"),
    ),
    "scorecard.min_holders": Label(
        Text(en="fewest holders behind a sum", zh="合计所含最少数据方数"),
        Text(en="1 unless the contribution is a sum", zh="分值非合计时为 1"),
    ),
    "service.scorecard": Label(
        Text(en="scorecard job", zh="评分卡任务"),
        Text(en="id of the job that made the card", zh="产生该评分卡的任务编号")
    ),
    "service.label_part": Label(Text(en="hash of the label party's part", zh="标签方分片哈希")),
    "service.parts": Label(
        Text(en="hashes of the holders' parts", zh="数据方分片哈希"),
        Text(en="in the order of the holders", zh="按数据方顺序"),
    ),
    "service.until": Label(
        Text(en="in service until", zh="服务截止时间"),
        Text(en="any party may end its part earlier", zh="任一方可提前终止本方服务")
    ),
    "service.subjects_per_day": Label(
        Text(en="most subjects a day", zh="每日最多主体数"), Text(en="that a holder answers about", zh="单个数据方应答")
    ),
    "service.times_per_day": Label(Text(en="most answers about one subject a day", zh="单一主体每日最多应答次数")),
    "service.status_seconds": Label(
        Text(en="oldest knowledge of withdrawals, in seconds", zh="撤回状态最长时效（秒）"),
        Text(en="older, and a holder does not answer", zh="超过则数据方不予应答"),
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
    "chacha20": Text(en="ChaCha20 (masks only)", zh="ChaCha20（仅掩码）"),
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
    "ecdh": Text(en="elliptic curve, without a helper", zh="椭圆曲线（无协助方）"),
    "aligned": Text(en="positions of the common rows", zh="共同行的位置"),
    "verdict": Text(en="verdict of the rehearsal", zh="演练结论"),
    "card": Text(en="part of the joint card", zh="联合评分卡分片"),
    "scorecard": Text(en="joint scorecard", zh="联合评分卡"),
    "service": Text(en="joint scoring in service", zh="联合评分服务"),
    "scores": Text(en="answers to questions", zh="对询问的应答"),
    "sum": Text(en="the sum over all holders", zh="各数据方合计"),
    "by_holder": Text(en="each holder's total", zh="各数据方总分"),
    "by_category": Text(en="each holder's total of each category", zh="各数据方各类别总分"),
    "none": Text(en="none", zh="无"),
    "categories": Text(en="categories in which points were lost", zh="扣分类别"),
    "alignment": Text(en="alignment", zh="对齐"),
    "rehearsal": Text(en="rehearsal of the line", zh="链路演练"),
    **{purpose.value: purpose.text for purpose in Purpose},
}
