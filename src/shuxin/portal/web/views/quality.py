"""Quality of the datasets (数据质量): scorecards, trends of the rules, and loads kept aside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shuxin.catalogue.api import WEIGHTS, how_to_mend, rule_text
from shuxin.kernel.text import Text
from shuxin.portal.web.figures import china
from shuxin.portal.web.parts import Axis, Chart, Column, Kind, Series, State, Table
from shuxin.portal.web.views.data_words import DIMENSIONS, HELD_STATES, SEVERITIES, VERDICTS
from shuxin.portal.web.views.proposing import dataset_url, quality_url

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from shuxin.catalogue.api import (
        Finding,
        HeldView,
        Measured,
        QualitySummary,
        Scorecard,
        TrendPoint,
    )
    from shuxin.parties.api import accounts

MOST_LINES = 10
MOST_CURVES = 5
_BAD = frozenset({"error", "stop"})
_RULE_OF = Text(en="{rule}: {field}", zh="{rule}：{field}")
_READS = Text(
    en="{name}: {last} at the newest load, {low} at the lowest",
    zh="{name}：最新装载 {last}，最低 {low}",
)
_HELD_MARK = Text(en="{at}, kept aside", zh="{at}（隔离）")


def summaries(*, now: datetime) -> tuple[QualitySummary, ...]:
    from shuxin.catalogue.api import quality_of_all  # noqa: PLC0415 - needs the database

    return quality_of_all(now=now)


def weights() -> list[tuple[Text, int]]:
    return [(DIMENSIONS[dimension.value], weight) for dimension, weight in WEIGHTS.items()]


def datasets_table(request: HttpRequest, found: tuple[QualitySummary, ...]) -> Table:
    """Those with a load that waits for a person first, then the lowest score first."""
    rows = [
        {
            "title": one.dataset.title,
            "url": quality_url(one.dataset.name),
            "department": one.dataset.department,
            "total": shown_score(one.card.total),
            "state": _state(one),
            "newest": one.newest,
            **{part.dimension.value: shown_score(part.score) for part in one.card.parts},
        }
        for one in found
    ]
    return Table.shown(
        request,
        name="quality",
        columns=(
            Column("title", Text(en="Dataset", zh="数据集"), link="url"),
            Column("department", Text(en="Department", zh="部门")),
            Column("state", Text(en="State", zh="状态"), kind=Kind.STATE),
            Column("total", Text(en="Score", zh="总分"), kind=Kind.NUMBER, digits=1),
            *(
                Column(dimension, text, kind=Kind.NUMBER, digits=1)
                for dimension, text in DIMENSIONS.items()
            ),
            Column("newest", Text(en="Newest load", zh="最新装载"), kind=Kind.TIME),
        ),
        rows=rows,
        empty=Text(en="No dataset yet.", zh="尚无数据集。"),
    )


def _state(one: QualitySummary) -> State:
    if one.waiting:
        n = one.waiting
        return State(Text(en=f"{n} kept aside", zh=f"隔离 {n} 个装载"), "bad")
    if one.card.total is None:
        return State(Text(en="not measured yet", zh="尚未评分"), "quiet")
    if any(part.broken for part in one.card.parts):
        return State(Text(en="rules broken", zh="有规则不符合"), "warn")
    return State(Text(en="keeps its rules", zh="符合规则"), "good")


def shown_score(score: float | None) -> float | None:
    """One decimal, rounded down: 100.0 only where nothing fails."""
    return None if score is None else math.floor(score * 10) / 10


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """``lines`` in the source file; what stands there is not shown."""

    state: State
    rule: Text | str
    text: Text
    lines: tuple[int, ...]
    mend: Text


@dataclass(frozen=True, slots=True)
class ShownHeld:
    """A load that waits for a person. ``mine``: this person proposed its release, another one must agree."""

    number: int
    file: str
    came: str
    rows: int
    state: State
    needs_two: bool
    mine: bool
    proposals: tuple[tuple[str, str, str], ...]
    findings: list[ShownFinding]


def dataset_of(number: int, *, now: datetime) -> str:
    """Raises HeldLoadUnknown."""
    from shuxin.catalogue.api import held_load  # noqa: PLC0415 - needs the database

    name: str = held_load(number=number, now=now).load.dataset
    return name


def dataset_facts(
    request: HttpRequest, name: str, *, person: accounts.Person, now: datetime
) -> dict[str, Any]:
    """What the page of one dataset shows. Raises DatasetUnknown."""
    from shuxin.catalogue.api import (  # noqa: PLC0415 - needs the database
        dataset,
        held_loads,
        measured_in_force,
        quality_of,
        trend,
    )

    view = dataset(name=name, now=now)
    held, measured = held_loads(now=now, dataset=name), measured_in_force(dataset=name)
    card = quality_of(dataset=name, freshness=view.freshness)
    points = trend(dataset=name)
    return {
        "view": view,
        "dataset_url": dataset_url(name),
        "address": quality_url(name),
        "total": shown_score(card.total),
        "card": card_table(request, card),
        "held": [_shown_held(one, person.name, now=now) for one in held if one.is_open],
        "decided": decided_table(request, [one for one in held if not one.is_open]),
        "findings": _shown([one.finding for one in view.findings]),
        "rules": rules_table(request, measured),
        "chart": trend_chart(points, wanted=request.GET.get("rule", "")),
    }


def card_table(request: HttpRequest, card: Scorecard) -> Table:
    rows = [
        {
            "part": DIMENSIONS[part.dimension.value],
            "score": shown_score(part.score),
            "weight": part.weight,
            "rules": part.rules,
            "broken": part.broken,
        }
        for part in card.parts
    ]
    return Table.shown(
        request,
        name="card",
        columns=(
            Column("part", Text(en="Part", zh="维度"), sortable=False),
            Column(
                "score", Text(en="Score", zh="得分"), kind=Kind.NUMBER, digits=1, sortable=False
            ),
            Column("weight", Text(en="Weight", zh="权重"), kind=Kind.NUMBER, sortable=False),
            Column("rules", Text(en="Rules", zh="规则数"), kind=Kind.NUMBER, sortable=False),
            Column("broken", Text(en="Broken", zh="不符合"), kind=Kind.NUMBER, sortable=False),
        ),
        rows=rows,
    )


def rules_table(request: HttpRequest, measured: tuple[Measured, ...]) -> Table:
    """Every rule as the loads in force came out, what breaks it first; a rule leads to its trend."""
    order = list(VERDICTS)
    rows = [
        {
            "rule": rule_text(one.rule),
            "url": f"?rule={quote(_key(one), safe='')}#trend-title",
            "field": one.field or None,
            "figure": one.figure if one.limit is None or one.limit > 1 else None,
            "kept": one.kept,
            "limit": _limit(one),
            "verdict": VERDICTS[one.verdict.value],
        }
        for one in sorted(measured, key=lambda m: (-order.index(m.verdict.value), m.kept))
    ]
    return Table.shown(
        request,
        name="rules",
        title=Text(en="Rules", zh="质量规则"),
        columns=(
            Column("rule", Text(en="Rule", zh="规则"), link="url"),
            Column("field", Text(en="Field or rule", zh="字段或规则名")),
            Column("kept", Text(en="Kept by", zh="符合比例"), kind=Kind.PERCENT),
            Column("limit", Text(en="Limit", zh="限值")),
            Column("verdict", Text(en="Verdict", zh="判定"), kind=Kind.STATE),
        ),
        rows=rows,
        per_page=20,
        empty=Text(
            en="No rule was measured yet: these loads are older than the measuring.",
            zh="尚无度量：这些装载早于质量度量功能。",
        ),
    )


def _limit(one: Measured) -> Text | str | None:
    if one.limit is None:
        return None
    if one.rule == "drift":
        return f"PSI {one.figure:.3f} / {one.limit:g}"
    if one.rule == "timely":
        figure, limit = f"{one.figure:.0f}", f"{one.limit:.0f}"
        return Text(en=f"{figure} of {limit} days", zh=f"{figure} 天，限 {limit} 天")
    return f"{one.limit * 100:g}%"


def _key(one: Measured) -> str:
    return f"{one.rule}:{one.field}"


def _name(one: Measured) -> Text:
    rule = rule_text(one.rule)
    if not one.field:
        return rule
    return Text(
        en=_RULE_OF.say("en", rule=rule, field=one.field),
        zh=_RULE_OF.say("zh", rule=rule, field=one.field),
    )


def trend_chart(points: tuple[TrendPoint, ...], *, wanted: str) -> Chart | None:
    """The share that keeps each rule, load by load: the rule asked for, else those that were kept least."""
    found: dict[str, Measured] = {}
    least: dict[str, float] = {}
    for point in points:
        for one in point.measured:
            found[_key(one)] = one
            least[_key(one)] = min(one.kept, least.get(_key(one), 1.0))
    keys = [wanted] if wanted in found else sorted(found, key=lambda k: least[k])[:MOST_CURVES]
    if not keys:
        return None
    by_point = [{_key(one): one.kept for one in point.measured} for point in points]
    series = [Series(_name(found[key]), [told.get(key) for told in by_point]) for key in keys]
    return Chart(
        name="trend",
        title=Text(en="Share that keeps the rule, load by load", zh="各次装载符合规则的比例"),
        kind="line",
        x=Axis(Text(en="Load", zh="装载时间")),
        y=Axis(Text(en="Kept by", zh="符合比例"), kind=Kind.PERCENT),
        categories=[_when(point) for point in points],
        series=series,
        reads=_reads(found[keys[0]], series[0]),
    )


def _when(point: TrendPoint) -> Text | str:
    at = china(point.at)
    if not point.held:
        return at
    return Text(en=_HELD_MARK.say("en", at=at), zh=_HELD_MARK.say("zh", at=at))


def _reads(one: Measured, curve: Series) -> Text:
    told = [value for value in curve.values if value is not None]
    last, low = f"{told[-1]:.1%}", f"{min(told):.1%}"
    return Text(
        en=_READS.say("en", name=_name(one), last=last, low=low),
        zh=_READS.say("zh", name=_name(one), last=last, low=low),
    )


def _shown(findings: list[Finding]) -> list[ShownFinding]:
    """What matters, the worst first; notes of the reading stand on the dataset's own page."""
    order = ("stop", "error", "warning")
    told = [one for one in findings if one.severity.value in order]
    told.sort(key=lambda one: order.index(one.severity.value))
    return [
        ShownFinding(
            SEVERITIES[one.severity.value],
            one.field,
            one.detail,
            one.example_lines[:MOST_LINES],
            how_to_mend(one.code),
        )
        for one in told
    ]


def _shown_held(one: HeldView, person: str, *, now: datetime) -> ShownHeld:
    return ShownHeld(
        number=one.number,
        file=one.load.source_file,
        came=china(one.load.loaded_at),
        rows=one.load.rows_loaded,
        state=HELD_STATES[one.state.value],
        needs_two=one.needs_two,
        mine=one.awaits_other_than(person, now=now),
        proposals=tuple((act.by, china(act.at), act.reason) for act in one.acts),
        findings=_shown(list(one.findings)),
    )


def decided_table(request: HttpRequest, held: list[HeldView]) -> Table:
    rows = [
        {
            "number": one.number,
            "file": one.load.source_file,
            "came": one.load.loaded_at,
            "state": HELD_STATES[one.state.value],
            "by": "、".join(act.by for act in one.acts) or None,
            "reason": one.acts[-1].reason if one.acts else None,
        }
        for one in held
    ]
    return Table.shown(
        request,
        name="decided",
        title=Text(en="Loads that were kept aside before", zh="此前隔离的装载"),
        columns=(
            Column("number", Text(en="Load", zh="装载"), kind=Kind.CODE),
            Column("file", Text(en="File", zh="文件")),
            Column("came", Text(en="Came", zh="到达时间"), kind=Kind.TIME),
            Column("state", Text(en="What became of it", zh="处理结果"), kind=Kind.STATE),
            Column("by", Text(en="By", zh="处理人")),
            Column("reason", Text(en="Reason", zh="理由")),
        ),
        rows=rows,
        sort="-came",
        per_page=10,
        empty=Text(en="None.", zh="无。"),
    )
