"""``shuxin evidence``: one file that proves a joint score or a decision to a stranger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.infra.api import write_whole
from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import start
from shuxin.portal.display import china_time, say

if TYPE_CHECKING:
    import argparse

    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_DECISION_DIGITS = 64
_LINE = Text(
    en="{score}  {subject}  {at}  {points} points, {verdict}",
    zh="{score}  {subject}  {at}  {points} 分，{verdict}",
)
_PASSES, _FAILS = Text(en="passes", zh="通过"), Text(en="does not pass", zh="未通过")
_WRITTEN = Text(
    en="{file}: {size:,} bytes; check it with 'shuxin verify {file} --trust FILE', or on the page /verify",
    zh="{file}:{size:,} 字节；可用 shuxin verify {file} --trust FILE 或网页 /verify 核验",
)
_TRUSTED = Text(
    en="{file}: the keys that this installation trusts; compare them with their owners before you rely on them",
    zh="{file}：本安装信任的公钥；采信前请与各方核对",
)


class EvidenceOfWhat(InvalidInput):
    code = "evidence_of_what"
    what = Text(en="say of which score, and into which file", zh="请指明评分编号与输出文件")
    mend = Text(
        en="Give the number of a score or decision and --out FILE; --list shows the scores that are kept",
        zh="请给出评分或决策编号及 --out FILE；用 --list 查看已留存的评分",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    settings = start()
    if options.list:
        return _list(options.subject, language)
    if not options.score or not options.out:
        raise EvidenceOfWhat
    content, trust = _made(settings, options.score)
    write_whole(Path(options.out), content)
    say(_WRITTEN, language, file=options.out, size=len(content))
    if options.trust_out:
        write_whole(Path(options.trust_out), trust)
        say(_TRUSTED, language, file=options.trust_out)
    return 0


def _made(settings: Settings, number: str) -> tuple[bytes, bytes]:
    """The file and the list of trust; a decision is named by the hash of its own file, which is twice as long."""
    if len(number) == _DECISION_DIGITS:
        by_strategy = _of_strategy(settings, number)
        if by_strategy is not None:
            return by_strategy
        from shuxin.portal.decision_evidence import decision_evidence, decision_trust

        return decision_evidence(settings, number), decision_trust(settings)
    from shuxin.portal.node_evidence import evidence_file, trust_file

    return evidence_file(settings, number), trust_file(settings, number)


def _of_strategy(settings: Settings, number: str) -> tuple[bytes, bytes] | None:
    """Of a decision of the lender's desk; None where there is none with this hash."""
    from shuxin.lending.api import DecisionUnknown
    from shuxin.portal.strategy_evidence import strategy_evidence, strategy_trust

    try:
        return strategy_evidence(settings, number), strategy_trust(settings, number)
    except DecisionUnknown:
        return None


def _list(subject: str, language: Language) -> int:
    from shuxin.federation.api import scores_kept

    for one in scores_kept(subject=subject):
        verdict = _PASSES if one.passes else _FAILS
        facts = {"score": one.score_id, "subject": one.subject, "at": china_time(one.at)}
        say(_LINE, language, **facts, points=one.points, verdict=verdict)
    return 0
