"""Features as SQL text over tables named like standards and readings, written once for a process.

A query is the same for all enterprises, days and permits; writing one takes ten times as long as answering it for one
enterprise. Each reading has its own, so that only what is wanted and can be read is ever written. What comes before the
features is the same whichever are wanted, and is written apart: rows behind a feature, months of trade and ties of
neighbours are asked of it too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import ibis
from ibis.expr.operations import UnboundTable

from shuxin.fusion.features.computing import joined_parts, part_of, readable, summed, with_needed
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.many_days import DAYS, numbered, steps_of_many
from shuxin.fusion.features.readings import MONTHLY, PARTIES, SPINE, STANDING
from shuxin.fusion.features.sources import source_columns
from shuxin.kernel.canonical import content_hash

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    import ibis.expr.types as ir
    import pyarrow as pa

    from shuxin.fusion.features.definition import Feature, Window
    from shuxin.fusion.features.readings import Step

_SPINE = ibis.schema({"entity": "string", "as_of": "date"})


@lru_cache(maxsize=128)
def wanted(names: frozenset[str] | None) -> tuple[Feature, ...]:
    """The features of these names and those that they are made of; None is all."""
    return FEATURES if names is None else with_needed(names, features=FEATURES)


def part_name(reading: str) -> str:
    """What the answer to a part's query is registered as."""
    return f"part_{reading}"


@dataclass(frozen=True, slots=True)
class Written:
    """A step of a reading as text, the columns of its table, and the tables that it looks at."""

    name: str
    sql: str
    shape: ibis.Schema
    looks_at: frozenset[str]


@cache
def written_steps(reading: str) -> tuple[Written, ...]:
    """Of a reading, whatever features are wanted."""
    return _written(_tables(reading, READINGS[reading].steps, _days()))


@cache
def _steps_of_many(reading: str) -> tuple[Written, ...]:
    """Those that any feature needs."""
    made, spine = READINGS[reading], numbered(ibis.table(_SPINE, name=SPINE)).schema()
    tables = _tables(reading, steps_of_many(made), _as_table(spine, DAYS))
    grains = frozenset(one.grain for one in FEATURES if one.source == reading)
    looks_at = [(name, _looked_at(table)) for name, table in tables]
    needed = _needed(looks_at, made.tables(_named(tables), grains).values())
    return _written([(name, table) for name, table in tables if name in needed])


def _written(tables: Sequence[tuple[str, ir.Table]]) -> tuple[Written, ...]:
    return tuple(
        Written(name, sql_of(table), table.schema(), _looked_at(table)) for name, table in tables
    )


@lru_cache(maxsize=1024)
def part_query(reading: str, names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """The features of one reading, for each row of the table ``spine`` that has any.

    Each step is a table of its own in the query, so that it is answered once however often the next looks at it.
    """
    steps = written_steps(reading)
    last = summed(reading, tables_of(reading, steps), features=wanted(names))
    return query_of(steps, last), last.schema().to_pyarrow()


@lru_cache(maxsize=1024)
def many_days_query(reading: str, names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """As ``part_query``, and the same answer; cheaper where enterprises are asked for as of many days, else dearer.

    What there is of every day is many times as much: it is answered on the way, where only features look at it.
    """
    days = numbered(ibis.table(_SPINE, name=SPINE))
    steps, spine = _steps_of_many(reading), _as_table(days.schema(), DAYS)
    part = summed(reading, tables_of(reading, steps) | {SPINE: spine}, features=wanted(names))
    called = part.join(spine.select("entity", "named").distinct(), "entity")
    last = called.drop("entity").rename(entity="named").select(*part.columns)
    first = Written(DAYS, sql_of(days), days.schema(), frozenset())
    looked_at = any(STANDING in step.looks_at for step in _before(steps, last))
    on_the_way = frozenset({MONTHLY, PARTIES}) | (frozenset() if looked_at else {STANDING})
    return query_of((first, *steps), last, on_the_way=on_the_way), last.schema().to_pyarrow()


@lru_cache(maxsize=256)
def rows_query(standard: str, window: Window, most: int) -> str:
    """By entity how many rows of a standard are within the window, and where the ``most`` largest of them stand."""
    reading = reading_of(standard)
    steps, size = written_steps(reading), READINGS[reading].size
    rows = tables_of(reading, steps)[STANDING]
    within = rows.filter(window.within(rows))
    largest_first = [within[size].abs().desc()] if size in within.columns else []
    order = [*largest_first, within["_dataset"], within["_file"], within["_line"]]
    placed = within.mutate(
        rank=ibis.row_number().over(group_by="entity", order_by=order),
        count=within.count().over(group_by="entity"),
    )
    largest = placed.filter(placed["rank"] < most).order_by(["entity", "rank"])
    return query_of(steps, largest.select("entity", "count", "_dataset", "_file", "_line"))


def reading_of(standard: str) -> str:
    """The first whose rows are of this standard only."""
    return next(name for name, one in READINGS.items() if one.standards == (standard,))


def tables_of(reading: str, steps: Iterable[Written]) -> dict[str, ir.Table]:
    """The standards' rows, the spine and what the steps made, by name, as tables that a query can look at."""
    made = {one: _source(one) for one in READINGS[reading].standards} | {SPINE: _days()}
    return made | {step.name: _as_table(step.shape, step.name) for step in steps}


def query_of(
    steps: Sequence[Written], last: ir.Table, *, on_the_way: frozenset[str] = frozenset()
) -> str:
    """The query of ``last`` with those steps before it that it needs; the steps on the way are not made apart."""
    needed = _before(steps, last)
    kept = {
        step.name: "NOT MATERIALIZED" if step.name in on_the_way else "MATERIALIZED"
        for step in needed
    }
    tables = [f'"{step.name}" AS {kept[step.name]} (\n{step.sql}\n)' for step in needed]
    sql = sql_of(last)
    rest = f",\n{sql[5:]}" if sql.startswith("WITH ") else f"\n{sql}"
    return f"WITH {', '.join(tables)}{rest}"


def _before(steps: Sequence[Written], last: ir.Table) -> list[Written]:
    """Those that the last table needs."""
    needed = _needed([(step.name, step.looks_at) for step in steps], [last])
    return [step for step in steps if step.name in needed]


def part_steps(reading: str, names: frozenset[str] | None) -> list[tuple[str, ir.Table]]:
    """Tables and how each is made of those before it, the last one the features; "" is its name."""
    tables = _tables(reading, READINGS[reading].steps, _days())
    last = summed(reading, {SPINE: _days()} | _named(tables), features=wanted(names))
    needed = _needed([(name, _looked_at(table)) for name, table in tables], [last])
    return [*((name, table) for name, table in tables if name in needed), ("", last)]


def _needed(steps: Sequence[tuple[str, Collection[str]]], last: Iterable[ir.Table]) -> set[str]:
    """Names that the last tables look at, or a step on the way to them. steps: each with what it looks at."""
    found = {name for table in last for name in _looked_at(table)}
    for name, looks_at in reversed(steps):
        if name in found:
            found.update(looks_at)
    return found


def _tables(reading: str, steps: Sequence[Step], spine: ir.Table) -> list[tuple[str, ir.Table]]:
    """Each step's table, made of those before it by their names only."""
    made = tables_of(reading, ()) | {SPINE: spine}
    tables = []
    for step in steps:
        table = step.made(made)
        tables.append((step.name, table))
        made[step.name] = _as_table(table.schema(), step.name)
    return tables


def _named(tables: Iterable[tuple[str, ir.Table]]) -> dict[str, ir.Table]:
    return {name: _as_table(table.schema(), name) for name, table in tables}


def _source(standard: str) -> ir.Table:
    return ibis.table(source_columns(standard), name=standard)


def _looked_at(table: ir.Table) -> frozenset[str]:
    return frozenset(one.name for one in table.op().find(UnboundTable))


def _as_table(shape: ibis.Schema, name: str) -> ir.Table:
    return ibis.table(shape, name=name)


def sql_of(expression: ir.Table) -> str:
    """In the dialect of DuckDB."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


@lru_cache(maxsize=256)
def end_query(readings: tuple[str, ...], names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """All wanted features out of the answers to the parts of these readings."""
    expression = end_expression(readings, names)
    return sql_of(expression), expression.schema().to_pyarrow()


def end_expression(readings: tuple[str, ...], names: frozenset[str] | None) -> ir.Table:
    """All wanted features over tables named ``part_name``."""
    parts = {}
    for reading in readings:
        _, shape = part_query(reading, names)
        parts[reading] = ibis.table(ibis.Schema.from_pyarrow(shape), name=part_name(reading))
    return joined_parts(spine=_days(), parts=parts, features=wanted(names))


@lru_cache(maxsize=256)
def definitions_hash(names: frozenset[str] | None, standards: frozenset[str]) -> str:
    """SHA-256 over what features compute where these standards are: the queries, and what empty means."""
    features = wanted(names)
    readings = readable(features, standards)
    queries = [part_query(reading, names)[0] for reading in readings]
    queries.append(end_query(tuple(readings), names)[0])
    return content_hash({"sql": queries})


def part_expression(reading: str, names: frozenset[str] | None) -> ir.Table:
    """The features of one reading over tables named like its standards and ``spine``."""
    read: Collection[str] = READINGS[reading].standards
    return part_of(
        reading,
        spine=_days(),
        sources={one: _source(one) for one in read},
        features=wanted(names),
    )


def _days() -> ir.Table:
    return ibis.table(_SPINE, name=SPINE).distinct()
