"""The records that indicators count, gathered from the platform's rooms, and boards as charts and tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from shuxin.infra.api import CHINA
from shuxin.kernel.text import Text
from shuxin.market.api import Channel, Guarantee, Size
from shuxin.portal.web.figures import china, count, percent, yuan
from shuxin.portal.web.parts import Axis, Chart, Column, Kind, Series, Table
from shuxin.portal.web.views import government as shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from django.http import HttpRequest

    from shuxin.kernel.text import Language
    from shuxin.lending.api import ApplicationView
    from shuxin.market.api import government

DIMENSIONS = {
    "month": Text(en="Month", zh="月份"),
    "region": Text(en="Place", zh="地区"),
    "lender": Text(en="Lender", zh="银行"),
}
GROUPS = {
    "region": Text(en="By place", zh="按地区"),
    "size": Text(en="By size", zh="按企业规模"),
    "age": Text(en="By age of the firm", zh="按成立年限"),
    "channel": Text(en="By channel", zh="按进件渠道"),
}
HIDDEN = Text(en="not shown", zh="不显示")
"""Of groups of too few firms, and of those from which such a group could be computed."""
_UNKNOWN = Text(en="not known", zh="不详")


def records() -> tuple[list[government.DemandRecord], list[government.ApplicationRecord]]:
    """Published demands, and applications that were handed in."""
    from shuxin.lending.api import every_application  # noqa: PLC0415 - needs the database
    from shuxin.market.api import government  # noqa: PLC0415 - as above

    published = government.published_demands()
    traits = {one.key: one.traits for one in published}
    applications = every_application()
    met = {one.demand for one in applications if one.offer is not None}
    demands = [government.DemandRecord(one.traits, one.month, one.key in met) for one in published]
    return demands, [
        _record(one, traits[one.demand]) for one in applications if one.demand in traits
    ]


def all_records() -> list[government.DemandRecord | government.ApplicationRecord]:
    """Both kinds together, as the boards count them."""
    demands, applications = records()
    return [*demands, *applications]


def _record(one: ApplicationView, traits: government.Traits) -> government.ApplicationRecord:
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    is_decided = one.answered_at is not None and bool(one.offer or one.reasons)
    lent = one.feedback if one.feedback and one.feedback.lent and one.feedback.on else None
    seconds = None
    if is_decided and one.answered_at and one.submitted_at:
        seconds = (one.answered_at - one.submitted_at).total_seconds()
    return government.ApplicationRecord(
        traits=traits,
        lender=one.lender,
        decided_in=government.month_of(one.answered_at) if is_decided and one.answered_at else None,
        approved=one.offer is not None,
        by_person=one.by_person,
        seconds=seconds,
        lent_in=lent.on.replace(day=1) if lent and lent.on else None,
        lent_fen=lent.amount_fen if lent else 0,
        rate_bp=lent.rate_bp if lent else None,
        is_unsecured=one.offer.guarantee == Guarantee.NONE.value if lent and one.offer else None,
        is_first_loan=one.firm.is_first_loan,
    )


def this_month(now: datetime) -> date:
    """First day of the month that runs."""
    return now.astimezone(CHINA).date().replace(day=1)


def complete(
    found: tuple[list[government.DemandRecord], list[government.ApplicationRecord]], *, before: date
) -> tuple[list[government.DemandRecord], list[government.ApplicationRecord]]:
    """Only what happened before this month."""
    demands, applications = found
    return (
        [one for one in demands if one.month < before],
        [
            _before(one, before)
            for one in applications
            if one.decided_in and one.decided_in < before
        ],
    )


def _before(one: government.ApplicationRecord, before: date) -> government.ApplicationRecord:
    if one.lent_in is None or one.lent_in < before:
        return one
    return replace(one, lent_in=None, lent_fen=0, rate_bp=None)


def figure(value: float | None, unit: str, language: Language) -> str:
    """A figure of an indicator in its unit."""
    if value is None:
        return "–"
    if unit == "share":
        return percent(value, 1)
    if unit == "basis points":
        return percent(value / 10_000, 2)
    if unit == "fen":
        return yuan(round(value), language)
    return seconds_said(value).say(language)


def seconds_said(value: float) -> Text:
    """A time in the unit that people read best."""
    for size, en, zh in ((86_400, "days", "天"), (3_600, "hours", "小时"), (60, "minutes", "分钟")):
        if value >= size:
            return Text(en=f"{value / size:,.1f} {en}", zh=f"{value / size:,.1f} {zh}")
    return Text(en=f"{value:,.1f} seconds", zh=f"{value:,.1f} 秒")


def _cell(cell: Any, unit: str) -> Text:
    if cell.is_hidden:
        return HIDDEN
    return Text(en=figure(cell.value, unit, "en"), zh=figure(cell.value, unit, "zh"))


def board_rows(board: Any, dimension: str) -> list[dict[str, Any]]:
    """One indicator by one dimension, hidden groups said to be hidden."""
    known = shown.names() if dimension == "lender" else {}
    return [
        {
            "value": shown.region_name(value) if dimension == "region" else known.get(value, value),
            "figure": _cell(cell, board.indicator.unit),
            "base": HIDDEN if cell.is_hidden else Text(en=count(cell.base), zh=count(cell.base)),
            "before": cell.before,
        }
        for value, cell in board.values(dimension)
    ]


def board_table(request: HttpRequest, board: Any, dimension: str) -> Table:
    """One indicator by one dimension, with how many stand behind each figure."""
    return Table.shown(
        request,
        name=dimension,
        title=DIMENSIONS[dimension],
        columns=(
            Column("value", DIMENSIONS[dimension]),
            Column("figure", board.indicator.name, sortable=False),
            Column("base", Text(en="Counted", zh="样本数"), sortable=False),
            Column("before", Text(en="Counted before", zh="统计截止日（不含）"), kind=Kind.DAY),
        ),
        rows=board_rows(board, dimension),
        empty=Text(en="No complete month yet.", zh="尚无完整月份数据。"),
    )


def board_chart(board: Any) -> Chart:
    """One indicator by month; hidden months are gaps."""
    months = board.values("month")
    unit, scale = board.indicator.unit, 1.0
    kind = {"share": Kind.PERCENT, "basis points": Kind.PERCENT, "fen": Kind.FEN}.get(
        unit, Kind.NUMBER
    )
    if unit == "basis points":
        scale = 1 / 10_000
    return Chart(
        name=board.indicator.code,
        title=board.indicator.name,
        kind="line",
        x=Axis(DIMENSIONS["month"]),
        y=Axis(
            board.indicator.name,
            unit=Text(en="seconds", zh="秒") if unit == "seconds" else None,
            kind=kind,
        ),
        categories=[month for month, _ in months],
        series=[
            Series(
                board.indicator.name,
                [None if cell.value is None else cell.value * scale for _, cell in months],
            )
        ],
    )


def group_name(dimension: str, value: str) -> str | Text:
    """A group's value in words."""
    from shuxin.market.api import government  # noqa: PLC0415 - needs the database

    if value == government.UNKNOWN:
        return _UNKNOWN
    if dimension == "region":
        return shown.region_name(value)
    words: dict[str, Any] = {"size": Size, "age": government.AgeBand, "channel": Channel}
    text: Text = words[dimension](value).text
    return text


def group_table(request: HttpRequest, dimension: str, lines: Sequence[Any]) -> Table:
    """The groups of one dimension with their figures and intervals."""
    return Table.shown(
        request,
        name=dimension,
        title=GROUPS[dimension],
        columns=(
            Column("value", Text(en="Group", zh="群体")),
            Column("demands", Text(en="Demands", zh="需求数"), sortable=False),
            Column("coverage", Text(en="Coverage", zh="覆盖率"), sortable=False),
            Column("approval", Text(en="Approval", zh="获批率"), sortable=False),
            Column("gap", Text(en="Against all others", zh="与其他群体之比"), sortable=False),
            Column("rate", Text(en="Mean rate", zh="平均利率"), sortable=False),
            Column("time", Text(en="Time to decision", zh="审批用时"), sortable=False),
        ),
        rows=[
            {
                "value": group_name(dimension, one.value),
                "demands": _plain(one.demands, one),
                "coverage": _ranged(one.coverage, lambda v: percent(v, 2)),
                "approval": _interval(one.approval, one, lambda v: percent(v, 1)),
                "gap": _interval(one.gap, None, lambda v: f"{v:.2f}"),
                "rate": _interval(one.rate_bp, one, lambda v: percent(v / 10_000, 2)),
                "time": _time(one),
            }
            for one in lines
        ],
        empty=Text(en="No complete month yet.", zh="尚无完整月份数据。"),
    )


def _plain(value: int | None, one: Any) -> Text | str:
    if value is None:
        return HIDDEN if one.is_hidden else ""
    return count(value)


def _ranged(value: float | None, say: Any) -> str:
    return "" if value is None else str(say(value))


def _interval(estimate: Any, one: Any, say: Any) -> Text | str:
    """A figure with its interval of 95 percent."""
    if estimate is None:
        return HIDDEN if one is not None and one.is_hidden else ""
    if estimate.low is None:
        return str(say(estimate.value))
    return f"{say(estimate.value)} ({say(estimate.low)}–{say(estimate.high)})"


def _time(one: Any) -> Text | str:
    if one.seconds is None:
        return HIDDEN if one.is_hidden else ""
    found = one.seconds
    if found.low is None:
        return seconds_said(found.value)
    ends = seconds_said(found.low), seconds_said(found.high)
    return Text(
        en=f"{seconds_said(found.value).en} ({ends[0].en}–{ends[1].en})",
        zh=f"{seconds_said(found.value).zh} ({ends[0].zh}–{ends[1].zh})",
    )


def gap_chart(dimension: str, lines: Sequence[Any]) -> Chart:
    """Approval of each group with the ends of its interval."""
    told = [one for one in lines if one.approval is not None]
    return Chart(
        name=f"gap-{dimension}",
        title=Text(en="Approval with its interval of 95 %", zh="获批率及 95% 置信区间"),
        kind="bar",
        x=Axis(Text(en="Group", zh="群体")),
        y=Axis(Text(en="Approval", zh="获批率"), kind=Kind.PERCENT),
        categories=[group_name(dimension, one.value) for one in told],
        series=[
            Series(Text(en="low end", zh="下限"), [one.approval.low for one in told]),
            Series(Text(en="approval", zh="获批率"), [one.approval.value for one in told]),
            Series(Text(en="high end", zh="上限"), [one.approval.high for one in told]),
        ],
    )


def computed_at(kept: government.KeptBoard) -> Text:
    """When a board was computed, and for how long it stands."""
    at = china(kept.at)
    return Text(
        en=f"Computed at {at}. It stays as it is until the next month is over.",
        zh=f"计算时间：{at}。在下一个月结束前不再变动。",
    )


def total_said(board: Any) -> Text:
    """The figure of all together."""
    return _cell(board.total, board.indicator.unit)
