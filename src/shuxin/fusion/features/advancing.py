"""Features of a later day out of those of an earlier one (增量计算): only what can have changed is computed anew.

``ageing`` tells for what reasons a feature can change, and which rows it looks at. Whoever has such a row is computed
anew from all rows that the feature looks at, so that nothing is ever added up by pieces; of everybody else the value is
kept, or a day is added to an age.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache, lru_cache, reduce
from operator import add, or_
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shuxin.fusion.features.ageing import (
    Ageing,
    Batch,
    Sight,
    ageing,
    batches,
    edges,
    own_features,
)
from shuxin.fusion.features.answering import part_answer
from shuxin.fusion.features.computing import readable, with_combined
from shuxin.fusion.features.definition import WHOLE, Grain
from shuxin.fusion.features.grains import KEY
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.narrowing import (
    answered_over,
    around_balances,
    day_called,
    drop_balances,
    first_moment,
    moment_called,
    rows_of,
    say,
    since_day,
)
from shuxin.fusion.features.queries import sql_of, wanted
from shuxin.fusion.features.readings import SPINE
from shuxin.fusion.known import KNOWN_FROM, KNOWN_TO

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import duckdb
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from shuxin.fusion.features.definition import Feature

_SINGLES = "singles"
EARLY, RUNNING = 1, 2
"""Bits of why an entity is touched: by a row of the months before the running one, by one of this; above them ages."""


@dataclass(frozen=True, slots=True)
class Between:
    """Two days, the later one not the earlier."""

    since: dt.date
    as_of: dt.date

    @property
    def month(self) -> dt.date:
        """The first day of the month of the earlier one."""
        return self.since.replace(day=1)

    @property
    def in_one_month(self) -> bool:
        return self.month == self.as_of.replace(day=1)

    @property
    def days(self) -> int:
        return (self.as_of - self.since).days


@cache
def touching_query(reading: str, names: frozenset[str] | None) -> str:
    """Over the reading's standards: ``entity, why`` of those of whom a row may change a feature between the two days
    that ``_say`` told the engine.
    """
    parts = [_reasons(reading, names, standard) for standard in READINGS[reading].standards]
    whole = parts[0] if len(parts) == 1 else ibis.union(*parts)
    return sql_of(whole.group_by("entity").aggregate(why=whole["why"].bit_or()))


def _say(engine: duckdb.DuckDBPyConnection, between: Between, ages: Collection[int]) -> None:
    """The days and moments that ``touching_query`` looks at."""
    days = {"since": between.since, "as_of": between.as_of}
    moments = {f"{name}_moment": first_moment(day) for name, day in days.items()}
    ago = {
        f"{name}_{age}": day - dt.timedelta(days=age) for age in ages for name, day in days.items()
    }
    say(engine, month=between.month, **days, **moments, **ago)


def _reasons(reading: str, names: frozenset[str] | None, standard: str) -> ir.Table:
    rows = rows_of(standard)
    known = rows.filter(
        rows[KNOWN_FROM] < moment_called("as_of_moment"),
        reduce(or_, (reason for reason, _ in _because(rows, reading, names))),
    )
    why = [
        ibis.ifelse(reason, ibis.literal(bit, "int64"), 0)
        for reason, bit in _because(known, reading, names)
    ]
    return known.select(entity=known["entity"], why=reduce(add, why))


def _because(
    rows: ir.Table, reading: str, names: frozenset[str] | None
) -> list[tuple[ir.BooleanValue, int]]:
    """Why a row may change a feature, each with its bit."""
    found, happened = edges(reading, names), rows[READINGS[reading].event].cast("date")
    month, days = day_called("month"), ("since", "as_of")
    moments = [moment_called(f"{name}_moment") for name in days]
    between = [day_called(name) for name in days]
    said = [_within(rows[name], *moments) for name in (KNOWN_FROM, KNOWN_TO)]
    said += [_within(rows[name].cast("date"), *between) for name in sorted(found.dates)]
    told, early = reduce(or_, said), happened < month
    running = (told & ~early) | _within(happened, *between)
    aged = [
        (_within(happened, *(day_called(f"{name}_{age}") for name in days)), bit)
        for age, bit in _bits(found.ages).items()
    ]
    return [(told & early, EARLY), (running, RUNNING), *aged]


def _bits(ages: frozenset[int]) -> dict[int, int]:
    return {age: 4 << at for at, age in enumerate(sorted(ages))}


def _within(value: ir.Value, first: object, end: object) -> ir.BooleanValue:
    return (value >= first) & (value < end)


def touched(
    engine: duckdb.DuckDBPyConnection,
    reading: str,
    *,
    names: frozenset[str] | None,
    since: dt.date,
    as_of: dt.date,
) -> dict[str, int] | None:
    """Entities whose features of the reading may differ but for age, each with the bits of why; None when a month ended
    and everybody's may.
    """
    between, found = Between(since, as_of), edges(reading, names)
    if found.months and not between.in_one_month:
        return None
    _say(engine, between, found.ages)
    rows = engine.sql(touching_query(reading, names)).to_arrow_table()
    return dict(zip(rows["entity"].to_pylist(), rows["why"].to_pylist(), strict=True))


class Sheet:
    """The features of a day as they come about: a column for each, a row for each enterprise, in the spine's order."""

    def __init__(self, before: pa.Table, spine: pa.Table, singles: Sequence[Feature]) -> None:
        self.singles = singles
        self.entities = spine["entity"].combine_chunks()
        self.as_of = spine["as_of"][0].as_py() if spine.num_rows else None
        places = pc.index_in(self.entities, value_set=before["entity"].combine_chunks())
        self.new = _flags(pc.is_null(places))
        self.columns = {
            one.name: before[one.name].combine_chunks().take(places).cast(_type(one), safe=False)
            for one in singles
            if one.name in before.column_names
        }

    def has(self, reading: str, names: frozenset[str] | None) -> bool:
        """Whether all wanted features of a reading were there before."""
        return all(one.name in self.columns for one in own_features(reading, names))

    def empty(self, features: Sequence[Feature]) -> None:
        """Nothing tells these."""
        for one in features:
            nothing = pa.scalar(one.empty, _type(one))
            self.columns[one.name] = pa.array([nothing.as_py()] * len(self.entities), _type(one))

    def among(self, entities: Collection[str]) -> NDArray[np.bool_]:
        """(n,) which of the enterprises are these."""
        return _flags(pc.is_in(self.entities, value_set=pa.array(sorted(entities), pa.string())))

    def touched(self, why: Mapping[str, int], mask: int) -> NDArray[np.bool_]:
        """(n,) whom one of these reasons touches, and who was not there before."""
        return self.among([one for one, bits in why.items() if bits & mask]) | self.new

    def spine(self, which: NDArray[np.bool_]) -> pa.Table:
        entities = self.entities.filter(pa.array(which))
        days = pa.array([self.as_of] * len(entities), pa.date32())
        return pa.table([entities, days], names=list(KEY))

    def put(self, found: pa.Table, features: Sequence[Feature], which: NDArray[np.bool_]) -> None:
        """What was computed of these enterprises, their other values as they are."""
        places = pc.index_in(self.entities, value_set=found["entity"].combine_chunks())
        for one in features:
            values = _typed(found[one.name].combine_chunks(), one).take(places)
            if one.empty is not None:
                values = values.fill_null(pa.scalar(one.empty, values.type))
            if not which.all():
                values = pc.if_else(pa.array(which), values, self.columns[one.name])
            self.columns[one.name] = values

    def age(self, features: Sequence[Feature], days: int) -> None:
        for one in features:
            if ageing(one) is Ageing.A_DAY_MORE:
                column = self.columns[one.name]
                older = pc.add(column, pa.scalar(days, column.type))
                still = one.empty is not None
                self.columns[one.name] = (
                    pc.if_else(pc.equal(column, one.empty), column, older) if still else older
                )

    def table(self) -> pa.Table:
        days = pa.array([self.as_of] * len(self.entities), pa.date32())
        told = {one.name: self.columns[one.name] for one in self.singles}
        return pa.table({"entity": self.entities, "as_of": days, **told})


def _flags(values: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = values.to_numpy(zero_copy_only=False)
    return found


def _type(feature: Feature) -> pa.DataType:
    return pa.int64() if feature.measure in WHOLE else pa.float64()


def _typed(values: pa.Array, feature: Feature) -> pa.Array:
    """As ``computing`` types the columns at the end."""
    if feature.measure in WHOLE and not pa.types.is_integer(values.type):
        values = pc.round(values.cast(pa.float64()), round_mode="half_towards_infinity")
    return values.cast(_type(feature))


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
    earlier day than they did when ``before`` was computed; their features are computed for everybody, as are those that
    ``before`` lacks. Whoever is not in ``before`` is computed in full. Raises ValueError for several days, or days in
    another order.
    """
    between = Between(_only_day(before), _only_day(spine))
    if between.since > between.as_of:
        raise ValueError("features are carried from an earlier day to a later one")
    features = wanted(names)
    singles = [one for one in features if one.grain is not Grain.COMBINED]
    sheet = Sheet(before, spine, singles)
    told = readable(features, standards)
    sheet.empty([one for one in singles if one.source not in told])
    for reading in told:
        why = None
        if sheet.has(reading, names) and not set(READINGS[reading].standards) & set(anew):
            why = touched(engine, reading, names=names, since=between.since, as_of=between.as_of)
        if why is None:
            engine.register(SPINE, spine)
            own, everybody = own_features(reading, names), np.ones(spine.num_rows, dtype=np.bool_)
            sheet.put(part_answer(engine, reading, names), own, everybody)
        else:
            _Renewal(engine, reading, names, sheet, why, between).run()
    return _with_combined(engine, sheet, names)


@dataclass(frozen=True, slots=True)
class _Renewal:
    """The features of one reading carried on: kept, aged, or computed of those who are touched."""

    engine: duckdb.DuckDBPyConnection
    reading: str
    names: frozenset[str] | None
    sheet: Sheet
    why: Mapping[str, int]
    between: Between

    def run(self) -> None:
        own = own_features(self.reading, self.names)
        self.sheet.age(own, self.between.days)
        for batch in batches(self.reading, self.names):
            features = [one for one in own if one.name in batch.names]
            if batch.sight is Sight.STRETCHES:
                self._stretches(batch, features)
            elif batch.sight is Sight.NEWEST:
                self._newest(batch, features)
            elif batch.moves:
                self._compute(batch, features, np.ones_like(self.sheet.new))
            elif batch.sight is Sight.ANY:
                self._compute(batch, features, self._touched(batch, RUNNING))
            else:
                running = 0 if batch.sight is Sight.MONTHS else RUNNING
                say(self.engine, first=batch.first_day(self.between.as_of))
                which = self._touched(batch, running)
                self._compute(batch, features, which, since_day(self.reading))

    def _touched(self, batch: Batch, running: int) -> NDArray[np.bool_]:
        bits = _bits(edges(self.reading, self.names).ages)
        aged = sum(bits[age] for age in batch.ages)
        return self.sheet.touched(self.why, EARLY | running | aged)

    def _compute(
        self,
        batch: Batch,
        features: Sequence[Feature],
        which: NDArray[np.bool_],
        rows: Mapping[str, str] | None = None,
    ) -> None:
        if which.any():
            self.sheet.put(self._found(batch, which, rows), features, which)

    def _found(
        self,
        batch: Batch,
        which: NDArray[np.bool_],
        rows: Mapping[str, str] | None = None,
    ) -> pa.Table:
        self.engine.register(SPINE, self.sheet.spine(which))
        if rows is None:
            return part_answer(self.engine, self.reading, batch.names)
        return answered_over(self.engine, self.reading, batch.names, rows)

    def _newest(self, batch: Batch, features: Sequence[Feature]) -> None:
        """Days since the newest row: one of the running month, else what it was; in doubt computed from all rows."""
        full = self._touched(batch, 0)
        running = self.sheet.touched(self.why, RUNNING) & ~full
        if running.any():
            aged = {one.name: self.sheet.columns[one.name] for one in features}
            say(self.engine, first=self.between.month)
            rows = since_day(self.reading)
            self.sheet.put(self._found(batch, running, rows), features, running)
            this_month = (self.between.as_of - self.between.month).days
            for one in features:
                fresh, old = self.sheet.columns[one.name], aged[one.name]
                gone = running & _flags(pc.and_(pc.is_null(fresh), pc.is_valid(old)))
                kept = gone & _flags(pc.fill_null(pc.greater(old, this_month), fill_value=False))
                self.sheet.columns[one.name] = pc.if_else(pa.array(kept), old, fresh)
                full |= gone & ~kept
        self._compute(batch, features, full)

    def _stretches(self, batch: Batch, features: Sequence[Feature]) -> None:
        rows, doubtful = around_balances(self.engine, self.reading, self.between.as_of)
        in_doubt = self.sheet.among(doubtful)
        self._compute(batch, features, ~in_doubt, rows)
        drop_balances(self.engine)
        self._compute(batch, features, in_doubt)


def _with_combined(
    engine: duckdb.DuckDBPyConnection, sheet: Sheet, names: frozenset[str] | None
) -> pa.Table:
    sql, shape = _combined_query(names)
    engine.register(_SINGLES, sheet.table())
    found = engine.sql(sql).to_arrow_table().cast(shape)
    engine.unregister(_SINGLES)
    return found


@lru_cache(maxsize=128)
def _combined_query(names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """All wanted features out of those of one reading each."""
    features = wanted(names)
    kinds = {
        one.name: "int64" if one.measure in WHOLE else "float64"
        for one in features
        if one.grain is not Grain.COMBINED
    }
    singles = ibis.table({"entity": "string", "as_of": "date", **kinds}, name=_SINGLES)
    whole = with_combined(singles, features)
    return sql_of(whole), whole.schema().to_pyarrow()


def _only_day(rows: pa.Table) -> dt.date:
    days = rows["as_of"].unique().to_pylist()
    if len(days) != 1 or len(rows["entity"].unique()) != rows.num_rows:
        raise ValueError("each enterprise once, as of one day")
    day: dt.date = days[0]
    return day
