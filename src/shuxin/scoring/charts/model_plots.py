"""Plots of a model's quality (模型评价图)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from shuxin.kernel.text import Text
from shuxin.scoring.charts.axes import Ticks, frame, percent, ticks, x_axis
from shuxin.scoring.charts.drawing import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    Drawing,
    label_below,
)
from shuxin.scoring.evaluation.metrics import distributions, ks, roc_auc, roc_points

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.kernel.text import Language
    from shuxin.scoring.evaluation.calibration import CalibrationPoint
    from shuxin.scoring.evaluation.metrics import BoolArray, FloatArray, LiftRow

_GOOD = Text(en="good", zh="好")
_BAD = Text(en="bad", zh="坏")
_SCORE = Text(en="score", zh="评分")
_SUBJECTS = Text(en="subjects", zh="主体数")
_WOE = Text(en="weight of evidence (positive = good)", zh="证据权重 WOE（正值为好）")
_ROC = Text(en="ROC curve: AUC {auc:.3f}", zh="ROC 曲线：AUC {auc:.3f}")
_GOODS_REFUSED = Text(en="goods refused", zh="被拒好样本占比")
_BADS_REFUSED = Text(en="bads refused", zh="被拒坏样本占比")
_NO_SKILL = Text(en="by chance", zh="随机")
_KS = Text(
    en="Bads and goods by score: KS {ks:.3f} at {score:.0f}",
    zh="好坏样本累计分布：KS {ks:.3f}，在 {score:.0f} 分",
)
_AT_OR_BELOW = Text(en="share at or below", zh="累计占比")
_LIFT = Text(en="Lift by tenth, worst scores first", zh="提升度：按评分十等分，由差到好")
_LIFT_AXIS = Text(en="bad rate / average", zh="坏样本率 / 平均")
_TENTH = Text(en="group, and share of all bads so far", zh="分组与累计坏样本占比")
_CALIBRATION = Text(
    en="Predicted and observed, with 95% limits", zh="预测与实际坏样本率，附 95% 区间"
)
_PREDICTED = Text(en="predicted probability of default", zh="预测违约概率")
_OBSERVED = Text(en="observed bad rate", zh="实际坏样本率")
_RIGHT = Text(en="as predicted", zh="与预测一致")
_HISTOGRAM = Text(en="Scores of goods and bads", zh="好坏样本评分分布")
_SHARE = Text(en="share of its class", zh="占本类比例")

_UNIT = ticks(low=0, high=1)


@dataclass(frozen=True, slots=True)
class BinCount:
    """A bin of a characteristic: its label, its goods and bads, its WOE (positive = good)."""

    label: str
    goods: int
    bads: int
    woe: float


def woe_bars(*, title: str, bins: Sequence[BinCount], language: Language) -> str:
    """WOE of each bin above, goods and bads as columns below. Needs at least one bin."""
    words = "; ".join(f"{one.label}: {one.goods}/{one.bads}, WOE {one.woe:.2f}" for one in bins)
    drawing = Drawing(height=330, title=title, description=words)
    worth = ticks(low=min(0, *(b.woe for b in bins)), high=max(0, *(b.woe for b in bins)), most=5)
    upper = frame(
        drawing,
        x_range=(0, len(bins)),
        y_ticks=worth,
        top=52,
        base=142,
        y_title=_WOE.say(language),
    )
    points = [(upper.x(i + 0.5), upper.y(one.woe)) for i, one in enumerate(bins)]
    drawing.path(points=points, stroke=MUTED, dash="2 3")
    for x, y in points:
        drawing.dot(x=x, y=y, fill=INK, radius=4.5)
    most = max(one.goods + one.bads for one in bins)
    lower = frame(
        drawing,
        x_range=(0, len(bins)),
        y_ticks=ticks(low=0, high=most, most=5),
        top=186,
        base=288,
        y_title=_SUBJECTS.say(language),
    )
    drawing.legend([(BLUE, _GOOD.say(language)), (ORANGE, _BAD.say(language))], y=174)
    step = lower.x(1) - lower.x(0)
    for i, one in enumerate(bins):
        x, width = lower.x(i + 0.18), step * 0.64
        middle, top = lower.y(one.bads), lower.y(one.bads + one.goods)
        drawing.rect(x=x, y=middle, width=width, height=lower.base - middle, fill=ORANGE)
        drawing.rect(x=x, y=top, width=width, height=middle - top, fill=BLUE)
        label_below(drawing, one.label, x=lower.x(i + 0.5), y=304, width=step - 3)
    return drawing.svg()


def roc_curve(*, scores: FloatArray, outcomes: BoolArray, language: Language) -> str:
    """Raises as ``roc_auc``."""
    points = roc_points(scores=scores, outcomes=outcomes)
    title = _ROC.say(language, auc=roc_auc(scores=scores, outcomes=outcomes))
    drawing = Drawing(height=310, title=title, description=title)
    area = frame(
        drawing,
        x_range=(0, 1),
        y_ticks=_UNIT,
        top=54,
        base=262,
        y_title=_BADS_REFUSED.say(language),
        label=percent,
    )
    x_axis(drawing, area=area, at=_UNIT, title=_GOODS_REFUSED.say(language), label=percent)
    drawing.path(points=[(area.left, area.base), (area.right, area.top)], stroke=MUTED, dash="4 4")
    drawing.text(_NO_SKILL.say(language), x=area.x(0.62), y=area.y(0.52), fill=MUTED)
    drawing.path(
        points=[
            (area.x(good), area.y(bad))
            for good, bad in zip(points.goods_refused, points.bads_refused, strict=True)
        ],
        stroke=BLUE,
    )
    return drawing.svg()


def ks_curves(*, scores: FloatArray, outcomes: BoolArray, language: Language) -> str:
    """The two cumulative distributions and their largest gap. Raises as ``roc_auc``."""
    both, gap = (
        distributions(scores=scores, outcomes=outcomes),
        ks(scores=scores, outcomes=outcomes),
    )
    title = _KS.say(language, ks=gap.value, score=gap.score)
    drawing = Drawing(height=310, title=title, description=title)
    along = ticks(low=float(both.scores[0]), high=float(both.scores[-1]), most=8)
    area = frame(
        drawing,
        x_range=(along.low, along.high),
        y_ticks=_UNIT,
        top=54,
        base=262,
        y_title=_AT_OR_BELOW.say(language),
        label=percent,
    )
    x_axis(drawing, area=area, at=along, title=_SCORE.say(language))
    where = int(np.flatnonzero(both.scores == gap.score)[0])
    x = area.x(gap.score)
    ends = (area.y(both.bads[where]), area.y(both.goods[where]))
    drawing.line(x1=x, y1=ends[0], x2=x, y2=ends[1], stroke=INK, width=2, dash="3 3")
    for shares, colour in ((both.bads, ORANGE), (both.goods, BLUE)):
        heights = np.concatenate(([0.0], np.repeat(shares, 2)[:-1]))
        places = np.repeat(both.scores, 2)
        drawing.path(
            points=[(area.x(s), area.y(h)) for s, h in zip(places, heights, strict=True)],
            stroke=colour,
        )
    drawing.legend([(BLUE, _GOOD.say(language)), (ORANGE, _BAD.say(language))], y=42)
    return drawing.svg()


def lift_bars(*, rows: Sequence[LiftRow], language: Language) -> str:
    """Lift of each equal group, and below it the share of all bads captured so far."""
    title = _LIFT.say(language)
    words = "; ".join(f"{i}: {row.lift:.2f}, {row.captured:.0%}" for i, row in enumerate(rows, 1))
    drawing = Drawing(height=310, title=title, description=words)
    area = frame(
        drawing,
        x_range=(0, len(rows)),
        y_ticks=ticks(low=0, high=1.1 * max(1.0, *(row.lift for row in rows))),
        top=54,
        base=248,
        y_title=_LIFT_AXIS.say(language),
    )
    drawing.line(x1=area.left, y1=area.y(1), x2=area.right, y2=area.y(1), stroke=INK, dash="4 4")
    step = area.x(1) - area.x(0)
    for i, row in enumerate(rows):
        y, middle = area.y(row.lift), area.x(i + 0.5)
        drawing.rect(
            x=middle - step * 0.34, y=y, width=step * 0.68, height=area.base - y, fill=BLUE
        )
        drawing.haloed(f"{row.lift:.1f}", x=middle, y=y - 5)
        drawing.text(str(i + 1), x=middle, y=area.base + 16, anchor="middle")
        drawing.text(
            f"{row.captured:.0%}", x=middle, y=area.base + 32, anchor="middle", fill=MUTED, size=11
        )
    drawing.text(
        _TENTH.say(language),
        x=(area.left + area.right) / 2,
        y=area.base + 50,
        anchor="middle",
        fill=MUTED,
    )
    return drawing.svg()


def calibration_plot(*, points: Sequence[CalibrationPoint], language: Language) -> str:
    """Observed against predicted, the limits as whiskers. Needs at least one point."""
    title = _CALIBRATION.say(language)
    words = "; ".join(
        f"{one.mean_probability:.1%}: {one.bad_rate:.1%} ({one.subjects})" for one in points
    )
    drawing = Drawing(height=310, title=title, description=words)
    most = max(max(one.high, one.mean_probability) for one in points)
    both = ticks(low=0, high=most)
    area = frame(
        drawing,
        x_range=(0, both.high),
        y_ticks=both,
        top=54,
        base=262,
        y_title=_OBSERVED.say(language),
        label=percent,
    )
    x_axis(drawing, area=area, at=both, title=_PREDICTED.say(language), label=percent)
    drawing.path(points=[(area.left, area.base), (area.right, area.top)], stroke=MUTED, dash="4 4")
    x = area.x(0.97 * both.high)
    drawing.text(
        _RIGHT.say(language), x=x - 14, y=area.y(0.97 * both.high) + 4, anchor="end", fill=MUTED
    )
    for one in points:
        x = area.x(one.mean_probability)
        drawing.line(x1=x, y1=area.y(one.low), x2=x, y2=area.y(one.high), stroke=BLUE, width=1.5)
        drawing.dot(x=x, y=area.y(one.bad_rate), fill=BLUE, radius=4.5)
    return drawing.svg()


def score_histogram(*, scores: FloatArray, outcomes: BoolArray, language: Language) -> str:
    """Share of the goods and of the bads in each interval of the score. Raises as ``roc_auc``."""
    both = distributions(scores=scores, outcomes=outcomes)
    title = _HISTOGRAM.say(language)
    along = ticks(low=float(both.scores[0]), high=float(both.scores[-1]), most=13)
    shares = [
        np.histogram(scores[chosen], bins=along.values)[0] / np.count_nonzero(chosen)
        for chosen in (~outcomes, outcomes)
    ]
    drawing = Drawing(height=310, title=title, description=title)
    area = frame(
        drawing,
        x_range=(along.low, along.high),
        y_ticks=ticks(low=0, high=float(max(one.max() for one in shares))),
        top=54,
        base=262,
        y_title=_SHARE.say(language),
        label=percent,
    )
    width = (area.x(along.values[1]) - area.left) * 0.42
    for share, colour, shift in ((shares[0], BLUE, 0.08), (shares[1], ORANGE, 0.5)):
        for start, value in zip(along.values[:-1], share, strict=True):
            x = area.x(start) + shift * width / 0.42
            y = area.y(float(value))
            drawing.rect(x=x, y=y, width=width, height=area.base - y, fill=colour)
    every_second = Ticks(values=along.values[::2], decimals=along.decimals)
    x_axis(drawing, area=area, at=every_second, title=_SCORE.say(language))
    drawing.legend([(BLUE, _GOOD.say(language)), (ORANGE, _BAD.say(language))], y=42)
    return drawing.svg()
