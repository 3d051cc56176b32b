"""The report of a back-test (回测报告) as table and charts: approval, bad rate, exposure, who changes sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.kernel.text import Text
from shuxin.portal.web.figures import yuan
from shuxin.portal.web.parts import Axis, Chart, Column, Facts, Series, Table
from shuxin.portal.web.views.bank_strategy_words import KINDS, LEVELS, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.lending.api import Strategy

_COLUMNS = (
    Column("what", Text(en="Figure", zh="指标")),
    Column("new", Text(en="This strategy", zh="本策略")),
    Column("old", Text(en="The running one", zh="当前策略")),
)


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report as the page shows it."""

    facts: Facts
    table: Table
    verdicts: Chart
    swap: Chart


def shown(
    request: HttpRequest, report: Mapping[str, Any], strategy: Strategy, *, language: Language
) -> ReportShown:
    new, old = report["new"], report["old"]
    verdict_names = ("approved", "referred", "declined", "asked")
    texts = [VERDICTS[name] for name in ("approve", "refer", "decline", "need_information")]
    sides = [(Text(en="this strategy", zh="本策略"), new)]
    if old:
        sides.append((Text(en="the running one", zh="当前策略"), old))
    count = Axis(Text(en="Applications", zh="申请数"))
    return ReportShown(
        facts=_head(report),
        table=Table.shown(
            request,
            name="report",
            columns=_COLUMNS,
            rows=_lines(new, old, _stages(strategy, language), language),
            per_page=50,
        ),
        verdicts=Chart(
            name="verdicts",
            title=Text(en="What would have been decided", zh="决策结论分布"),
            kind="bar",
            x=Axis(Text(en="Verdict", zh="结论")),
            y=count,
            categories=texts,
            series=[Series(text, [side[name] for name in verdict_names]) for text, side in sides],
        ),
        swap=_swap(report, count),
    )


def _swap(report: Mapping[str, Any], count: Axis) -> Chart:
    """Who changes sides, as far as the end is known bad, good, or unknown."""
    sides = [
        (report["swap_in"], report["swap_in_bad"]),
        (report["swap_out"], report["swap_out_bad"]),
    ]
    return Chart(
        name="swap",
        title=Text(en="Swap set: who changes sides", zh="换入换出：结论变化的申请"),
        kind="stacked",
        x=Axis(Text(en="Side", zh="变化")),
        y=count,
        categories=[
            Text(en="approved now, not before", zh="换入：现通过，原未通过"),
            Text(en="approved before, not now", zh="换出：原通过，现未通过"),
        ],
        series=[
            Series(Text(en="good", zh="未违约"), [bad["known"] - bad["bad"] for _, bad in sides]),
            Series(Text(en="bad", zh="违约"), [bad["bad"] for _, bad in sides]),
            Series(Text(en="end unknown", zh="结果未知"), [n - bad["known"] for n, bad in sides]),
        ],
    )


def _head(report: Mapping[str, Any]) -> Facts:
    middle, far = report["milliseconds"]
    return Facts(
        [
            (Text(en="past applications", zh="历史样本数"), report["cases"]),
            (Text(en="from", zh="起始"), report["first"]),
            (Text(en="to", zh="截止"), report["last"]),
            (
                Text(en="compared with", zh="对比基准"),
                report["running"][:12] or Text(en="the verdicts of then", zh="当时的结论"),
            ),
            (
                Text(
                    en="time of one decision, ms (p50 / p95)",
                    zh="单笔决策用时（毫秒，中位/95 分位）",
                ),
                f"{middle:.1f} / {far:.1f}",
            ),
        ]
    )


def _lines(
    new: Mapping[str, Any],
    old: Mapping[str, Any] | None,
    names: Mapping[str, str],
    language: Language,
) -> list[dict[str, Any]]:
    rows: Sequence[tuple[Text, Any]] = (
        (Text(en="approval rate", zh="通过率"), lambda s: _bp(s["approval_bp"])),
        (Text(en="approved", zh="通过"), lambda s: s["approved"]),
        (Text(en="to a person", zh="转人工"), lambda s: s["referred"]),
        (Text(en="declined", zh="拒绝"), lambda s: s["declined"]),
        (Text(en="asks for more", zh="需补充材料"), lambda s: s["asked"]),
        (
            Text(en="bad rate of the approved", zh="通过件违约率"),
            lambda s: _bad(s["bad_of_approved"], language),
        ),
        (Text(en="exposure", zh="授信总额"), lambda s: yuan(s["exposure_fen"], language)),
        (Text(en="expected loss", zh="预期损失"), lambda s: yuan(s["expected_loss_fen"], language)),
    )
    lines = [
        {"what": text, "new": said(new), "old": said(old) if old else None} for text, said in rows
    ]
    stages = dict.fromkeys([*new["deciding"], *(old["deciding"] if old else ())])
    decides = Text(en="decided by stage {stage}", zh="由“{stage}”环节决定")
    passed = Text(en="passed all stages", zh="通过全部环节")
    for stage in stages:
        text: Any = (
            passed
            if stage == "all_passed"
            else decides.say(language, stage=names.get(stage, stage))
        )
        before = old["deciding"].get(stage, 0) if old else None
        lines.append({"what": text, "new": new["deciding"].get(stage, 0), "old": before})
    return lines


def _stages(strategy: Strategy, language: Language) -> dict[str, str]:
    """What each stage is called, by its id."""
    found = {}
    for stage in strategy.stages:
        level = LEVELS.get(str(getattr(stage, "level", "")))
        words = [KINDS[stage.kind], *([level] if level else [])]
        found[stage.id] = " · ".join(word.say(language) for word in words)
    return found


def _bp(value: int | None) -> str | None:
    return None if value is None else f"{value / 100:.2f}%"


def _bad(found: Mapping[str, Any], language: Language) -> str | Text:
    if not found["known"]:
        return Text(en="no end is known", zh="无已知结果")
    said = Text(
        en="{rate} ({bad} of {known}; 95%: {low} to {high})",
        zh="{rate}（{known} 笔中 {bad} 笔；95% 区间 {low} 至 {high}）",
    )
    low, high = _bp(found["low_bp"]), _bp(found["high_bp"])
    return said.say(
        language,
        rate=_bp(found["rate_bp"]),
        bad=found["bad"],
        known=found["known"],
        low=low,
        high=high,
    )
