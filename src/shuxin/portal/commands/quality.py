"""``shuxin quality``: scorecards of the datasets, loads kept aside, and what a person decides about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shuxin.kernel.errors import InvalidInput
from shuxin.kernel.text import Text
from shuxin.portal.bootstrap import journal_of, operator, start
from shuxin.portal.display import china_time, say, show

if TYPE_CHECKING:
    import argparse

    from shuxin.catalogue.api import Scorecard
    from shuxin.infra.api import Settings
    from shuxin.kernel.text import Language

_LIST = Text(
    en="dataset|score|complete|valid|unique|consistent|timely|newest load|kept aside",
    zh="数据集|总分|完整性|有效性|唯一性|一致性|及时性|最新装载|隔离",
)
_PARTS = Text(en="part|score|weight|rules|broken", zh="维度|得分|权重|规则数|不符合")
_TOTAL = Text(en="score {total} of 100", zh="总分 {total}（满分 100）")
_HELD = Text(en="load|file|state|came|rows|why", zh="装载|文件|状态|到达|行数|原因")
_FINDINGS = Text(en="severity|rule|finding|lines|how to mend it", zh="程度|规则|发现|行号|如何处理")
_RULES = Text(en="rule|field|figure|limit|verdict", zh="规则|字段|数值|限值|判定")
_RELEASED = Text(
    en="load {number} was released and is in force from now on",
    zh="装载 {number} 已放行，自即刻起生效",
)
_PROPOSED = Text(
    en="your release of load {number} waits for a second person, for seven days",
    zh="您对装载 {number} 的放行待第二人在七日内复核",
)
_REJECTED = Text(
    en="load {number} was rejected and will never be in force", zh="装载 {number} 已退回，不会生效"
)
_NONE = Text(en="no dataset yet", zh="尚无数据集")


class QualityActInvalid(InvalidInput):
    code = "quality_act_invalid"
    what = Text(en="'shuxin quality {act}' lacks {what}", zh="shuxin quality {act} 缺少 {what}")
    mend = Text(
        en="Write: shuxin quality | show DATASET | release NUMBER --reason TEXT | reject NUMBER --reason TEXT",
        zh="写法：shuxin quality | show 数据集 | release 编号 --reason 理由 | reject 编号 --reason 理由",
    )


def run(options: argparse.Namespace, language: Language) -> int:
    """Exit status of the list: 1 while a load waits for a person."""
    settings = start()
    if options.act == "show":
        return _show(options, language)
    if options.act in {"release", "reject"}:
        return _decide(options, settings, language)
    return _list(language)


def _list(language: Language) -> int:
    from shuxin.catalogue.api import quality_of_all
    from shuxin.infra.api import now_in_china

    found = quality_of_all(now=now_in_china())
    if not found:
        say(_NONE, language)
        return 0
    rows = [
        (one.dataset.name, *_scores(one.card),
         china_time(one.newest) if one.newest else "", one.waiting or "")
        for one in found
    ]  # fmt: skip
    show("", _LIST.say(language).split("|"), rows, right=(1, 2, 3, 4, 5, 6, 8))
    return 1 if any(one.waiting for one in found) else 0


def _scores(card: Scorecard) -> tuple[str, ...]:
    return (score_text(card.total), *(score_text(part.score) for part in card.parts))


def score_text(score: float | None) -> str:
    """One decimal, rounded down: 100.0 only where nothing fails."""
    return "–" if score is None else f"{int(score * 10) / 10:.1f}"


def _show(options: argparse.Namespace, language: Language) -> int:
    from shuxin.catalogue.api import (
        dataset,
        held_loads,
        measured_in_force,
        quality_of,
        rule_text,
    )
    from shuxin.infra.api import now_in_china

    name, now = _what(options, "DATASET"), now_in_china()
    view = dataset(name=name, now=now)
    card = quality_of(dataset=name, freshness=view.freshness)
    say(_TOTAL, language, total=score_text(card.total))
    parts = [
        (p.dimension.value, score_text(p.score), p.weight, p.rules, p.broken) for p in card.parts
    ]
    show("", _PARTS.say(language).split("|"), parts, right=(1, 2, 3, 4))
    rules = [
        (rule_text(one.rule).say(language), one.field, f"{one.figure:.4f}",
         "" if one.limit is None else f"{one.limit:.4f}", one.verdict.value)
        for one in measured_in_force(dataset=name)
    ]  # fmt: skip
    show("", _RULES.say(language).split("|"), rules, right=(2, 3))
    for one in held_loads(now=now, dataset=name):
        why = "; ".join(f"{act.step} {act.by}: {act.reason}" for act in one.acts)
        line = (one.number, one.load.source_file, one.state.value, china_time(one.load.loaded_at),
                one.load.rows_loaded, why)  # fmt: skip
        show("", _HELD.say(language).split("|"), [line], right=(0, 4))
        if one.is_open:
            show("", _FINDINGS.say(language).split("|"), _told(one.findings, language))
    return 0


def _told(findings: Any, language: Language) -> list[tuple[str, ...]]:
    from shuxin.catalogue.api import how_to_mend

    return [
        (found.severity.value, found.code, found.detail.say(language),
         ", ".join(map(str, found.example_lines[:5])), how_to_mend(found.code).say(language))
        for found in findings
        if found.severity.value != "info"
    ]  # fmt: skip


def _decide(options: argparse.Namespace, settings: Settings, language: Language) -> int:
    from shuxin.catalogue.api import HeldState, reject_load, release_load
    from shuxin.infra.api import now_in_china

    text = _what(options, "NUMBER")
    if not (text.isascii() and text.isdigit()):
        raise QualityActInvalid(act=options.act, what="NUMBER")
    number, now, journal = int(text), now_in_china(), journal_of(settings)
    how: dict[str, Any] = {"by": operator(), "reason": options.reason, "journal": journal}
    if options.act == "reject":
        reject_load(number=number, now=now, **how)
        say(_REJECTED, language, number=number)
        return 0
    state = release_load(number=number, now=now, **how)
    say(_RELEASED if state is HeldState.RELEASED else _PROPOSED, language, number=number)
    return 0


def _what(options: argparse.Namespace, needed: str) -> str:
    """Raises QualityActInvalid."""
    if not options.what:
        raise QualityActInvalid(act=options.act, what=needed)
    return str(options.what)
