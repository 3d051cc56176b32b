"""Joint tables and correlations in one process: processor seconds and bytes of each party, against the pooled way.

    OPENBLAS_NUM_THREADS=1 python benchmarks/joint_statistics.py [ROWS FEATURES]

How parties are run and timed: ``roles.py``. The holder's values are
amounts with ties, every third feature with missing values; the label party has ten columns for the correlations. The
pooled way is scoring's own ``bin_numbers`` with as many fine bins over all columns in one place. Tables must be equal,
bin by bin; correlations must differ by less than 1e-12. Prints Markdown.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from roles import HELPER, HOLDER, LABEL, Run
from shuxin.federation.product.plan import Seats
from shuxin.federation.statistics.counting import help_counts
from shuxin.federation.statistics.features import prebin_numbers
from shuxin.federation.statistics.relating import (
    Relating,
    help_relations,
    hold_relations,
    relate,
    relating_messages,
)
from shuxin.federation.statistics.tables import hold_tables, joint_tables
from shuxin.federation.statistics.task import Counting, Minimum, table_messages
from shuxin.scoring.api import BinningPlan, MergePlan
from shuxin.scoring.binning.characteristic import bin_numbers

if TYPE_CHECKING:
    from shuxin.federation.statistics.features import FineFeature

STANDARD = ((30_000, 10), (100_000, 50))
FINE, OWN, BAD_RATE = 50, 10, 0.2
MINIMUM = Minimum(rows=20, good=5, bad=5)
PLAN = BinningPlan(max_fine=FINE, merge=MergePlan(min_good=MINIMUM.good, min_bad=MINIMUM.bad))


def values(rows: int, features: int) -> tuple[list[np.ndarray], np.ndarray]:
    """Amounts of whole hundreds that depend on one thing in common, as do the outcomes."""
    rng = np.random.default_rng(1)
    common = rng.normal(0, 1, rows)
    columns = []
    for nth in range(features):
        column = np.round(np.exp(rng.normal(8, 1, rows) + 0.5 * common), -2)
        if nth % 3 == 0:
            column[rng.random(rows) < 0.1] = np.nan
        columns.append(column)
    risk = rng.normal(0, 2, rows) - common
    return columns, risk > np.quantile(risk, 1 - BAD_RATE)


def tables(features: list[FineFeature], bad: np.ndarray) -> Run:
    seats = Seats(HELPER, HOLDER, LABEL)
    task = Counting(
        step="counts",
        seats=seats,
        most_rows=len(bad),
        most_features=len(features),
        most_bins=FINE,
        minimum=MINIMUM,
    )
    programs = {
        LABEL: lambda work: joint_tables(work, task, bad=bad, plan=PLAN),
        HOLDER: lambda work: hold_tables(work, task, features),
        HELPER: lambda work: help_counts(work, task),
    }
    return Run(programs, table_messages(task)).together()


def relations(own: np.ndarray, theirs: np.ndarray) -> Run:
    task = Relating(
        step="alike",
        label=LABEL,
        holders=(HOLDER,),
        helper=HELPER,
        rows=len(own),
        columns=(own.shape[1], theirs.shape[1]),
    )
    programs = {
        LABEL: lambda work: relate(work, task, own),
        HOLDER: lambda work: hold_relations(work, task, theirs),
        HELPER: lambda work: help_relations(work, task),
    }
    return Run(programs, relating_messages(task)).together()


def measure(rows: int, features: int) -> None:
    columns, bad = values(rows, features)
    begun = time.process_time()
    pooled = [
        bin_numbers(name=f"x{nth}", values=column, outcomes=bad, plan=PLAN)
        for nth, column in enumerate(columns)
    ]
    plain_seconds = time.process_time() - begun
    begun = time.process_time()
    fine = [
        prebin_numbers(name=f"x{nth}", values=column, most=FINE, least=MINIMUM.rows)
        for nth, column in enumerate(columns)
    ]
    prebin_seconds = time.process_time() - begun
    run = tables(fine, bad)
    equal = all(
        (table.binned.good, table.binned.bad, coded.shape) == (whole.good, whole.bad, whole.shape)
        for table, coded, whole in zip(run.results[LABEL], run.results[HOLDER], pooled, strict=True)
    )
    bins = sum(each.shape.count for each in fine)
    case = f"{rows:,} x {features}"
    print(f"| tables, {case} | pooled, one place | {plain_seconds:.2f} | | {bins} bins |")
    print(f"| | holder, pre-bins | {prebin_seconds:.2f} | | |")
    _print(run, "equal" if equal else "**not equal**")

    theirs = np.stack(
        [each.column(one) for each, one in zip(run.results[HOLDER], fine, strict=True)], axis=1
    )
    own = np.stack([np.roll(theirs[:, nth % features], nth + 1) for nth in range(OWN)], axis=1)
    begun = time.process_time()
    wanted = np.corrcoef(np.concatenate([own, theirs], axis=1), rowvar=False)
    plain_seconds = time.process_time() - begun
    related = relations(own, theirs)
    apart = np.abs(related.results[LABEL].correlation - wanted).max()
    print(f"| correlation, {case} with {OWN} | pooled, one place | {plain_seconds:.2f} | | |")
    _print(related, f"differs by {apart:.0e}" if apart < 1e-12 else f"**differs by {apart}**")


def _print(run: Run, verdict: str) -> None:
    for party in (LABEL, HOLDER, HELPER):
        sent = run.sent.get(party, 0) / 2**20
        print(f"| | {party} | {run.seconds[party]:.2f} | {sent:.2f} | {verdict} |", flush=True)


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("set OPENBLAS_NUM_THREADS=1: processor time is taken by thread")
    given = tuple(map(int, sys.argv[1:3]))
    print("| work | party | CPU s | sent MiB | result |")
    print("|---|---|---|---|---|")
    for case in (given,) if given else STANDARD:
        measure(*case)


if __name__ == "__main__":
    main()
