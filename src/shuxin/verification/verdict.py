"""What a verifier finds: each check by name, and why one failed, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shuxin.kernel.canonical import Json
    from shuxin.kernel.text import Language


class CheckName(StrEnum):
    """The checks of a verifier (核验项目)."""

    CONTENT = "content"
    ISSUER = "issuer"
    LOG = "log"
    PERIOD = "period"
    STATUS = "status"
    PRESENTATION = "presentation"


class Reason(StrEnum):
    """Why a check failed (未通过原因)."""

    TAMPERED = "TAMPERED"
    RECEIPT_CHANGED = "RECEIPT_CHANGED"
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    KEY_NOT_VALID = "KEY_NOT_VALID"
    KEY_REVOKED = "KEY_REVOKED"
    NOT_LOGGED = "NOT_LOGGED"
    LOG_UNKNOWN = "LOG_UNKNOWN"
    LOG_FORKED = "LOG_FORKED"
    NOT_WITNESSED = "NOT_WITNESSED"
    NOT_YET_VALID = "NOT_YET_VALID"
    EXPIRED = "EXPIRED"
    STATUS_MISSING = "STATUS_MISSING"
    STATUS_CHANGED = "STATUS_CHANGED"
    STATUS_STALE = "STATUS_STALE"
    REVOKED = "REVOKED"
    SUPERSEDED = "SUPERSEDED"
    NOT_PRESENTED = "NOT_PRESENTED"
    PRESENTATION_CHANGED = "PRESENTATION_CHANGED"
    PRESENTATION_STALE = "PRESENTATION_STALE"
    WRONG_AUDIENCE = "WRONG_AUDIENCE"
    REPLAYED = "REPLAYED"


CHECK_TEXT = {
    CheckName.CONTENT: Text(en="the file is the one that was issued", zh="文件与出具时一致"),
    CheckName.ISSUER: Text(en="signed by its issuer", zh="由出具方签名"),
    CheckName.LOG: Text(en="stands in a log that cannot be rewritten", zh="已记入不可改写的日志"),
    CheckName.PERIOD: Text(en="within its validity", zh="在有效期内"),
    CheckName.STATUS: Text(en="neither revoked nor replaced", zh="未被撤销或替代"),
    CheckName.PRESENTATION: Text(
        en="presented by its holder, to this recipient, now", zh="由持有人当次向本接收方出示"
    ),
}
REASON_TEXT = {
    Reason.TAMPERED: Text(
        en="the file is not the one that was issued: its bytes differ",
        zh="文件与出具时不同：内容已改动",
    ),
    Reason.RECEIPT_CHANGED: Text(
        en="the receipt was changed after it was signed", zh="回执在签名后被改动"
    ),
    Reason.UNKNOWN_ISSUER: Text(
        en="nobody whom this verifier trusts says that the key is the issuer's",
        zh="本核验方信任的机构均未证明该密钥属于出具方",
    ),
    Reason.KEY_NOT_VALID: Text(
        en="the issuer's key was not valid at the time", zh="出具方的密钥当时不在有效期"
    ),
    Reason.KEY_REVOKED: Text(en="the issuer's key is revoked", zh="出具方的密钥已被撤销"),
    Reason.NOT_LOGGED: Text(
        en="nothing proves that the receipt stands in the log", zh="没有证明回执已记入日志的证据"
    ),
    Reason.LOG_UNKNOWN: Text(
        en="the log is not one that this verifier trusts", zh="该日志不在本核验方的信任范围"
    ),
    Reason.LOG_FORKED: Text(
        en="the log shows different histories to different people",
        zh="该日志向不同的人展示了不同的历史",
    ),
    Reason.NOT_WITNESSED: Text(
        en="too few witnesses have signed this state of the log",
        zh="见证该日志状态的见证方不足",
    ),
    Reason.NOT_YET_VALID: Text(en="it is not valid yet", zh="尚未生效"),
    Reason.EXPIRED: Text(en="it has expired", zh="已过有效期"),
    Reason.STATUS_MISSING: Text(
        en="there is no status list for it, so it may have been revoked",
        zh="缺少相应的状态列表，无法确认是否已撤销",
    ),
    Reason.STATUS_CHANGED: Text(
        en="the status list was not signed by the issuer", zh="状态列表不是出具方签名的"
    ),
    Reason.STATUS_STALE: Text(
        en="the status list is too old; fetch a newer one", zh="状态列表过旧，请获取新的"
    ),
    Reason.REVOKED: Text(en="the issuer has revoked it", zh="出具方已撤销"),
    Reason.SUPERSEDED: Text(
        en="the issuer has replaced it by a newer one", zh="出具方已用新文件替代"
    ),
    Reason.NOT_PRESENTED: Text(
        en="the person has not presented it for this request", zh="持有人未针对本次请求出示"
    ),
    Reason.PRESENTATION_CHANGED: Text(
        en="the presentation is not signed by the holder's key for this receipt",
        zh="出示声明不是由该回执的持有人密钥签名的",
    ),
    Reason.PRESENTATION_STALE: Text(
        en="the presentation is not of now; ask for a new one",
        zh="出示声明的时间不符，请重新出示",
    ),
    Reason.WRONG_AUDIENCE: Text(en="it was presented to somebody else", zh="出示对象不是本接收方"),
    Reason.REPLAYED: Text(
        en="its nonce is not the one that was asked for, or was used before",
        zh="随机数不是本次给出的，或已使用过",
    ),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check; ``reason`` is None when it passed. ``detail`` is a reason code or a receipt id, never content."""

    name: CheckName
    reason: Reason | None = None
    detail: str = ""

    @property
    def passed(self) -> bool:
        return self.reason is None

    def say(self, language: Language) -> str:
        """One sentence."""
        text = CHECK_TEXT[self.name] if self.reason is None else REASON_TEXT[self.reason]
        said = text.say(language)
        return f"{said} ({self.detail})" if self.detail else said


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one document (核验结论): accepted only when no check failed."""

    checks: tuple[Check, ...]

    @property
    def accepted(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        return tuple(check.reason for check in self.checks if check.reason is not None)

    def as_json(self) -> dict[str, Json]:
        return {
            "accepted": self.accepted,
            "checks": [
                {
                    "check": check.name.value,
                    "passed": check.passed,
                    "reason": check.reason.value if check.reason else "",
                    "detail": check.detail,
                    "en": check.say("en"),
                    "zh": check.say("zh"),
                }
                for check in self.checks
            ],
        }


def first_problem(name: CheckName, problems: Iterable[tuple[bool, Reason]]) -> Check:
    """The check with the first reason whose condition holds, or passed."""
    return Check(name, next((reason for failed, reason in problems if failed), None))
