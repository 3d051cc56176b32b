"""What a feature is: one expression over what was known, and what its number means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import ibis.expr.types as ir

from shuxin.kernel.text import Text

Formula = Callable[[ir.Table], ir.Value]
"""From a table of one grain, grouped by enterprise and day, to one value; or, for COMBINED, from the
features already computed to a column."""


class Grain(StrEnum):
    """What one row of the table is that a formula sees.

    MONTHS: a month with facts, ``k`` months before the as-of day's month (1 the last complete one, 0
    the running one). PARTIES: a counterparty of the last 24 complete months. ROWS: a fact as it stood before
    the day, ``days`` old and ``k`` months, ``rank`` 1 for the newest. DAYS: a day of an account, or a stretch of
    them. COMBINED: an enterprise with its other features.
    """

    MONTHS = "months"
    PARTIES = "parties"
    ROWS = "rows"
    DAYS = "days"
    COMBINED = "combined"


class Measure(StrEnum):
    """Unit of a feature's number."""

    FEN = "fen"
    RATIO = "ratio"
    COUNT = "count"
    MONTHS = "months"
    DAYS = "days"
    PER_MONTH = "1/month"
    FLAG = "flag"
    POINTS = "points"
    KWH = "kwh"
    M3 = "m3"


WHOLE = frozenset(
    {
        Measure.FEN,
        Measure.COUNT,
        Measure.MONTHS,
        Measure.DAYS,
        Measure.FLAG,
        Measure.KWH,
        Measure.M3,
    }
)
"""Measures of which a feature is a whole number; 1 is yes in a flag."""


class Span(StrEnum):
    """What a window is counted in. EVER: everything known; NOW: what is newest or in force."""

    MONTHS = "m"
    DAYS = "d"
    EVER = "ever"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Window:
    """Complete calendar months before the as-of day, ``first`` (nearest) to ``last``, both included; or days."""

    first: int
    last: int
    span: Span = Span.MONTHS

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise ValueError("a window runs from month 1 or later to the same month or a later one")

    def __str__(self) -> str:
        if self.span in {Span.EVER, Span.NOW}:
            return str(self.span)
        return (
            f"{self.last}{self.span}" if self.first == 1 else f"{self.first}-{self.last}{self.span}"
        )

    @property
    def title(self) -> Text:
        """As people read it."""
        found = _SPANS[self.span] if self.first == 1 else _BETWEEN[self.span]
        facts = {"first": self.first, "last": self.last}
        return Text(en=found.en.format(**facts), zh=found.zh.format(**facts))

    def holds(self, before: ir.IntegerValue) -> ir.BooleanValue:
        """before: months or days before the as-of day, as the window is counted."""
        return before.between(self.first, self.last)

    def within(self, rows: ir.Table) -> ir.BooleanValue:
        """Rows of a table with ``k`` (months before) or ``days``; it has these where something happened."""
        if self.span in {Span.EVER, Span.NOW}:
            return rows["days" if "days" in rows.columns else "k"] >= 0
        return self.holds(rows["k" if self.span is Span.MONTHS else "days"])


_SPANS = {
    Span.MONTHS: Text(en="last {last} months", zh="近 {last} 个月"),
    Span.DAYS: Text(en="last {last} days", zh="近 {last} 天"),
    Span.EVER: Text(en="all that is known", zh="全部历史"),
    Span.NOW: Text(en="newest or in force", zh="最新或有效"),
}
_BETWEEN = {
    Span.MONTHS: Text(en="months {first} to {last} before", zh="前 {first} 至 {last} 个月"),
    Span.DAYS: Text(en="days {first} to {last} before", zh="前 {first} 至 {last} 天"),
}
_LONGEST = 1200
EVER, NOW = Window(1, _LONGEST, Span.EVER), Window(1, _LONGEST, Span.NOW)


def months(last: int, first: int = 1) -> Window:
    return Window(first, last)


def days(last: int, first: int = 1) -> Window:
    return Window(first, last, Span.DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column. A formula adds whole numbers only: sums of floats depend on the order of the rows.

    name: ``domain_metric_window``. group: features of one group share one reason in an explanation. source: the
    reading that it is of, most often named as the standard dataset that is read; "" for COMBINED. empty: its number
    when the window holds nothing; None is "no data", which is a value of its own in a scorecard.
    """

    name: str
    title: Text
    group: str
    source: str
    window: Window
    grain: Grain
    measure: Measure
    empty: int | None
    formula: Formula


def ratio(top: ir.NumericValue, bottom: ir.NumericValue) -> ir.FloatingValue:
    """``top / bottom``; null where the bottom is null or zero."""
    return top.cast("float64") / bottom.cast("float64").nullif(0.0)
