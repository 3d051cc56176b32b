"""Features of neighbours on a generated city: everybody's ties at once, as of one day.

Run: ``python -m benchmarks.city_neighbours FOLDER [--as-of 2025-12-15] [--runs 3] [--memory 6GB]``.

Every run is a process of its own over views of the city's files (``city_sources``): the whole is the answer to the
questions about everybody (SQL over millions of rows) and what is counted along the ties (sparse matrices); the second
part is told apart. Rows are those of the files that the questions read.
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

import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent))
from benchmarks import city_sources

from comparators import machine


def run(folder: Path, options: argparse.Namespace) -> None:
    """One run in a process of its own; its figures as JSON on the last line."""
    city_sources.begin()
    from shuxin.fusion.features import tied
    from shuxin.fusion.features.graph import NEIGHBOUR_FEATURES, READ
    from shuxin.fusion.features.neighbour_facts import ASKS, ask_query
    from shuxin.fusion.features.neighbours import neighbours

    backend = city_sources.connect(memory=options.memory, spill=options.spill)
    made = city_sources.sources(backend, folder, only=READ)
    asked = city_sources.spine(city_sources.firms(folder), [options.as_of])
    written = time.perf_counter()
    for ask in ASKS:
        ask_query(ask)
    written = time.perf_counter() - written
    answered = 0.0
    told = tied.Everybody.told

    def timed(everybody: tied.Everybody, ask: str) -> object:
        nonlocal answered
        before = time.perf_counter()
        try:
            return told(everybody, ask)
        finally:
            answered += time.perf_counter() - before

    tied.Everybody.told = timed  # type: ignore[method-assign,assignment]
    clock, cpu = time.perf_counter(), time.process_time()
    found = neighbours(backend.con, asked, standards=made)
    took, cpu = time.perf_counter() - clock, time.process_time() - cpu
    if options.out:
        pq.write_table(found, options.out)
    same = [
        one.name for one in NEIGHBOUR_FEATURES if pc.count_distinct(found[one.name]).as_py() < 2
    ]
    print("the same for everybody:", ", ".join(same) or "none")
    print(
        json.dumps(
            {
                "seconds": took,
                "asked": answered,
                "cpu": cpu,
                "written": written,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                "columns": found.num_columns - 2,
                "firms": found.num_rows,
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2025, 12, 15))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="6GB")
    parser.add_argument("--out", default="")
    parser.add_argument("--spill", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.spill:
        run(options.folder, options)
        return
    city_sources.begin()
    from shuxin.fusion.features.graph import READ

    rows = city_sources.rows_in(options.folder, only=READ)
    runs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as spill:
        for _ in range(options.runs):
            command = [sys.executable, "-m", "benchmarks.city_neighbours", *sys.argv[1:]]
            done = subprocess.run(
                [*command, "--spill", spill], check=True, stdout=subprocess.PIPE, text=True
            )
            runs.append(json.loads(done.stdout.splitlines()[-1]))
            print(done.stdout, flush=True)
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(f"{machine()}; load {os.getloadavg()[0]:.1f}; {rows:,} rows that are read")
    print(
        f"{middle['columns']:.0f} features of {middle['firms']:,.0f} firms: {middle['seconds']:.1f} s"
        f" ({min(one['seconds'] for one in runs):.1f}-{max(one['seconds'] for one in runs):.1f}), of it answers"
        f" {middle['asked']:.1f} s, CPU {middle['cpu']:.1f} s, peak {middle['peak']:,.0f} MiB, queries written in"
        f" {middle['written']:.1f} s, {rows / middle['seconds']:,.0f} rows/s"
    )


if __name__ == "__main__":
    main()
