"""``shuxin redteam``: attacks on the protocols with made-up data, on this code and on copies without a defence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.portal.display import say, show, watched

if TYPE_CHECKING:
    import argparse

    from shuxin.federation.api import AttackScore, AttackVerdict
    from shuxin.kernel.text import Language

_HEAD = Text(
    en="attack|by|wants|got from this code|stopped by, or what bounds it|got without the defence",
    zh="攻击|攻击方|目标|对本系统所得|防护或限制|去除防护后所得",
)
_BY = {
    "label": Text(en="label party", zh="标签方"),
    "holder": Text(en="holder", zh="数据方"),
    "helper": Text(en="helper", zh="协助方"),
}
_GOT = Text(
    en="{right:,} of {tried:,}, by guessing {guess}", zh="{right:,} / {tried:,}，猜测约 {guess}"
)
_OF_ALL = Text(en="; {whole:,} in all", zh="；总计 {whole:,}")
_REFUSED = Text(en="; refused: {code}", zh="；被拒绝：{code}")
_WITHOUT = Text(en="{got} (without: {what})", zh="{got}（去除：{what}）")
_MARKS = {
    "stopped": Text(en="stopped", zh="已阻止"),
    "open": Text(en="OPEN", zh="未防护"),
    "elsewhere": Text(en="not run here", zh="此处未运行"),
    "broken": Text(en="BROKEN", zh="被攻破"),
    "twin": Text(en="the attack itself failed", zh="攻击本身失败"),
    "held": Text(en="open, though nothing was got this time", zh="未防护，但本次未得手"),
}
_MARKED = Text(en="{mark}: {got}", zh="{mark}:{got}")
_SUM = Text(
    en="{count} attacks: {stopped} stopped, {open} open and bounded as said, {elsewhere} not run here; "
    "{broken} not as claimed",
    zh="攻击 {count} 项：已阻止 {stopped}，未防护（有所列限制）{open}，此处未运行 {elsewhere}；与声明不符 {broken}",
)
_WRITTEN = Text(en="written to {file}", zh="已写入 {file}")
_ONE_THREAD = "OPENBLAS_NUM_THREADS"


def run(options: argparse.Namespace, language: Language) -> int:
    os.environ.setdefault(_ONE_THREAD, "1")
    from shuxin.federation.api import redteam_report, run_attacks

    with watched() as progress:
        verdicts = run_attacks(seed=options.seed, progress=progress)
    rows = [_row(each, language) for each in verdicts]
    show("", _HEAD.say(language).split("|"), rows)
    marks = [_mark(each) for each in verdicts]
    broken = sum(not each.as_claimed for each in verdicts)
    say(
        _SUM,
        language,
        count=len(verdicts),
        stopped=marks.count("stopped"),
        open=marks.count("open") + marks.count("held"),
        elsewhere=marks.count("elsewhere"),
        broken=broken,
    )
    if options.out:
        Path(options.out).write_bytes(redteam_report(verdicts, seed=options.seed))
        say(_WRITTEN, language, file=options.out)
    return int(broken > 0)


def _row(verdict: AttackVerdict, language: Language) -> tuple[str, ...]:
    attack = verdict.attack
    got = "" if verdict.ours is None else _got(verdict.ours, language)
    mark = _MARKS[_mark(verdict)].say(language)
    ours = _MARKED.say(language, mark=mark, got=got) if got else mark
    twin = "-"
    if verdict.twin is not None and attack.taken_off is not None:
        what = attack.taken_off.say(language)
        twin = _WITHOUT.say(language, got=_got(verdict.twin, language), what=what)
    return (
        attack.name.say(language),
        _BY[attack.by].say(language),
        attack.wants.say(language),
        ours,
        attack.defence.say(language),
        twin,
    )


def _mark(verdict: AttackVerdict) -> str:
    if verdict.twin is not None and not verdict.twin.succeeds:
        return "twin"
    if verdict.ours is None:
        return "elsewhere"
    if verdict.attack.standing == "open":
        return "open" if verdict.ours.succeeds else "held"
    return "broken" if verdict.ours.succeeds else "stopped"


def _got(score: AttackScore, language: Language) -> str:
    said = _GOT.say(language, right=score.right, tried=score.tried, guess=f"{score.guess:,.0f}")
    if score.whole != score.tried:
        said += _OF_ALL.say(language, whole=score.whole)
    return said + (_REFUSED.say(language, code=score.refused) if score.refused else "")
