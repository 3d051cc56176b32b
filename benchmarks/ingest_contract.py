"""Import of a Parquet file that brings its contract: rows a second and peak memory, beside DuckDB and pandas.

    python benchmarks/ingest_contract.py [--rows 5000000] [--runs 3]

Ten columns of payments of 20,000 firms: code, name, a document number of each row, two codes, an amount, two days, a
number of the record, the moment at which it was known; .8 % of the codes are miswritten. Each contender runs in its own
process, in turn, on the same file. Shuxin does its whole job on a contract that was accepted before: fingerprint,
contract against columns, typing, masking, code checks, rejects, Parquet, statistics, drift, catalogue. DuckDB
(``COPY ... TO``) and pandas read the same file and write Parquet (zstd); they check nothing. Medians and ratios.
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
import pyarrow as pa
import pyarrow.parquet as pq

FIRMS, GROUP, SEED = 20_000, 1 << 18, 7
SHUXIN = """
import shutil, sys, time
from pathlib import Path
from shuxin.portal.bootstrap import start
settings = start()
from shuxin.catalogue.api import DataGroup, Level
from shuxin.fusion.api import Holder, accept_all, import_folder
from shuxin.infra.api import silent_progress
work = dict(holder=Holder("", "bench", DataGroup.PUBLIC, Level.L2), settings=settings, by="bench",
            language="en", progress=silent_progress)
folder = Path(sys.argv[1])
import_folder(folder, **work)
accept_all(settings=settings, by="bench")
began, busy = time.perf_counter(), time.process_time()
(outcome,) = import_folder(folder, **work)
print("SECONDS", time.perf_counter() - began, time.process_time() - busy)
assert outcome.rows_loaded == outcome.rows_read > 0, outcome
"""
DUCKDB = """
import sys, time, duckdb
from pathlib import Path
(file,) = Path(sys.argv[1]).glob("*.parquet")
con = duckdb.connect()
con.execute("SET threads = 2")
began, busy = time.perf_counter(), time.process_time()
con.execute(f"COPY (FROM '{file}') TO '{sys.argv[2]}/duckdb.parquet' (FORMAT parquet, COMPRESSION zstd)")
print("SECONDS", time.perf_counter() - began, time.process_time() - busy)
"""
PANDAS = """
import sys, time
import pandas as pd
from pathlib import Path
(file,) = Path(sys.argv[1]).glob("*.parquet")
began, busy = time.perf_counter(), time.process_time()
pd.read_parquet(file).to_parquet(sys.argv[2] + "/pandas.parquet", compression="zstd")
print("SECONDS", time.perf_counter() - began, time.process_time() - busy)
"""


def contract() -> bytes:
    from shuxin.catalogue.api import (
        Contract,
        DataGroup,
        Field,
        FieldType,
        Level,
        Meaning,
        Sharing,
        write_contract,
    )

    how = {"level": Level.L2, "sharing": Sharing.CONDITIONAL}
    return write_contract(
        contract=Contract(
            dataset="payments",
            version="1.0.0",
            title="入库税款",
            department="税务局",
            group=DataGroup.PUBLIC,
            fields=(
                Field("subject_code", FieldType.CODE, meaning=Meaning.SUBJECT_CODE, **how),
                Field("subject_name", FieldType.STRING, meaning=Meaning.SUBJECT_NAME, **how),
                Field("doc_no", FieldType.CODE, required=True, **how),
                Field("tax_kind", FieldType.CODE, code_table=("VAT", "CIT", "IIT", "STAMP"), **how),
                Field("treasury", FieldType.CODE, **how),
                Field("amount", FieldType.MONEY, unit="fen", meaning=Meaning.AMOUNT, **how),
                Field("period", FieldType.MONTH, **how),
                Field("paid_at", FieldType.DATE, meaning=Meaning.EVENT_TIME, required=True, **how),
                Field("src_id", FieldType.INTEGER, required=True, **how),
                Field("known_time", FieldType.TIMESTAMP, required=True, **how),
            ),
            known_time_field="known_time",
        )
    )


def write_file(path: Path, rows: int) -> None:
    """Deterministic; firms of an unassigned region whose codes pass both checks."""
    from shuxin.kernel.organisation_code import organisation_check
    from shuxin.kernel.uscc import check_symbol

    rng, codes = np.random.default_rng(SEED), []
    for number in range(FIRMS):
        body = f"MB{number:06d}"
        stem = f"91349901{body}{organisation_check(body)}"
        codes.append(stem + check_symbol(stem))
    codes += [code[:-1] + "0" for code in codes[: FIRMS // 4]]
    names = pa.array([f"澜坪第{n % FIRMS}号贸易有限公司" for n in range(len(codes))])
    words, kinds = pa.array(codes), pa.array(["VAT", "CIT", "IIT", "STAMP"])
    regions = pa.array([f"34990{n}" for n in range(1, 8)])
    schema = None
    with tempfile.TemporaryDirectory(dir=path.parent.parent) as _:
        writer = None
        for start in range(0, rows, GROUP):
            count = min(GROUP, rows - start)
            firm = rng.integers(0, FIRMS, count)
            wrong = rng.random(count) < 0.008
            firm = np.where(wrong & (firm < FIRMS // 4), firm + FIRMS, firm)
            day = rng.integers(19_000, 20_400, count).astype(np.int32)
            number = np.arange(start, start + count)
            batch = pa.table(
                {
                    "subject_code": words.take(pa.array(firm)),
                    "subject_name": names.take(pa.array(firm)),
                    "doc_no": pa.array([f"3499{n * 7919 % 10**11:014d}" for n in number.tolist()]),
                    "tax_kind": kinds.take(pa.array(rng.integers(0, 4, count))),
                    "treasury": regions.take(pa.array(rng.integers(0, 7, count))),
                    "amount": rng.integers(1, 10**8, count),
                    "period": pa.array(day - day % 30).view(pa.date32()),
                    "paid_at": pa.array(day).view(pa.date32()),
                    "src_id": number,
                    "known_time": pa.array(day.astype(np.int64) * 86_400_000 + 3_600_000).view(
                        pa.timestamp("ms", "UTC")
                    ),
                }
            )
            if writer is None:
                schema = batch.schema.with_metadata({b"odcs": contract()})
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            writer.write_table(batch.cast(schema), row_group_size=GROUP)
        if writer is not None:
            writer.close()


def run(code: str, folder: Path, scratch: Path) -> tuple[float, float, int]:
    """Seconds and seconds of the processor by the process's own clocks, and its peak memory in MiB."""
    home = str(scratch / f"home-{time.time_ns()}")
    environment = os.environ | {"SHUXIN_HOME": home, "SHUXIN_DATABASE_URL": ""}
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
    told = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line.strip()}
    seconds, busy = map(float, told["SECONDS"])
    return seconds, busy, int(told["VmHWM:"][0]) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as scratch:
        folder = Path(scratch) / "in"
        folder.mkdir()
        path = folder / "payments.parquet"
        write_file(path, options.rows)
        print(
            f"{options.rows:,} rows, {path.stat().st_size / 2**20:,.0f} MiB; load {os.getloadavg()[0]:.1f}"
        )
        contenders = {"shuxin": SHUXIN, "duckdb": DUCKDB, "pandas": PANDAS}
        seen: dict[str, list[tuple[float, float, int]]] = {name: [] for name in contenders}
        for _ in range(options.runs):
            for name, code in contenders.items():
                seen[name].append(run(code, folder, Path(scratch)))
        base = statistics.median(one[0] for one in seen["shuxin"])
        for name, runs in seen.items():
            seconds = [one[0] for one in runs]
            middle = statistics.median(seconds)
            busy = statistics.median(one[1] for one in runs)
            print(
                f"{name:8} {middle:7.2f} s ({min(seconds):.2f}-{max(seconds):.2f}), CPU {busy:6.2f} s"
                f"  {options.rows / middle:12,.0f} rows/s  peak {max(one[2] for one in runs):6,} MiB"
                f"  shuxin/{name} {base / middle:.2f}"
            )


if __name__ == "__main__":
    main()
