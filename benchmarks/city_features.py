"""The whole library of features on a generated city, and 40 of them beside SQL written by hand.

Run: ``python -m benchmarks.city_features FOLDER [--as-of 2025-07-01] [--runs 3] [--memory 6GB]``.

Every contender runs in a process of its own, in turn, with the same limit on memory, over the same views of the same
files (``city_sources``): ``all`` is every feature of every firm as of one day; ``shuxin`` and ``sql`` are the 40
features of ``bench_library``, by names and by hand. Answers to the 40 are compared before any figure is shown.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))
from benchmarks import city_sources

import bench_library
from comparators import machine

WORDS = {"养老": "pension", "被告": "defendant", "原告": "plaintiff"}
"""Of the SQL by hand, as the city's offices write them."""
CONTENDERS = ("shuxin", "sql", "all")


def contend(name: str, folder: Path, options: argparse.Namespace) -> None:
    city_sources.begin()
    spill = str(Path(options.out) / "spill")
    backend = city_sources.connect(memory=options.memory, spill=spill)
    made = city_sources.sources(backend, folder)
    asked = city_sources.spine(city_sources.firms(folder), [options.as_of])
    names = None if name == "all" else bench_library.by_hand_names()
    written = time.perf_counter()
    if name != "sql":
        _write_queries(made, names)
    written = time.perf_counter() - written
    clock, cpu = time.perf_counter(), time.process_time()
    if name == "sql":
        found = by_hand(backend.con, asked, options.as_of)
    else:
        found = city_sources.features(backend.con, asked, made, names)
    took = {
        "seconds": time.perf_counter() - clock,
        "cpu": time.process_time() - cpu,
        "written": written,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "columns": found.num_columns - 2,
        "firms": found.num_rows,
    }
    pq.write_table(found, Path(options.out) / f"{name}.answer")
    print(json.dumps(took))


def _write_queries(made: list[str], names: frozenset[str] | None) -> None:
    from shuxin.fusion.features.computing import readable
    from shuxin.fusion.features.queries import end_query, part_query, wanted

    readings = tuple(readable(wanted(names), made))
    for reading in readings:
        part_query(reading, names)
    end_query(readings, names)


def by_hand(connection: object, asked: pa.Table, day: dt.date) -> pa.Table:
    midnight = dt.datetime.combine(day, dt.time(), tzinfo=dt.timezone(dt.timedelta(hours=8)))
    facts = {"day": day, "moment": midnight.astimezone(dt.UTC)}
    connection.register("spine", asked)
    whole = "SELECT * FROM spine"
    for standard, sql in bench_library.HAND.items():
        own = sql.replace("read_parquet($file)", standard)
        for ours, theirs in WORDS.items():
            own = own.replace(f"'{ours}'", f"'{theirs}'")
        used = {name: value for name, value in facts.items() if f"${name}" in own}
        connection.execute(f"CREATE TEMP TABLE hand_{standard} AS {own}", used)
        whole += f" LEFT JOIN hand_{standard} USING (entity)"
    return connection.sql(whole).to_arrow_table()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2025, 12, 15))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--only", default=",".join(CONTENDERS))
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--out", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        contend(options.contender, options.folder, options)
        return
    city_sources.begin()
    rows = city_sources.rows_in(options.folder)
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in options.only.split(",")}
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as out:
        for _ in range(options.runs):
            for name, runs in seen.items():
                command = [
                    sys.executable,
                    "-m",
                    "benchmarks.city_features",
                    str(options.folder),
                    "--as-of",
                    options.as_of.isoformat(),
                    "--memory",
                    options.memory,
                    "--contender",
                    name,
                    "--out",
                    out,
                ]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                runs.append(json.loads(done.stdout.splitlines()[-1]))
                print(name, runs[-1], flush=True)
        if {"shuxin", "sql"} <= set(seen):
            print(bench_library.difference(Path(out)))
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}; {rows:,} rows that features read")
    for name, runs in seen.items():
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        print(
            f"{name:7} {middle['columns']:.0f} features of {middle['firms']:,.0f} firms: {middle['seconds']:.1f} s,"
            f" CPU {middle['cpu']:.1f} s, peak {middle['peak']:,.0f} MiB, queries written in {middle['written']:.1f} s,"
            f" {rows / middle['seconds']:,.0f} rows/s"
        )
    if {"shuxin", "sql"} <= set(seen):
        for what in ("seconds", "cpu"):
            pairs = zip(seen["shuxin"], seen["sql"], strict=True)
            print(
                f"shuxin/sql, {what}: {statistics.median(a[what] / b[what] for a, b in pairs):.2f}"
            )


if __name__ == "__main__":
    main()
