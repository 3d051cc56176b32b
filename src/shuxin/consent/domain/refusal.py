"""Why the gate says no: every reason it has, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.errors import NotPermitted
from shuxin.kernel.text import Listed, Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shuxin.kernel.text import Language, Sayable


class Reason(StrEnum):
    """Reasons of refusal (拒绝原因); each has a test of its own."""

    REQUESTER_UNPROVEN = "requester_unproven"
    REQUEST_TOO_OLD = "request_too_old"
    REQUEST_REPEATED = "request_repeated"
    OTHER_HOLDER = "other_holder"
    AUTHORISATION_MISSING = "authorisation_missing"
    SIGNATURE_WRONG = "signature_wrong"
    SIGNER_UNKNOWN = "signer_unknown"
    SIGNER_OTHER_PARTY = "signer_other_party"
    SIGNER_NOT_YET_VALID = "signer_not_yet_valid"
    SIGNER_EXPIRED = "signer_expired"
    SIGNER_REVOKED = "signer_revoked"
    SIGNER_WRONG_ROLE = "signer_wrong_role"
    TEXT_DIFFERS = "text_differs"
    MANDATE_MISSING = "mandate_missing"
    OTHER_SUBJECT = "other_subject"
    OTHER_GRANTEE = "other_grantee"
    OTHER_PURPOSE = "other_purpose"
    HOLDER_NOT_NAMED = "holder_not_named"
    CATALOGUE_NOT_NAMED = "catalogue_not_named"
    LEVEL_TOO_HIGH = "level_too_high"
    OUTSIDE_DATA_PERIOD = "outside_data_period"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    EXHAUSTED = "exhausted"
    STATUS_MISSING = "status_missing"
    STATUS_STALE = "status_stale"
    STATUS_AHEAD = "status_ahead"
    CATALOGUE_UNKNOWN = "catalogue_unknown"
    NOT_SHARED = "not_shared"
    LEVEL_NEVER_LEAVES = "level_never_leaves"
    FIELD_ON_HOLD = "field_on_hold"
    PERSON_NOT_CONSENTED = "person_not_consented"
    PURPOSE_OF_HOLDER_ONLY = "purpose_of_holder_only"
    BASIS_MISSING = "basis_missing"
    ERASED = "erased"
    DEPARTMENT_CLOSED = "department_closed"

    @property
    def text(self) -> Text:
        return _TEXTS[self]


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """One reason, and the catalogue, field or moment that it is about ("" when there is none)."""

    reason: Reason
    about: str = ""

    def say(self, language: Language) -> str:
        said = self.reason.text.say(language)
        return f"{said} ({self.about})" if self.about else said


class UseRefused(NotPermitted):
    """Nothing was read. ``refusals`` holds every reason that was found, not just the first."""

    code = "use_refused"
    what = Text(en="the gate refused this use: {reasons}", zh="授权闸门拒绝了本次使用：{reasons}")
    mend = Text(
        en="See each reason in the documentation; ask the subject for an authorisation that covers this use",
        zh="各原因说明见文档；请向主体申请涵盖本次使用的授权",
    )

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(reasons=" ".join(refusal.reason for refusal in self.refusals))

    def in_words(self) -> Mapping[str, Sayable]:
        return {"reasons": Listed(self.refusals)}


_TEXTS = {
    Reason.REQUESTER_UNPROVEN: Text(
        en="the request is not signed by a valid key of the party that asks", zh="申请未由申请方的有效密钥签名"
    ),
    Reason.REQUEST_TOO_OLD: Text(
        en="the request was not made just now, or the clocks differ", zh="申请时间过旧，或双方时钟不一致"
    ),
    Reason.REQUEST_REPEATED: Text(en="this request was answered before", zh="该申请已处理过"),
    Reason.OTHER_HOLDER: Text(en="the request is for another holder", zh="申请针对其他数据持有方"),
    Reason.AUTHORISATION_MISSING: Text(
        en="no authorisation came with the request, and the data are not open", zh="未附授权书，且数据非无条件开放"
    ),
    Reason.SIGNATURE_WRONG: Text(
        en="the signature does not fit: something was changed", zh="签名不符：内容被改动"
    ),
    Reason.SIGNER_UNKNOWN: Text(
        en="nobody whom this holder trusts vouches for the signing key", zh="签名密钥未经本方信任的机构核验"
    ),
    Reason.SIGNER_OTHER_PARTY: Text(
        en="the signing key belongs to somebody else", zh="签名密钥属于其他主体"
    ),
    Reason.SIGNER_NOT_YET_VALID: Text(en="the signing key is not valid yet", zh="签名密钥尚未生效"),
    Reason.SIGNER_EXPIRED: Text(en="the signing key has expired", zh="签名密钥已过期"),
    Reason.SIGNER_REVOKED: Text(en="the signing key was revoked", zh="签名密钥已被吊销"),
    Reason.SIGNER_WRONG_ROLE: Text(
        en="the signing key may not grant authorisations", zh="签名密钥无权作出授权"
    ),
    Reason.TEXT_DIFFERS: Text(
        en="the signer was shown other words than the words of these terms", zh="签署人看到的文字与授权条款不符"
    ),
    Reason.MANDATE_MISSING: Text(
        en="the agent has no valid mandate for this purpose", zh="代理人没有针对该目的的有效委托"
    ),
    Reason.OTHER_SUBJECT: Text(en="the authorisation is of another subject", zh="授权书属于其他主体"),
    Reason.OTHER_GRANTEE: Text(en="the authorisation names another recipient", zh="授权书指定的是其他使用方"),
    Reason.OTHER_PURPOSE: Text(en="it is given for another purpose", zh="授权目的不同"),
    Reason.HOLDER_NOT_NAMED: Text(
        en="the authorisation does not name this holder as a source", zh="授权书未列明本数据持有方"
    ),
    Reason.CATALOGUE_NOT_NAMED: Text(
        en="the authorisation does not name this catalogue", zh="授权书未列明该数据目录"
    ),
    Reason.LEVEL_TOO_HIGH: Text(en="the level asked for is above what is granted", zh="申请的数据级别超出授权"),
    Reason.OUTSIDE_DATA_PERIOD: Text(
        en="the period of data asked for is longer than what is granted", zh="申请的数据期间超出授权"
    ),
    Reason.NOT_YET_VALID: Text(en="it is not valid yet", zh="尚未生效"),
    Reason.EXPIRED: Text(en="it has expired", zh="已过有效期"),
    Reason.WITHDRAWN: Text(en="the subject has withdrawn it", zh="主体已撤回授权"),
    Reason.SUSPENDED: Text(en="it is suspended", zh="授权已暂停"),
    Reason.SUPERSEDED: Text(en="a newer authorisation has replaced it", zh="已被新的授权替代"),
    Reason.EXHAUSTED: Text(en="its number of uses is used up at this holder", zh="在本持有方的使用次数已用尽"),
    Reason.STATUS_MISSING: Text(
        en="this holder has no status list of withdrawals", zh="本持有方没有授权状态清单"
    ),
    Reason.STATUS_STALE: Text(
        en="this holder's status list of withdrawals is too old", zh="本持有方的授权状态清单已过时"
    ),
    Reason.STATUS_AHEAD: Text(
        en="the status list is dated ahead of this holder's clock", zh="授权状态清单的时间晚于本机时钟"
    ),
    Reason.CATALOGUE_UNKNOWN: Text(en="this holder has no such catalogue", zh="本持有方没有该数据目录"),
    Reason.NOT_SHARED: Text(en="this catalogue is not shared", zh="该数据目录不予共享"),
    Reason.LEVEL_NEVER_LEAVES: Text(
        en="data of level 4 and 5 never leave their holder", zh="4 级和 5 级数据不得离开持有方"
    ),
    Reason.FIELD_ON_HOLD: Text(
        en="the subject disputes this field, and its objection is not settled", zh="主体对该字段提出异议，尚未办结"
    ),
    Reason.PERSON_NOT_CONSENTED: Text(
        en="a person whose data are asked for has not consented", zh="所涉个人未作出本人同意"
    ),
    Reason.PURPOSE_OF_HOLDER_ONLY: Text(
        en="this purpose is a holder's own and serves nobody else", zh="该目的仅限持有方自用"
    ),
    Reason.BASIS_MISSING: Text(
        en="no recorded lawful basis of this holder covers this use", zh="本持有方没有涵盖本次使用的处理依据"
    ),
    Reason.ERASED: Text(en="the data of this subject were erased", zh="该主体的数据已删除"),
    Reason.DEPARTMENT_CLOSED: Text(
        en="this department may use no dataset of the holder for this purpose", zh="该部门没有可用于该目的的数据集"
    ),
}  # fmt: skip
