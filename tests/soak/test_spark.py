"""Every feature on Spark beside the same on DuckDB, over rows strewn around every edge: equal, nulls included."""

from __future__ import annotations

import math
import random
import shutil
from functools import cache
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.fusion.features.any_rows import case, tables_of

from shuxin.fusion.features.answering import answered
from shuxin.fusion.features.computation import spine_table
from shuxin.fusion.features.definition import WHOLE
from shuxin.fusion.features.registry import SOURCES, feature_named
from shuxin.fusion.features.spark import SETTINGS, answered_by_spark

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession

pytestmark = [
    pytest.mark.soak,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),  # PySpark's own
]
LAST_BITS = 4e-15
"""A logarithm, a root or a power may differ in the last bits between mathematical libraries; nothing else may."""


@cache
def city() -> tuple[dict[str, pa.Table], pa.Table]:
    rows, spine = case(random.Random(4), sorted(SOURCES), firms=40, most=30)  # noqa: S311 - no secret
    return tables_of(rows), spine_table(spine)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    sql = pytest.importorskip("pyspark.sql", reason="the extra 'spark' is not installed")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java 17 or later, and there is none")
    builder = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    for name, value in {
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.memory": "2g",
        "spark.buffer.pageSize": "1m",
        **SETTINGS,
    }.items():
        builder = builder.config(name, value)
    made = builder.getOrCreate()
    folder: Path = tmp_path_factory.mktemp("spark")
    tables, spine = city()
    for name, table in {**tables, "spine": spine}.items():
        pq.write_table(table, folder / f"{name}.parquet")
        made.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
    yield made
    made.stop()


def of_duckdb(names: frozenset[str] | None = None) -> dict[Any, dict[str, Any]]:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    tables, spine = city()
    for name, table in tables.items():
        connection.register(name, table)
    return by_firm(answered(connection, spine, standards=SOURCES, names=names).to_pylist())


def by_firm(rows: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    return {(row["entity"], row["as_of"]): row for row in rows}


def alike(name: str, here: Any, there: Any) -> bool:
    if here is None or there is None or feature_named(name).measure in WHOLE:
        return bool(here == there)
    return math.isclose(here, there, rel_tol=LAST_BITS, abs_tol=1e-12)


class TestAnsweredBySpark:
    def test_is_what_duckdb_answers(self, session: SparkSession) -> None:
        frame = answered_by_spark(session, standards=SOURCES)
        found = by_firm([row.asDict() for row in frame.collect()])
        due = of_duckdb()
        assert found.keys() == due.keys()
        wrong = {
            name
            for key, row in due.items()
            for name, value in row.items()
            if name not in {"entity", "as_of"} and not alike(name, found[key][name], value)
        }
        assert wrong == set()

    def test_refuses_a_session_in_another_time_zone(self, session: SparkSession) -> None:
        session.conf.set("spark.sql.session.timeZone", "Asia/Shanghai")
        try:
            with pytest.raises(ValueError, match="timeZone=UTC"):
                answered_by_spark(session, standards=SOURCES)
        finally:
            session.conf.set("spark.sql.session.timeZone", "UTC")
