"""Why a node says no to a job: every reason it has, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Listed, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.text import Language, Sayable


class JobReason(StrEnum):
    """Reasons to refuse a job or an output (任务拒绝原因); each has a test of its own."""

    VERSION_UNKNOWN = "version_unknown"
    KIND_UNKNOWN = "kind_unknown"
    POLICY_MISSING = "policy_missing"
    POLICY_BROKEN = "policy_broken"
    PROPOSER_UNPROVEN = "proposer_unproven"
    PROPOSER_NOT_ACCEPTED = "proposer_not_accepted"
    NOT_A_PARTY = "not_a_party"
    PARTY_UNKNOWN = "party_unknown"
    HELPER_IS_DATA_PARTY = "helper_is_data_party"
    HELPER_NOT_ACCEPTED = "helper_not_accepted"
    KIND_NOT_ALLOWED = "kind_not_allowed"
    PURPOSE_NOT_ALLOWED = "purpose_not_allowed"
    PURPOSE_OF_HOLDER_ONLY = "purpose_of_holder_only"
    GROUND_NOT_ACCEPTED = "ground_not_accepted"
    DATASET_NOT_OFFERED = "dataset_not_offered"
    DATASET_UNKNOWN = "dataset_unknown"
    LEVEL_TOO_HIGH = "level_too_high"
    ENGINE_NOT_ALLOWED = "engine_not_allowed"
    LEARN_NOT_ALLOWED = "learn_not_allowed"
    MIN_SIZE_TOO_SMALL = "min_size_too_small"
    ROWS_TOO_MANY = "rows_too_many"
    WAIT_TOO_LONG = "wait_too_long"
    FIGURES_TOO_MANY = "figures_too_many"
    BUDGET_SPENT = "budget_spent"
    JOBS_TOO_SIMILAR = "jobs_too_similar"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    SERVICE_TOO_LONG = "service_too_long"
    SERVICE_TOO_MUCH = "service_too_much"
    STATUS_TOO_OLD = "status_too_old"
    APPROVAL_LAPSED = "approval_lapsed"
    BY_PERSON = "by_person"
    OUTPUT_NOT_DECLARED = "output_not_declared"
    SET_TOO_SMALL = "set_too_small"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One reason, and the party, dataset or setting that it is about ("" when there is none)."""

    reason: JobReason
    about: str = ""

    def say(self, language: Language) -> str:
        said = self.reason.text.say(language)
        return f"{said} ({self.about})" if self.about else said


class _Refused(NotPermitted):
    """``refusals`` holds every reason that was found, not just the first."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(reasons=" ".join(one.reason for one in self.refusals))

    def in_words(self) -> Mapping[str, Sayable]:
        return {"reasons": Listed(self.refusals)}


class JobRefused(_Refused):
    """The job is not taken; nothing was read."""

    code = "job_refused"
    what = Text(
        en="the policy of this node refuses the job: {reasons}",
        zh="本节点策略拒绝该任务：{reasons}",
    )
    mend = Text(
        en="See each reason in docs/rooms/federation.md; change the job, or the policy where it should allow it",
        zh="各原因见 docs/rooms/federation.md；请修改任务，或在应当允许时修改策略",
    )


class ReleaseRefused(_Refused):
    """The output stays here; the job ends."""

    code = "release_refused"
    what = Text(
        en="this node does not release the output: {reasons}", zh="本节点不发布该输出：{reasons}"
    )
    mend = Text(
        en="Nothing left; a job with more subjects or a wider policy is needed",
        zh="未发布任何内容；需要主体更多的任务或更宽的策略",
    )


_TEXTS = {
    JobReason.VERSION_UNKNOWN: Text(
        en="this node does not know this version of jobs", zh="本节点不支持该任务版本"
    ),
    JobReason.KIND_UNKNOWN: Text(
        en="this node does not know this kind of job", zh="本节点不支持该任务种类"
    ),
    JobReason.POLICY_MISSING: Text(
        en="this node has no policy, so it refuses every job", zh="本节点没有策略文件，因此拒绝所有任务"
    ),
    JobReason.POLICY_BROKEN: Text(
        en="the policy of this node cannot be read, so it refuses every job", zh="本节点策略文件有误，因此拒绝所有任务"
    ),
    JobReason.PROPOSER_UNPROVEN: Text(
        en="the job is not signed by a valid key of its proposer", zh="任务未由提出方的有效密钥签名"
    ),
    JobReason.PROPOSER_NOT_ACCEPTED: Text(
        en="the policy accepts no jobs of this proposer", zh="策略不接受该提出方的任务"
    ),
    JobReason.NOT_A_PARTY: Text(en="this node is no party of the job", zh="本节点不是任务参与方"),
    JobReason.PARTY_UNKNOWN: Text(
        en="a party of the job is no pinned peer here", zh="任务中有参与方不是本节点已确认的对端"
    ),
    JobReason.HELPER_IS_DATA_PARTY: Text(
        en="the helper or who runs it is a data party, or runs a data party's node",
        zh="协助方或其运行方是数据方，或运行着某数据方的节点",
    ),
    JobReason.HELPER_NOT_ACCEPTED: Text(
        en="the policy does not accept this helper", zh="策略不接受该协助方"
    ),
    JobReason.KIND_NOT_ALLOWED: Text(
        en="the policy does not allow this kind of job", zh="策略不允许该任务种类"
    ),
    JobReason.PURPOSE_NOT_ALLOWED: Text(
        en="the policy does not allow this purpose for this kind", zh="策略不允许该种类用于此目的"
    ),
    JobReason.PURPOSE_OF_HOLDER_ONLY: Text(
        en="this purpose is a holder's own and serves nobody else", zh="该目的仅限持有方自用"
    ),
    JobReason.GROUND_NOT_ACCEPTED: Text(
        en="the policy does not accept this ground", zh="策略不接受该处理依据"
    ),
    JobReason.DATASET_NOT_OFFERED: Text(
        en="the policy does not offer this dataset", zh="策略未开放该数据集"
    ),
    JobReason.DATASET_UNKNOWN: Text(en="this node has no such dataset", zh="本节点没有该数据集"),
    JobReason.LEVEL_TOO_HIGH: Text(
        en="the level is above what the policy allows", zh="数据级别超出策略允许"
    ),
    JobReason.ENGINE_NOT_ALLOWED: Text(
        en="the policy does not allow this engine", zh="策略不允许该对齐方式"
    ),
    JobReason.LEARN_NOT_ALLOWED: Text(
        en="the policy does not allow that these parties learn it", zh="策略不允许该获知范围"
    ),
    JobReason.MIN_SIZE_TOO_SMALL: Text(
        en="the job's smallest size is below the policy's", zh="任务的最小规模低于策略要求"
    ),
    JobReason.ROWS_TOO_MANY: Text(
        en="the job lets in more rows than the policy", zh="任务允许的行数超出策略"
    ),
    JobReason.WAIT_TOO_LONG: Text(
        en="the job waits longer than the policy allows", zh="任务等待时间超出策略允许"
    ),
    JobReason.FIGURES_TOO_MANY: Text(
        en="more figures than the policy releases in one job", zh="发布的数值个数超出单个任务上限"
    ),
    JobReason.BUDGET_SPENT: Text(
        en="the figures of this version of the dataset are used up", zh="该数据集版本的可发布数值已用尽"
    ),
    JobReason.JOBS_TOO_SIMILAR: Text(
        en="too many jobs with this partner on this version of the dataset: two that differ by one subject reveal it",
        zh="该数据集版本与该对方的任务已达上限：仅差一个主体的两次任务会暴露该主体",
    ),
    JobReason.NOT_YET_VALID: Text(
        en="the job is dated ahead of this node's clock", zh="任务时间晚于本节点时钟"
    ),
    JobReason.EXPIRED: Text(en="the job's time is over", zh="任务已过有效期"),
    JobReason.SERVICE_TOO_LONG: Text(
        en="the service would run longer than the policy allows", zh="服务期限超过策略允许的天数"
    ),
    JobReason.SERVICE_TOO_MUCH: Text(
        en="the service would answer more a day than the policy allows", zh="服务每日应答量超过策略上限"
    ),
    JobReason.STATUS_TOO_OLD: Text(
        en="the service would answer with older knowledge of withdrawals than the policy allows",
        zh="服务应答所依据的撤回状态可能早于策略允许的时效",
    ),
    JobReason.APPROVAL_LAPSED: Text(
        en="the key that signed this party's approval was revoked", zh="该方批准所用密钥已被吊销"
    ),
    JobReason.BY_PERSON: Text(en="a person there refused it", zh="该方人员拒绝"),
    JobReason.OUTPUT_NOT_DECLARED: Text(
        en="the job declares no such output for this party", zh="任务未声明向该方发布此输出"
    ),
    JobReason.SET_TOO_SMALL: Text(
        en="fewer subjects stand behind it than the policy asks for", zh="所涉主体数低于策略要求"
    ),
}  # fmt: skip
