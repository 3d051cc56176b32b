"""LightGBM for cards_public.py and city_ladder.py; runs in an interpreter that has lightgbm.

300 rounds, all else as the library comes; text columns are its own categories. The folds come as indices
and nothing of a test fold is looked at before it is scored.
"""

from __future__ import annotations

import time
from importlib.metadata import version
from typing import Any

import lightgbm
import numpy as np

from comparators import serve

ROUNDS = 300


def folds(*, path: str, categorical: list[int]) -> dict[str, Any]:
    """Chance of bad of every row by the model that had not seen it, one list a repeat."""
    given = np.load(path)
    values, outcomes, assigned = given["values"], given["outcomes"], given["assigned"]
    scores = np.empty(assigned.shape)
    clock = time.perf_counter()
    for repeat, places in enumerate(assigned):
        for fold in range(int(places.max()) + 1):
            tested = places == fold
            data = lightgbm.Dataset(
                values[~tested], outcomes[~tested], categorical_feature=categorical or "auto"
            )
            model = lightgbm.train(
                {"objective": "binary", "verbose": -1, "seed": 1}, data, num_boost_round=ROUNDS
            )
            scores[repeat, tested] = model.predict(values[tested])
    seconds = time.perf_counter() - clock
    return {"scores": scores.tolist(), "seconds": seconds, "version": version("lightgbm")}


def learnt(*, path: str, rounds: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Scores of the rows ``tried`` by a model of the rows ``x`` and their outcomes ``bad``."""
    given = np.load(path)
    data = lightgbm.Dataset(given["x"], given["bad"].astype(float))
    model = lightgbm.train(settings, data, num_boost_round=rounds)
    return {"scores": model.predict(given["tried"]).tolist(), "version": version("lightgbm")}


if __name__ == "__main__":
    serve(folds=folds, learnt=learnt)
