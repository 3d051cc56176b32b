"""Features as SQL text over tables named like standards and readings, written once for a process.

A query is the same for all enterprises, days and permits; writing one takes ten times as long as answering it for one
enterprise. Each reading has its own, so that only what is wanted and can be read is ever written.
"""

from __future__ import annotations

from functools import lru_cache
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
    from collections.abc import Collection, Sequence

    import ibis.expr.types as ir
    import pyarrow as pa

    from shuxin.fusion.features.definition import Feature
    from shuxin.fusion.features.readings import Step

_SPINE = ibis.schema({"entity": "string", "as_of": "date"})


@lru_cache(maxsize=128)
def wanted(names: frozenset[str] | None) -> tuple[Feature, ...]:
    """The features of these names and those that they are made of; None is all."""
    return FEATURES if names is None else with_needed(names, features=FEATURES)


def part_name(reading: str) -> str:
    """What the answer to a part's query is registered as."""
    return f"part_{reading}"


@lru_cache(maxsize=1024)
def part_query(reading: str, names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """The features of one reading, for each row of the table ``spine`` that has any.

    Each step is a table of its own in the query, so that it is answered once however often the next looks at it.
    """
    return _query(part_steps(reading, names), on_the_way=frozenset())


@lru_cache(maxsize=1024)
def many_days_query(reading: str, names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """As ``part_query``, and the same answer; cheaper where enterprises are asked for as of many days, else dearer.

    What there is of every day is many times as much: it is answered on the way, where only features look at it.
    """
    made = {SPINE: _as_table(numbered(ibis.table(_SPINE, name=SPINE)), DAYS)}
    days = numbered(ibis.table(_SPINE, name=SPINE))
    *steps, (_, part) = _steps(reading, names, steps_of_many(READINGS[reading]), made)
    called = part.join(made[SPINE].select("entity", "named").distinct(), "entity")
    last = called.drop("entity").rename(entity="named").select(*part.columns)
    looked_at = any(STANDING in _looked_at(step) for _, step in steps)
    on_the_way = frozenset({MONTHLY, PARTIES}) | (frozenset() if looked_at else {STANDING})
    return _query([(DAYS, days), *steps, ("", last)], on_the_way=on_the_way)


def _query(
    made: Sequence[tuple[str, ir.Table]], *, on_the_way: frozenset[str]
) -> tuple[str, pa.Schema]:
    *steps, (_, last) = made
    kept = {name: "NOT MATERIALIZED" if name in on_the_way else "MATERIALIZED" for name, _ in steps}
    tables = [f'"{name}" AS {kept[name]} (\n{_sql(step)}\n)' for name, step in steps]
    sql = _sql(last)
    rest = f",\n{sql[5:]}" if sql.startswith("WITH ") else f"\n{sql}"
    return f"WITH {', '.join(tables)}{rest}", last.schema().to_pyarrow()


def part_steps(reading: str, names: frozenset[str] | None) -> list[tuple[str, ir.Table]]:
    """Tables and how each is made of those before it, the last one the features; "" is its name."""
    return _steps(reading, names, READINGS[reading].steps, {SPINE: _days()})


def _steps(
    reading: str, names: frozenset[str] | None, steps: Sequence[Step], spine: dict[str, ir.Table]
) -> list[tuple[str, ir.Table]]:
    """Those that are looked at."""
    standards = READINGS[reading].standards
    made = {one: ibis.table(source_columns(one), name=one) for one in standards} | spine
    tables = []
    for step in steps:
        table = step.made(made)
        tables.append((step.name, table))
        made[step.name] = _as_table(table, step.name)
    found = [("", summed(reading, made, features=wanted(names)))]
    for name, table in reversed(tables):
        if any(name in _looked_at(one) for _, one in found):
            found.insert(0, (name, table))
    return found


def _looked_at(table: ir.Table) -> set[str]:
    return {one.name for one in table.op().find(UnboundTable)}


def _as_table(made: ir.Table, name: str) -> ir.Table:
    return ibis.table(made.schema(), name=name)


def _sql(expression: ir.Table) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb"))


@lru_cache(maxsize=256)
def end_query(readings: tuple[str, ...], names: frozenset[str] | None) -> tuple[str, pa.Schema]:
    """All wanted features out of the answers to the parts of these readings."""
    expression = end_expression(readings, names)
    return _sql(expression), expression.schema().to_pyarrow()


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
        sources={one: ibis.table(source_columns(one), name=one) for one in read},
        features=wanted(names),
    )


def _days() -> ir.Table:
    return ibis.table(_SPINE, name=SPINE).distinct()
