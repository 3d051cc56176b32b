"""What a feature is: one expression over what was known, and what its number means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import ibis.expr.types as ir

if TYPE_CHECKING:
    from shuxin.kernel.text import Text

Formula = Callable[[ir.Table], ir.Value]
"""From a table of one grain, grouped by enterprise and day, to one value; or, for COMBINED, from the
features already computed to a column."""


class Grain(StrEnum):
    """What one row of the table is that a formula sees.

    MONTHS: a month with invoices, ``k`` months before the as-of day's month (1 the last complete one, 0
    the running one). PARTIES: a counterparty of the last 24 complete months. COMBINED: an enterprise
    with its other features.
    """

    MONTHS = "months"
    PARTIES = "parties"
    COMBINED = "combined"


class Measure(StrEnum):
    """Unit of a feature's number."""

    FEN = "fen"
    RATIO = "ratio"
    COUNT = "count"
    MONTHS = "months"
    DAYS = "days"
    PER_MONTH = "1/month"


@dataclass(frozen=True, slots=True)
class Window:
    """Complete calendar months before the as-of day, ``first`` (nearest) to ``last``, both included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1 <= self.first <= self.last:
            raise ValueError("a window runs from month 1 or later to the same month or a later one")

    def __str__(self) -> str:
        return f"{self.last}m" if self.first == 1 else f"{self.first}-{self.last}m"

    def holds(self, months_before: ir.IntegerValue) -> ir.BooleanValue:
        return months_before.between(self.first, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One column. A formula adds whole numbers only: sums of floats depend on the order of the rows.

    name: ``domain_metric_window``. group: features of one group share one reason in an explanation.
    source: the standard dataset that it reads, "" for COMBINED. empty: its number when the window
    holds nothing; None is "no data", which is a value of its own in a scorecard.
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
