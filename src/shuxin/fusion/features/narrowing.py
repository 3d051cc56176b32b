"""Queries of a reading over only those rows that some features look at: what lies further back is not read."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

import ibis
import ibis.expr.datatypes as kinds

from shuxin.fusion.features.flows import BALANCE_DAYS, Flows
from shuxin.fusion.features.grains import MOST_FEN
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import part_query, sql_of
from shuxin.fusion.features.sources import source_columns
from shuxin.fusion.known import known_at
from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa


_WHOLE, _NEAR = "whole_", "near_rows"


def first_moment(day: dt.date) -> dt.datetime:
    """Of a day in China, in UTC."""
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA_TIME).astimezone(dt.UTC)


def rows_of(standard: str, *, prefix: str = "") -> ir.Table:
    return ibis.table(source_columns(standard), name=prefix + standard)


@ibis.udf.scalar.builtin(name="getvariable")  # type: ignore[untyped-decorator]  # Ibis has no types here
def day_called(called: str) -> kinds.date:
    """The engine's own: a day that ``say`` told it, so that a query is written once for all days."""


@ibis.udf.scalar.builtin(name="getvariable")  # type: ignore[untyped-decorator]
def moment_called(called: str) -> kinds.Timestamp(timezone="UTC"):  # type: ignore[valid-type]
    """The same of a moment."""


def say(engine: duckdb.DuckDBPyConnection, **values: dt.date) -> None:
    """What ``day_called`` and ``moment_called`` mean from now on."""
    for name, value in values.items():
        engine.execute(f'SET VARIABLE "{name}" = ?', [value])


def answered_over(
    engine: duckdb.DuckDBPyConnection,
    reading: str,
    names: frozenset[str],
    narrow: Mapping[str, str],
) -> pa.Table:
    """As ``answering.part_answer``, as if the reading's standards held only these rows of what ``whole`` gives.

    narrow: by standard the query of its rows.
    """
    sql, shape = part_query(reading, names)
    rows = [f'"{name}" AS NOT MATERIALIZED (\n{query}\n)' for name, query in narrow.items()]
    for name in narrow:
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{_WHOLE}{name}" AS FROM "{name}"')
    found = engine.sql(f"WITH {', '.join(rows)}, {sql[5:]}").to_arrow_table().cast(shape)
    for name in narrow:
        engine.execute(f'DROP VIEW temp."{_WHOLE}{name}"')
    return found


@cache
def since_day(reading: str) -> dict[str, str]:
    """Queries of the rows of what happened on the day called ``first`` or later, by standard."""
    made = READINGS[reading]
    found = {}
    for standard in made.standards:
        rows = rows_of(standard, prefix=_WHOLE)
        found[standard] = sql_of(rows.filter(rows[made.event].cast("date") >= day_called("first")))
    return found


def around_balances(
    engine: duckdb.DuckDBPyConnection, reading: str, as_of: dt.date
) -> tuple[dict[str, str], frozenset[str]]:
    """Account flows of the last 90 days and of those days before on which an account's balance was told last, and the
    entities for whom these may not be all: versions of one flow name several accounts. The flows as ``answered_over``
    wants them.
    """
    (standard,) = READINGS[reading].standards
    near, rows, doubtful = _balances(reading)
    say(engine, before=first_moment(as_of), first=as_of - dt.timedelta(days=BALANCE_DAYS))
    engine.execute(f'CREATE OR REPLACE TEMP TABLE "{_NEAR}" AS {near}')
    found = engine.sql(doubtful).to_arrow_table()
    return {standard: rows}, frozenset(found["entity"].to_pylist())


@cache
def _balances(reading: str) -> tuple[str, str, str]:
    """Queries of the flows of ``around_balances``, of the table that is made of them, and of the entities in doubt."""
    made = READINGS[reading]
    if not isinstance(made, Flows):
        raise TypeError("stretches of balance are of account flows")
    near = ibis.table(source_columns(made.standard), name=_NEAR)
    facts = near.group_by(["entity", made.event, *made.key]).aggregate(
        rows=near.count(),
        told=near["account"].count(),
        one=near["account"].min(),
        other=near["account"].max(),
    )
    several = (facts["one"] != facts["other"]) | facts["told"].between(1, facts["rows"] - 1)
    doubtful = facts.filter(several).select("entity").distinct()
    return sql_of(_told_last(made)), sql_of(near), sql_of(doubtful)


def drop_balances(engine: duckdb.DuckDBPyConnection) -> None:
    """What ``around_balances`` made."""
    engine.execute(f'DROP TABLE temp."{_NEAR}"')


def _told_last(reading: Flows) -> ir.Table:
    rows, first = rows_of(reading.standard), day_called("first")
    happened = rows[reading.event]
    before = rows.filter(happened < first)
    told = before.filter(
        known_at(before, moment_called("before")),
        before["balance"].between(-MOST_FEN, MOST_FEN),
    )
    newest = told.group_by(["entity", "account"]).aggregate(_on=told[reading.event].max())
    days = newest.select("entity", "_on").distinct()
    older = before.semi_join(
        days, [before["entity"] == days["entity"], before[reading.event] == days["_on"]]
    )
    return ibis.union(rows.filter(happened >= first), older)
