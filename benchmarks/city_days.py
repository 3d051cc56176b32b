"""Features of the next day out of those of the day before, and of many days at once, on a generated city.

Run: ``python -m benchmarks.city_days FOLDER [--days 2025-12-10,2025-12-11,2025-12-15,2025-12-01] [--runs 3]``.

In full: every feature of every firm of a day. Carried: the same out of those of the day before, equal in every value
(compared before any figure is shown); for ordinary days, and for the first of a month, when every window of months
moves. Queries are written before, in runs that are not counted. ``--many 24``: the features of some readings (months,
events, a ledger, days of meters) of one day and of the last so many firsts of months; 0 leaves it out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import city_sources

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

MANY_DAYS = ("vat_return", "court_case", "tax_payment", "power_day")


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
    parser.add_argument("--days", default="2025-12-10,2025-12-11,2025-12-15,2025-12-01")
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

    for day in [dt.date.fromisoformat(said) for said in options.days.split(",")]:
        eve = of(day - dt.timedelta(days=1))
        small = city_sources.features(
            engine, eve.slice(1, 1), made
        )  # of another firm: all is asked
        one = of(day).slice(0, 1)
        _, _, written = timed(
            lambda small=small, one=one: advanced(engine, small, one, standards=made)
        )
        before, ratios = city_sources.features(engine, eve, made), []
        for _ in range(options.runs):
            full, *cost = timed(lambda day=day: city_sources.features(engine, of(day), made))
            carried, *less = timed(
                lambda day=day, before=before: advanced(engine, before, of(day), standards=made)
            )
            if not same(full, carried):
                raise SystemExit("carried features differ from those in full")
            ratios.append((cost[1] / less[1], cost[0] / less[0]))
            print(
                f"{day}: in full {cost[0]:.1f} s, CPU {cost[1]:.1f} s; carried {less[0]:.1f} s,"
                f" CPU {less[1]:.1f} s; load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
        cpu, wall = (statistics.median(some) for some in zip(*ratios, strict=True))
        print(
            f"{day}: {full.num_rows:,} firms, {full.num_columns - 2} features equal; {cpu:.1f} times less CPU,"
            f" {wall:.1f} times less time; of one firm, queries written, CPU {written:.1f} s",
            flush=True,
        )
    if options.many:
        _many(options, codes, engine, made)


def _many(options: argparse.Namespace, codes: list[str], engine: object, made: list[str]) -> None:
    from shuxin.fusion.features.library import FEATURES

    last = options.as_of.replace(day=1)
    firsts = [last]
    while len(firsts) < options.many:
        firsts.append((firsts[-1] - dt.timedelta(days=1)).replace(day=1))
    for source in MANY_DAYS:
        names = frozenset(one.name for one in FEATURES if one.source == source)
        for days in ([last], firsts):  # writes the queries
            city_sources.features(engine, city_sources.spine(codes[:1], days), made, names)
        costs = []
        for days in ([last], firsts):
            asked = city_sources.spine(codes, days)
            runs = [
                timed(partial(city_sources.features, engine, asked, made, names))[2]
                for _ in range(options.runs)
            ]
            costs.append(statistics.median(runs))
        print(
            f"{len(names)} features of {source}: one day CPU {costs[0]:.1f} s, {options.many} days {costs[1]:.1f} s,"
            f" {costs[1] / costs[0]:.1f} times; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
