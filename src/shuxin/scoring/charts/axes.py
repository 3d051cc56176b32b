"""Scales, round ticks and the frame around a plot."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.kernel.money import Unit
from shuxin.kernel.text import Text
from shuxin.scoring.charts.drawing import BODY, GRID, INK, MUTED, WIDTH, text_width

if TYPE_CHECKING:
    from collections.abc import Callable

    from shuxin.scoring.charts.drawing import Drawing

_MONEY = (
    (Unit.HUNDRED_MILLION_YUAN.value, Text(en="CNY 100 million", zh="亿元")),
    (Unit.TEN_THOUSAND_YUAN.value, Text(en="CNY 10,000", zh="万元")),
    (Unit.YUAN.value, Text(en="CNY", zh="元")),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps ``low..high`` to the pixels ``start..end``; ``low < high``."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Round values that span what they were made for, and the decimals that tell them apart."""

    values: tuple[float, ...]
    decimals: int

    @property
    def low(self) -> float:
        return self.values[0]

    @property
    def high(self) -> float:
        return self.values[-1]


def ticks(*, low: float, high: float, most: int = 6) -> Ticks:
    """At most ``most`` multiples of 1, 2, 2.5 or 5 times a power of ten around ``low..high``.

    A range of no width is widened by one. Raises ValueError on what is not finite.
    """
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError("a finite, ascending range is needed")
    top = high if high > low else low + 1
    power = math.floor(math.log10((top - low) / most))
    steps = [(base, power + up) for up in range(3) for base in (1.0, 2.0, 2.5, 5.0)]
    for base, exponent in steps:
        step = base * 10.0**exponent
        first, last = math.floor(low / step + 1e-9), math.ceil(top / step - 1e-9)
        if last - first < most:
            break
    decimals = max(0, -exponent + (base == 2.5))  # noqa: PLR2004 - the step with one decimal more
    values = tuple(round(place * step, decimals) + 0.0 for place in range(first, last + 1))
    return Ticks(values=values, decimals=decimals)


def plain(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


def percent(value: float, decimals: int) -> str:
    """Of a share; ``decimals`` are those of the share."""
    return f"{100 * value:.{max(0, decimals - 2)}f}%"


def money_unit(largest_fen: float) -> tuple[int, Text]:
    """The fen of the unit in which an amount as large as this reads well, and its name."""
    for size, name in _MONEY:
        if largest_fen >= 2 * size:
            return size, name
    return _MONEY[-1]


@dataclass(frozen=True, slots=True)
class Frame:
    """The area of a plot with its two scales."""

    x: Scale
    y: Scale

    @property
    def left(self) -> float:
        return self.x.start

    @property
    def right(self) -> float:
        return self.x.end

    @property
    def base(self) -> float:
        return self.y.start

    @property
    def top(self) -> float:
        return self.y.end


def frame(
    drawing: Drawing,
    *,
    x_range: tuple[float, float],
    y_ticks: Ticks,
    top: float,
    base: float,
    y_title: str = "",
    label: Callable[[float, int], str] = plain,
) -> Frame:
    """Draw horizontal grid lines with their labels; the left margin fits the widest label."""
    labels = [label(value, y_ticks.decimals) for value in y_ticks.values]
    left = 18 + max(text_width(words, size=BODY) for words in labels)
    area = Frame(x=Scale(*x_range, left, WIDTH - 14), y=Scale(y_ticks.low, y_ticks.high, base, top))
    for value, words in zip(y_ticks.values, labels, strict=True):
        y = area.y(value)
        drawing.line(x1=left, y1=y, x2=area.right, y2=y, stroke=INK if value == 0 else GRID)
        drawing.text(words, x=left - 6, y=y + 4, anchor="end", fill=MUTED)
    if y_title:
        drawing.text(y_title, x=8, y=top - 12, fill=MUTED)
    return area


def x_axis(
    drawing: Drawing,
    *,
    area: Frame,
    at: Ticks,
    title: str,
    label: Callable[[float, int], str] = plain,
) -> None:
    """Draw the labels below the frame and the title of the axis."""
    for value in at.values:
        x = area.x(value)
        drawing.line(x1=x, y1=area.base, x2=x, y2=area.base + 4, stroke=INK)
        words = label(value, at.decimals)
        x = min(x, WIDTH - 4 - text_width(words, size=BODY) / 2)
        drawing.text(words, x=x, y=area.base + 18, anchor="middle", fill=MUTED)
    middle = (area.left + area.right) / 2
    drawing.text(title, x=middle, y=area.base + 36, anchor="middle", fill=MUTED)
