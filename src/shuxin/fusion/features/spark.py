"""The same features on Apache Spark (extra ``spark``), where one machine no longer does: the definitions are compiled
to Spark's SQL, step by step, and answered where the rows are.

``docs/spark.md`` shows how a cluster is pointed at them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from shuxin.fusion.features.computing import readable
from shuxin.fusion.features.queries import end_expression, part_name, part_steps, wanted

if TYPE_CHECKING:
    from collections.abc import Collection

    import ibis.expr.types as ir
    from pyspark.sql import DataFrame, SparkSession

SETTINGS = {"spark.sql.session.timeZone": "UTC"}
"""What a session must be told: days are told apart in UTC, and moved to China's by the features themselves."""


def answered_by_spark(
    session: SparkSession, *, standards: Collection[str], names: frozenset[str] | None = None
) -> DataFrame:
    """One row for each distinct row of the session's table ``spine`` (``entity, as_of``), one column for each feature.

    session: with ``SETTINGS``, and for each of ``standards`` a table or view of that name, as
    ``sources.source_table`` gives it. Each step is computed at once and kept by the executors, in memory or on their
    disks, as long as the frame is: told as one query, Spark would plan and compute a step anew for whoever asks for
    it (account flows: 2 MB of plan). Raises ValueError where the session is in another time zone.
    """
    for name, value in SETTINGS.items():
        if session.conf.get(name) != value:
            raise ValueError(f"the session needs {name}={value}")
    readings = tuple(readable(wanted(names), standards))
    views: set[str] = set()
    try:
        for reading in readings:
            for step_name, step in part_steps(reading, names):
                view = step_name or part_name(reading)
                session.sql(spark_sql(step)).localCheckpoint().createOrReplaceTempView(view)
                views.add(view)
        return session.sql(spark_sql(end_expression(readings, names)))
    finally:
        for view in views:
            session.catalog.dropTempView(view)


class _Options(ibis.config.Config):  # type: ignore[misc]  # Ibis has no types here
    """What Ibis would ask of its own connection to Spark, of which there is none here."""

    treat_nan_as_null: bool = False


def spark_sql(expression: ir.Table) -> str:
    """In the dialect of Spark 4."""
    if ibis.options.pyspark is None:
        ibis.options.pyspark = _Options()
    return str(ibis.to_sql(expression, dialect="pyspark"))
