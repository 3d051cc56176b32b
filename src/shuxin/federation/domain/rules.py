"""Every rule by which a node judges a job (审查规则), said as what must hold; which bear on a job, and which fail."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.federation.domain.parameters import (
    AligningParameters,
    ScorecardParameters,
    ServiceParameters,
)
from shuxin.federation.domain.refusal import JobReason, Refusal
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shuxin.federation.domain.job import Job

    Bears = Callable[[Job, str], bool]


class RuleGroup(StrEnum):
    """What a rule is about (规则类别)."""

    PARTIES = "parties"
    USE = "use"
    DATA = "data"
    AMOUNT = "amount"
    TIME = "time"

    @property
    def text(self) -> Text:
        return _GROUPS[self]


_GROUPS = {
    RuleGroup.PARTIES: Text(en="parties", zh="参与方"),
    RuleGroup.USE: Text(en="use", zh="用途"),
    RuleGroup.DATA: Text(en="this party's data", zh="本方数据"),
    RuleGroup.AMOUNT: Text(en="amounts and method", zh="规模与方式"),
    RuleGroup.TIME: Text(en="time", zh="时间"),
}


@dataclass(frozen=True, slots=True)
class JobRule:
    """One rule. ``reason``: what a node says when it does not hold; ``holds``: the same the other way round."""

    reason: JobReason
    group: RuleGroup
    holds: Text
    bears: Bears


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule that bears on a job, and what it is broken by; no refusal where it holds."""

    rule: JobRule
    refusals: tuple[Refusal, ...]

    @property
    def passes(self) -> bool:
        return not self.refusals


def judged_by_rule(job: Job, refusals: Sequence[Refusal], *, me: str) -> tuple[Judged, ...]:
    """By rule, in the order of RULES; a rule that is broken is always among them."""
    found = []
    for rule in RULES:
        broken = tuple(one for one in refusals if one.reason is rule.reason)
        if broken or rule.bears(job, me):
            found.append(Judged(rule, broken))
    return tuple(found)


def _always(_job: Job, _me: str) -> bool:
    return True


def _helped(job: Job, _me: str) -> bool:
    return job.helper is not None


def _other_proposes(job: Job, me: str) -> bool:
    return job.proposer != me


def _own_data(job: Job, me: str) -> bool:
    return job.input_of(me) is not None


def _own_rows(job: Job, me: str) -> bool:
    return job.enters_rows and job.input_of(me) is not None


def _aligns(job: Job, me: str) -> bool:
    own = job.role_of(me)
    return isinstance(job.parameters, AligningParameters) and own is not None


def _aligns_own(job: Job, me: str) -> bool:
    own = job.role_of(me)
    return isinstance(job.parameters, AligningParameters) and own is not None and own.has_data


def _counts_rows(job: Job, _me: str) -> bool:
    return not isinstance(job.parameters, ServiceParameters)


def _figures(job: Job, me: str) -> bool:
    return isinstance(job.parameters, ScorecardParameters) or _aligns_own(job, me)


def _serves(job: Job, _me: str) -> bool:
    return isinstance(job.parameters, ServiceParameters)


_P, _U, _D, _A, _T = RuleGroup
RULES = (
    JobRule(JobReason.POLICY_MISSING, _P,
            Text(en="this node has a policy", zh="本节点有策略文件"), lambda _job, _me: False),
    JobRule(JobReason.POLICY_BROKEN, _P,
            Text(en="the policy can be read", zh="策略文件可读"), lambda _job, _me: False),
    JobRule(JobReason.NOT_A_PARTY, _P,
            Text(en="this node is a party of the job", zh="本节点是任务参与方"), _always),
    JobRule(JobReason.PROPOSER_NOT_ACCEPTED, _P,
            Text(en="the policy accepts jobs of the proposer", zh="策略接受该提出方的任务"), _other_proposes),
    JobRule(JobReason.PARTY_UNKNOWN, _P,
            Text(en="every party is a pinned peer here", zh="各参与方均为本节点已确认的对端"), _always),
    JobRule(JobReason.HELPER_NOT_ACCEPTED, _P,
            Text(en="the policy accepts the helper", zh="策略接受该协助方"), _helped),
    JobRule(JobReason.HELPER_IS_DATA_PARTY, _P,
            Text(en="the helper is independent of every data party", zh="协助方独立于各数据方"), _helped),
    JobRule(JobReason.KIND_NOT_ALLOWED, _U,
            Text(en="the policy allows this kind of job", zh="策略允许该任务种类"), _always),
    JobRule(JobReason.PURPOSE_NOT_ALLOWED, _U,
            Text(en="the policy allows the purpose for this kind", zh="策略允许该种类用于此目的"), _always),
    JobRule(JobReason.PURPOSE_OF_HOLDER_ONLY, _U,
            Text(en="the purpose may serve others than the holder", zh="该目的可供持有方以外使用"), _always),
    JobRule(JobReason.GROUND_NOT_ACCEPTED, _D,
            Text(en="the policy accepts the ground on which rows enter", zh="策略接受数据入场的处理依据"), _own_data),
    JobRule(JobReason.LEVEL_TOO_HIGH, _D,
            Text(en="the level of data is within the policy", zh="数据级别不超出策略"), _own_data),
    JobRule(JobReason.DATASET_NOT_OFFERED, _D,
            Text(en="the policy offers the dataset", zh="策略开放该数据集"), _own_data),
    JobRule(JobReason.DATASET_UNKNOWN, _D,
            Text(en="the dataset is here", zh="本节点有该数据集"), _own_data),
    JobRule(JobReason.BUDGET_SPENT, _D,
            Text(en="figures of this version of the dataset are left", zh="该数据集版本尚有可发布数值"), _own_rows),
    JobRule(JobReason.JOBS_TOO_SIMILAR, _D,
            Text(en="jobs with each partner on this version of the dataset are left",
                 zh="该数据集版本与各对方尚有任务次数"), _own_rows),
    JobRule(JobReason.ROWS_TOO_MANY, _A,
            Text(en="not more rows than the policy lets in", zh="行数不超出策略"), _counts_rows),
    JobRule(JobReason.WAIT_TOO_LONG, _A,
            Text(en="no longer wait than the policy allows", zh="等待时间不超出策略"), _always),
    JobRule(JobReason.FIGURES_TOO_MANY, _A,
            Text(en="not more figures than the policy releases in a job", zh="发布数值不超过单个任务上限"), _figures),
    JobRule(JobReason.ENGINE_NOT_ALLOWED, _A,
            Text(en="the policy allows the engine of the alignment", zh="策略允许该对齐方式"), _aligns),
    JobRule(JobReason.LEARN_NOT_ALLOWED, _A,
            Text(en="the policy allows these parties to learn it", zh="策略允许该获知范围"), _aligns),
    JobRule(JobReason.MIN_SIZE_TOO_SMALL, _A,
            Text(en="the smallest sizes are not below the policy's", zh="最小规模不低于策略要求"), _aligns_own),
    JobRule(JobReason.SERVICE_TOO_LONG, _A,
            Text(en="the service runs no longer than the policy allows", zh="服务期限不超过策略"), _serves),
    JobRule(JobReason.SERVICE_TOO_MUCH, _A,
            Text(en="no more answers a day than the policy allows", zh="服务每日应答量不超过策略"), _serves),
    JobRule(JobReason.STATUS_TOO_OLD, _A,
            Text(en="withdrawals are known as freshly as the policy asks", zh="撤回状态的时效符合策略"), _serves),
    JobRule(JobReason.NOT_YET_VALID, _T,
            Text(en="the job is not dated ahead of this node's clock", zh="任务时间不晚于本节点时钟"), _always),
    JobRule(JobReason.EXPIRED, _T,
            Text(en="the job's time is not over", zh="任务未过有效期"), _always),
)  # fmt: skip
"""All that ``judge_job`` may say, in the order of a page."""
