"""What a bank's officer sees of one firm: own data by dataset, features, turnover by month, the local score."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import now_in_china, settings_from_environment
from shuxin.kernel.text import Text
from shuxin.portal.web.parts import Axis, Chart, Facts, Kind, Series, State
from shuxin.portal.web.views.bank_reading import permit_for

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from shuxin.catalogue.api import Contract
    from shuxin.consent.api import Permit, Purpose
    from shuxin.fusion.api import Chapter, Fact, Feature, Portrait
    from shuxin.kernel.text import Language
    from shuxin.parties.api import accounts
    from shuxin.scoring.api import LocalScore

MONTHS_SHOWN = 24
_IN, _OUT = (
    frozenset({"贷", "收", "进", "收入", "贷方", "流入", "in", "C"}),
    frozenset({"借", "支", "出", "支出", "借方", "流出", "out", "D"}),
)
"""How ledgers name the two directions of an account of a firm at its bank."""
_ANSWERS = {True: Text(en="yes", zh="是"), False: Text(en="no", zh="否")}
_INFLOW, _OUTFLOW = Text(en="received", zh="流入"), Text(en="paid", zh="流出")
_SUM = Text(en="sum", zh="合计")
_MONTH, _AMOUNT = Text(en="month", zh="月份"), Text(en="amount", zh="金额")
_FLOW = Text(en="{title}, by month", zh="{title}（按月）")
_TRADE = Text(en="Sales and purchases invoiced, by month", zh="销项与进项（按月）")
_SALES, _PURCHASES = Text(en="sales", zh="销项"), Text(en="purchases", zh="进项")
_EMPTY_ZERO = Text(en="counts as 0", zh="按 0 计")
_EMPTY_VALUE = Text(en="counts as {value}", zh="按 {value} 计")
_EMPTY_NONE = Text(en="no data, a class of its own", zh="按“无数据”单独成类")
_UNITS = {
    "fen": Text(en="CNY", zh="元"),
    "ratio": Text(en="ratio", zh="比值"),
    "count": Text(en="count", zh="个"),
    "months": Text(en="months", zh="月"),
    "days": Text(en="days", zh="天"),
    "1/month": Text(en="per month", zh="每月"),
    "flag": Text(en="yes 1, no 0", zh="是 1，否 0"),
    "points": Text(en="points", zh="分"),
    "kwh": Text(en="kWh", zh="千瓦时"),
    "m3": Text(en="m³", zh="立方米"),
}
_POINTS, _REFERENCE = Text(en="points", zh="分值"), Text(en="near the cut-off", zh="通过线附近均值")
_BY_GROUP = Text(en="Points by group of characteristics", zh="各类特征得分")
_THIS_FIRM = Text(en="this firm", zh="本企业")
_GROUP = Text(en="group", zh="特征类别")
_READS_POINTS = Text(
    en="Points of this firm beside the mean of training applicants near the cut-off.",
    zh="本企业各类得分与训练样本中通过线附近申请人均值对比。",
)
_READS_MONTHS = Text(
    en="Amounts by the month in which they happened; an empty month has no row.",
    zh="按发生月份汇总的金额；空缺月份没有记录。",
)


@dataclass(frozen=True, slots=True)
class Firm:
    """Who the page is about, and under which recorded use it was read. ``code`` is "" for one without a code."""

    identity: str
    name: str
    code: str
    use: int

    @property
    def url(self) -> str:
        return f"/bank/customers/{self.identity}"

    @property
    def party(self) -> str:
        """Its party id, "" without a code."""
        return f"uscc:{self.code}" if self.code else ""

    @property
    def title(self) -> str:
        return self.name or self.code or self.identity


@dataclass(frozen=True, slots=True)
class Opened:
    """A firm and the permit under which this page reads it."""

    firm: Firm
    permit: Permit
    now: dt.datetime


def opened(identity: str, *, person: accounts.Person, purpose: Purpose) -> Opened:
    """The use stands in the log before anything is read. Raises EnterpriseUnknown, UseRefused, NotSetUp."""
    from shuxin.fusion.api import EnterpriseUnknown, names_of  # noqa: PLC0415 - heavy

    now = now_in_china()
    permit = permit_for(identity, person=person, purpose=purpose, now=now)
    found = names_of([identity], permits=[permit]).get(identity)
    if found is None:
        raise EnterpriseUnknown
    return Opened(Firm(identity, *found, permit.use_id or 0), permit, now)


def portrait_of(view: Opened) -> Portrait:
    from shuxin.fusion.api import portrait  # noqa: PLC0415 - heavy

    settings = settings_from_environment()
    found: Portrait = portrait(view.firm.identity, permit=view.permit, settings=settings)
    return found


def dataset_rows(found: Portrait, *, url: str) -> list[dict[str, Any]]:
    """One line a dataset: level, rows, newest event and when that was known."""
    return [
        {
            "title": chapter.title or chapter.dataset,
            "url": f"{url}/data/{chapter.dataset}",
            "department": chapter.department,
            "level": _level(chapter),
            "rows": len(chapter.facts),
            "happened": max(
                (_day(fact.happened) for fact in chapter.facts if fact.happened), default=None
            ),
            "known": max((fact.known for fact in chapter.facts), default=None),
            "withheld": len(chapter.withheld),
        }
        for chapter in found.chapters
    ]


def _level(chapter: Chapter) -> int:
    from shuxin.catalogue.api import contract  # noqa: PLC0415 - needs the database

    return max(int(field.level) for field in contract(dataset=chapter.dataset).fields)


def chapter_rows(chapter: Chapter) -> list[dict[str, Any]]:
    """Every row of a dataset about the firm, by field name, with where it stands."""
    return [
        {"_known": fact.known, "_place": f"{fact.file} : {fact.line}"}
        | {
            name: _ANSWERS.get(value, value) if isinstance(value, bool) else value
            for name, value in fact.values.items()
        }
        for fact in chapter.facts
    ]


def _day(moment: dt.date | dt.datetime) -> dt.date:
    """Of a moment the day that it is in China."""
    from shuxin.infra.api import CHINA  # noqa: PLC0415 - beside its use

    return moment.astimezone(CHINA).date() if hasattr(moment, "astimezone") else moment


def flow_charts(found: Portrait) -> list[Chart]:
    """For each dataset with an amount and a day: its sums by month, parted by direction where the rows name one.

    Datasets in the form of invoices are left out: their months are netted and shown by ``trade_chart``.
    """
    from shuxin.catalogue.api import contract  # noqa: PLC0415 - needs the database

    charts = []
    for nth, chapter in enumerate(found.chapters):
        agreed = contract(dataset=chapter.dataset)
        if dict(agreed.extra).get("standard", "").startswith("invoice"):
            continue
        chart = _flow_chart(chapter, agreed, name=f"flow-{nth}")
        if chart is not None:
            charts.append(chart)
    return charts


def _flow_chart(chapter: Chapter, agreed: Contract, *, name: str) -> Chart | None:
    amount = next(
        (f.name for f in agreed.fields if f.meaning.value == "amount" and f.unit == "fen"), ""
    )
    dated = [fact for fact in chapter.facts if fact.happened and amount in fact.values]
    if not amount or not dated:
        return None
    direction = _direction_field(dated, agreed)
    sums: dict[Text, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    for fact in dated:
        said = str(fact.values.get(direction, "")) if direction else ""
        series = _INFLOW if said in _IN else _OUTFLOW if said in _OUT else _SUM
        if fact.happened is not None:
            day = _day(fact.happened)
            sums[series][day.year, day.month] += int(fact.values[amount])
    months = _months(month for cells in sums.values() for month in cells)
    return _month_chart(
        name,
        Text(
            en=_FLOW.say("en", title=chapter.title or chapter.dataset),
            zh=_FLOW.say("zh", title=chapter.title or chapter.dataset),
        ),
        months,
        [(series, [cells.get(month) for month in months]) for series, cells in sums.items()],
    )


def _direction_field(facts: Sequence[Fact], agreed: Contract) -> str:
    """The field whose values are all names of directions, "" where there is none."""
    for field in agreed.fields:
        values = {str(fact.values[field.name]) for fact in facts if field.name in fact.values}
        if values and values <= _IN | _OUT:
            return str(field.name)
    return ""


def _months(found: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Every month from the first to the last, the newest 24 at most."""
    numbers = sorted({year * 12 + month - 1 for year, month in found})
    last = numbers[-1]
    first = max(numbers[0], last - MONTHS_SHOWN + 1)
    return [(number // 12, number % 12 + 1) for number in range(first, last + 1)]


def _month_chart(
    name: str,
    title: Text,
    months: Sequence[tuple[int, int]],
    series: Sequence[tuple[Text, Sequence[int | None]]],
) -> Chart:
    return Chart(
        name=name,
        title=title,
        kind="bar",
        x=Axis(_MONTH),
        y=Axis(_AMOUNT, kind=Kind.FEN),
        categories=[f"{year}-{month:02}" for year, month in months],
        series=[Series(text, list(values)) for text, values in series],
        reads=_READS_MONTHS,
    )


@dataclass(frozen=True, slots=True)
class Business:
    """features: one row each, None where no dataset here is one that features read. charts: by month."""

    features: list[dict[str, Any]] | None
    charts: list[Chart]
    buyer_shares: tuple[float, ...]
    buyers: int


def business_facts(view: Opened, *, as_of: dt.date, language: Language) -> Business:
    """Feature values as of a day and the months of trade."""
    from shuxin.fusion.api import (  # noqa: PLC0415 - heavy
        NoFeatureData,
        business_of,
        compute_features,
        features_here,
    )

    settings, entity = settings_from_environment(), view.firm.identity
    shown = features_here(now=view.now)
    names = [feature.name for feature in shown]
    try:
        table = compute_features(
            [(entity, as_of)], permits=[view.permit], settings=settings, now=view.now, names=names
        )
    except NoFeatureData:
        return Business(None, [], (), 0)
    values = table.to_pylist()[0]
    rows = [_feature_row(feature, values[feature.name], language) for feature in shown]
    trade = business_of(entity, as_of=as_of, permit=view.permit, settings=settings, now=view.now)
    months = [(month.year, month.month) for month, _, _ in trade.months]
    series = [
        (_SALES, [sales for _, sales, _ in trade.months]),
        (_PURCHASES, [bought for _, _, bought in trade.months]),
    ]
    known = any(value is not None for _, found in series for value in found)
    charts = [_month_chart("trade", _TRADE, months, series)] if known else []
    return Business(rows, charts, trade.buyer_shares, trade.buyers)


def _feature_row(feature: Feature, value: float | None, language: Language) -> dict[str, Any]:
    from shuxin.fusion.api import group_title  # noqa: PLC0415 - heavy
    from shuxin.scoring.api import value_text  # noqa: PLC0415 - heavy

    return {
        "title": feature.title,
        "name": feature.name,
        "group": group_title(feature),
        "value": value_text(feature, value, language),
        "unit": _UNITS[feature.measure.value],
        "window": feature.window.title.say(language),
        "empty": _empty(feature, language),
    }


def _empty(feature: Feature, language: Language) -> str:
    if feature.empty is None:
        return _EMPTY_NONE.say(language)
    text = _EMPTY_VALUE if feature.empty else _EMPTY_ZERO
    return text.say(language, value=feature.empty)


def scored(view: Opened, *, as_of: dt.date) -> LocalScore:
    """By the model in use. Raises ModelMissing, NoFeatureData, AsOfAhead, ColumnMissing."""
    from shuxin.scoring.api import local_score, model_in_use  # noqa: PLC0415 - heavy

    found: LocalScore = local_score(
        view.firm.identity,
        as_of=as_of,
        bundle=model_in_use(),
        permit=view.permit,
        settings=settings_from_environment(),
        now=view.now,
    )
    return found


def score_facts(found: LocalScore) -> Facts:
    passes = Text(en="reaches the cut-off", zh="达到通过线")
    below = Text(en="below the cut-off", zh="低于通过线")
    verdict = State(passes, "good") if found.passes else State(below, "bad")
    return Facts(
        [
            (Text(en="cut-off", zh="通过线"), found.card.cut_off),
            (Text(en="verdict", zh="结论"), verdict),
            (
                Text(en="probability of default within 12 months", zh="12 个月违约概率"),
                f"{found.pd:.2%}",
            ),
            (Text(en="features as of", zh="特征截止日"), found.as_of),
            (Text(en="model", zh="模型"), f"{found.model[0]} · {found.model[1][:16]}"),
        ]
    )


def line_rows(found: LocalScore, *, language: Language) -> list[dict[str, Any]]:
    """One row a characteristic, with the fields that it is made of."""
    from shuxin.scoring.api import value_text  # noqa: PLC0415 - heavy

    return [
        {
            "title": line.feature.title,
            "group": line.group,
            "value": value_text(line.feature, line.value, language),
            "label": line.label,
            "points": line.points,
            "reference": round(line.reference, 1),
            "best": line.best,
            "fields": ", ".join(f"{dataset}.{field}" for dataset, field in line.fields),
        }
        for line in found.lines
    ]


def group_chart(found: LocalScore) -> Chart:
    points: dict[Text, int] = defaultdict(int)
    reference: dict[Text, float] = defaultdict(float)
    for line in found.lines:
        points[line.group] += line.points
        reference[line.group] += line.reference
    return Chart(
        name="groups",
        title=_BY_GROUP,
        kind="bar",
        x=Axis(_GROUP),
        y=Axis(_POINTS),
        categories=list(points),
        series=[
            Series(_THIS_FIRM, list(points.values())),
            Series(_REFERENCE, [round(one, 1) for one in reference.values()]),
        ],
        reads=_READS_POINTS,
    )
