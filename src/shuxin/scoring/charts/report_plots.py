"""Plots of one enterprise's credit report (信用报告图)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from shuxin.kernel.text import Text
from shuxin.scoring.charts.axes import Scale, frame, money_unit, percent, ticks
from shuxin.scoring.charts.drawing import (
    BLUE,
    BODY,
    INK,
    MUTED,
    ORANGE,
    WIDTH,
    Drawing,
    fitted,
    number,
    text_width,
)
from shuxin.scoring.report.numbers import NO_DATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.kernel.periods import Month
    from shuxin.kernel.text import Language
    from shuxin.scoring.report.content import GradeBand, MonthAmounts

_MONTHS = Text(en="Monthly sales and purchases", zh="月度销售与采购")
_SALES = Text(en="sales", zh="销售")
_PURCHASES = Text(en="purchases", zh="采购")
_GROUPS = Text(en="Points by group, against the reference", zh="各类指标得分与参照")
_GROUPS_LEGEND = Text(
    en="bar: this enterprise; line: reference; right: difference",
    zh="条形：本企业；竖线：参照；右侧：差额",
)
_SCORE = Text(en="Score {points:.0f}, grade {grade}", zh="评分 {points:.0f}，等级 {grade}")
_BUYERS = Text(en="Share of sales by largest buyers", zh="前几大客户销售占比（累计）")
_BUYER = Text(
    en="largest buyers counted, {shown} of {buyers:,}",
    zh="计入的客户数（{shown}，共 {buyers:,} 家）",
)
_OF_SALES = Text(en="share of sales", zh="占销售额")
_SHADES = ("#d5dbe1", "#b9cbdc", "#8fb0cf", "#5f8fba", "#38709f", "#1f5a93", "#123f6b")
_LABELS = 12


@dataclass(frozen=True, slots=True)
class GroupBar:
    """A feature group's points, and the reference's."""

    label: str
    points: float
    reference: float


def month_columns(*, months: Sequence[MonthAmounts], language: Language) -> str:
    """Sales and purchases side by side for each month, earliest first; needs a month at least.

    Amounts in fen; a missing one is a dot on the base line. The description names every amount.
    """
    amounts = [value for one in months for value in (one.sales_fen, one.purchases_fen)]
    known = [value for value in amounts if value is not None]
    unit, unit_name = money_unit(max((abs(value) for value in known), default=0))
    span = ticks(low=min([0, *known]) / unit, high=max([0, *known]) / unit)
    words = "; ".join(
        f"{one.month}: {_amount(one.sales_fen, unit)} / {_amount(one.purchases_fen, unit)}"
        for one in months
    )
    drawing = Drawing(height=280, title=_MONTHS.say(language), description=words)
    area = frame(
        drawing,
        x_range=(0, len(months)),
        y_ticks=span,
        top=54,
        base=238,
        y_title=unit_name.say(language),
    )
    step = area.x(1) - area.x(0)
    for i, one in enumerate(months):
        pair = ((one.sales_fen, BLUE, 0.12), (one.purchases_fen, ORANGE, 0.5))
        for fen, colour, shift in pair:
            value = None if fen is None else fen / unit
            x = area.x(i + shift)
            _bar(drawing, value, x=x, width=step * 0.38, scale=area.y, fill=colour)
        _month_label(drawing, one.month, i, len(months), area.x(i + 0.5))
    entries = [(BLUE, _SALES.say(language)), (ORANGE, _PURCHASES.say(language))]
    if None in amounts:
        entries.append((MUTED, NO_DATA.say(language)))
    drawing.legend(entries, y=42)
    return drawing.svg()


def contribution_bars(*, groups: Sequence[GroupBar], language: Language) -> str:
    """Points of each group as a bar from zero, the reference as a line across it."""
    words = "; ".join(f"{one.label}: {one.points:.0f} ({one.reference:.0f})" for one in groups)
    drawing = Drawing(height=64 + 28 * len(groups), title=_GROUPS.say(language), description=words)
    left = 20 + min(170, max(text_width(one.label, size=BODY) for one in groups))
    values = [value for one in groups for value in (one.points, one.reference)]
    scale = Scale(min(0, *values), max(1, *values), left, WIDTH - 96)
    for i, one in enumerate(groups):
        y = 38 + 28 * i
        label = fitted(one.label, width=left - 14, size=BODY)
        drawing.text(label, x=left - 8, y=y + 16, anchor="end")
        ends = sorted((scale(0), scale(one.points)))
        drawing.rect(x=ends[0], y=y + 3, width=ends[1] - ends[0], height=18, fill=BLUE)
        x = scale(one.reference)
        drawing.line(x1=x, y1=y - 2, x2=x, y2=y + 24, stroke=ORANGE, width=3)
        drawing.text(_minus(round(one.points)), x=WIDTH - 54, y=y + 16, anchor="end", weight=700)
        drawing.text(
            _signed(one.points - one.reference), x=WIDTH - 8, y=y + 16, anchor="end", fill=MUTED
        )
    drawing.line(x1=scale(0), y1=36, x2=scale(0), y2=38 + 28 * len(groups), stroke=INK)
    legend = _GROUPS_LEGEND.say(language)
    drawing.text(legend, x=8, y=54 + 28 * len(groups), fill=MUTED, size=11)
    return drawing.svg()


def score_strip(
    *, points: float, highest: float, bands: Sequence[GradeBand], language: Language
) -> str:
    """The scale of the score cut into grades, with a mark where the score stands.

    Bands ascend; the first starts at the lowest score.
    """
    grade = [band.name for band in bands if band.lowest <= points][-1]
    words = "; ".join(f"{band.name} >= {number(band.lowest)}" for band in bands)
    title = _SCORE.say(language, points=points, grade=grade)
    drawing = Drawing(height=112, title=title, description=words)
    scale = Scale(bands[0].lowest, highest, 14, WIDTH - 14)
    ends = [*(band.lowest for band in bands), highest]
    for i, (band, (low, high)) in enumerate(zip(bands, pairwise(ends), strict=True)):
        shade = _SHADES[round(i * (len(_SHADES) - 1) / max(1, len(bands) - 1))]
        x, width = scale(low), scale(high) - scale(low)
        drawing.rect(x=x, y=56, width=width, height=26, fill=shade, stroke="#ffffff")
        ink = "#ffffff" if _SHADES.index(shade) > 2 else INK  # noqa: PLR2004 - the dark shades
        name = fitted(band.name, width=width - 4, size=BODY)
        drawing.text(name, x=x + width / 2, y=74, anchor="middle", fill=ink, weight=700)
    _limits(drawing, ends, scale)
    x = scale(points)
    drawing.polygon(points=[(x - 8, 38), (x + 8, 38), (x, 54)], fill=INK)
    return drawing.svg()


def cumulative_shares(
    *, shares: Sequence[float], buyers: int, window: str, language: Language
) -> str:
    """Share of sales of the 1, 2, 3 ... largest of ``buyers`` within ``window``.

    ``shares`` are each buyer's own, 0 to 1, largest first, at least one.
    """
    sums = list(accumulate(shares))
    words = "; ".join(f"{i}: {value:.1%}" for i, value in enumerate(sums, 1))
    drawing = Drawing(height=280, title=_BUYERS.say(language), description=words)
    area = frame(
        drawing,
        x_range=(0, len(sums)),
        y_ticks=ticks(low=0, high=1),
        top=54,
        base=224,
        y_title=_OF_SALES.say(language),
        label=percent,
    )
    step = area.x(1) - area.x(0)
    for i, (own, value) in enumerate(zip(shares, sums, strict=True)):
        x, y = area.x(i) + step * 0.16, area.y(value)
        split = area.y(value - own)
        drawing.rect(x=x, y=y, width=step * 0.68, height=split - y, fill=BLUE)
        drawing.rect(x=x, y=split, width=step * 0.68, height=area.base - split, fill="#b9cbdc")
        middle = area.x(i + 0.5)
        drawing.text(f"{value:.0%}", x=middle, y=y - 5, anchor="middle", size=11)
        drawing.text(str(i + 1), x=middle, y=area.base + 16, anchor="middle", fill=MUTED)
    middle = (area.left + area.right) / 2
    total = _BUYER.say(language, shown=len(sums), buyers=buyers)
    drawing.text(total, x=middle, y=area.base + 36, anchor="middle", fill=MUTED)
    drawing.text(
        fitted(window, width=WIDTH - 160, size=BODY), x=WIDTH - 14, y=42, anchor="end", fill=MUTED
    )
    return drawing.svg()


def _bar(
    drawing: Drawing, value: float | None, *, x: float, width: float, scale: Scale, fill: str
) -> None:
    if value is None:
        drawing.dot(x=x + width / 2, y=scale(0) - 4, fill=MUTED, radius=2.5)
        return
    top, bottom = sorted((scale(0), scale(value)))
    drawing.rect(x=x, y=top, width=width, height=bottom - top, fill=fill)


def _month_label(drawing: Drawing, month: Month, place: int, count: int, x: float) -> None:
    every = -(-count // _LABELS)
    if place % every == 0:
        drawing.text(str(month.month), x=x, y=254, anchor="middle", fill=MUTED, size=11)
    if place == 0 or month.month == 1:
        drawing.text(str(month.year), x=x, y=270, anchor="middle", fill=INK, size=11)


def _limits(drawing: Drawing, ends: Sequence[float], scale: Scale) -> None:
    """The limits below the strip, left out where they would touch the last one."""
    free = 0.0
    for end in ends:
        words = number(end)
        half = text_width(words, size=11) / 2
        x = min(max(scale(end), half + 2), WIDTH - half - 2)
        if x - half > free:
            drawing.text(words, x=x, y=98, anchor="middle", fill=MUTED, size=11)
            free = x + half + 4


def _amount(value: int | None, unit: int) -> str:
    return "-" if value is None else f"{value / unit:,.1f}"


def _signed(value: float) -> str:
    rounded = round(value)
    return f"+{rounded}" if rounded > 0 else _minus(rounded)


def _minus(value: int) -> str:
    return f"−{-value}" if value < 0 else str(value)
