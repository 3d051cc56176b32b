"""What the library's features say, in plain Python: the same statements, read by loops over rows."""

from __future__ import annotations

import datetime as dt
import math
from fractions import Fraction
from functools import singledispatch
from typing import Any

from tests.fusion.features.slow import months_between

from shuxin.fusion.features import conditions as c
from shuxin.fusion.features import families as f
from shuxin.fusion.features import readings as r
from shuxin.fusion.features.definition import WHOLE, Feature, Grain, Span, Window
from shuxin.fusion.features.flows import Flows
from shuxin.kernel.dates import CHINA_TIME

Row = dict[str, Any]
MOST = 10**16


@singledispatch
def holds(condition: Any, row: Row) -> bool:
    raise TypeError(condition)


@holds.register
def _(condition: c.Is, row: Row) -> bool:
    return row[condition.field] in condition.words


@holds.register
def _(condition: c.Yes, row: Row) -> bool:
    return row[condition.field] is True


@holds.register
def _(condition: c.AtLeast, row: Row) -> bool:
    return row[condition.field] is not None and row[condition.field] >= condition.least


@holds.register
def _(condition: c.Below, row: Row) -> bool:
    return row[condition.field] is not None and row[condition.field] < condition.most


@holds.register
def _(condition: c.Lasts, row: Row) -> bool:
    return row[condition.until] is None or row[condition.until] >= row["as_of"]


@holds.register
def _(condition: c.Filled, row: Row) -> bool:
    return row[condition.field] is not None


@holds.register
def _(condition: c.Weekend, row: Row) -> bool:
    return row[condition.field] is not None and row[condition.field].isoweekday() > 5


@holds.register
def _(condition: c.Not, row: Row) -> bool:
    return not holds(condition.condition, row)


@holds.register
def _(condition: c.Says, row: Row) -> bool:
    return any(word in (row[condition.field] or "") for word in condition.words)


@holds.register
def _(condition: c.Short, row: Row) -> bool:
    return 1 <= len(row[condition.field] or "") <= condition.most


@holds.register
def _(condition: c.Same, row: Row) -> bool:
    return row[condition.field] is not None and row[condition.field] == row[condition.other]


@singledispatch
def column(made: Any, row: Row) -> int | None:
    raise TypeError(made)


@column.register
def _(made: r.Whole, row: Row) -> int | None:
    value = row[made.field]
    return value if value is not None and abs(value) <= MOST else None


@column.register
def _(made: r.Thousandths, row: Row) -> int | None:
    value = row[made.field]
    return round(value * 1000) if value is not None and abs(value) <= 1e12 else None


@column.register
def _(made: r.Added, row: Row) -> int | None:
    plus = sum(column(r.Whole(field), row) or 0 for field in made.fields)
    return plus - sum(column(r.Whole(field), row) or 0 for field in made.less)


@column.register
def _(made: r.Coded, row: Row) -> int | None:
    return dict(made.table).get(row[made.field])


@column.register
def _(made: r.Tells, row: Row) -> int | None:
    return int(all(holds(each, row) for each in made.where))


@column.register
def _(made: r.If, row: Row) -> int | None:
    return (column(made.value, row) or 0) if all(holds(each, row) for each in made.where) else 0


@column.register
def _(made: r.DaysFrom, row: Row) -> int | None:
    first, then = row[made.first], row[made.then]
    return (then - first).days if first and then and then < row["as_of"] else None


@column.register
def _(made: r.DaysLeft, row: Row) -> int | None:
    return (row[made.field] - row["as_of"]).days if row[made.field] else None


@column.register
def _(made: r.MonthOfYear, row: Row) -> int | None:
    return row[made.field].month


def facts_of(reading: r.Facts, rows: list[Row], as_of: dt.date) -> list[Row]:
    """Facts of one enterprise as they stood before the day, the newest first, each with its rank."""
    moment = dt.datetime.combine(as_of, dt.time(), tzinfo=CHINA_TIME)
    best: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        day = row[reading.event]
        if not row["_known_from"] < moment or (row["_known_to"] and row["_known_to"] < moment):
            continue
        if day is None or day >= as_of:
            continue
        k = months_between(day, as_of)
        if reading.horizon and k > reading.horizon:
            continue
        told = row | {"as_of": as_of, "k": k, "days": (as_of - day).days}
        whole = told | {name: column(made, told) for name, made in reading.columns.items()}
        key = (day, *(row[name] for name in reading.key))
        if key not in best or row["_known_from"] > best[key]["_known_from"]:
            best[key] = whole
    kept = [row for row in best.values() if all(holds(each, row) for each in reading.only)]
    kept.sort(key=lambda row: (row["days"], [_last(row[name]) for name in reading.columns]))
    return [row | {"rank": place} for place, row in enumerate(kept, 1)]


def _last(value: int | None) -> tuple[bool, int]:
    return (value is None, -(value or 0))


def without_passing(facts: list[Row]) -> list[Row]:
    """Flows with what passes through on its day apart: in and out that differ by less than 1 % of what came in."""
    found = []
    for fact in facts:
        day = [other for other in facts if other["days"] == fact["days"]]
        came, went = fact["inflow"], fact["outflow"]
        through_in = came > 0 and any(
            o["outflow"] > 0 and abs(came - o["outflow"]) * 100 < came for o in day
        )
        through_out = went > 0 and any(
            o["inflow"] > 0 and abs(o["inflow"] - went) * 100 < o["inflow"] for o in day
        )
        kept_in, kept_out = (0 if through_in else came), (0 if through_out else went)
        found.append(
            fact
            | {"operating_in": kept_in, "operating_out": kept_out, "net": kept_in - kept_out}
            | {"passed": came if through_in else 0}
        )
    return found


def months_of(reading: r.Facts, facts: list[Row]) -> list[Row]:
    found: dict[int, Row] = {}
    for fact in facts:
        month = found.setdefault(
            fact["k"], {"k": fact["k"], "rows": 0} | dict.fromkeys(reading.sums, 0)
        )
        month["rows"] += 1
        for name in reading.sums:
            month[name] += fact[name] or 0
    newest = min(found, default=0)
    for month in found.values():
        month["back"] = month["k"] - newest
        month["counts"] = month[reading.main or "rows"] > 0
    return list(found.values())


def inside(window: Window, row: Row) -> bool:
    if window.span in {Span.EVER, Span.NOW}:
        return True
    return window.first <= row["k" if window.span is Span.MONTHS else "days"] <= window.last


def _asked(family: Any, rows: list[Row]) -> list[Row]:
    return [
        row
        for row in rows
        if inside(family.window, row) and all(holds(each, row) for each in family.where)
    ]


def _values(family: Any, rows: list[Row]) -> list[int]:
    return [row[family.column] for row in _asked(family, rows) if row[family.column] is not None]


@singledispatch
def value(family: Any, rows: Any) -> Any:
    raise TypeError(family)


@value.register
def _(family: f.Sum, rows: Any) -> Any:
    found = _values(family, rows)
    return sum(found) if found else None


@value.register
def _(family: f.Count, rows: Any) -> Any:
    return len(_asked(family, rows))


@value.register
def _(family: f.Most, rows: Any) -> Any:
    return max(_values(family, rows), default=None)


@value.register
def _(family: f.Least, rows: Any) -> Any:
    return min(_values(family, rows), default=None)


@value.register
def _(family: f.Distinct, rows: Any) -> Any:
    return len(set(_values(family, rows)))


@value.register
def _(family: f.Any, rows: Any) -> Any:
    return int(bool(_asked(family, rows)))


@value.register
def _(family: f.Newest, rows: Any) -> Any:
    return next((row[family.column] for row in rows if row["rank"] == 1 + family.back), None)


@value.register
def _(family: f.Stock, rows: Any) -> Any:
    return next((row[family.column] for row in rows if row["back"] == family.back), None)


@value.register
def _(family: f.Difference, rows: Any) -> Any:
    one, other = value(family.one, rows), value(family.other, rows)
    return None if one is None or other is None else one - other


@value.register
def _(family: f.Product, rows: Any) -> Any:
    one, other = value(family.one, rows), value(family.other, rows)
    return None if one is None or other is None else one * other


@value.register
def _(family: f.Quotient, rows: Any) -> Any:
    top, bottom = value(family.top, rows), value(family.bottom, rows)
    if top is None or bottom is None or bottom <= 0:
        return None
    return float(Fraction(top) / Fraction(bottom)) * family.times + family.plus


@value.register
def _(family: f.Scaled, rows: Any) -> Any:
    found = value(family.value, rows)
    return None if found is None else found * family.times / family.per


@value.register
def _(family: f.Growth, rows: Any) -> Any:
    near = value(f.Sum(family.column, family.near), rows) or 0
    before = value(f.Sum(family.column, family.before), rows) or 0
    return float(Fraction(near, before) - 1) if before > 0 else None


def _year(name: str, rows: list[Row]) -> list[int] | None:
    by_month = {row["k"]: row[name] for row in rows}
    if not by_month.keys() & set(range(1, 13)):
        return None
    return [by_month.get(k, 0) for k in range(1, 13)]


@value.register
def _(family: f.Slope, rows: Any) -> Any:
    year = _year(family.column, rows)
    if year is None:
        return None
    heights = [math.log(1 + max(amount, 0) / family.unit) for amount in year]
    return sum((6.5 - k) * y for k, y in enumerate(heights, 1)) / 143.0


@value.register
def _(family: f.Variation, rows: Any) -> Any:
    year = _year(family.column, rows)
    if year is None or sum(year) <= 0:
        return None
    mean = Fraction(sum(year), 12)
    return math.sqrt(sum((amount - mean) ** 2 for amount in year) / 12 / mean**2)


@value.register
def _(family: f.Peak, rows: Any) -> Any:
    inner = [row[family.column] for row in rows if inside(family.window, row)]
    return float(Fraction(max(inner), sum(inner))) if inner and sum(inner) > 0 else None


@value.register
def _(family: f.Gap, rows: Any) -> Any:
    active = {row["k"] for row in rows if row["counts"]}
    longest = run = 0
    for k in range(1, 13):
        run = 0 if k in active else run + 1
        longest = max(longest, run)
    return longest


@value.register
def _(family: f.Faded, rows: Any) -> Any:
    found = [row for row in rows if all(holds(each, row) for each in family.where)]
    if not found:
        return None
    weights = [
        2 ** (-row["days"] / 365) * (row[family.column] if family.column else 1) for row in found
    ]
    return sum(weights)


@value.register
def _(family: f.Of, rows: Any) -> Any:
    return rows[family.name]


@value.register
def _(family: f.Together, rows: Any) -> Any:
    found = [each for part in family.parts if (each := value(part, rows)) is not None]
    return sum(found) if found else None


def said(feature: Feature, found: Any) -> Any:
    """The feature's number out of its formula's: whole where its measure is, its meaning of empty for none."""
    if found is None:
        return feature.empty
    if feature.measure in WHOLE and not isinstance(found, int):
        return math.floor(abs(found) + 0.5) * (1 if found >= 0 else -1)
    return found


def of_reading(
    reading: r.Facts, features: list[Feature], rows: list[Row], as_of: dt.date
) -> dict[str, Any]:
    """The features of one reading for one enterprise on one day."""
    facts = facts_of(reading, rows, as_of)
    if isinstance(reading, Flows):
        facts = without_passing(facts)
    tables = {Grain.ROWS: facts, Grain.MONTHS: months_of(reading, facts)}
    return {
        one.name: said(one, value(one.formula, tables[one.grain]) if facts else None)
        for one in features
    }
