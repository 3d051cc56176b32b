"""Features as SQL text over tables named like standards and readings, written once for a process.

A query is the same for all enterprises, days and permits; writing one takes ten times as long as answering it for one
enterprise. Each reading has its own, so that only what is wanted and can be read is ever written.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.computing import joined_parts, part_of, readable, summed, with_needed
from shuxin.fusion.features.library import FEATURES, READINGS
from shuxin.fusion.features.readings import SPINE
from shuxin.fusion.features.sources import source_columns
from shuxin.kernel.canonical import content_hash

if TYPE_CHECKING:
    from collections.abc import Collection

    import ibis.expr.types as ir
    import pyarrow as pa

    from shuxin.fusion.features.definition import Feature

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
    *steps, (_, last) = part_steps(reading, names)
    tables = [f'"{name}" AS MATERIALIZED (\n{_sql(step)}\n)' for name, step in steps]
    sql = _sql(last)
    rest = f",\n{sql[5:]}" if sql.startswith("WITH ") else f"\n{sql}"
    return f"WITH {', '.join(tables)}{rest}", last.schema().to_pyarrow()


def part_steps(reading: str, names: frozenset[str] | None) -> list[tuple[str, ir.Table]]:
    """Tables and how each is made of those before it, the last one the features; "" is its name."""
    read = READINGS[reading]
    made = {one: ibis.table(source_columns(one), name=one) for one in read.standards}
    made[SPINE] = _days()
    steps = []
    for step in read.steps:
        table = step.made(made)
        steps.append((step.name, table))
        made[step.name] = _as_table(table, step.name)
    last = summed(reading, made[read.steps[-1].name], features=wanted(names))
    return [*steps, ("", last)]


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
