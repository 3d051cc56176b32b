"""Features out of tables of an engine that are named like standards: one query a reading, joined at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shuxin.fusion.features.computing import readable
from shuxin.fusion.features.queries import (
    end_query,
    many_days_query,
    part_name,
    part_query,
    wanted,
)
from shuxin.fusion.features.readings import SPINE

_MANY = 3
"""Days an enterprise, in the mean."""

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import duckdb
    import pyarrow as pa


def answered(
    engine: duckdb.DuckDBPyConnection,
    spine: pa.Table,
    *,
    standards: Collection[str],
    names: frozenset[str] | None = None,
) -> pa.Table:
    """One row for each distinct row of ``spine`` (``entity, as_of``), in any order, one column for each feature.

    engine: has for each of ``standards`` a table or view of that name, as ``sources.source_table`` gives it. names:
    only these, and those that they are made of; None is all. What no standard here tells is at its meaning of empty.
    """
    engine.register(SPINE, spine)
    parts = {one: part_answer(engine, one, names) for one in readable(wanted(names), standards)}
    return joined(engine, parts, names)


def part_answer(
    engine: duckdb.DuckDBPyConnection, reading: str, names: frozenset[str] | None
) -> pa.Table:
    """The features of one reading, for those rows of the engine's table ``spine`` that have any."""
    sql, shape = (many_days_query if are_many_days(engine) else part_query)(reading, names)
    return engine.sql(sql).to_arrow_table().cast(shape)


def are_many_days(engine: duckdb.DuckDBPyConnection) -> bool:
    """Whether the engine's ``spine`` asks for so many days an enterprise that doing once what they share pays."""
    asked = (
        f'SELECT count(*) >= {_MANY} * count(DISTINCT entity) FROM "{SPINE}" HAVING count(*) > 0'  # noqa: S608 - our own names
    )
    return any(many for (many,) in engine.sql(asked).fetchall())


def joined(
    engine: duckdb.DuckDBPyConnection, parts: Mapping[str, pa.Table], names: frozenset[str] | None
) -> pa.Table:
    """All wanted features of the engine's table ``spine`` out of those of each reading."""
    for reading, part in parts.items():
        engine.register(part_name(reading), part)
    sql, shape = end_query(tuple(parts), names)
    found = engine.sql(sql).to_arrow_table().cast(shape)
    for reading in parts:
        engine.unregister(part_name(reading))
    return found
