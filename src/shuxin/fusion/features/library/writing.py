"""How features are written down: one call a feature, and one for what every monthly quantity has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shuxin.fusion.features.conditions import AtLeast
from shuxin.fusion.features.definition import Feature, Grain, Measure, Span, Window, months
from shuxin.fusion.features.families import (
    Any,
    Count,
    Distinct,
    Gap,
    Growth,
    Most,
    Newest,
    Peak,
    Quotient,
    Scaled,
    Slope,
    Stock,
    Sum,
    Variation,
)
from shuxin.fusion.features.formulas import (
    QUARTER,
    QUARTER_BEFORE,
    TWO_YEARS,
    YEAR,
    YEAR_BEFORE,
)
from shuxin.kernel.text import Text

if TYPE_CHECKING:
    from shuxin.fusion.features.conditions import Condition
    from shuxin.fusion.features.definition import Formula
    from shuxin.fusion.features.families import Family
    from shuxin.fusion.features.readings import Reading

_COUNTED = (Any, Count, Distinct, Sum)


@dataclass(frozen=True, slots=True)
class Group:
    """Features of one reading that share one reason; ``grain`` unless a feature says otherwise."""

    reading: Reading
    group: str
    grain: Grain = Grain.ROWS

    def has(  # noqa: PLR0917 - reads as a line of a table
        self,
        name: str,
        en: str,
        zh: str,
        window: Window,
        measure: Measure,
        formula: Formula,
        *,
        empty: int | None = None,
        grain: Grain | None = None,
    ) -> Feature:
        """A feature. Where there is nothing counts and sums are 0; others as ``empty`` says, else "no data"."""
        return Feature(
            name=name,
            title=Text(en=en, zh=zh),
            group=self.group,
            source=self.reading.name,
            window=window,
            grain=grain or self.grain,
            measure=measure,
            empty=0 if empty is None and isinstance(formula, _COUNTED) else empty,
            formula=formula,
        )


def combined(  # noqa: PLR0917 - reads as a line of a table
    name: str,
    en: str,
    zh: str,
    window: Window,
    measure: Measure,
    formula: Family,
    *,
    group: str,
    empty: int | None = None,
) -> Feature:
    """A feature made of others; ``empty`` is what it says where they are all empty."""
    return Feature(
        name=name,
        title=Text(en=en, zh=zh),
        group=group,
        source="",
        window=window,
        grain=Grain.COMBINED,
        measure=measure,
        empty=empty,
        formula=formula,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A quantity by month.

    name: prefix of the features. measure: of its sums. unit: of its column in one unit of people (100 for fen,
    1000 for thousandths), for logarithms. per: what a sum of the column is divided by for the feature's number.
    """

    group: Group
    name: str
    en: str
    zh: str
    column: str
    measure: Measure
    unit: float
    per: int = 1

    def amounts(self, *windows: int) -> tuple[Feature, ...]:
        return tuple(
            self._has(f"{last}m", f"{self.en}, last {last} months", f"近{last}个月{self.zh}",
                      months(last), self.measure, self._scaled(Sum(self.column, months(last))), empty=0)
            for last in windows
        )  # fmt: skip

    def trends(self) -> tuple[Feature, ...]:
        """Growth over a year, of a quarter over the same a year ago, momentum, and the trend of the logarithm."""
        top, year = Sum(self.column, QUARTER), Sum(self.column, YEAR)
        return (
            self._has("yoy_12m", f"{self.en}, growth over the year before", f"{self.zh}同比增长率", TWO_YEARS,
                      Measure.RATIO, Growth(self.column, YEAR, YEAR_BEFORE)),
            self._has("yoy_3m", f"{self.en} of 3 months, growth over the same a year ago",
                      f"近3个月{self.zh}同比增长率", months(15), Measure.RATIO,
                      Growth(self.column, QUARTER, QUARTER_BEFORE)),
            self._has("momentum_12m", f"{self.en}, last 3 months over the mean of 12",
                      f"{self.zh}近3个月与近12个月月均之比", YEAR, Measure.RATIO,
                      Quotient(top, year, times=4.0)),
            self._has("slope_12m", f"{self.en}, trend of the logarithm", f"{self.zh}对数趋势斜率", YEAR,
                      Measure.PER_MONTH, Slope(self.column, self.unit)),
        )  # fmt: skip

    def steadiness(self) -> tuple[Feature, ...]:
        return (
            self._has("cv_12m", f"{self.en}, variation from month to month", f"{self.zh}月度变异系数", YEAR,
                      Measure.RATIO, Variation(self.column)),
            self._has("peak_12m", f"{self.en}, share of the largest month", f"{self.zh}最高月占全年比", YEAR,
                      Measure.RATIO, Peak(self.column)),
        )  # fmt: skip

    def activity(self) -> tuple[Feature, ...]:
        """Months with any, and the longest run without; of the reading's main column."""
        return (
            self._has("active_12m", f"months with {self.en}", f"有{self.zh}的月数", YEAR, Measure.MONTHS,
                      Count(YEAR, (AtLeast(self.column),)), empty=0),
            self._has("gap_12m", f"longest run of months without {self.en}", f"{self.zh}最长中断月数", YEAR,
                      Measure.MONTHS, Gap(), empty=12),
        )  # fmt: skip

    def stock(self) -> tuple[Feature, ...]:
        """Of what is there at a time, as heads are: the newest month, its growth, and how it moved."""
        now = Stock(self.column)
        return (
            self._has("now", f"{self.en}, newest month", f"最近一个月{self.zh}", months(36), self.measure,
                      self._scaled(now)),
            self._has("change_3m", f"{self.en}, change over 3 months", f"{self.zh}3个月变化率", months(36),
                      Measure.RATIO, Quotient(now, Stock(self.column, 3), plus=-1.0)),
            self._has("growth_12m", f"{self.en}, change over 12 months", f"{self.zh}12个月变化率", months(36),
                      Measure.RATIO, Quotient(now, Stock(self.column, 12), plus=-1.0)),
            self._has("to_peak_24m", f"{self.en}, newest month over the highest of 24", f"{self.zh}与24个月峰值之比",
                      TWO_YEARS, Measure.RATIO, Quotient(now, Most(self.column, TWO_YEARS))),
            self._has("cv_12m", f"{self.en}, variation from month to month", f"{self.zh}月度变异系数", YEAR,
                      Measure.RATIO, Variation(self.column)),
        )  # fmt: skip

    def _scaled(self, value: Family) -> Family:
        return value if self.per == 1 else Scaled(value, self.per)

    def _has(  # noqa: PLR0917 - as above
        self,
        name: str,
        en: str,
        zh: str,
        window: Window,
        measure: Measure,
        formula: Family,
        *,
        empty: int | None = None,
    ) -> Feature:
        return self.group.has(
            f"{self.name}_{name}", en, zh, window, measure, formula, empty=empty, grain=Grain.MONTHS
        )


def newest(  # noqa: PLR0917 - reads as a line of a table
    group: Group, name: str, en: str, zh: str, measure: Measure, column: str, window: Window
) -> Feature:
    """A field of the newest fact."""
    return group.has(name, en, zh, window, measure, Newest(column))


def counts(
    group: Group, name: str, en: str, zh: str, *windows: Window, where: tuple[Condition, ...] = ()
) -> tuple[Feature, ...]:
    """Facts within each window."""
    said = {
        Span.MONTHS: (", last {} months", "近{}个月"),
        Span.DAYS: (", last {} days", "近{}天"),
        Span.EVER: (", ever", "历史"),
        Span.NOW: (", in force", "当前"),
    }
    found = []
    for window in windows:
        en_window, zh_window = said[window.span]
        found.append(
            group.has(
                f"{name}_{window}",
                en + en_window.format(window.last),
                zh_window.format(window.last) + zh,
                window,
                Measure.COUNT,
                Count(window, where),
            )
        )
    return tuple(found)
