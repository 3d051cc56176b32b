"""optbinning for bench_binning.py and bench_card.py; runs in an interpreter that has optbinning.

Trends, sizes and numbers of bins are those of the request; all else is as the library comes, one job.
"""

from __future__ import annotations

import logging
import time
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

logging.disable(logging.ERROR)  # one of its solvers does not load beside another; we need neither

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from optbinning import BinningProcess, Scorecard  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402

from comparators import serve  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

_KEPT: dict[str, Any] = {}


def process(names: Sequence[str], plan: dict[str, Any], texts: Sequence[str]) -> BinningProcess:
    trend = {"monotonic_trend": plan["trend"]}
    return BinningProcess(
        list(names),
        max_n_prebins=plan["prebins"],
        max_n_bins=plan["max_bins"],
        min_bin_size=plan["min_share"],
        categorical_variables=list(texts),
        binning_fit_params={name: trend for name in names if name not in texts},
    )


def binning(*, folder: str, columns: list[int], plan: dict[str, Any]) -> dict[str, Any]:
    """Seconds and CPU seconds to fit and to turn all values into WOE; edges of every column."""
    values = np.load(f"{folder}/values.npy", mmap_mode="r")[columns].T.copy()
    outcomes = np.load(f"{folder}/outcomes.npy").astype(int)
    names = [f"v{nth}" for nth in columns]
    asked = process(names, plan, ())
    clock, cpu = time.perf_counter(), time.process_time()
    asked.fit(values, outcomes)
    fitted, cpu_fitted = time.perf_counter() - clock, time.process_time() - cpu
    asked.transform(values, metric="woe", metric_missing="empirical")
    return {
        "fit": fitted,
        "cpu": cpu_fitted,
        "both": time.perf_counter() - clock,
        "edges": [asked.get_binned_variable(name).splits.tolist() for name in names],
        "version": version("optbinning"),
    }


def train(*, folder: str, texts: list[str], plan: dict[str, Any]) -> dict[str, Any]:
    """Fit a scorecard and keep it and the rows to be scored."""
    frame, outcomes = pd.read_parquet(f"{folder}/train.parquet"), np.load(f"{folder}/outcomes.npy")
    card = Scorecard(
        binning_process=process(list(frame), plan, texts),
        estimator=LogisticRegression(max_iter=1000),
        scaling_method="pdo_odds",
        scaling_method_params={"pdo": 20, "odds": 50, "scorecard_points": 600},
        rounding=True,
    )
    card.fit(frame, outcomes.astype(int), metric_missing="empirical")
    batch = pd.read_parquet(f"{folder}/batch.parquet")
    _KEPT.update(card=card, batch=batch)
    return {"scores": card.score(batch[:1000]).tolist(), "version": version("optbinning")}


def one(*, rows: int) -> dict[str, Any]:
    """Microseconds a row, one row at a time, each already a frame of one row."""
    frames = [_KEPT["batch"][nth : nth + 1] for nth in range(rows)]
    clock = time.perf_counter()
    for frame in frames:
        _KEPT["card"].score(frame)
    return {"micros": (time.perf_counter() - clock) / rows * 1e6}


def batch() -> dict[str, Any]:
    """Rows a second, all at once."""
    clock = time.perf_counter()
    _KEPT["card"].score(_KEPT["batch"])
    return {"rate": len(_KEPT["batch"]) / (time.perf_counter() - clock)}


if __name__ == "__main__":
    serve(binning=binning, train=train, one=one, batch=batch)
