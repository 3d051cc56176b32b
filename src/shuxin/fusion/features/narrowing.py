"""Queries of a reading over only those rows that some features look at: what lies further back is not read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.flows import BALANCE_DAYS
from shuxin.fusion.features.grains import MOST_FEN
from shuxin.fusion.features.library import READINGS
from shuxin.fusion.features.queries import part_query
from shuxin.fusion.features.sources import source_columns
from shuxin.fusion.known import known_at
from shuxin.kernel.dates import CHINA_TIME

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb
    import ibis.expr.types as ir
    import pyarrow as pa

    from shuxin.fusion.features.flows import Flows

_WHOLE, _NEAR = "whole_", "near_rows"


def first_moment(day: dt.date) -> dt.datetime:
    """Of a day in China, in UTC."""
    return dt.datetime.combine(day, dt.time(), tzinfo=CHINA_TIME).astimezone(dt.UTC)


def rows_of(standard: str, *, prefix: str = "") -> ir.Table:
    return ibis.table(source_columns(standard), name=prefix + standard)


def sql_of(expression: ir.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))


def answered_over(
    engine: duckdb.DuckDBPyConnection,
    reading: str,
    names: frozenset[str],
    rows: Mapping[str, ir.Table],
) -> pa.Table:
    """As ``answering.part_answer``, as if the reading's standards held only these rows of what ``whole`` gives."""
    sql, shape = part_query(reading, names)
    narrow = [f'"{name}" AS NOT MATERIALIZED (\n{sql_of(table)}\n)' for name, table in rows.items()]
    for name in rows:
        engine.execute(f'CREATE OR REPLACE TEMP VIEW "{_WHOLE}{name}" AS {sql_of(rows_of(name))}')
    found = engine.sql(f"WITH {', '.join(narrow)}, {sql[5:]}").to_arrow_table().cast(shape)
    for name in rows:
        engine.execute(f'DROP VIEW temp."{_WHOLE}{name}"')
    return found


def since_day(reading: str, first: dt.date) -> dict[str, ir.Table]:
    """Rows of what happened on a day or later, by standard."""
    made = READINGS[reading]
    found = {}
    for standard in made.standards:
        rows = rows_of(standard, prefix=_WHOLE)
        found[standard] = rows.filter(rows[made.event].cast("date") >= first)
    return found


def around_balances(
    engine: duckdb.DuckDBPyConnection, reading: Flows, as_of: dt.date
) -> tuple[dict[str, ir.Table], frozenset[str]]:
    """Account flows of the last 90 days and of those days before on which an account's balance was told last, and the
    entities for whom these may not be all: versions of one flow name several accounts.
    """
    (standard,) = reading.standards
    near = ibis.table(source_columns(standard), name=_NEAR)
    engine.execute(
        f'CREATE OR REPLACE TEMP TABLE "{_NEAR}" AS {sql_of(_told_last(reading, as_of))}'
    )
    facts = near.group_by(["entity", reading.event, *reading.key]).aggregate(
        rows=near.count(),
        told=near["account"].count(),
        one=near["account"].min(),
        other=near["account"].max(),
    )
    several = (facts["one"] != facts["other"]) | facts["told"].between(1, facts["rows"] - 1)
    found = engine.sql(sql_of(facts.filter(several).select("entity").distinct()))
    return {standard: near}, frozenset(found.to_arrow_table()["entity"].to_pylist())


def drop_balances(engine: duckdb.DuckDBPyConnection) -> None:
    """What ``around_balances`` made."""
    engine.execute(f'DROP TABLE temp."{_NEAR}"')


def _told_last(reading: Flows, as_of: dt.date) -> ir.Table:
    rows = rows_of(reading.standard)
    happened, first = rows[reading.event], as_of - dt.timedelta(days=BALANCE_DAYS)
    before = rows.filter(happened < first)
    told = before.filter(
        known_at(before, ibis.timestamp(first_moment(as_of))),
        before["balance"].between(-MOST_FEN, MOST_FEN),
    )
    newest = told.group_by(["entity", "account"]).aggregate(_on=told[reading.event].max())
    days = newest.select("entity", "_on").distinct()
    older = before.semi_join(
        days, [before["entity"] == days["entity"], before[reading.event] == days["_on"]]
    )
    return ibis.union(rows.filter(happened >= first), older)
