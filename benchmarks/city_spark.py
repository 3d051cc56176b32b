"""The same features of a generated city on Spark and on DuckDB, on one machine: ratio in one run, answers compared.

Run, with the extra ``spark`` and Java 17: ``python -m benchmarks.city_spark FOLDER [--names all] [--as-of 2025-12-15]
[--runs 3] [--memory 6g]``.

Both read the sources of ``city_sources``, written to Parquet beforehand, and write their answer to Parquet: the 40
features of ``bench_library``, or all. Each in a process of its own, in turn, with two cores and the same memory. What
Spark takes to start is told apart; CPU seconds are those of the whole process, the JVM's with Spark.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))
from benchmarks import city_sources

import bench_library
from comparators import machine

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LAST_BITS = 4e-15
CONTENDERS = ("duckdb", "spark")


def prepare(folder: Path, out: Path, names: frozenset[str] | None, day: dt.date) -> int:
    """Sources and spine as Parquet; rows written."""
    from shuxin.fusion.features.computing import readable
    from shuxin.fusion.features.library import READINGS
    from shuxin.fusion.features.queries import wanted
    from shuxin.fusion.features.registry import SOURCES

    backend = city_sources.connect(memory="6GB", spill=str(out / "spill"))
    read = {one for part in readable(wanted(names), SOURCES) for one in READINGS[part].standards}
    rows = 0
    for standard in city_sources.sources(backend, folder, only=read):
        file = out / f"{standard}.parquet"
        backend.con.execute(f"COPY (SELECT * FROM \"{standard}\") TO '{file}'")
        rows += pq.read_metadata(file).num_rows
    pq.write_table(city_sources.spine(city_sources.firms(folder), [day]), out / "spine.parquet")
    return rows


def standards_in(out: Path) -> list[str]:
    return sorted(file.stem for file in out.glob("*.parquet") if file.stem != "spine")


def by_duckdb(out: Path, names: frozenset[str] | None, memory: str) -> dict[str, float]:
    backend = city_sources.connect(memory=memory.upper() + "B", threads=2, spill=str(out / "spill"))
    made = standards_in(out)
    for standard in made:
        backend.create_view(standard, backend.read_parquet(str(out / f"{standard}.parquet")))
    asked = pq.read_table(out / "spine.parquet")
    pq.write_table(city_sources.features(backend.con, asked, made, names), out / "duckdb.answer")
    return {"began": 0.0, "cpu": time.process_time()}


def by_spark(out: Path, names: frozenset[str] | None, memory: str) -> dict[str, float]:
    """Seconds that the session took to start, and CPU seconds of both processes."""
    from shuxin.fusion.features.spark import answered_by_spark

    clock = time.perf_counter()
    session = _session(out, memory)
    began = time.perf_counter() - clock
    for file in out.glob("*.parquet"):
        session.read.parquet(str(file)).createOrReplaceTempView(file.stem)
    frame = answered_by_spark(session, standards=standards_in(out), names=names)
    frame.coalesce(1).write.mode("overwrite").parquet(str(out / "spark.answer"))
    jvm = psutil.Process(session.sparkContext._gateway.proc.pid).cpu_times()  # noqa: SLF001 - told nowhere else
    session.stop()
    return {"began": began, "cpu": time.process_time() + jvm.user + jvm.system}


def _session(out: Path, memory: str) -> SparkSession:
    from pyspark.sql import SparkSession

    from shuxin.fusion.features.spark import SETTINGS

    told = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": memory,
        "spark.sql.shuffle.partitions": "4",
        "spark.local.dir": str(out / "spill"),
        **SETTINGS,
    }
    builder = SparkSession.builder.master("local[2]")
    for name, value in told.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def differing(out: Path) -> list[str]:
    """Features whose answers are not alike; logarithms, roots and powers may differ in the last bits.

    Raises ValueError when one has more rows than the other.
    """
    sorts = [("entity", "ascending"), ("as_of", "ascending")]
    here = pq.read_table(out / "duckdb.answer").sort_by(sorts)
    there = pq.read_table(out / "spark.answer").sort_by(sorts)
    return [
        name
        for name in here.column_names
        if not all(
            _alike(one, other)
            for one, other in zip(here[name].to_pylist(), there[name].to_pylist(), strict=True)
        )
    ]


def _alike(here: object, there: object) -> bool:
    if isinstance(here, float) and isinstance(there, float):
        return math.isclose(here, there, rel_tol=LAST_BITS, abs_tol=1e-12)
    return here == there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2025, 12, 15))
    parser.add_argument("--names", choices=("forty", "all"), default="forty")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="6g")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    city_sources.begin()
    names = None if options.names == "all" else bench_library.by_hand_names()
    if options.contender:
        run = by_duckdb if options.contender == "duckdb" else by_spark
        clock = time.perf_counter()
        took = run(options.folder, names, options.memory)
        print(json.dumps(took | {"seconds": time.perf_counter() - clock - took["began"]}))
        return
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as place:
        _compare(Path(place), options, names)


def _compare(out: Path, options: argparse.Namespace, names: frozenset[str] | None) -> None:
    rows = prepare(options.folder, out, names, options.as_of)
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    for _ in range(options.runs):
        for name, runs in seen.items():
            runs.append(_contend(name, out, options))
            print(name, runs[-1], flush=True)
        print("differing:", differing(out) or "none", flush=True)
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}; {rows:,} rows read")
    for what in ("seconds", "cpu"):
        pairs = zip(seen["spark"], seen["duckdb"], strict=True)
        print(f"spark/duckdb, {what}: {statistics.median(a[what] / b[what] for a, b in pairs):.1f}")


def _contend(name: str, out: Path, options: argparse.Namespace) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.city_spark", str(out), "--names", options.names]
    command += ["--memory", options.memory, "--contender", name]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
