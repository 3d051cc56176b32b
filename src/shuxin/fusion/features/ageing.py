"""What a day more does to a feature (逐日变化), told from the statements that it is made of.

Between two days a feature of an enterprise can change for these reasons, and no other: a version of one of its rows
became known or ceased to be; something known before happened, or ran out, on a day that the reading names; a row
entered or left a window of days; a month ended, and with it every window of months moved; or the feature tells an age.
A row of the running month is in no window of complete months, nor is a row older than a window of days in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

import ibis
from ibis.expr.operations import Field

from shuxin.fusion.features.conditions import Lasts
from shuxin.fusion.features.definition import Feature, Grain, Span, Window
from shuxin.fusion.features.families import Faded, Gap, Least, Most, Newest, Slope, Stock
from shuxin.fusion.features.formulas import YEAR, recency
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import wanted
from shuxin.fusion.features.readings import LONGEST_MONTHS, DaysFrom, DaysLeft, Facts, Trade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Ageing(StrEnum):
    """What a day more does to a feature when nothing else happens: nothing, one day more, or it must be computed."""

    STILL = "still"
    A_DAY_MORE = "a_day_more"
    MOVES = "moves"


class Sight(StrEnum):
    """Which rows a feature looks at: those of complete months, of windows of days (and of months), first of all the
    newest, or any.

    STRETCHES: for how many of the last days each balance stood, which changes every day.
    """

    MONTHS = "months"
    DAYS = "days"
    NEWEST = "newest"
    ANY = "any"
    STRETCHES = "stretches"


@cache
def ageing(feature: Feature) -> Ageing:
    """Of a feature of one reading."""
    formula = feature.formula
    if formula is recency or (
        isinstance(formula, Least | Most)
        and formula.column == "days"
        and feature.empty in {None, 0}
    ):
        return Ageing.A_DAY_MORE
    if feature.grain is Grain.DAYS or any(_tells_age(part, feature) for part in _parts(formula)):
        return Ageing.MOVES
    return Ageing.STILL


def _tells_age(part: Any, feature: Feature) -> bool:
    ages = _ages(feature.source)
    if (
        isinstance(part, Faded)
        or getattr(part, "column", "") in ages
        or getattr(part, "field", "") in ages
    ):
        return True
    return not is_dataclass(part) and callable(part) and _looks_at_the_day(feature)


@cache
def _looks_at_the_day(feature: Feature) -> bool:
    """Whether a formula that is no statement looks at the as-of day, or at how many days there are to it."""
    sums = ("net", "earlier", "positive", "rank", "gross", "red", "tax", "void_amount", "valid", "void", "red_count",
            "round_count", "month_end_count", "active", "k")  # fmt: skip
    table = ibis.table(
        dict.fromkeys(sums, "int64") | {"as_of": "date", "last_on": "date", "days": "int64"},
        name="grain",
    )
    looked_at = {one.name for one in feature.formula(table).op().find(Field)}
    return not looked_at.isdisjoint({"as_of", "last_on", "days"})


def _ages(source: str) -> frozenset[str]:
    """Columns of a reading that change from day to day."""
    reading = READINGS[source]
    columns = reading.columns.items() if isinstance(reading, Facts) else ()
    return frozenset({"days", *(name for name, made in columns if isinstance(made, DaysLeft))})


def _parts(*things: Any) -> Iterator[Any]:
    """Everything that statements are made of."""
    for thing in things:
        yield thing
        if is_dataclass(thing):
            yield from _parts(*(getattr(thing, one.name) for one in fields(thing)))
        elif isinstance(thing, tuple):
            yield from _parts(*thing)
        elif isinstance(thing, dict):
            yield from _parts(*thing.values())


@cache
def sight(feature: Feature) -> Sight:
    """Of a feature of one reading.

    Formulas over months or counterparties that are no statements look at complete months.
    """
    formula = feature.formula
    if formula is recency or (
        isinstance(formula, Least) and formula.column == "days" and feature.empty is None
    ):
        return Sight.NEWEST
    if feature.grain is Grain.DAYS:
        return Sight.STRETCHES
    if not is_dataclass(formula):
        return Sight.MONTHS if feature.grain in {Grain.MONTHS, Grain.PARTIES} else Sight.ANY
    parts = list(_parts(formula))
    spans = {part.span for part in parts if isinstance(part, Window)}
    spans |= {Span.MONTHS for part in parts if isinstance(part, Gap | Slope)}
    bounded = spans and spans <= {Span.MONTHS, Span.DAYS}
    if not bounded or any(isinstance(part, Stock | Newest | Faded) for part in parts):
        return Sight.ANY
    return Sight.DAYS if Span.DAYS in spans else Sight.MONTHS


def months_back(feature: Feature) -> int:
    """The longest of its windows of months; of formulas that are no statements the longest that a reading has."""
    if not is_dataclass(feature.formula):
        return LONGEST_MONTHS
    parts = list(_parts(feature.formula))
    said = [part for part in parts if isinstance(part, Window)]
    said += [YEAR for part in parts if isinstance(part, Gap | Slope)]
    return max((one.last for one in (*said, feature.window) if one.span is Span.MONTHS), default=0)


def days_back(feature: Feature) -> int:
    """The longest of its windows of days, 0 without one."""
    return max((one.last for one in _windows_of_days(feature)), default=0)


def edges_of(feature: Feature) -> frozenset[int]:
    """Days after it happened at which a row enters or leaves a window of the feature, the first day aside."""
    windows = _windows_of_days(feature)
    return frozenset({*(w.last for w in windows), *(w.first - 1 for w in windows)} - {0})


@cache
def _windows_of_days(feature: Feature) -> tuple[Window, ...]:
    said = [part for part in _parts(feature.formula) if isinstance(part, Window)]
    return tuple(one for one in (*said, feature.window) if one.span is Span.DAYS)


@dataclass(frozen=True, slots=True)
class Edges:
    """What of a row can change a reading's features as days pass.

    dates: fields with a day on which something ends or becomes true. ages: days after it happened at which a row
    enters or leaves a window. months: whether windows of months are looked at.
    """

    dates: frozenset[str]
    ages: frozenset[int]
    months: bool


@cache
def edges(reading: str, names: frozenset[str] | None) -> Edges:
    features = own_features(reading, names)
    made = READINGS[reading]
    own = made.columns if isinstance(made, Facts) else {}
    asked = list(_parts(*(one.formula for one in features), made, *own.values()))
    dates = {part.until for part in asked if isinstance(part, Lasts)}
    dates |= {part.then for part in asked if isinstance(part, DaysFrom)}
    if isinstance(made, Trade):
        dates.add("status_changed_on")
    windows = [part for part in asked if isinstance(part, Window)]
    by_months = not isinstance(made, Facts) or bool(made.horizon)
    by_months |= any(one.grain in {Grain.MONTHS, Grain.PARTIES} for one in features)
    by_months |= any(one.span is Span.MONTHS for one in windows)
    ages = frozenset().union(*(edges_of(one) for one in features))
    return Edges(frozenset(dates), ages, by_months)


def own_features(reading: str, names: frozenset[str] | None) -> Sequence[Feature]:
    """The wanted features of a reading."""
    return [one for one in wanted(names) if one.source == reading]


@dataclass(frozen=True, slots=True)
class Batch:
    """Features of a reading that look at the same rows, and are computed together.

    moves: whether they are computed of everybody every day. ages: as of ``Edges``. months, days: how far back they
    look.
    """

    sight: Sight
    moves: bool
    names: frozenset[str]
    ages: frozenset[int]
    months: int
    days: int

    def first_day(self, as_of: dt.date) -> dt.date:
        """Before it nothing is looked at, where the sight is of windows."""
        number = as_of.year * 12 + as_of.month - 1 - self.months
        month = dt.date(number // 12, number % 12 + 1, 1)
        return min(month, as_of - dt.timedelta(days=self.days))


@cache
def batches(reading: str, names: frozenset[str] | None) -> tuple[Batch, ...]:
    """Where a reading looks at no months, one for all that does not move: its rows are few."""
    found: dict[tuple[Sight, bool], list[Feature]] = {}
    whole = not edges(reading, names).months
    for one in own_features(reading, names):
        moves = ageing(one) is Ageing.MOVES
        seen = Sight.ANY if whole or (moves and sight(one) is not Sight.STRETCHES) else sight(one)
        found.setdefault((seen, moves), []).append(one)
    return tuple(
        Batch(
            seen,
            moves,
            frozenset(one.name for one in features),
            frozenset().union(*(edges_of(one) for one in features)),
            max(map(months_back, features)),
            max(map(days_back, features)),
        )
        for (seen, moves), features in sorted(found.items())
    )
