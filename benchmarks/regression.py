"""The joint regression in one process: processor seconds and bytes of each party, against the pooled fit.

    OPENBLAS_NUM_THREADS=1 python benchmarks/regression.py --data DIRECTORY [--terms 24|32]

How parties are run and timed: ``roles.py``. Cases: the SBA case, two
columns at the holder; FATE's default_credit, 30,000 rows, 13 columns at the bank and 10 at the holder, as weights of
evidence of eight quantile bins in hundredths; 100,000 made rows of 10 and 10 such columns. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cards_public import default_credit, read
from roles import HELPER, HOLDER, LABEL, Run
from shuxin.federation.regression.fitting import fit, help_fit, hold_fit
from shuxin.federation.regression.task import Task, messages
from shuxin.scoring.card.regression import fit_logistic

if TYPE_CHECKING:
    from shuxin.federation.regression.climb import Fit

BINS = 8


@dataclass(frozen=True)
class Case:
    """own, theirs: columns of label party and holder; event: what the log-odds are of."""

    name: str
    own: np.ndarray
    theirs: np.ndarray
    event: np.ndarray


def evidence(values: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Weights of evidence in hundredths."""
    cuts = np.unique(np.quantile(values, np.arange(1, BINS) / BINS))
    bins = np.searchsorted(cuts, values, side="right")
    goods, bads = (np.bincount(bins, weights=w, minlength=BINS) + 0.5 for w in (good, ~good))
    woe = np.log(goods / good.sum()) - np.log(bads / (~good).sum())
    return np.asarray(np.round(woe[bins], 2))


def sba(folder: Path) -> Case:
    rows = read(folder / "sba_case" / "SBAcase.11.13.17.csv")
    chosen = np.array(rows["Selected"]) == "1"
    x = np.array([rows[name] for name in ("RealEstate", "Portion", "Recession")]).T.astype(float)
    event = np.array(rows["Default"])[chosen] == "1"
    return Case("SBA case", x[chosen, :1], x[chosen, 1:], event)


def credit(folder: Path) -> Case:
    data = default_credit(folder)
    good = ~data.outcomes
    sides = [
        np.column_stack([evidence(v, good) for n, v in data.columns.items() if n.startswith(side)])
        for side in ("guest", "host")
    ]
    return Case("default_credit", sides[0], sides[1], good)


def made(rows: int, each: int) -> Case:
    rng = np.random.default_rng(1)
    common = rng.normal(size=(rows, 1))
    raw = 0.7 * rng.normal(size=(rows, 2 * each)) + 0.5 * common
    logit = 2.0 + raw @ rng.normal(0.0, 0.3, 2 * each)
    good = rng.random(rows) < 1 / (1 + np.exp(-logit))
    x = np.column_stack([evidence(column, good) for column in raw.T])
    return Case("made", x[:, :each], x[:, each:], good)


def measure(case: Case, terms: int) -> None:
    begun = time.process_time()
    pooled = fit_logistic(features=np.hstack([case.own, case.theirs]), outcomes=case.event)
    plain = time.process_time() - begun
    task = Task(
        step="fit",
        label=LABEL,
        holders=(HOLDER,),
        helper=HELPER,
        rows=len(case.event),
        columns=(case.own.shape[1], case.theirs.shape[1]),
        terms=terms,
    )
    programs = {
        LABEL: lambda work: fit(work, task, case.own, case.event),
        HOLDER: lambda work: hold_fit(work, task, case.theirs),
        HELPER: lambda work: help_fit(work, task),
    }
    begun = time.perf_counter()
    run = Run(programs, messages(task)).together()
    wall = time.perf_counter() - begun
    found: Fit = run.results[LABEL]
    apart = np.abs(
        np.concatenate([[found.intercept], *found.coefficients])
        - np.concatenate([[pooled.intercept], pooled.coefficients])
    ).max()
    errors = np.concatenate(found.standard_errors or ())
    errors_apart = np.abs(errors / pooled.standard_errors - 1).max()
    shape = f"{case.name}, {task.rows:,} x {task.columns[0]} + {task.columns[1]}, K = {terms}"
    verdict = (
        f"{found.iterations} iterations; coefficients differ by {apart:.1e} at most,"
        f" standard errors by {100 * errors_apart:.2f} %; {wall:.1f} s together"
    )
    print(f"| {shape} | pooled, one place | {plain:.2f} | | |")
    for party in (LABEL, HOLDER, HELPER):
        sent = run.sent.get(party, 0) / 2**20
        print(f"| | {party} | {run.seconds[party]:.2f} | {sent:.2f} | {verdict} |", flush=True)
        verdict = ""


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("set OPENBLAS_NUM_THREADS=1: processor time is taken by thread")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--terms", type=int, choices=(24, 32), default=32)
    options = parser.parse_args()
    print("| case | party | CPU s | sent MiB | result |")
    print("|---|---|---|---|---|")
    for case in (sba(options.data), credit(options.data), made(100_000, 10)):
        measure(case, options.terms)


if __name__ == "__main__":
    main()
