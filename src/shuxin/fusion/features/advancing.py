"""Features of a later day out of those of an earlier one (增量计算): only what can have changed is computed anew.

Between two days a feature of an enterprise can change for four reasons, and no other: a version of one of its rows
became known or ceased to be; something that was known before happened, or ran out, or fell out of a window of days; a
month ended, and with it every window of months moved; or the feature tells an age. Whoever may be touched by one of
the first two is computed anew from all that is known, so that nothing is ever added up by pieces.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache, lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa
import pyarrow.compute as pc
from ibis.expr.operations import Field

from shuxin.fusion.features.answering import joined, part_answer
from shuxin.fusion.features.computing import readable
from shuxin.fusion.features.conditions import Lasts
from shuxin.fusion.features.definition import Feature, Grain, Span, Window
from shuxin.fusion.features.families import Faded, Least, Most
from shuxin.fusion.features.formulas import recency
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import wanted
from shuxin.fusion.features.readings import SPINE, DaysFrom, DaysLeft, Facts, Trade
from shuxin.fusion.features.sources import source_columns
from shuxin.fusion.known import KNOWN_FROM, KNOWN_TO
from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import duckdb
    import ibis.expr.types as ir

_BETWEEN = "between_days"
_MOMENT = "timestamp('UTC')"
_DAYS = ibis.schema(
    {"since": "date", "as_of": "date", "since_moment": _MOMENT, "as_of_moment": _MOMENT}
)
_MOSTLY = 0.6
"""Where so large a share is touched, everybody is computed anew: one query instead of two."""


class Ageing(StrEnum):
    """What a day more does to a feature when nothing else happens: nothing, one day more, or it must be computed."""

    STILL = "still"
    A_DAY_MORE = "a_day_more"
    MOVES = "moves"


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
            "round_count", "month_end_count", "active", "gap", "k")  # fmt: skip
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


@dataclass(frozen=True, slots=True)
class Edges:
    """What of a row can change a reading's features as days pass.

    dates: fields with a day on which something ends or becomes true. ages: days after it happened at which a row
    enters or leaves a window; 0 is the day itself. months: whether windows of months are looked at.
    """

    dates: frozenset[str]
    ages: frozenset[int]
    months: bool


@cache
def edges(reading: str, names: frozenset[str] | None) -> Edges:
    features = [one for one in wanted(names) if one.source == reading]
    made = READINGS[reading]
    own = made.columns if isinstance(made, Facts) else {}
    asked = list(_parts(*(one.formula for one in features), made, *own.values()))
    dates = {part.until for part in asked if isinstance(part, Lasts)}
    dates |= {part.then for part in asked if isinstance(part, DaysFrom)}
    if isinstance(made, Trade):
        dates.add("status_changed_on")
    windows = [part for part in asked if isinstance(part, Window)]
    windows += [one.window for one in features if one.window.span is Span.DAYS]
    of_days = [one for one in windows if one.span is Span.DAYS]
    ages = {0, *(one.last for one in of_days), *(one.first - 1 for one in of_days)}
    by_months = not isinstance(made, Facts) or bool(made.horizon)
    by_months |= any(one.grain in {Grain.MONTHS, Grain.PARTIES} for one in features)
    by_months |= any(one.span is Span.MONTHS for one in windows)
    return Edges(frozenset(dates), frozenset(ages), by_months)


def touched(
    engine: duckdb.DuckDBPyConnection,
    reading: str,
    *,
    names: frozenset[str] | None,
    since: dt.date,
    as_of: dt.date,
) -> frozenset[str] | None:
    """Entities whose features of the reading may differ but for age; None when a month ended and all may."""
    if edges(reading, names).months and since.replace(day=1) != as_of.replace(day=1):
        return None
    between = {"since": since, "as_of": as_of}
    moments = {f"{name}_moment": _moment(day) for name, day in between.items()}
    engine.register(_BETWEEN, pa.Table.from_pylist([between | moments], schema=_DAYS.to_pyarrow()))
    found = engine.sql(touching_query(reading, names)).to_arrow_table()
    engine.unregister(_BETWEEN)
    return frozenset(found["entity"].to_pylist())


@lru_cache(maxsize=1024)
def touching_query(reading: str, names: frozenset[str] | None) -> str:
    """Over the reading's standards and the days between which it is asked: the entities that are touched."""
    found, made = edges(reading, names), READINGS[reading]
    between = ibis.table(_DAYS, name=_BETWEEN)
    parts = []
    for standard in made.standards:
        rows = ibis.table(source_columns(standard), name=standard).cross_join(between)
        happened = rows[made.event].cast("date")
        before, now = (rows[day].delta(happened, unit="day") for day in ("since", "as_of"))
        reasons = [
            *(_within(rows, name, "_moment") for name in (KNOWN_FROM, KNOWN_TO)),
            *(_within(rows, name, "") for name in sorted(found.dates)),
            *((before <= age) & (now > age) for age in sorted(found.ages)),
        ]
        parts.append(rows.filter(reduce(or_, reasons)).select("entity"))
    whole = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return str(ibis.to_sql(whole.distinct(), dialect="duckdb"))


def _within(rows: ir.Table, name: str, kind: str) -> ir.BooleanValue:
    said = (rows[name] >= rows[f"since{kind}"]) & (rows[name] < rows[f"as_of{kind}"])
    return said.fill_null(False)  # noqa: FBT003 - a literal


def advanced(
    engine: duckdb.DuckDBPyConnection,
    before: pa.Table,
    spine: pa.Table,
    *,
    standards: Collection[str],
    names: frozenset[str] | None = None,
    anew: Collection[str] = (),
) -> pa.Table:
    """As ``answered`` of ``spine``, equal to it in every value, out of ``before``, the same features of an earlier day.

    before, spine: each enterprise once, as of one day. anew: standards whose rows may say something else of the
    earlier day than they did when ``before`` was computed; their features are computed for everybody. Whoever is not
    in ``before`` is computed in full. Raises ValueError for several days, or days in another order.
    """
    since, as_of = _only_day(before), _only_day(spine)
    if since > as_of:
        raise ValueError("features are carried from an earlier day to a later one")
    parts = {}
    for reading in readable(wanted(names), standards):
        changed = None
        if not set(READINGS[reading].standards) & set(anew):
            changed = touched(engine, reading, names=names, since=since, as_of=as_of)
        parts[reading] = _carried(
            engine, reading, before, spine, names=names, changed=changed, days=(as_of - since).days
        )
    engine.register(SPINE, spine)
    return joined(engine, parts, names)


def _carried(
    engine: duckdb.DuckDBPyConnection,
    reading: str,
    before: pa.Table,
    spine: pa.Table,
    *,
    names: frozenset[str] | None,
    changed: frozenset[str] | None,
    days: int,
) -> pa.Table:
    """The features of one reading: of those touched computed, of others kept, aged, or computed where they move."""
    everybody = spine["entity"]
    new = frozenset(everybody.to_pylist()) - frozenset(before["entity"].to_pylist())
    if changed is None or len(changed | new) > _MOSTLY * spine.num_rows:
        engine.register(SPINE, spine)
        return part_answer(engine, reading, names)
    is_touched = pc.is_in(everybody, pa.array(sorted(changed | new), pa.string()))
    engine.register(SPINE, spine.filter(is_touched))
    computed = part_answer(engine, reading, names)
    rest = spine.filter(pc.invert(is_touched))
    own = [one for one in wanted(names) if one.source == reading]
    moving = frozenset(one.name for one in own if ageing(one) is Ageing.MOVES)
    old = before.filter(pc.is_in(before["entity"], rest["entity"].combine_chunks()))
    kept = (
        _aged(old, [one for one in own if one.name not in moving], rest["as_of"][0], days=days)
        if rest.num_rows
        else computed.slice(0, 0)
    )
    if moving and rest.num_rows:
        engine.register(SPINE, rest)
        kept = kept.join(part_answer(engine, reading, moving), ["entity", "as_of"])
    kept = kept.select(computed.column_names).cast(
        computed.schema, safe=False
    )  # whole numbers that were floats
    return pa.concat_tables([computed, kept])


def _aged(old: pa.Table, features: Sequence[Feature], as_of: pa.Scalar, *, days: int) -> pa.Table:
    """Values of features that nothing touched, as of a day so many days later."""
    columns = {
        "entity": old["entity"],
        "as_of": pa.array([as_of.as_py()] * old.num_rows, pa.date32()),
    }
    for one in features:
        column = old[one.name]
        if ageing(one) is Ageing.A_DAY_MORE:
            older = pc.add(column, pa.scalar(days, column.type))
            column = (
                older
                if one.empty is None
                else pc.if_else(pc.equal(column, one.empty), column, older)
            )
        columns[one.name] = column
    return pa.table(columns)


def _only_day(rows: pa.Table) -> dt.date:
    days = rows["as_of"].unique().to_pylist()
    if len(days) != 1 or len(set(rows["entity"].to_pylist())) != rows.num_rows:
        raise ValueError("each enterprise once, as of one day")
    day: dt.date = days[0]
    return day


def _moment(day: dt.date) -> dt.datetime:
    """The first moment of a day in China."""
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA_TIME).astimezone(dt.UTC)
