"""toad for bench_card.py; runs in an interpreter that has toad, pandas and scikit-learn.

Chi-merged bins of at least the request's share, WOE, and its own scorecard; all else as the library comes.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import toad

from comparators import serve

_KEPT: dict[str, Any] = {}


def train(*, folder: str, texts: list[str], plan: dict[str, Any]) -> dict[str, Any]:
    """Fit a scorecard and keep it and the rows to be scored."""
    frame, outcomes = _frame(f"{folder}/train.parquet", texts), np.load(f"{folder}/outcomes.npy")
    combiner, woe = toad.transform.Combiner(), toad.transform.WOETransformer()
    combiner.fit(
        frame, outcomes, method="chi", n_bins=plan["max_bins"], min_samples=plan["min_share"]
    )
    features = woe.fit_transform(combiner.transform(frame), outcomes)
    card = toad.ScoreCard(
        combiner=combiner, transer=woe, pdo=20, base_odds=50, base_score=600, max_iter=1000
    )
    card.fit(features, outcomes)
    batch = _frame(f"{folder}/batch.parquet", texts)
    _KEPT.update(card=card, batch=batch)
    return {"scores": np.asarray(card.predict(batch[:1000])).tolist(), "version": version("toad")}


def one(*, rows: int) -> dict[str, Any]:
    """Microseconds a row, one dictionary at a time, which is its faster way."""
    records = _KEPT["batch"][:rows].to_dict("records")
    clock = time.perf_counter()
    for record in records:
        _KEPT["card"].predict(record)
    return {"micros": (time.perf_counter() - clock) / rows * 1e6}


def batch() -> dict[str, Any]:
    """Rows a second, all at once."""
    clock = time.perf_counter()
    _KEPT["card"].predict(_KEPT["batch"])
    return {"rate": len(_KEPT["batch"]) / (time.perf_counter() - clock)}


def _frame(path: str, texts: list[str]) -> pd.DataFrame:
    frame = pd.read_parquet(path)
    return frame.astype(dict.fromkeys(texts, object))


if __name__ == "__main__":
    serve(train=train, one=one, batch=batch)
