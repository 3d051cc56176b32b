"""Features of the next day out of those of the day before, and of many days at once, on a generated city.

Run: ``python -m benchmarks.city_days FOLDER [--as-of 2025-12-15] [--runs 3]``.

In full: every feature of every firm of ``as_of``. Carried: the same out of those of the day before, equal in every
value (compared before any figure is shown); once for an ordinary day, once for the first of a month, when every window
of months moves. ``--many 24``: the features of tax payments of one day and of the last so many firsts of months.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import city_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa


def timed(work: Callable[[], pa.Table]) -> tuple[pa.Table, float, float]:
    clock, cpu = time.perf_counter(), time.process_time()
    found = work()
    return found, time.perf_counter() - clock, time.process_time() - cpu


def same(one: pa.Table, other: pa.Table) -> bool:
    return bool(one.sort_by("entity").equals(other.sort_by("entity").select(one.column_names)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--as-of", type=dt.date.fromisoformat, default=dt.date(2025, 12, 15))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--many", type=int, default=24)
    parser.add_argument("--memory", default="6GB")
    options = parser.parse_args()
    city_sources.begin()
    from shuxin.fusion.features.advancing import advanced

    backend = city_sources.connect(memory=options.memory)
    made = city_sources.sources(backend, options.folder)
    codes, engine = city_sources.firms(options.folder), backend.con

    def of(day: dt.date) -> pa.Table:
        return city_sources.spine(codes, [day])

    city_sources.features(engine, of(options.as_of).slice(0, 1), made)  # writes the queries
    first = options.as_of.replace(day=1)
    for said, day in (("an ordinary day", options.as_of), ("the first of a month", first)):
        ratios = []
        for _ in range(options.runs):
            before = city_sources.features(engine, of(day - dt.timedelta(days=1)), made)
            full, *cost = timed(lambda day=day: city_sources.features(engine, of(day), made))
            carried, *less = timed(
                lambda day=day, before=before: advanced(engine, before, of(day), standards=made)
            )
            if not same(full, carried):
                raise SystemExit("carried features differ from those in full")
            ratios.append(cost[1] / less[1])
            print(
                f"{said}, {day}: in full {cost[0]:.1f} s, CPU {cost[1]:.1f} s; carried {less[0]:.1f} s,"
                f" CPU {less[1]:.1f} s; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
        print(
            f"{said}: {full.num_rows:,} firms, {full.num_columns - 2} features equal;"
            f" {statistics.median(ratios):.1f} times less CPU"
        )
    _many(options, codes, engine, made)


def _many(options: argparse.Namespace, codes: list[str], engine: object, made: list[str]) -> None:
    from shuxin.fusion.features.library import FEATURES

    names = frozenset(one.name for one in FEATURES if one.source == "tax_payment")
    last = options.as_of.replace(day=1)
    firsts = [last]
    while len(firsts) < options.many:
        firsts.append((firsts[-1] - dt.timedelta(days=1)).replace(day=1))
    costs = []
    for days in ([last], firsts):
        asked = city_sources.spine(codes, days)
        runs = [
            timed(lambda asked=asked: city_sources.features(engine, asked, made, names))[2]
            for _ in range(options.runs)
        ]
        costs.append(statistics.median(runs))
    print(
        f"{len(names)} features of tax payments: one day CPU {costs[0]:.1f} s, {options.many} days {costs[1]:.1f} s,"
        f" {costs[1] / costs[0]:.1f} times"
    )


if __name__ == "__main__":
    main()
