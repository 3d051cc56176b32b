"""The whole library of features over generated rows of every standard, and 40 of them beside SQL written by hand.

Run: ``python benchmarks/bench_library.py [--firms 5000] [--scale 1.0] [--runs 3]``.
Every standard has as many rows a firm as the city's catalogues foresee (invoices 36 months, power by day 90 days), of
values drawn at random, known some days after they happened, 2 % of them corrected later. Shuxin answers one query a
reading and joins; the SQL is for this one day and reads each file once. Each runs on DuckDB in a process of its own,
in turn, with the same limit on memory; the answers to the 40 are compared before the figures are shown.
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
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from comparators import machine

if TYPE_CHECKING:
    from collections.abc import Callable

AS_OF = dt.date(2026, 6, 15)
MOMENT = dt.datetime(2026, 6, 14, 16, tzinfo=dt.UTC)
MEMORY = "6GB"
MONTHLY = {"vat_return": 36, "social_insurance": 36, "housing_fund": 36, "medical_insurance": 36, "invoice_quota": 24,
           "income_tax_withheld": 36, "power_month": 36, "water_month": 36, "gas_month": 12,
           "export_refund": 2}  # fmt: skip
OFTEN = {"invoice_out": 190, "invoice_in": 100, "bank_flow": 210, "tax_payment": 75, "power_day": 110,
         "merchant_day": 45, "outlet_day": 8, "cit_return": 12, "financial_statement": 12}  # fmt: skip
RARE = 2.0
WORDS = {
    "status": ("正常", "正常", "正常", "作废"),
    "currency": ("人民币",),
    "type": ("养老",),
    "role": ("被告", "原告"),
    "cause": ("借款合同纠纷", "买卖合同纠纷", "劳动争议"),
    "direction": ("收", "支"),
    "grade": ("A", "B", "M", "C"),
    "summary": ("货款", "代发工资", "还本付息", "税款"),
}

HAND = {
    "vat_return": """
      WITH last AS (
        SELECT entity, period, datediff('month', period, $day::DATE) AS k, filed_at,
          coalesce(sales_taxable, 0) + coalesce(sales_simple, 0) + coalesce(sales_export, 0)
            + coalesce(sales_exempt, 0) AS sales, coalesce(payable, 0) AS payable, coalesce(paid, 0) AS paid
        FROM read_parquet($file) WHERE _known_from < $moment AND (_known_to IS NULL OR _known_to >= $moment)
          AND period < $day AND period >= date_trunc('month', $day::DATE) - INTERVAL 36 MONTH
        QUALIFY row_number() OVER (PARTITION BY entity, period ORDER BY _known_from DESC, sales DESC) = 1)
      SELECT entity, coalesce(sum(sales) FILTER (k BETWEEN 1 AND 3), 0) AS vat_sales_3m,
        coalesce(sum(sales) FILTER (k BETWEEN 1 AND 6), 0) AS vat_sales_6m,
        coalesce(sum(sales) FILTER (k BETWEEN 1 AND 12), 0) AS vat_sales_12m,
        coalesce(sum(sales) FILTER (k BETWEEN 1 AND 24), 0) AS vat_sales_24m,
        coalesce(sum(sales) FILTER (k BETWEEN 1 AND 12), 0)::DOUBLE
          / nullif(greatest(sum(sales) FILTER (k BETWEEN 13 AND 24), 0), 0) - 1 AS vat_sales_yoy_12m,
        4 * sum(sales) FILTER (k BETWEEN 1 AND 3)::DOUBLE
          / nullif(greatest(sum(sales) FILTER (k BETWEEN 1 AND 12), 0), 0) AS vat_sales_momentum_12m,
        max(sales) FILTER (k BETWEEN 1 AND 12)::DOUBLE
          / nullif(greatest(sum(sales) FILTER (k BETWEEN 1 AND 12), 0), 0) AS vat_sales_peak_12m,
        sum(payable) FILTER (k BETWEEN 1 AND 12)::DOUBLE
          / nullif(greatest(sum(sales) FILTER (k BETWEEN 1 AND 12), 0), 0) AS vat_declared_burden_12m,
        sum(paid) FILTER (k BETWEEN 1 AND 12)::DOUBLE
          / nullif(greatest(sum(payable) FILTER (k BETWEEN 1 AND 12), 0), 0) AS vat_paid_share_12m,
        count(*) FILTER (k BETWEEN 1 AND 24) AS vat_filed_24m
      FROM last GROUP BY entity""",
    "social_insurance": """
      WITH last AS (
        SELECT entity, ym, datediff('month', ym, $day::DATE) AS k, coalesce(insured, 0) AS heads,
          coalesce(base_total, 0) AS base, coalesce(arrears, 0) AS arrears, coalesce(paid, 0) AS paid,
          coalesce(unit_due, 0) + coalesce(person_due, 0) AS due
        FROM read_parquet($file) WHERE _known_from < $moment AND (_known_to IS NULL OR _known_to >= $moment)
          AND type = '养老' AND ym < $day AND ym >= date_trunc('month', $day::DATE) - INTERVAL 36 MONTH
        QUALIFY row_number() OVER (PARTITION BY entity, ym
                                   ORDER BY _known_from DESC, heads DESC, base DESC, due DESC, paid DESC,
                                     arrears DESC) = 1),
      back AS (SELECT *, k - min(k) OVER (PARTITION BY entity) AS back FROM last)
      SELECT entity, max(heads) FILTER (back = 0) AS si_heads_now,
        max(heads) FILTER (back = 0)::DOUBLE / nullif(greatest(max(heads) FILTER (back = 3), 0), 0) - 1
          AS si_heads_change_3m,
        max(heads) FILTER (back = 0)::DOUBLE / nullif(greatest(max(heads) FILTER (back = 12), 0), 0) - 1
          AS si_heads_growth_12m,
        max(heads) FILTER (k BETWEEN 1 AND 24) AS si_heads_most_24m,
        coalesce(sum(base) FILTER (k BETWEEN 1 AND 12), 0) AS si_base_12m,
        count(*) FILTER (k BETWEEN 1 AND 12 AND arrears > 0) AS si_arrears_months_12m,
        coalesce(sum(arrears) FILTER (k BETWEEN 1 AND 12), 0) AS si_arrears_12m,
        sum(paid) FILTER (k BETWEEN 1 AND 12)::DOUBLE
          / nullif(greatest(sum(due) FILTER (k BETWEEN 1 AND 12), 0), 0) AS si_paid_share_12m
      FROM back GROUP BY entity""",
    "tax_payment": """
      WITH last AS (
        SELECT entity, doc_no, paid_at, datediff('month', paid_at, $day::DATE) AS k, tax_kind,
          coalesce(amount, 0) AS amount, coalesce(late_fee, 0) AS late
        FROM read_parquet($file) WHERE _known_from < $moment AND (_known_to IS NULL OR _known_to >= $moment)
          AND paid_at < $day AND paid_at >= date_trunc('month', $day::DATE) - INTERVAL 36 MONTH
        QUALIFY row_number() OVER (PARTITION BY entity, doc_no, paid_at ORDER BY _known_from DESC, amount DESC) = 1)
      SELECT entity, coalesce(sum(amount) FILTER (k BETWEEN 1 AND 3), 0) AS tax_paid_3m,
        coalesce(sum(amount) FILTER (k BETWEEN 1 AND 12), 0) AS tax_paid_12m,
        coalesce(sum(amount) FILTER (k BETWEEN 1 AND 24), 0) AS tax_paid_24m,
        coalesce(sum(amount) FILTER (k BETWEEN 1 AND 12), 0)::DOUBLE
          / nullif(greatest(sum(amount) FILTER (k BETWEEN 13 AND 24), 0), 0) - 1 AS tax_paid_yoy_12m,
        coalesce(sum(late) FILTER (k BETWEEN 1 AND 24), 0) AS tax_late_fees_24m,
        count(DISTINCT k) FILTER (k BETWEEN 1 AND 24 AND late > 0) AS tax_late_months_24m,
        count(DISTINCT tax_kind) FILTER (k BETWEEN 1 AND 12) AS tax_kinds_12m,
        $day::DATE - max(paid_at) AS tax_since_payment
      FROM last GROUP BY entity""",
    "power_day": """
      WITH last AS (
        SELECT entity, meter_no, date, $day::DATE - date AS days, (kwh * 1000)::BIGINT AS kwh,
          (max_kw * 1000)::BIGINT AS kw, (night_kwh * 1000)::BIGINT AS night
        FROM read_parquet($file) WHERE _known_from < $moment AND (_known_to IS NULL OR _known_to >= $moment)
          AND date < $day AND date >= date_trunc('month', $day::DATE) - INTERVAL 6 MONTH
        QUALIFY row_number() OVER (PARTITION BY entity, meter_no, date ORDER BY _known_from DESC, kwh DESC) = 1)
      SELECT entity, count(*) FILTER (days <= 90 AND kwh < 1) AS power_zero_days_90d,
        sum(kwh) FILTER (days <= 90 AND isodow(date) > 5)::DOUBLE
          / nullif(greatest(sum(kwh) FILTER (days <= 90), 0), 0) AS power_weekend_share_90d,
        sum(night) FILTER (days <= 90)::DOUBLE
          / nullif(greatest(sum(kwh) FILTER (days <= 90), 0), 0) AS power_night_share_90d,
        sum(kwh) FILTER (days <= 90)::DOUBLE
          / nullif(greatest(sum(kw) FILTER (days <= 90), 0), 0) / 24 AS power_load_90d,
        3 * sum(kwh) FILTER (days <= 30)::DOUBLE
          / nullif(greatest(sum(kwh) FILTER (days <= 90), 0), 0) AS power_month_to_quarter,
        min(days) FILTER (kwh >= 1 AND days <= 180) AS power_since_use
      FROM last GROUP BY entity""",
    "court_case": """
      WITH last AS (
        SELECT entity, case_no, filed, $day::DATE - filed AS days, role, cause, coalesce(amount, 0) AS amount
        FROM read_parquet($file) WHERE _known_from < $moment AND (_known_to IS NULL OR _known_to >= $moment)
          AND filed < $day
        QUALIFY row_number() OVER (PARTITION BY entity, case_no, filed ORDER BY _known_from DESC, amount DESC) = 1)
      SELECT entity, count(*) FILTER (days <= 90 AND role = '被告') AS court_sued_90d,
        count(*) FILTER (days <= 365 AND role = '被告') AS court_sued_365d,
        count(*) FILTER (days <= 730 AND role = '被告') AS court_sued_730d,
        coalesce(sum(amount) FILTER (days <= 365 AND role = '被告'), 0) AS court_sued_amt_365d,
        coalesce(sum(amount) FILTER (days <= 730 AND role = '被告'), 0) AS court_sued_amt_730d,
        min(days) FILTER (role = '被告') AS court_since_sued,
        count(*) FILTER (days <= 365 AND role = '原告') AS court_sues_365d,
        count(*) FILTER (days <= 730 AND role = '原告') AS court_sues_730d
      FROM last GROUP BY entity""",
}  # fmt: skip


def write(folder: Path, *, firms: int, scale: float, rng: np.random.Generator) -> int:
    """A Parquet file for each standard that features read; how many rows there are."""
    from shuxin.fusion.features.registry import SOURCES

    rows = 0
    for standard in SOURCES:
        each = MONTHLY.get(standard, OFTEN.get(standard, RARE))
        table = made(standard, firms=firms, count=max(1, int(firms * each * scale)), rng=rng)
        pq.write_table(table, folder / f"{standard}.parquet", compression="zstd")
        rows += table.num_rows
    return rows


def made(standard: str, *, firms: int, count: int, rng: np.random.Generator) -> pa.Table:
    import ibis

    from shuxin.fusion.features.library import READINGS
    from shuxin.fusion.features.sources import source_columns

    reading = next(one for one in READINGS.values() if one.standards == (standard,))
    past = {"power_day": 180}.get(standard, 1095)
    happened = np.sort(AS_OF.toordinal() - 719163 - rng.integers(0, past, count))
    if standard in MONTHLY:
        happened = (
            happened.astype("datetime64[D]")
            .astype("datetime64[M]")
            .astype("datetime64[D]")
            .astype(int)
        )
    known = (happened + rng.integers(1, 40, count)).astype("datetime64[D]").astype("datetime64[us]")
    columns: dict[str, Any] = {
        "entity": _codes(firms).take(pa.array(rng.integers(0, firms, count)))
    }
    shape = ibis.schema(source_columns(standard)).to_pyarrow()
    for field in shape:
        if field.name not in columns:
            columns[field.name] = _values(field, reading.event, happened, known, rng)
    table = pa.table([columns[name] for name in shape.names], schema=shape)
    again = np.sort(np.concatenate((np.arange(count), rng.integers(0, count, count // 50))))
    return table.take(pa.array(again))


def _values(
    field: pa.Field, event: str, happened: Any, known: Any, rng: np.random.Generator
) -> pa.Array:
    count = len(happened)
    if field.name == "_known_from":
        return pa.array(known, pa.timestamp("us", "UTC"))
    if field.name == "_known_to":
        return pa.array(known + np.timedelta64(200, "D"), field.type, mask=rng.random(count) > 0.02)
    if pa.types.is_date(field.type):
        days = happened if field.name == event else happened + rng.integers(5, 400, count)
        return pa.array(days.astype("int32"), pa.int32()).cast(pa.date32())
    if pa.types.is_int64(field.type):
        values = np.exp(rng.normal(4 if field.name in {"insured", "headcount"} else 11, 1.5, count))
        return pa.array(values.astype(np.int64), mask=rng.random(count) < 0.05)
    if pa.types.is_floating(field.type):
        return pa.array(np.round(np.exp(rng.normal(4, 1, count)), 3))
    if pa.types.is_boolean(field.type):
        return pa.array(rng.random(count) < 0.1)
    words = pa.array(WORDS.get(field.name, tuple(f"W{n}" for n in range(50_000))))
    return words.take(pa.array(rng.integers(0, len(words), count)))


def _codes(count: int) -> pa.Array:
    return pa.array([f"91349901MB{number:08d}" for number in range(count)])


def spine(firms: int) -> pa.Table:
    return pa.table({"entity": _codes(firms), "as_of": pa.array([AS_OF] * firms)})


def connect() -> Any:
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    return connection


def by_shuxin(folder: Path, firms: int, names: frozenset[str] | None) -> Callable[[], pa.Table]:
    from shuxin.fusion.features.computing import readable
    from shuxin.fusion.features.library import READINGS
    from shuxin.fusion.features.queries import SPINE, end_query, part_name, part_query, wanted

    standards = [file.stem for file in folder.glob("*.parquet")]
    readings = tuple(readable(wanted(names), standards))
    for reading in readings:
        part_query(reading, names)
    end = end_query(readings, names)[0]

    def answer() -> pa.Table:
        connection = connect()
        connection.register(SPINE, spine(firms))
        for standard in {one for name in readings for one in READINGS[name].standards}:
            connection.read_parquet(str(folder / f"{standard}.parquet")).create_view(standard)
        for reading in readings:
            sql, shape = part_query(reading, names)
            connection.register(
                part_name(reading), connection.sql(sql).to_arrow_table().cast(shape)
            )
        return connection.sql(end).to_arrow_table()

    return answer


def by_hand(folder: Path, firms: int) -> Callable[[], pa.Table]:
    def answer() -> pa.Table:
        connection = connect()
        connection.register("spine", spine(firms))
        whole = "SELECT * FROM spine"
        for standard, sql in HAND.items():
            file = f"'{folder / standard}.parquet'"
            facts = {"day": AS_OF, "moment": MOMENT}
            connection.execute(
                f"CREATE TEMP TABLE {standard} AS {sql.replace('$file', file)}", _used(sql, facts)
            )
            whole += f" LEFT JOIN {standard} USING (entity)"
        return connection.sql(whole).to_arrow_table()

    return answer


def _used(sql: str, facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if f"${name}" in sql}


def by_hand_names() -> frozenset[str]:
    import re

    known = set()
    for sql in HAND.values():
        known |= set(
            re.findall(r"AS (\w+_\w+)", sql.split("FROM last", 1)[0].rsplit("SELECT entity", 1)[-1])
        )
        known |= set(re.findall(r"AS (\w+_\w+)", sql.rsplit("SELECT entity", 1)[-1]))
    return frozenset(known)


def contend(name: str, folder: Path, firms: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
    import django

    django.setup()
    clock = time.perf_counter()
    answer = {
        "all": lambda: by_shuxin(folder, firms, None),
        "shuxin": lambda: by_shuxin(folder, firms, by_hand_names()),
        "sql": lambda: by_hand(folder, firms),
    }[name]()
    written = time.perf_counter() - clock
    clock, cpu = time.perf_counter(), time.process_time()
    found = answer()
    took = {
        "seconds": time.perf_counter() - clock,
        "cpu": time.process_time() - cpu,
        "written": written,
    }
    took |= {
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "columns": found.num_columns - 2,
    }
    pq.write_table(found, folder / f"{name}.answer")
    print(json.dumps(took))


def difference(folder: Path) -> str:
    ours, theirs = (
        pq.read_table(folder / f"{one}.answer").sort_by("entity") for one in ("shuxin", "sql")
    )
    wrong = []
    names = sorted(by_hand_names())
    for name in names:
        here, there = (
            np.array(t[name].cast("float64").to_numpy(), dtype=float) for t in (ours, theirs)
        )
        if "yoy" not in name and ours[name].null_count == 0:
            there = np.nan_to_num(there)
        alike = np.isclose(here, there, rtol=1e-9, atol=1e-9, equal_nan=True)
        if not alike.all():
            wrong.append(f"{name} ({int((~alike).sum())})")
    if wrong:
        raise SystemExit(f"answers differ: {', '.join(wrong)}")
    return f"{len(names)} features of {ours.num_rows:,} enterprises equal"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=5_000)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--contender", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        contend(options.contender[0], Path(options.contender[1]), options.firms)
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shuxin.portal.settings")
    import django

    django.setup()
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in ("shuxin", "sql", "all")}
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as folder:
        rows = write(
            Path(folder), firms=options.firms, scale=options.scale, rng=np.random.default_rng(1)
        )
        print(f"{machine()}; {rows:,} rows of {options.firms:,} firms")
        for _ in range(options.runs):
            for name, runs in seen.items():
                command = [
                    sys.executable,
                    __file__,
                    "--firms",
                    str(options.firms),
                    "--contender",
                    name,
                    folder,
                ]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                runs.append(json.loads(done.stdout))
        print(difference(Path(folder)))
    for name, runs in seen.items():
        middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        print(
            f"{name:7} {middle['columns']:.0f} features {middle['seconds']:.1f} s, CPU {middle['cpu']:.1f} s, peak"
            f" {middle['peak']:,.0f} MiB, queries written in {middle['written']:.1f} s"
        )
    for what in ("seconds", "cpu"):
        pairs = zip(seen["shuxin"], seen["sql"], strict=True)
        print(f"shuxin/sql, {what}: {statistics.median(a[what] / b[what] for a, b in pairs):.2f}")


if __name__ == "__main__":
    main()
