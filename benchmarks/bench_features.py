"""All 58 invoice features of 20,000 enterprises from 10 million invoices, beside SQL written by hand.

Run: ``python benchmarks/bench_features.py [--sales 6000000] [--purchases 4000000] [--runs 3]``.
Two generated Parquet files hold 36 months of invoices in the order of their days, with voided, red, round and
foreign ones, rows that stopped being known and 1 % that stand twice. Shuxin answers through its Ibis
expression, which takes any spine of enterprises and days; the SQL is for this one day, a constant to it, and
reads each file once. Both run on DuckDB as it comes, each in its own process, in turn. Before the figures
are shown the answers are compared: whole numbers and missing ones exactly, ratios to 1e-9.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from comparators import machine

if TYPE_CHECKING:
    from collections.abc import Callable

FIRMS, PARTIES = 20_000, 300_000
FIRST_DAY, DAYS = np.datetime64("2023-07-01"), 1096
AS_OF = dt.date(2026, 6, 15)
MOMENT = dt.datetime(2026, 6, 14, 16, tzinfo=dt.UTC)
SIDES = {"invoice_out": "inv_out", "invoice_in": "inv_in"}
CLOSE = 1e-9

ONE_SIDE = """
WITH known AS MATERIALIZED (
  SELECT entity, party, issued_on, coalesce(invoice_no, total::VARCHAR) AS number, net, tax, total,
    datediff('month', issued_on, $day::DATE) AS k,
    coalesce(status IN ('作废发票', '作废', '已作废', 'VOID')
             AND (status_changed_on IS NULL OR status_changed_on < $day), false) AS void, _known_from
  FROM read_parquet($file)
  WHERE issued_on >= date_trunc('month', $day::DATE) - INTERVAL 24 MONTH AND issued_on < $day
    AND _known_from < $moment AND (_known_to IS NULL OR _known_to >= $moment)
    AND (currency IS NULL OR currency IN ('CNY', 'RMB', '人民币', '元'))
), twice AS (
  SELECT entity, number FROM known GROUP BY entity, number HAVING count(*) > 1
), rows AS MATERIALIZED (
  SELECT entity, party, issued_on, k, net, tax, total, void
  FROM known ANTI JOIN twice USING (entity, number)
  UNION ALL
  SELECT entity, party, issued_on, k, net, tax, total, void
  FROM known SEMI JOIN twice USING (entity, number)
  QUALIFY row_number() OVER (
    PARTITION BY entity, party, issued_on, number
    ORDER BY date_trunc('hour', _known_from) DESC, void DESC, abs(total) DESC, net DESC, tax DESC) = 1
), months AS (
  SELECT entity, k,
    coalesce(sum(net) FILTER (NOT void), 0)::BIGINT AS net,
    coalesce(sum(net) FILTER (NOT void AND net > 0), 0)::BIGINT AS gross,
    coalesce(-sum(net) FILTER (NOT void AND net < 0), 0)::BIGINT AS red,
    coalesce(sum(tax) FILTER (NOT void), 0)::BIGINT AS tax,
    coalesce(sum(abs(net)) FILTER (void), 0)::BIGINT AS void_amount,
    count(*) FILTER (NOT void AND net > 0) AS valid,
    count(*) FILTER (void) AS void,
    count(*) FILTER (NOT void AND net < 0) AS reds,
    count(*) FILTER (NOT void AND net > 0 AND total % 100000 = 0) AS rounds,
    count(*) FILTER (NOT void AND net > 0
                     AND month(issued_on + 2) <> month(issued_on)) AS ends,
    max(issued_on) FILTER (NOT void AND net > 0) AS last_on
  FROM rows GROUP BY entity, k
), spaced AS (
  SELECT *, CASE WHEN valid > 0 AND k > 0 THEN k - 1 - coalesce(max(k) FILTER (valid > 0) OVER (
    PARTITION BY entity ORDER BY k ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) END AS gap
  FROM months
), by_month AS (
  SELECT entity,
    coalesce(sum(net) FILTER (k BETWEEN 1 AND 3), 0)::BIGINT AS net3,
    coalesce(sum(net) FILTER (k BETWEEN 1 AND 6), 0)::BIGINT AS net6,
    coalesce(sum(net) FILTER (k BETWEEN 1 AND 12), 0)::BIGINT AS net12,
    coalesce(sum(net) FILTER (k BETWEEN 1 AND 24), 0)::BIGINT AS net24,
    coalesce(sum(net) FILTER (k BETWEEN 13 AND 24), 0)::BIGINT AS before12,
    coalesce(sum(net) FILTER (k BETWEEN 13 AND 15), 0)::BIGINT AS before3,
    coalesce(sum(valid) FILTER (k BETWEEN 1 AND 3), 0)::BIGINT AS count3,
    coalesce(sum(valid) FILTER (k BETWEEN 1 AND 12), 0)::BIGINT AS count12,
    sum(gross) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS gross12,
    sum(red) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS red12,
    sum(tax) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS tax12,
    sum(void_amount) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS void_amount12,
    sum(void) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS void12,
    sum(reds) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS reds12,
    sum(rounds) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS rounds12,
    sum(ends) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS ends12,
    sum((13 - 2 * k) * round(ln(greatest(net, 0) / 100.0 + 1) * 1e9)::BIGINT)
      FILTER (k BETWEEN 1 AND 12)::DOUBLE / 286e9 AS slope,
    sum(net::DECIMAL(19, 0) * net::DECIMAL(19, 0)) FILTER (k BETWEEN 1 AND 12)::DOUBLE AS squares,
    count(*) FILTER (k BETWEEN 1 AND 12 AND valid > 0) AS active,
    greatest(coalesce(max(gap) FILTER (k BETWEEN 1 AND 12), 0),
             12 - coalesce(max(k) FILTER (k BETWEEN 1 AND 12 AND valid > 0), 0)) AS gap,
    max(last_on) AS last_on,
    max(k) FILTER (valid > 0) AS history
  FROM spaced GROUP BY entity
), parties AS (
  SELECT entity,
    coalesce(sum(net) FILTER (NOT void AND k BETWEEN 1 AND 12), 0)::BIGINT AS near,
    coalesce(sum(net) FILTER (NOT void AND k BETWEEN 13 AND 24), 0)::BIGINT AS far
  FROM rows GROUP BY entity, party
), by_party AS (
  SELECT entity, count(*) FILTER (near > 0) AS parties,
    nullif(sum(near) FILTER (near > 0), 0)::DOUBLE AS bought,
    max(near) FILTER (near > 0)::DOUBLE AS top1,
    list_sum(max(greatest(near, 0), 5))::DOUBLE AS top5,
    sum(near::DECIMAL(19, 0) * near::DECIMAL(19, 0)) FILTER (near > 0)::DOUBLE AS party_squares,
    count(*) FILTER (far > 0 AND near > 0)::DOUBLE AS stayed,
    nullif(count(*) FILTER (far > 0), 0)::DOUBLE AS known,
    coalesce(sum(near) FILTER (near > 0 AND far <= 0), 0)::DOUBLE AS fresh
  FROM parties GROUP BY entity
)
SELECT entity,
  net3 AS amt_3m, net6 AS amt_6m, net12 AS amt_12m, net24 AS amt_24m,
  count3 AS count_3m, count12 AS count_12m, round(gross12 / nullif(count12, 0))::BIGINT AS ticket_12m,
  net12 / CASE WHEN before12 > 0 THEN before12 END - 1 AS yoy_12m,
  net3 / CASE WHEN before3 > 0 THEN before3 END - 1 AS yoy_3m,
  net3 * 4 / CASE WHEN net12 > 0 THEN net12 END AS momentum_12m,
  slope AS slope_12m,
  CASE WHEN net12 > 0 THEN sqrt(greatest(squares / 12 - (net12 / 12.0::DOUBLE) ** 2, 0))
                           / (net12 / 12.0::DOUBLE) END AS cv_12m,
  active AS active_12m, coalesce(gap, 12) AS gap_12m, $day::DATE - last_on AS recency_24m,
  coalesce(history, 0) AS history_24m,
  void12 / nullif(void12 + count12 + reds12, 0) AS void_rate_12m,
  void_amount12 / nullif(void_amount12 + gross12, 0) AS void_amt_rate_12m,
  red12 / nullif(gross12, 0) AS red_rate_12m,
  rounds12 / nullif(count12, 0) AS round_share_12m,
  ends12 / nullif(count12, 0) AS month_end_share_12m,
  tax12 / nullif(net12, 0) AS tax_rate_12m,
  parties AS parties_12m, top1 / bought AS top1_12m, top5 / bought AS top5_12m,
  party_squares / (bought * bought) AS hhi_12m, stayed / known AS kept_24m, fresh / bought AS new_share_24m
FROM by_month JOIN by_party USING (entity)
"""
SIDE_COLUMNS = (
    "amt_3m", "amt_6m", "amt_12m", "amt_24m", "count_3m", "count_12m", "ticket_12m", "yoy_12m", "yoy_3m",
    "momentum_12m", "slope_12m", "cv_12m", "active_12m", "gap_12m", "recency_24m", "history_24m",
    "void_rate_12m", "void_amt_rate_12m", "red_rate_12m", "round_share_12m", "month_end_share_12m",
    "tax_rate_12m", "parties_12m", "top1_12m", "top5_12m", "hhi_12m", "kept_24m", "new_share_24m",
)  # fmt: skip
EMPTY = dict.fromkeys(("amt_3m", "amt_6m", "amt_12m", "amt_24m", "count_3m", "count_12m", "active_12m",
                       "history_24m", "parties_12m"), 0) | {"gap_12m": 12}  # fmt: skip
BOTH = """
  inv_in_amt_12m / CASE WHEN inv_out_amt_12m > 0 THEN inv_out_amt_12m END AS purchase_to_sales_12m,
  (inv_out_tax_rate_12m * inv_out_amt_12m - coalesce(inv_in_tax_rate_12m, 0) * inv_in_amt_12m)
    / CASE WHEN inv_out_amt_12m > 0 THEN inv_out_amt_12m END AS vat_burden_12m
"""


def write_invoices(path: Path, *, rows: int, rng: np.random.Generator) -> None:
    """Firms of very different size, each with some dozens of partners, most trade with few of them."""
    size = rng.lognormal(0, 1, FIRMS)
    firm = rng.choice(FIRMS, rows, p=size / size.sum())
    place = np.minimum(rng.geometric(0.05, rows), 120)
    party = (firm * 7919 + place * place * 104_729) % PARTIES
    issued = FIRST_DAY + np.sort(rng.integers(0, DAYS, rows))
    net = np.round(np.exp(rng.normal(13, 1.5, rows))).astype(np.int64)
    net = np.where(rng.random(rows) < 0.1, net // 100_000 * 100_000 + 100_000, net)
    net = np.where(rng.random(rows) < 0.02, -net, net)
    tax = net * np.array([0, 3, 6, 13])[rng.integers(0, 4, rows)] // 100
    void, gone = rng.random(rows) < 0.03, rng.random(rows) < 0.02
    known = (issued + rng.integers(0, 3, rows)).astype("datetime64[us]")
    number = np.char.zfill(np.arange(rows).astype("U8"), 20)
    moment = pa.timestamp("us", "UTC")
    columns = {
        "entity": _codes("91349901MB", FIRMS).take(pa.array(firm)),
        "party": _codes("91110108MA", PARTIES).take(pa.array(party)),
        "invoice_no": pa.array(number),
        "issued_on": pa.array(issued),
        "net": net,
        "tax": tax,
        "total": net + tax,
        "status": _either("正常", "作废", void),
        "status_changed_on": pa.array(issued + rng.integers(0, 40, rows), mask=~void),
        "currency": _either("人民币", "USD", rng.random(rows) < 0.005),
        "_known_from": pa.array(known, type=moment),
        "_known_to": pa.array(known + np.timedelta64(30, "D"), mask=~gone, type=moment),
    }
    table = pa.table(columns)
    again = np.sort(np.concatenate((np.arange(rows), rng.integers(0, rows, rows // 100))))
    pq.write_table(table.take(pa.array(again)), path, compression="zstd")


def _codes(stem: str, count: int) -> pa.Array:
    return pa.array([f"{stem}{number:08d}" for number in range(count)])


def _either(usual: str, rare: str, is_rare: np.ndarray) -> pa.Array:
    return pa.array([usual, rare]).take(pa.array(is_rare.astype(np.int8)))


def entities() -> pa.Table:
    days = pa.array([AS_OF] * FIRMS)
    return pa.table({"entity": _codes("91349901MB", FIRMS), "as_of": days})


def by_shuxin(folder: Path) -> Callable[[], pa.Table]:
    import ibis

    from shuxin.fusion.features.computing import feature_table
    from shuxin.fusion.features.invoices import INVOICE_FEATURES

    def answer() -> pa.Table:
        connection = ibis.duckdb.connect()
        sources = {side: connection.read_parquet(f"{folder / side}.parquet") for side in SIDES}
        spine = ibis.memtable(entities())
        expression = feature_table(spine=spine, sources=sources, features=INVOICE_FEATURES)
        return connection.to_pyarrow(expression)

    return answer


def by_hand(folder: Path) -> Callable[[], pa.Table]:
    import duckdb

    columns = ", ".join(
        f"coalesce({side}.{name}, {EMPTY.get(name, 'NULL')}) AS {prefix}_{name}"
        for side, prefix in SIDES.items()
        for name in SIDE_COLUMNS
    )

    def answer() -> pa.Table:
        connection = duckdb.connect()
        connection.register("spine", entities())
        for side in SIDES:
            table = ONE_SIDE.replace("$file", f"'{folder / side}.parquet'")
            facts = {"day": AS_OF, "moment": MOMENT}
            connection.execute(f"CREATE TEMP TABLE {side} AS {table}", facts)
        return connection.sql(
            f"SELECT *, {BOTH} FROM (SELECT spine.entity, as_of, {columns} FROM spine"
            " LEFT JOIN invoice_out USING (entity) LEFT JOIN invoice_in USING (entity))"
        ).to_arrow_table()

    return answer


CONTENDERS = {"shuxin": by_shuxin, "sql": by_hand}


def contend(name: str, folder: Path) -> None:
    """In a process of its own, after its imports: compute, say what it took, keep the answer."""
    answer = CONTENDERS[name](folder)
    clock, cpu = time.perf_counter(), time.process_time()
    found = answer()
    took = {"seconds": time.perf_counter() - clock, "cpu": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pq.write_table(found, folder / f"{name}.answer")
    print(json.dumps(took | {"peak": peak}))


def difference(folder: Path) -> str:
    """Columns that are not equal; raises SystemExit with them."""
    ours, theirs = (pq.read_table(folder / f"{n}.answer").sort_by("entity") for n in CONTENDERS)
    wrong, worst = [], 0.0
    for name in ours.column_names:
        mine, other = ours[name].combine_chunks(), theirs[name].combine_chunks()
        if pa.types.is_floating(mine.type):
            here, there = (c.to_numpy(zero_copy_only=False) for c in (mine, other))
            gap = np.abs(here - there) / np.maximum(np.abs(here), 1.0)
            same = bool((np.isnan(here) == np.isnan(there)).all())
            worst = max(worst, float(np.nanmax(gap, initial=0.0)))
            alike = same and not (gap > CLOSE).any()
        else:
            alike = mine.equals(other.cast(mine.type))
        if not alike:
            wrong.append(name)
    if wrong or ours.num_rows != FIRMS:
        raise SystemExit(f"answers differ: {', '.join(wrong)}")
    return f"{ours.num_columns - 2} features of {ours.num_rows:,} enterprises equal, ratios within {worst:.0e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sales", type=int, default=6_000_000)
    parser.add_argument("--purchases", type=int, default=4_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contender", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contender:
        contend(options.contender[0], Path(options.contender[1]))
        return
    seen: dict[str, list[dict[str, float]]] = {name: [] for name in CONTENDERS}
    with tempfile.TemporaryDirectory(prefix="shuxin-bench-") as made:
        folder = Path(made)
        counts = (options.sales, options.purchases)
        drawn = np.random.default_rng(options.seed).spawn(2)
        for side, rows, rng in zip(SIDES, counts, drawn, strict=True):
            write_invoices(folder / f"{side}.parquet", rows=rows, rng=rng)
        print(f"{machine()}; {sum(counts):,} invoices")
        for _ in range(options.runs):
            for name in CONTENDERS:
                command = [sys.executable, __file__, "--contender", name, made]
                done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
                seen[name].append(json.loads(done.stdout))
        print(difference(folder))
    for name, runs in seen.items():
        middle = {k: statistics.median(run[k] for run in runs) for k in ("seconds", "cpu")}
        low, high = min(r["seconds"] for r in runs), max(r["seconds"] for r in runs)
        print(
            f"{name:7} {middle['seconds']:6.1f} s ({low:.1f}-{high:.1f}), CPU {middle['cpu']:6.1f} s,"
            f" peak {max(r['peak'] for r in runs):,.0f} MiB"
        )
    for what in ("seconds", "cpu"):
        pairs = zip(seen["shuxin"], seen["sql"], strict=True)
        ratio = statistics.median(ours[what] / theirs[what] for ours, theirs in pairs)
        print(f"shuxin/sql, {what}: {ratio:.2f}")


if __name__ == "__main__":
    main()
