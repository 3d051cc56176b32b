"""A node's policy line by line (策略逐行说明): what each line means, and with what words it refuses a job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from shuxin.federation.domain.refusal import JobReason
from shuxin.kernel.text import Text

_KEY = re.compile(r"\s*([A-Za-z_]+)\s*=")
_TABLE = re.compile(r"\s*(\[\[?)\s*([A-Za-z_]+)\s*\]")


class LineKind(StrEnum):
    COMMENT = "comment"
    RULE = "rule"
    STANDING = "standing"
    """Of a standing approval: what fits it needs no person."""


@dataclass(frozen=True, slots=True)
class KeyMeaning:
    """What a key of the policy says (策略项含义); ``refuses``: what a job hears that does not keep to it."""

    text: Text
    refuses: JobReason | None = None


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """One line. meaning: of the key that begins on it. standing: number of the standing approval, 0 outside."""

    number: int
    text: str
    kind: LineKind
    meaning: KeyMeaning | None
    standing: int


MEANINGS = {
    "version": KeyMeaning(Text(en="form of this file", zh="本文件格式版本")),
    "proposers": KeyMeaning(
        Text(en="parties whose jobs are looked at at all", zh="受理其任务的提出方"),
        JobReason.PROPOSER_NOT_ACCEPTED,
    ),
    "helpers": KeyMeaning(
        Text(en="parties accepted as helper; they must collude with nobody", zh="可接受的协助方，不得与任何一方串通"),
        JobReason.HELPER_NOT_ACCEPTED,
    ),
    "datasets": KeyMeaning(
        Text(en="datasets offered, by exact catalogue name", zh="开放的数据集，按目录名称完全一致"),
        JobReason.DATASET_NOT_OFFERED,
    ),
    "grounds": KeyMeaning(
        Text(en="on what ground rows may enter", zh="数据入场可依据的处理依据"),
        JobReason.GROUND_NOT_ACCEPTED,
    ),
    "engines": KeyMeaning(
        Text(en="how common firms may be found", zh="允许的对齐方式"), JobReason.ENGINE_NOT_ALLOWED
    ),
    "learn": KeyMeaning(
        Text(en="who may learn which firms are common", zh="允许的获知范围"),
        JobReason.LEARN_NOT_ALLOWED,
    ),
    "level_max": KeyMeaning(
        Text(en="highest level of data that enters", zh="允许入场的最高数据级别"),
        JobReason.LEVEL_TOO_HIGH,
    ),
    "min_set_size": KeyMeaning(
        Text(en="fewest firms of a common set that is released", zh="可发布的共同企业集合的最少企业数"),
        JobReason.MIN_SIZE_TOO_SMALL,
    ),
    "min_count": KeyMeaning(
        Text(en="smallest count that is released as a figure", zh="可作为数值发布的最小计数"),
        JobReason.MIN_SIZE_TOO_SMALL,
    ),
    "min_bin_rows": KeyMeaning(
        Text(en="fewest rows of a bin that is counted jointly", zh="参与联合计数的分箱最少行数"),
        JobReason.MIN_SIZE_TOO_SMALL,
    ),
    "min_bin_class": KeyMeaning(
        Text(en="fewest goods and fewest bads of a bin whose WOE is told", zh="告知 WOE 的分箱最少好样本数与坏样本数"),
        JobReason.MIN_SIZE_TOO_SMALL,
    ),
    "max_told_share_percent": KeyMeaning(
        Text(
            en="most of the values, in percent, that answers of this party's part of a card may tell for certain;"
            " beyond it the part is not made",
            zh="本方评分卡分片的应答可确定推知的特征取值比例上限（百分比），超过则不生成分片",
        )
    ),
    "max_rows": KeyMeaning(
        Text(en="most rows that a job may let in", zh="任务允许入场的最大行数"),
        JobReason.ROWS_TOO_MANY,
    ),
    "wait_seconds_max": KeyMeaning(
        Text(en="longest wait for a message, in seconds", zh="等待一条消息的最长秒数"),
        JobReason.WAIT_TOO_LONG,
    ),
    "released_figures_per_job": KeyMeaning(
        Text(en="most figures released in one job", zh="单个任务可发布的数值个数"),
        JobReason.FIGURES_TOO_MANY,
    ),
    "released_figures_per_dataset_version": KeyMeaning(
        Text(en="most figures released of one version of a dataset", zh="每个数据集版本累计可发布的数值个数"),
        JobReason.BUDGET_SPENT,
    ),
    "joint_jobs_per_dataset_version": KeyMeaning(
        Text(en="most jobs with one partner on one version of a dataset", zh="每个数据集版本与同一对方的任务次数上限"),
        JobReason.JOBS_TOO_SIMILAR,
    ),
    "service_days_max": KeyMeaning(
        Text(en="longest run of a scoring service, in days", zh="联合评分服务的最长天数"),
        JobReason.SERVICE_TOO_LONG,
    ),
    "service_subjects_per_day_max": KeyMeaning(
        Text(en="most firms that a service answers about in a day", zh="评分服务每日最多应答企业数"),
        JobReason.SERVICE_TOO_MUCH,
    ),
    "service_times_per_day_max": KeyMeaning(
        Text(en="most answers about one firm in a day", zh="单一企业每日最多应答次数"),
        JobReason.SERVICE_TOO_MUCH,
    ),
    "service_status_seconds_max": KeyMeaning(
        Text(en="how old the knowledge of withdrawals may be, in seconds", zh="应答时撤回状态的最长时效（秒）"),
        JobReason.STATUS_TOO_OLD,
    ),
    "release": KeyMeaning(
        Text(en="whether outputs leave by themselves within these limits, or a person lets each go",
             zh="输出在上述限制内自动发布，或由人员逐项放行")
    ),
    "kinds": KeyMeaning(
        Text(en="kinds of job, each with the purposes that it may serve", zh="允许的任务种类及各自可服务的目的"),
        JobReason.KIND_NOT_ALLOWED,
    ),
    "kinds.*": KeyMeaning(
        Text(en="purposes that this kind may serve", zh="该种类可服务的目的"),
        JobReason.PURPOSE_NOT_ALLOWED,
    ),
    "standing": KeyMeaning(
        Text(en="standing approval: a job that fits all its lines needs no person here",
             zh="常设批准：完全符合以下各行的任务无需人员审批")
    ),
    "standing.kind": KeyMeaning(Text(en="jobs of this kind", zh="限该种类任务")),
    "standing.proposer": KeyMeaning(Text(en="proposed by this party", zh="限该提出方")),
    "standing.purposes": KeyMeaning(Text(en="for one of these purposes", zh="限所列目的")),
    "standing.datasets": KeyMeaning(
        Text(en="into which one of these datasets of this party enters", zh="本方入场数据集限所列各项")
    ),
    "standing.helpers": KeyMeaning(
        Text(en="with one of these helpers or none", zh="协助方限所列各方或没有协助方")
    ),
    "standing.partners": KeyMeaning(
        Text(en="without data parties other than the proposer and these", zh="除提出方外，其他数据方限所列各方")
    ),
    "standing.until": KeyMeaning(Text(en="until this moment", zh="有效期至")),
}  # fmt: skip
"""By key; a test holds them against the policy's own fields."""


def policy_lines(text: str) -> tuple[PolicyLine, ...]:
    """Every line of a policy file, whether it can be read as one or not."""
    table, standing, found = "", 0, []
    for number, line in enumerate(text.splitlines(), start=1):
        meaning = None
        if (begins := _TABLE.match(line)) is not None:
            table = begins[2]
            standing += table == "standing"
            meaning = MEANINGS.get(table)
        elif (key := _KEY.match(line)) is not None:
            meaning = _meaning(table, key[1])
        plain = not line.strip() or line.lstrip().startswith("#")
        inside = table == "standing"
        kind = LineKind.COMMENT if plain else LineKind.STANDING if inside else LineKind.RULE
        number_of = standing if inside and not plain else 0
        found.append(PolicyLine(number, line, kind, meaning, number_of))
    return tuple(found)


def _meaning(table: str, key: str) -> KeyMeaning | None:
    if table == "kinds":
        return MEANINGS["kinds.*"]
    return MEANINGS.get(f"{table}.{key}" if table else key)
