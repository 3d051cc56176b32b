"""Import of a large clean CSV: rows a second and peak memory, against pandas and DuckDB's own reader.

    python benchmarks/bench_ingest.py [--rows 10000000] [--keep]

Each contender runs in its own process, three times in turn, on the same generated file: invoice-like rows
of seven columns (code, name, date, amount, rate, region, note). Shuxin does its whole job: fingerprint,
decoding, layout, typing, code checks, masking, rejects, Parquet, statistics, catalogue. pandas and DuckDB
read the file with types stated and write Parquet; they check nothing. Medians and ratios are printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HEADER = "开票方识别号,开票方,开票日,价税合计(元),税率,属地,摘要"
RUNS = 3
SHUXIN = """
import sys
from pathlib import Path
from shuxin.portal.bootstrap import start
settings = start()
from shuxin.catalogue.api import DataGroup, Level
from shuxin.fusion.api import Holder, accept_all, import_folder
from shuxin.infra.api import silent_progress
work = dict(holder=Holder("bench", "bench", DataGroup.PUBLIC, Level.L2), settings=settings, by="bench",
            language="en", progress=silent_progress)
folder = Path(sys.argv[1])
import_folder(folder, **work)
accept_all(settings=settings, by="bench")
import time
began = time.perf_counter()
(outcome,) = import_folder(folder, **work)
assert outcome.rows_loaded == outcome.rows_read > 0, outcome
print("SECONDS", time.perf_counter() - began)
"""
PANDAS = """
import sys, time, pandas as pd
began = time.perf_counter()
parts = []
import pyarrow as pa, pyarrow.parquet as pq
file = next(__import__("pathlib").Path(sys.argv[1]).glob("*.csv"))
frame = pd.read_csv(file, dtype={0: "string", 1: "string", 5: "string", 6: "string"}, parse_dates=[2])
frame.to_parquet(sys.argv[2] + "/pandas.parquet", compression="zstd")
print("SECONDS", time.perf_counter() - began)
"""
DUCKDB = """
import sys, time, duckdb
began = time.perf_counter()
file = str(next(__import__("pathlib").Path(sys.argv[1]).glob("*.csv")))
rows = duckdb.read_csv(file)
rows.write_parquet(sys.argv[2] + "/duckdb.parquet", compression="zstd")
print("SECONDS", time.perf_counter() - began)
"""


def write_file(path: Path, rows: int) -> None:
    """Deterministic rows; 200,000 firms, codes of an unassigned region that pass both checks."""
    from shuxin.kernel.organisation_code import organisation_check
    from shuxin.kernel.uscc import check_symbol

    rng = np.random.default_rng(7)
    firms = []
    for number in range(20_000):
        body = f"MB{number:06d}"
        stem = f"91349901{body}{organisation_check(body)}"
        firms.append(f"{stem}{check_symbol(stem)},澜坪第{number}号贸易有限公司")
    days = [f"20{20 + d // 336}-{d % 336 // 28 + 1:02d}-{d % 28 + 1:02d}" for d in range(1600)]
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for start in range(0, rows, 200_000):
            count = min(200_000, rows - start)
            firm, day = rng.integers(0, 20_000, count), rng.integers(0, 1600, count)
            fen, rate = rng.integers(1, 10**8, count), rng.integers(0, 4, count)
            lines = (
                f"{firms[f]},{days[d]},{a // 100}.{a % 100:02d},{('0.13', '0.09', '0.06', '0.03')[r]},"
                f"34990{f % 7 + 1},货款{a % 97}"
                for f, d, a, r in zip(firm, day, fen.tolist(), rate, strict=True)
            )
            file.write("\n".join(lines) + "\n")


def run(code: str, folder: Path, scratch: Path) -> tuple[float, int]:
    """Seconds by the process's own clock, and its peak memory in MiB."""
    environment = os.environ | {"SHUXIN_HOME": str(scratch / f"home-{time.time_ns()}")}
    reader = code + "\nprint(open('/proc/self/status').read())"
    done = subprocess.run(
        [sys.executable, "-c", reader, str(folder), str(scratch)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds = next(ln for ln in done.stdout.splitlines() if ln.startswith("SECONDS")).split()[1]
    peak = next(ln for ln in done.stdout.splitlines() if ln.startswith("VmHWM")).split()[1]
    return float(seconds), int(peak) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as scratch:
        folder = Path(scratch) / "in"
        folder.mkdir()
        path = folder / "invoices.csv"
        write_file(path, options.rows)
        print(f"{options.rows:,} rows, {path.stat().st_size / 2**20:,.0f} MiB")
        contenders = {"shuxin": SHUXIN, "pandas": PANDAS, "duckdb": DUCKDB}
        seen: dict[str, list[tuple[float, int]]] = {name: [] for name in contenders}
        for _ in range(RUNS):
            for name, code in contenders.items():
                seen[name].append(run(code, folder, Path(scratch)))
        base = statistics.median(s for s, _ in seen["shuxin"])
        for name, runs in seen.items():
            seconds = [s for s, _ in runs]
            middle = statistics.median(seconds)
            print(
                f"{name:8} {middle:7.1f} s ({min(seconds):.1f}-{max(seconds):.1f})"
                f"  {options.rows / middle:12,.0f} rows/s  peak {max(m for _, m in runs):6,} MiB"
                f"  shuxin/{name} {base / middle:.2f}"
            )


if __name__ == "__main__":
    main()
