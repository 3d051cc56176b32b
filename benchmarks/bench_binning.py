"""Monotone optimal binning and WOE of 100,000 rows x 200 numeric variables, beside optbinning.

Run: ``python benchmarks/bench_binning.py [--optbinning-python INTERPRETER] [--theirs 40]``.
A third of the variables each is normal, lognormal in cents (ties), whole 0 to 20; 5 % is missing; 5 % of the
rows are bad; half of the variables tell something, some of them not monotonically. Both look for the direction
themselves, with at most 8 bins of at least 5 % of the rows. Ours merges 40 quantile bins exactly, optbinning up
to 20 bins of a decision tree, each of 5 % too. Every IV is counted by ours, on the edges of either: on the
rows that both learnt from, and on fresh rows, as edges that a tree fits to outcomes fit their noise too.

Shuxin bins all variables in every round, optbinning an even sample of them (--theirs), in turn; its time is
multiplied up. Medians of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from comparators import Comparator, machine
from shuxin.scoring.binning.characteristic import BinningPlan, bin_numbers
from shuxin.scoring.binning.table import USELESS_IV

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shuxin.scoring.binning.characteristic import BinnedCharacteristic

PLAN = BinningPlan()
THEIR_PLAN = {
    "trend": "auto_asc_desc",
    "prebins": 20,
    "max_bins": PLAN.merge.max_bins,
    "min_share": PLAN.merge.min_share,
}
STRENGTHS = (0.0, 0.15, 0.0, 0.4, 0.0, 0.8)


def sample(*, rows: int, variables: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(variables, rows) values and (rows,) outcomes, true where bad."""
    risk = rng.normal(size=rows)
    outcomes = rng.random(rows) < 1 / (1 + np.exp(3.42 - 1.1 * risk))
    values = np.empty((variables, rows))
    for nth in range(variables):
        strength = STRENGTHS[nth % len(STRENGTHS)]
        signal = np.abs(risk) if nth % 24 == 1 else risk
        raw = strength * signal + rng.normal(size=rows)
        kind = nth // 2 % 3
        if kind == 1:
            raw = np.round(np.exp(6 + raw), 2)
        elif kind == 2:
            raw = np.clip(np.round(10 + 4 * raw), 0, 20)
        values[nth] = np.where(rng.random(rows) < 0.05, np.nan, raw)
    return values, outcomes


def ours(
    values: np.ndarray, outcomes: np.ndarray
) -> tuple[dict[str, float], list[BinnedCharacteristic]]:
    """Seconds to fit, CPU seconds, seconds with the WOE of every value; and what was found."""
    clock, cpu = time.perf_counter(), time.process_time()
    found = [
        bin_numbers(name=f"v{nth}", values=row, outcomes=outcomes, plan=PLAN)
        for nth, row in enumerate(values)
    ]
    fit, cpu_fit = time.perf_counter() - clock, time.process_time() - cpu
    for each, row in zip(found, values, strict=True):
        each.woe_of(row)
    return {"fit": fit, "cpu": cpu_fit, "both": time.perf_counter() - clock}, found


def iv_of(
    values: np.ndarray, outcomes: np.ndarray, edges: Sequence[Sequence[float]]
) -> list[float]:
    """IV of given edges on given rows: the one scorer for both sides."""
    return [
        bin_numbers(name="scored", values=row, outcomes=outcomes, plan=PLAN, edges=cuts).iv
        for row, cuts in zip(values, edges, strict=True)
    ]


def compare(title: str, mine: np.ndarray, theirs: np.ndarray) -> None:
    """How the IV differ, in absolute terms and, where there is something to tell, as a share."""
    gap, higher = mine - theirs, np.maximum(mine, theirs)
    share = (gap / higher)[higher >= USELESS_IV]
    print(
        f"IV on {title}, ours less theirs: median {np.median(gap):+.5f}, worst {gap.min():+.5f}"
        f" (theirs {theirs[gap.argmin()]:.5f}), best {gap.max():+.5f};"
        f" ours higher in {(gap > 0).sum()}, theirs in {(gap < 0).sum()} of {gap.size};"
        f" of the {share.size} above {USELESS_IV}, as a share of the higher:"
        f" median {np.median(share):+.2%}, worst {share.min():+.2%}, best {share.max():+.2%}"
    )


def show(name: str, runs: Sequence[dict[str, float]]) -> None:
    fit, cpu, both = (statistics.median(run[k] for run in runs) for k in ("fit", "cpu", "both"))
    low, high = min(run["fit"] for run in runs), max(run["fit"] for run in runs)
    print(
        f"{name:10} bins {fit:6.2f} s ({low:.2f}-{high:.2f}), CPU {cpu:6.2f} s;"
        f" with the WOE of every value {both:6.2f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optbinning-python", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--variables", type=int, default=200)
    parser.add_argument("--theirs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    drawn = np.random.default_rng(options.seed).spawn(2)
    values, outcomes = sample(rows=options.rows, variables=options.variables, rng=drawn[0])
    print(f"{machine()}; {options.rows:,} x {options.variables}, bad {outcomes.mean():.2%}")
    if not options.optbinning_python:
        show("shuxin", [ours(values, outcomes)[0] for _ in range(options.rounds)])
        return
    few = np.unique(np.linspace(0, options.variables - 1, options.theirs).astype(int))
    mine, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        np.save(f"{folder}/values.npy", values)
        np.save(f"{folder}/outcomes.npy", outcomes)
        other = Comparator(python=options.optbinning_python, worker="optbinning_worker.py")
        for _ in range(options.rounds):
            took, found = ours(values, outcomes)
            answer = other.ask("binning", folder=folder, columns=few.tolist(), plan=THEIR_PLAN)
            mine.append(took)
            theirs.append({k: answer[k] * options.variables / few.size for k in took})
        other.close()
    show("shuxin", mine)
    show("optbinning", theirs)
    ratios = {
        k: statistics.median(t[k] / m[k] for m, t in zip(mine, theirs, strict=True))
        for k in ("fit", "cpu", "both")
    }
    print(
        f"optbinning {answer['version']}, {few.size} of the variables, multiplied up; time ratio"
        " {fit:.1f}, CPU {cpu:.1f}, with WOE {both:.1f}".format(**ratios)
    )
    fresh = sample(rows=4 * options.rows, variables=options.variables, rng=drawn[1])
    for title, (rows, bad) in (("these rows", (values, outcomes)), ("fresh rows", fresh)):
        pairs = [[found[nth].shape.edges for nth in few], answer["edges"]]
        compare(title, *(np.array(iv_of(rows[few], bad, edges)) for edges in pairs))


if __name__ == "__main__":
    main()
