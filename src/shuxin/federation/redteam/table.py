"""The closed list of attacks (攻击清单), FEDERATION.md section 7, and the run of all of them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.federation.domain.job import Role
from shuxin.federation.redteam import counts, fits, lists, masks, spelling, tables, totals
from shuxin.federation.redteam.attack import Attack, AttackVerdict, Ground, Standing
from shuxin.kernel.canonical import canonical_json
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.federation.redteam.attack import AttackScore
    from shuxin.infra.api import Progress
    from shuxin.kernel.canonical import Json

FORMAT = "shuxin-redteam/1"
SEED = 1
_BINS = Text(en="bins of a holder's subjects", zh="数据方主体所在分箱")
_LABELS = Text(en="outcomes of single subjects", zh="单个主体的结果标签")
_NO_LIMIT = Text(en="the declared number of columns", zh="任务声明的列数上限")
_USES = Text(
    en="the record of uses, and seeds bound to their input", zh="掩码使用台账及种子与输入的绑定"
)

ATTACKS = (
    Attack(
        code="packed_columns",
        name=Text(en="columns packed with powers of two are counted", zh="以 2 的幂打包的列送入计数"),
        by=Role.LABEL,
        wants=_BINS,
        standing=Standing.OPEN,
        defence=Text(
            en="range-checked columns are not built; the declared columns bound it: 32 rows each, checks included",
            zh="尚未实现列取值范围校验；受环大小和声明列数限制：每列 32 行，含校验列",
        ),
        ours=counts.packed_ours,
        twin=counts.packed_twin,
        taken_off=_NO_LIMIT,
    ),
    Attack(
        code="scaled_columns",
        name=Text(en="a column is scaled against noise", zh="放大列以淹没噪声"),
        by=Role.LABEL,
        wants=_BINS,
        standing=Standing.OPEN,
        defence=Text(
            en="no noise is promised here, for without range-checked columns it would be void; one row a column",
            zh="本系统不承诺加噪：无取值范围校验时加噪无效；每列一行",
        ),
        ours=counts.scaled_ours,
        twin=counts.scaled_twin,
        taken_off=Text(
            en="nothing: the twin's holder adds noise, in vain", zh="无：仿制品的数据方加噪，但无效"
        ),
    ),
    Attack(
        code="packed_products",
        name=Text(
            en="rows packed in the label party's own columns are multiplied with a holder's",
            zh="标签方在自有列中打包各行，与数据方的列相乘",
        ),
        by=Role.LABEL,
        wants=Text(en="a holder's exact columns", zh="数据方各列的精确取值"),
        standing=Standing.OPEN,
        defence=Text(
            en="range-checked columns are not built; the declared columns bound it: 3 rows each",
            zh="尚未实现列取值范围校验；受声明列数限制：每列 3 行",
        ),
        ours=fits.products_ours,
        twin=fits.products_twin,
        taken_off=_NO_LIMIT,
    ),
    Attack(
        code="labels_from_slopes",
        name=Text(
            en="labels are read from a column of powers of two", zh="用 2 的幂构成的列读出标签"
        ),
        by=Role.HOLDER,
        wants=_LABELS,
        standing=Standing.STOPPED,
        defence=Text(
            en="a holder gets coefficients on a grid, no slopes, and the label party has columns of its own",
            zh="数据方只得到按网格取整的系数，得不到梯度，且标签方有自有列",
        ),
        ours=fits.coded_ours,
        twin=fits.coded_twin,
        taken_off=Text(en="slopes go to the label party only", zh="梯度仅给标签方"),
    ),
    Attack(
        code="labels_from_steps",
        name=Text(
            en="the same where the label party has no columns of its own", zh="同上，而标签方无自有列"
        ),
        by=Role.HOLDER,
        wants=_LABELS,
        standing=Standing.OPEN,
        defence=Text(
            en="a coefficient on the grid carries some six labels then; a holder's columns and the fits bound it",
            zh="此时一个按网格取整的系数约可携带六个标签；受数据方列数和拟合次数限制",
        ),
        ours=fits.featureless_ours,
    ),
    Attack(
        code="one_subject_columns",
        name=Text(en="a column marks one subject", zh="一列只标记一个主体"),
        by=Role.HOLDER,
        wants=_LABELS,
        standing=Standing.OPEN,
        defence=Text(
            en="columns are the holder's word; the declared columns bound it: one subject each",
            zh="列由数据方自行提供；受声明列数限制：每列一个主体",
        ),
        ours=fits.alone_ours,
    ),
    Attack(
        code="exact_woe",
        name=Text(
            en="bads of bins are computed from WOE and own rows", zh="由 WOE 与自有行数推算各箱坏样本数"
        ),
        by=Role.HOLDER,
        wants=Text(en="exact counts of bads, 20,000 subjects", zh="坏样本精确数，2 万主体"),
        standing=Standing.STOPPED,
        defence=Text(en="WOE is told in whole hundredths", zh="WOE 以百分之一取整后告知"),
        ours=tables.hundredths_ours,
        twin=tables.hundredths_twin,
        taken_off=Text(en="rounding", zh="取整"),
    ),
    Attack(
        code="woe_of_small_bins",
        name=Text(en="the same where bins are small", zh="同上，而分箱很小"),
        by=Role.HOLDER,
        wants=Text(en="exact counts of bads, 400 subjects", zh="坏样本精确数，400 主体"),
        standing=Standing.OPEN,
        defence=Text(
            en="hundredths hide a count only where b g / (b + g) is well above 100; minimum counts keep it a count",
            zh="仅当 b g / (b + g) 远大于 100 时取整才能隐藏计数；最小数量保证其仅为计数",
        ),
        ours=tables.small_bins_ours,
    ),
    Attack(
        code="spelling_coefficients",
        name=Text(
            en="coefficients by which a total spells out bins", zh="以特制系数使总分泄露各分箱"
        ),
        by=Role.LABEL,
        wants=_BINS,
        standing=Standing.STOPPED,
        defence=Text(
            en="a holder measures what its part tells and its policy forbids more than a share",
            zh="数据方测算其分片所透露的比例，策略限制上限",
        ),
        ours=spelling.all_ours,
        twin=spelling.all_twin,
        taken_off=Text(en="the policy's limit", zh="策略上限"),
    ),
    Attack(
        code="spelling_within_policy",
        name=Text(en="the same, kept within the policy", zh="同上，但控制在策略上限之内"),
        by=Role.LABEL,
        wants=_BINS,
        standing=Standing.OPEN,
        defence=Text(
            en="the policy bounds what follows for certain, not what is likely; a lower limit bounds it more",
            zh="策略限制的是可确知的部分，而非可推测的部分；可调低 max_told_share_percent",
        ),
        ours=spelling.within_ours,
    ),
    Attack(
        code="likely_bins",
        name=Text(
            en="bins are guessed from totals of an honest card with three features of a holder",
            zh="由诚实评分卡的总分推测分箱（数据方仅三个特征）",
        ),
        by=Role.LABEL,
        wants=_BINS,
        standing=Standing.OPEN,
        defence=Text(
            en="a total of few features tells nearly all: enter more, sum over holders, or lower the limit",
            zh="特征很少时总分几乎泄露全部：应增加特征、采用多方总和或调低上限",
        ),
        ours=spelling.honest_ours,
    ),
    Attack(
        code="one_left_out",
        name=Text(
            en="a sum is asked again with one holder left out", zh="排除一个数据方后再次询问总和"
        ),
        by=Role.LABEL,
        wants=Text(en="totals of one holder", zh="单个数据方的总分"),
        standing=Standing.STOPPED,
        defence=Text(
            en="min_holders equal to the number of holders: no second sum exists",
            zh="min_holders 等于数据方数：不存在第二个总和",
        ),
        ours=totals.left_out_ours,
        twin=totals.left_out_twin,
        taken_off=Text(en="min_holders", zh="min_holders"),
    ),
    Attack(
        code="same_request_again",
        name=Text(
            en="the same question is answered again after values changed",
            zh="取值变化后对同一询问再次作答",
        ),
        by=Role.LABEL,
        wants=Text(en="changes of one holder's totals behind its mask", zh="掩码之下总分的变化"),
        standing=Standing.STOPPED,
        defence=Text(
            en="a node keeps its answer by question and gives the same bytes again",
            zh="节点按询问保存应答，再次询问时给出相同字节",
        ),
        ours=None,
        twin=totals.again_twin,
        taken_off=Text(en="kept answers", zh="保存的应答"),
    ),
    Attack(
        code="refreshed_columns",
        name=Text(en="data change and the same job runs again", zh="数据变化后同一任务再次运行"),
        by=Role.LABEL,
        wants=Text(en="bins that changed, before and after", zh="发生变化的分箱（前后取值）"),
        standing=Standing.STOPPED,
        defence=_USES,
        ours=masks.refreshed_ours,
        twin=masks.refreshed_twin,
        taken_off=_USES,
    ),
    Attack(
        code="mask_used_twice",
        name=Text(
            en="outcomes change and a product begins again", zh="结果标签变化后乘积重新开始"
        ),
        by=Role.HOLDER,
        wants=Text(en="outcomes that changed", zh="发生变化的结果标签"),
        standing=Standing.STOPPED,
        defence=_USES,
        ours=masks.retried_ours,
        twin=masks.retried_twin,
        taken_off=_USES,
    ),
    Attack(
        code="wrong_correction",
        name=Text(en="counts are dealt wrongly", zh="计数环节分发错误的修正值"),
        by=Role.HELPER,
        wants=Text(en="a wrong table taken for true", zh="错误的表被当作正确"),
        standing=Standing.STOPPED,
        defence=Text(en="secret check columns, and sums of bins", zh="秘密校验列与分箱求和校验"),
        ours=counts.forged_ours,
        twin=counts.forged_twin,
        taken_off=Text(en="both checks", zh="两项校验"),
    ),
    Attack(
        code="wrong_slopes",
        name=Text(en="slopes of a fit are dealt wrongly", zh="拟合环节分发错误的梯度修正值"),
        by=Role.HELPER,
        wants=Text(en="a wrong model taken for the fit", zh="错误的模型被当作拟合结果"),
        standing=Standing.OPEN,
        defence=Text(
            en="only slopes that cannot be are refused; a fit has no check columns",
            zh="仅拒绝不可能出现的梯度；拟合没有校验列",
        ),
        ours=fits.forged_ours,
    ),
    Attack(
        code="misaligned_rows",
        name=Text(en="one party is told the rows in another order", zh="以错误顺序告知一方"),
        by=Role.HELPER,
        wants=Text(en="wrong pairs taken for true", zh="错误配对被当作正确"),
        standing=Standing.STOPPED,
        defence=Text(
            en="parties compare a digest under a key that the helper does not know",
            zh="各方以协助方不知道的密钥比对摘要",
        ),
        ours=lists.misaligned_ours,
        twin=lists.misaligned_twin,
        taken_off=Text(en="the digest", zh="摘要比对"),
    ),
    Attack(
        code="misaligned_unseen",
        name=Text(en="the same where one party learns the rows", zh="同上，而仅一方获知行"),
        by=Role.HELPER,
        wants=Text(en="wrong pairs taken for true", zh="错误配对被当作正确"),
        standing=Standing.OPEN,
        defence=Text(
            en="the holder learns nothing to compare: nothing bounds it but the helper's honesty",
            zh="数据方无可比对之物：仅依赖协助方诚实",
        ),
        ours=lists.unnoticed_ours,
    ),
    Attack(
        code="enumerated_codes",
        name=Text(en="tags are looked up in a register", zh="用名录枚举标签"),
        by=Role.HELPER,
        wants=Text(en="the lists of both parties", zh="双方名单"),
        standing=Standing.STOPPED,
        defence=Text(
            en="tags have a fresh key that the helper does not know", zh="标签使用协助方不知道的新密钥"
        ),
        ours=lists.enumerated_ours,
        twin=lists.enumerated_twin,
        taken_off=Text(en="the key: plain SHA-256", zh="密钥：直接 SHA-256"),
    ),
    Attack(
        code="retained_seeds",
        name=Text(
            en="the helper's disk is read after the job, with a message taken down",
            zh="任务结束后读取协助方磁盘，并持有截获的消息",
        ),
        by=Role.HELPER,
        wants=_BINS,
        standing=Standing.STOPPED,
        defence=Text(
            en="the node overwrites and drops all that it drew; that it did cannot be proved to others",
            zh="节点覆写并删除其生成的全部随机数；但无法向他方证明",
        ),
        ours=masks.retained_ours,
        twin=masks.retained_twin,
        taken_off=Text(en="erasing", zh="擦除"),
    ),
)  # fmt: skip


def run_attacks(
    *, seed: int, progress: Progress, attacks: Sequence[Attack] = ATTACKS
) -> tuple[AttackVerdict, ...]:
    """All of them, one after the other; the same seed gives the same verdicts."""
    found = []
    with tempfile.TemporaryDirectory(prefix="shuxin-redteam-") as folder:
        for nth, attack in enumerate(attacks):
            progress(nth, len(attacks), attack.code)
            ground = Ground(seed, Path(folder))
            ours = None if attack.ours is None else attack.ours(ground)
            twin = None if attack.twin is None else attack.twin(ground)
            found.append(AttackVerdict(attack, ours, twin))
    return tuple(found)


def redteam_report(verdicts: Sequence[AttackVerdict], *, seed: int) -> bytes:
    """Canonical JSON."""
    return canonical_json(
        {
            "format": FORMAT,
            "seed": seed,
            "as_claimed": all(each.as_claimed for each in verdicts),
            "attacks": [_said(each) for each in verdicts],
        }
    )


def _said(verdict: AttackVerdict) -> Json:
    attack, taken_off = verdict.attack, verdict.attack.taken_off
    return {
        "code": attack.code,
        "name": _both(attack.name),
        "by": attack.by.value,
        "wants": _both(attack.wants),
        "standing": attack.standing.value,
        "defence": _both(attack.defence),
        "ours": _numbers(verdict.ours),
        "twin": _numbers(verdict.twin),
        "taken_off": None if taken_off is None else _both(taken_off),
        "as_claimed": verdict.as_claimed,
    }


def _numbers(score: AttackScore | None) -> Json:
    """Guesses in hundredths: whole numbers are the same everywhere."""
    if score is None:
        return None
    return {
        "right": score.right,
        "tried": score.tried,
        "whole": score.whole,
        "guess_hundredths": round(100 * score.guess),
        "refused": score.refused,
        "succeeds": score.succeeds,
    }


def _both(text: Text) -> Json:
    return {"en": text.en, "zh": text.zh}
