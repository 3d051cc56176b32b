"""What a job does now (当前进展), in words of both languages: the node writes it down in English, for its log too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.federation.node.metering import phase_of
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shuxin.kernel.text import Language

_PHASES = {
    "keys": Text(en="exchanging keys", zh="交换密钥"),
    "entry": Text(en="rows enter after the gate", zh="数据经授权闸门入场"),
    "grants": Text(en="authorisations are handed over", zh="交付授权书"),
    "alignment": Text(en="finding common firms", zh="查找共同企业"),
    "scorecard": Text(en="agreeing on the next step", zh="确认下一步骤"),
    "counts": Text(en="joint counts of bins", zh="联合分箱统计"),
    "relate": Text(en="joint correlations", zh="联合相关性计算"),
    "digest": Text(en="comparing transcripts", zh="核对通信摘要"),
    "product": Text(en="a product of made-up matrices", zh="演练矩阵乘积"),
    "rehearsal": Text(en="rehearsal", zh="链路演练"),
}
_FIT = Text(en="joint regression, fit {number}", zh="联合回归，第 {number} 次拟合")
_WAITING = Text(en="waiting for {party}: {phase}", zh="等待 {party}:{phase}")
_APPROVALS = Text(en="waits for the approval of {parties}", zh="等待批准：{parties}")
_REFUSED = Text(en="refused by {account}", zh="由 {account} 拒绝")
_AGAIN = Text(
    en="tries again after a failure here ({code})", zh="本方出现故障（{code}），将自动重试"
)
_OF = Text(en="{what} {done} of {total}", zh="{what} {done}/{total}")
_WHOLE = {
    "starting": Text(en="starting", zh="正在开始"),
    "comparing transcripts": Text(en="comparing transcripts", zh="核对通信摘要"),
    "delivering the last messages": Text(en="delivering the last messages", zh="送达最后的消息"),
    "waits for a person here": Text(en="waits for a person here", zh="等待本方人员审批"),
    "fits": Text(en="fits", zh="拟合"),
}
_RELEASE = Text(
    en="an output for {party} waits to be released by a person here", zh="发往 {party} 的输出等待本方人员放行"
)  # fmt: skip
_RELEASES = re.compile(r"release of '[a-z]+' to (\S+) waits for a person here")
_WAITS = re.compile(r"waiting for (\S+): (\S+)")
_COUNTED = re.compile(r"(.+?) (\d+)(?:/(\d+))?")


@dataclass(frozen=True, slots=True)
class Awaited:
    """The message that a running job waits for (等待的消息)."""

    party: str
    message: str


def awaited_in(step: str) -> Awaited | None:
    found = _WAITS.fullmatch(step)
    return None if found is None else Awaited(found[1], found[2])


def phase_text(phase: str) -> Text:
    """A phase in words; one of a later program by its name."""
    if phase.startswith("fit") and phase[3:].isdigit():
        number = str(int(phase[3:]) + 1)
        return Text(*(_FIT.say(one, number=number) for one in ("en", "zh")))
    return _PHASES.get(phase, Text(en=phase, zh=phase))


def say_step(step: str, language: Language, *, names: Mapping[str, str]) -> str:
    """``names``: of parties, by id. A step that is not known is said as it was written."""
    if (awaited := awaited_in(step)) is not None:
        party = names.get(awaited.party, awaited.party)
        return _WAITING.say(language, party=party, phase=phase_text(phase_of(awaited.message)))
    if (output := _RELEASES.fullmatch(step)) is not None:
        return _RELEASE.say(language, party=names.get(output[1], output[1]))
    for begin, text, fact in (
        ("waits for the approval of ", _APPROVALS, "parties"),
        ("refused by ", _REFUSED, "account"),
        ("tries again: ", _AGAIN, "code"),
    ):
        if step.startswith(begin):
            rest = ", ".join(names.get(one, one) for one in step.removeprefix(begin).split(", "))
            return text.say(language, **{fact: rest})
    if (counted := _COUNTED.fullmatch(step)) is not None and counted[3]:
        what = _WHOLE.get(counted[1], phase_text(counted[1]))
        return _OF.say(language, what=what, done=counted[2], total=counted[3])
    whole = _WHOLE.get(step)
    return step if whole is None else whole.say(language)
